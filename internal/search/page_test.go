package search

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// laid lays paragraphs on pages, those before cut first and the rest joined to them.
func laid(t interface{ Fatal(...any) }, texts map[int]string, cut int) map[int][]byte {
	var first, second Gathered
	for n := range Group {
		if body, ok := texts[n]; ok {
			g := &first
			if n >= cut {
				g = &second
			}
			g.Add(n, Tokens(body))
		}
	}
	pages := first.Pages()
	for k, more := range second.Pages() {
		p, err := Join(pages[k], more)
		if err != nil {
			t.Fatal(err)
		}
		pages[k] = p
	}
	return pages
}

func in(q *Query, pages map[int][]byte) ([]int, error) {
	s := q.Sheaf()
	for _, k := range q.Shelves() {
		page := bytes.Clone(pages[k])
		if err := s.Take(page); err != nil {
			return nil, err
		}
		clear(page) // as a database may write over it
	}
	found, err := q.In(s)
	return slices.Collect(found.All), err
}

// Pages tell of every query what reading every paragraph tells, whatever was joined to them and taken off them.
func TestPagesFindWhatReadingFinds(t *testing.T) {
	words := strings.Fields("a ab abc abcd abcde the square police ประชาชน ท้องถนน 街头 街 民众走上 καλό 4711 47 don't شارع")
	r := rand.New(rand.NewPCG(11, 11))
	finds := 0
	for range 3000 {
		word := func() string { return words[r.IntN(len(words))] }
		texts := map[int]string{}
		for range 1 + r.IntN(20) {
			var some []string
			for range 1 + r.IntN(12) {
				some = append(some, word())
			}
			texts[r.IntN(Group)] = strings.Join(some, []string{" ", "", ", "}[r.IntN(3)])
		}
		pages := laid(t, texts, r.IntN(Group+1))
		// Some go.
		var gone Paragraphs
		for _, n := range slices.Sorted(maps.Keys(texts)) {
			if r.IntN(3) == 0 {
				gone.Add(n, n+1)
				delete(texts, n)
			}
		}
		left := map[string]bool{}
		for _, body := range texts {
			for _, x := range Tokens(body) {
				left[x.Text] = true
			}
		}
		for k, p := range pages {
			rest, words, err := Without(p, &gone)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range words {
				if left[w] {
					t.Fatalf("%s is still there", w)
				}
			}
			if err := PageWords(rest, func(w []byte) {
				if !left[string(w)] || Shelf(string(w)) != k {
					t.Fatalf("%s is there, on %d", w, k)
				}
			}); err != nil {
				t.Fatal(err)
			}
			pages[k] = rest
		}
		var atom func(deep int) string
		atom = func(deep int) string {
			a, b := word(), word()
			switch r.IntN(5 + deep) {
			case 0, 1:
				return a
			case 2:
				return a + "*"
			case 3:
				return `"` + a + " " + b + `"`
			case 4:
				if a == "街" || b == "街" { // the beginning of a pair
					return a
				}
				return fmt.Sprintf("(%s%s NEAR/%d \"%s %s\")", a, []string{"", "*"}[r.IntN(2)], 1+r.IntN(6), b, a)
			case 5:
				return "(" + atom(deep-1) + " OR " + atom(deep-1) + ")"
			case 6:
				return "(" + atom(deep-1) + " NOT " + atom(deep-1) + ")"
			}
			return "(" + atom(deep-1) + " " + atom(deep-1) + ")"
		}
		text := atom(3)
		asked, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var want []int
		for n, body := range texts {
			if ok, _ := asked.Query.Find(body); ok {
				want = append(want, n)
			}
		}
		slices.Sort(want)
		finds += len(want)
		if got, err := in(asked.Query, pages); err != nil || !slices.Equal(got, want) {
			t.Fatalf("%s: %v, %v; reading finds %v", text, got, err, want)
		}
	}
	if finds < 1000 {
		t.Errorf("%d finds in all: this tries too little", finds)
	}
}

// A page that was written by nobody is an error, never a crash.
func FuzzPage(f *testing.F) {
	for _, p := range laid(f, map[int]string{0: "the police came to the square", 3: "the square", 4000: "police " + strings.Repeat("the ", 200)}, 3) {
		f.Add(p, p)
	}
	f.Fuzz(func(t *testing.T, a, b []byte) {
		gone := Paragraphs{1}
		Without(a, &gone)
		Join(a, b)
		for _, q := range []string{"the police", `"the police"`, "the NEAR/3 police", "p* -the"} {
			asked, err := Parse(q)
			if err != nil {
				t.Fatal(err)
			}
			s := asked.Query.Sheaf()
			s.Take(a)
			s.Take(b)
			asked.Query.In(s)
		}
	})
}
