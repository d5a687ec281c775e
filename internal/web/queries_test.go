package web

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"throughline/internal/browser"
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// TestNarrowedQueries asks at random of what is read for a query alone, and of all that the member may see: the answers are
// the same, for members who see all, who code blind, and who are kept to a case.
func TestNarrowedQueries(t *testing.T) {
	s := newSite(t)
	coded(s)
	ctx := context.Background()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(from ...thread.ID) thread.ID { return from[r.IntN(len(from))] }
	var codes, docs, inCase []thread.ID
	err := s.st.Write(ctx, "lead", func(tx *store.Tx) error {
		put := func(o thread.Object) {
			if err := tx.Put("coded", o, 0); err != nil {
				t.Fatal(err)
			}
		}
		put(study.Protocol{ID: "protocol", Unit: "case", Outcome: "none", BlindCoding: true})
		for i := range 3 {
			c := thread.ID(fmt.Sprint("case-", i))
			put(cases.Candidate{ID: thread.ID(fmt.Sprint("cand-", i)), Name: "Campaign", Country: "Land", ISO3: "AAA", Start: 2000, Outcome: "success", RegimeBefore: cases.Regimes[0], Region: "R", Feasible: true})
			put(cases.Case{ID: c, Candidate: thread.ID(fmt.Sprint("cand-", i)), Name: string(c), Summary: "S."})
			inCase = append(inCase, c)
		}
		for i := range 30 {
			c := coding.Code{ID: thread.ID(fmt.Sprint("code-x.", i)), Name: fmt.Sprint(i), Define: "d"}
			if i%3 > 0 {
				c.Parent = codes[i-1]
			}
			put(c)
			codes = append(codes, c.ID)
		}
		body := "one two three four five six seven eight nine ten eleven twelve"
		for i := range 6 {
			d := document.Document{ID: thread.ID(fmt.Sprint("doc-x-", i)), Title: "T", Case: inCase[i%3], Kind: document.Report, Language: "en", Record: "ref-one", Version: 1, SHA256: thread.Content([]byte(body))}
			put(d)
			docs = append(docs, d.ID)
			for n := range 30 {
				from := r.IntN(50)
				a, err := document.Text{Document: d.ID, Version: 1, Body: body}.At(from, from+1+r.IntN(10))
				if err != nil {
					t.Fatal(err)
				}
				g := coding.Segment{ID: thread.ID(fmt.Sprintf("seg-%d.%d", i, n)), Case: d.Case, Anchor: a}
				put(g)
				for _, coder := range []string{"coder-a", "coder-b"} {
					put(coding.Coding{Segment: g.ID, Code: pick(codes...), Coder: coder, Case: d.Case})
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []study.Member{{Handle: "lead", Role: study.Lead}, {Handle: "coder-a", Role: study.Coder}, {Handle: "coder-b", Role: study.CountryTeam, Cases: inCase[:1]}} {
		v := &visit{s: &Server{store: s.st}, Ctx: ctx, Study: "coded", Member: m}
		book, _, err := v.codes()
		if err != nil {
			t.Fatal(err)
		}
		all, _, err := v.placed()
		if err != nil {
			t.Fatal(err)
		}
		fewer, answers := 0, 0
		for range 150 {
			a := coding.Ask{Near: r.IntN(3), Coder: []string{"", "", "coder-a", "coder-b"}[r.IntN(4)]}
			for _, x := range []*thread.ID{&a.Code, &a.With, &a.Without} {
				if r.IntN(2) == 0 {
					*x = pick(codes...)
				}
			}
			if r.IntN(3) == 0 {
				a.Case = pick(inCase...)
			}
			if r.IntN(3) == 0 {
				a.Document = pick(docs...)
			}
			some, segs, err := v.placedFor(a, book)
			if err != nil {
				t.Fatal(err)
			}
			want, got := a.Answer(all, book), a.Answer(some, book)
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("%s asks %+v: %d passages of what was read for it, %d of all", m.Handle, a, len(got), len(want))
			}
			for _, ps := range got {
				answers++
				if segs[ps[0].Segment].Object.ID == "" {
					t.Fatalf("%s asks %+v: passage %s is not there", m.Handle, a, ps[0].Segment)
				}
			}
			if len(some) < len(all)/2 {
				fewer++
			}
		}
		if len(all) == 0 || answers == 0 || fewer < 50 {
			t.Errorf("%s: %d codings, %d answers, %d queries read less", m.Handle, len(all), answers, fewer)
		}
	}
}

// TestAgreementByName names codes and documents as people do where a figure is not defined.
func TestAgreementByName(t *testing.T) {
	t.Parallel()
	body := exampleSite(t).as("lead").get("/s/" + example + "/agreement").Body.String()
	if !strings.Contains(body, "“Outcome › Resignation” and “Outcome”") || strings.Contains(body, "&#34;code-") || strings.Contains(body, "&#34;doc-") || strings.Contains(body, "u-alpha-binary") {
		t.Error("the reason why a figure is undefined names ids, or nothing")
	}
}

// TestLinesOnAPhone sees the word that was looked for, between what stands before and after it, without moving the page or
// the table aside.
func TestLinesOnAPhone(t *testing.T) {
	s := exampleSite(t)
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	p := browser.Open(t).Page(390, 844)
	signIn(p, server.URL, "lead")
	p.Goto(server.URL + "/s/" + example + "/search?q=coalition&as=lines")
	var right float64
	p.Eval(`Math.max(...[...document.querySelectorAll(".kwic tbody td")].map(e => e.getBoundingClientRect().right))`, &right)
	if right < 100 || right > 390 {
		t.Errorf("the lines reach to %v of 390", right)
	}
	var dots float64 // how far below the dots of its depth a code begins
	p.Goto(server.URL + "/s/" + example + "/matrix")
	p.Eval(`Math.max(...[...document.querySelectorAll(".cross tbody th")].map(e => e.querySelector("a").getBoundingClientRect().top - e.querySelector("span").getBoundingClientRect().top))`, &dots)
	if dots > 12 {
		t.Errorf("a code stands %v below the dots of its depth", dots)
	}
}
