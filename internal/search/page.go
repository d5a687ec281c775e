package search

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// The index of words. Paragraphs are numbered; so many in a row are a group. The words of a group are laid on shelves by how
// they begin, and what lies on one shelf is a page: each word with the paragraphs it is in and its places there. A store
// keeps pages as bytes and needs to know nothing about them, so that every database finds the same; a search reads, group by
// group, the few pages that its words lie on, and stops when it has found enough.
const (
	Group   = 4096 // paragraphs whose words are kept together
	Shelves = 1024 // pages of a group at most
)

// begin is by how many letters a word's shelf is known: words that begin alike so far lie together, so that beginnings of
// words are found on one page too. Of Han and Kana it is one, for in them a single letter is a word.
func begin(word string) int {
	if r, _ := utf8.DecodeRuneInString(word); unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) {
		return 1
	}
	return 3
}

// Shelf tells where a word lies.
func Shelf(word string) int {
	n, most := 0, begin(word)
	for i := range word {
		if n++; n > most {
			word = word[:i]
			break
		}
	}
	h := fnv.New32a()
	h.Write([]byte(word))
	return int(h.Sum32() % Shelves)
}

// Paragraphs is a set of paragraphs of a group.
type Paragraphs [Group / 64]uint64

// Add puts paragraphs in, from one to before another.
func (p *Paragraphs) Add(from, to int) {
	for n := from; n < to; n++ {
		p[n/64] |= 1 << (n % 64)
	}
}

// Has tells whether a paragraph is in.
func (p *Paragraphs) Has(n int) bool { return p[n/64]&(1<<(n%64)) != 0 }

// All gives the paragraphs in order.
func (p *Paragraphs) All(yield func(int) bool) {
	for i, w := range p {
		for ; w != 0; w &= w - 1 {
			if !yield(i*64 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}

// Both keeps what is in another set too.
func (p *Paragraphs) Both(q *Paragraphs) {
	for i := range p {
		p[i] &= q[i]
	}
}

// all has every paragraph of a group, and numbers that are not used.
var all = func() (p Paragraphs) {
	for i := range p {
		p[i] = ^uint64(0)
	}
	return p
}()

// Empty tells that nothing is in.
func (p *Paragraphs) Empty() bool { return *p == Paragraphs{} }

// entry is a word on a page. in has its paragraphs, each as the distance from the one before and the bytes that its places
// take; at has the places, each as the distance from the one before in the paragraph.
type entry struct{ word, in, at []byte }

var errPage = errors.New("a page of the index of words cannot be read")

// entries reads a page.
func entries(page []byte, f func(entry) error) error {
	part := func() ([]byte, bool) {
		n, k := binary.Uvarint(page)
		if k <= 0 || n > uint64(len(page)-k) {
			return nil, false
		}
		b := page[k : k+int(n)]
		page = page[k+int(n):]
		return b, true
	}
	for len(page) > 0 {
		var e entry
		var ok1, ok2, ok3 bool
		e.word, ok1 = part()
		if ok1 {
			e.in, ok2 = part()
		}
		if ok2 {
			e.at, ok3 = part()
		}
		if !ok3 || len(e.word) == 0 || len(e.in) == 0 || len(e.at) == 0 {
			return errPage
		}
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}

func (e entry) write(page []byte) []byte {
	for _, b := range [][]byte{e.word, e.in, e.at} {
		page = append(binary.AppendUvarint(page, uint64(len(b))), b...)
	}
	return page
}

// clone gives an entry of its own memory.
func (e entry) clone() entry {
	b := slices.Concat(e.word, e.in, e.at)
	in, at := len(e.word), len(e.word)+len(e.in)
	return entry{b[:in:in], b[in:at:at], b[at:]}
}

// next takes a number from the front of b.
func next(b []byte) (int, []byte, error) {
	if len(b) > 0 && b[0] < 0x80 {
		return int(b[0]), b[1:], nil
	}
	n, k := binary.Uvarint(b)
	if k <= 0 || n > 1<<20 {
		return 0, nil, errPage
	}
	return int(n), b[k:], nil
}

// paragraphs calls f for each paragraph of an entry with its places as they are written.
func (e entry) paragraphs(f func(n int, at []byte)) error {
	n, at := 0, e.at
	for in := e.in; len(in) > 0; {
		var d, size int
		if len(in) > 1 && in[0]|in[1] < 0x80 { // as most are
			d, size, in = int(in[0]), int(in[1]), in[2:]
		} else {
			var err1, err2 error
			d, in, err1 = next(in)
			size, in, err2 = next(in)
			if err1 != nil || err2 != nil {
				return errPage
			}
		}
		if n += d; n >= Group || size == 0 || size > len(at) {
			return errPage
		}
		f(n, at[:size])
		at = at[size:]
	}
	if len(at) > 0 {
		return errPage
	}
	return nil
}

// Gathered is the words of a group while they are gathered.
type Gathered struct {
	words map[string]*gathered
}

type gathered struct {
	last, place int // paragraph and place last written
	from        int // where in at the places of the last paragraph begin
	in, at      []byte
}

// Add takes the words of a paragraph in. Paragraphs come in order.
func (g *Gathered) Add(n int, ts []Token) {
	if g.words == nil {
		g.words = map[string]*gathered{}
	}
	for place, t := range ts {
		w := g.words[t.Text]
		if w == nil {
			w = &gathered{}
			g.words[t.Text] = w
		}
		if len(w.in) == 0 || w.last != n {
			w.end()
			w.in = binary.AppendUvarint(w.in, uint64(n-w.last))
			w.last, w.place = n, 0
		}
		w.at = binary.AppendUvarint(w.at, uint64(place-w.place))
		w.place = place
	}
}

// end writes how long the places of the last paragraph are.
func (w *gathered) end() {
	if len(w.at) > w.from {
		w.in = binary.AppendUvarint(w.in, uint64(len(w.at)-w.from))
		w.from = len(w.at)
	}
}

// Words lists the words in order.
func (g *Gathered) Words() []string { return slices.Sorted(maps.Keys(g.words)) }

// Pages lays the words on their shelves.
func (g *Gathered) Pages() map[int][]byte {
	out := map[int][]byte{}
	for _, word := range g.Words() {
		w := g.words[word]
		w.end()
		k := Shelf(word)
		out[k] = entry{[]byte(word), w.in, w.at}.write(out[k])
	}
	return out
}

// Join adds to a page what was gathered after it, of later paragraphs.
func Join(page, more []byte) ([]byte, error) {
	var add []entry
	if err := entries(more, func(e entry) error { add = append(add, e); return nil }); err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(page)+len(more))
	before := func(word []byte) {
		for len(add) > 0 && (word == nil || string(add[0].word) < string(word)) {
			out = add[0].write(out)
			add = add[1:]
		}
	}
	err := entries(page, func(e entry) error {
		before(e.word)
		if len(add) > 0 && string(add[0].word) == string(e.word) {
			last := 0
			if err := e.paragraphs(func(n int, _ []byte) { last = n }); err != nil {
				return err
			}
			first, rest, err := next(add[0].in)
			if err != nil || first <= last {
				return errors.Join(errPage, err)
			}
			e.in = append(binary.AppendUvarint(slices.Clip(e.in), uint64(first-last)), rest...)
			e.at = append(slices.Clip(e.at), add[0].at...)
			add = add[1:]
		}
		out = e.write(out)
		return nil
	})
	before(nil)
	return out, err
}

// Without takes paragraphs off a page and tells which words no longer lie there.
func Without(page []byte, gone *Paragraphs) (rest []byte, words []string, err error) {
	err = entries(page, func(e entry) error {
		left := entry{word: e.word}
		last := 0
		err := e.paragraphs(func(n int, at []byte) {
			if !gone.Has(n) {
				left.in = binary.AppendUvarint(binary.AppendUvarint(left.in, uint64(n-last)), uint64(len(at)))
				left.at = append(left.at, at...)
				last = n
			}
		})
		if len(left.in) > 0 {
			rest = left.write(rest)
		} else {
			words = append(words, string(e.word))
		}
		return err
	})
	return rest, words, err
}

// PageWords calls f for each word on a page.
func PageWords(page []byte, f func(word []byte)) error {
	return entries(page, func(e entry) error { f(e.word); return nil })
}

// sought is what is looked up: a word, or a beginning of words.
type sought struct {
	text   string
	prefix bool
}

func (q *Query) terms(out map[sought][]entry) {
	for i, t := range q.Tokens {
		out[sought{t, q.Prefix && i == len(q.Tokens)-1}] = nil
	}
	for i := range q.Parts {
		q.Parts[i].terms(out)
	}
}

// Shelves tells which pages of each group have to be read for a query. Fuzzy words must have been written out before.
func (q *Query) Shelves() []int {
	ts := map[sought][]entry{}
	q.terms(ts)
	on := map[int]bool{}
	for t := range ts {
		if t.prefix && utf8.RuneCountInString(t.text) < begin(t.text) {
			out := make([]int, Shelves)
			for i := range out {
				out[i] = i
			}
			return out
		}
		on[Shelf(t.text)] = true
	}
	return slices.Sorted(maps.Keys(on))
}

// Sheaf is what of the pages of a group a query needs.
type Sheaf struct {
	terms      map[sought][]entry
	beginnings []sought
}

// Sheaf makes one that is empty.
func (q *Query) Sheaf() *Sheaf {
	s := &Sheaf{terms: map[sought][]entry{}}
	q.terms(s.terms)
	for t := range s.terms {
		if t.prefix {
			s.beginnings = append(s.beginnings, t)
		}
	}
	return s
}

// Take takes from a page what is needed; the page itself may go then.
func (s *Sheaf) Take(page []byte) error {
	return entries(page, func(e entry) error {
		own := entry{} // one copy, whatever asks for it
		put := func(t sought, had []entry) {
			if own.word == nil {
				own = e.clone()
			}
			s.terms[t] = append(had, own)
		}
		if had, ok := s.terms[sought{string(e.word), false}]; ok {
			put(sought{string(e.word), false}, had)
		}
		for _, t := range s.beginnings {
			if strings.HasPrefix(string(e.word), t.text) {
				put(t, s.terms[t])
			}
		}
		return nil
	})
}

// In finds the paragraphs of a group that a query asks for, in what was taken from the pages of its shelves. It finds what Find
// finds when it reads the paragraphs.
func (q *Query) In(s *Sheaf) (Paragraphs, error) {
	f := finder{terms: s.terms}
	out := f.find(q, nil)
	return out, f.err
}

type finder struct {
	terms map[sought][]entry
	err   error
}

func (f *finder) word(t sought) (out Paragraphs) {
	for _, e := range f.terms[t] {
		if err := e.paragraphs(func(n int, _ []byte) { out[n/64] |= 1 << (n % 64) }); err != nil {
			f.err = err
		}
	}
	return out
}

// find tells what a query finds among some paragraphs; nil: among all. What it says of others means nothing.
func (f *finder) find(q *Query, among *Paragraphs) (out Paragraphs) {
	switch q.Op {
	case Word:
		return f.word(sought{q.Tokens[0], q.Prefix})
	case Phrase:
		spots := f.begins(q, among)
		defer leave(spots)
		return standing(spots)
	case And:
		if out = all; among != nil {
			out = *among
		}
		for _, slow := range []bool{false, true} { // what is quick first: the rest is looked for only where that is
			for i := range q.Parts {
				if part := &q.Parts[i]; slow == (part.Op != Word) {
					in := f.find(part, &out)
					out.Both(&in)
				}
			}
		}
	case Or:
		for i := range q.Parts {
			in := f.find(&q.Parts[i], among)
			for k := range out {
				out[k] |= in[k]
			}
		}
	case Not: // of all numbers, used or not: somewhere above, something that is there is asked for
		in := f.find(&q.Parts[0], among)
		for k := range out {
			out[k] = ^in[k]
		}
	case Near:
		a, b := &q.Parts[0], &q.Parts[1]
		first := f.begins(a, among)
		defer leave(first)
		there := standing(first)
		second := f.begins(b, &there)
		defer leave(second)
		return standing(near(first, second, len(a.Tokens), len(b.Tokens), q.Distance))
	}
	return out
}

// spot is a place in a group: the paragraph, and within it the word.
type spot uint32

const placeBits = 16

func standing(spots []spot) (out Paragraphs) {
	for _, s := range spots {
		n := s >> placeBits
		out[n/64] |= 1 << (n % 64)
	}
	return out
}

// rooms is memory for spots: a search of common words needs much of it for a moment, group after group.
var rooms = sync.Pool{New: func() any { return new([]spot) }}

// room gives memory for so many spots at most, which leave takes back.
func room(n int) []spot {
	r := *rooms.Get().(*[]spot)
	return slices.Grow(r[:0], n)
}

func leave(spots []spot) { rooms.Put(&spots) }

// spots gives the places of a word in some paragraphs; nil: in all. Most of the time of a search goes by in here.
func (f *finder) spots(t sought, among *Paragraphs) []spot {
	es := f.terms[t]
	most := 0
	for _, e := range es {
		most += len(e.at)
	}
	out := room(most)
	for _, e := range es {
		err := e.paragraphs(func(n int, at []byte) {
			if among != nil && !among.Has(n) {
				return
			}
			place, here := 0, out
			for i := 0; i < len(at); i++ {
				d := int(at[i])
				if d >= 0x80 {
					var err error
					var rest []byte
					if d, rest, err = next(at[i:]); err != nil {
						f.err = err
						return
					}
					i = len(at) - len(rest) - 1
				}
				if place += d; place >= 1<<placeBits {
					f.err = errPage
					return
				}
				here = append(here, spot(n)<<placeBits|spot(place))
			}
			out = here
		})
		if err != nil {
			f.err = err
		}
	}
	if len(es) > 1 {
		slices.Sort(out)
	}
	return out
}

// begins gives where a word or a phrase begins in some paragraphs; nil: in all. It looks at the rarest word first, and at the others only
// where those before them stand as they should.
func (f *finder) begins(q *Query, among *Paragraphs) []spot {
	type one struct {
		sought
		at   spot // in the phrase
		size int
	}
	var words []one
	for k, t := range q.Tokens {
		w := one{sought: sought{t, q.Prefix && k == len(q.Tokens)-1}, at: spot(k)}
		for _, e := range f.terms[w.sought] {
			w.size += len(e.at)
		}
		words = append(words, w)
	}
	slices.SortStableFunc(words, func(a, b one) int { return a.size - b.size })
	var out []spot
	for k, w := range words {
		spots := f.spots(w.sought, among)
		kept, i := spots[:0], 0
		for _, s := range spots {
			if s&(1<<placeBits-1) < w.at { // the phrase would begin before the paragraph
				continue
			}
			s -= w.at
			for k > 0 && i < len(out) && out[i] < s {
				i++
			}
			if k == 0 || i < len(out) && out[i] == s {
				kept = append(kept, s)
			}
		}
		if k > 0 {
			leave(out)
		}
		out = kept
		if k+1 < len(words) {
			left := standing(out)
			among = &left
		}
	}
	return out
}

// near keeps those of a that have one of b less than so many words before or after them. a and b are so many words long.
func near(as, bs []spot, a, b, distance int) (out []spot) {
	within := func(n spot, from, to int) bool { // some of bs in paragraph n from a place to another, both in
		from = max(from, 0)
		i, _ := slices.BinarySearch(bs, n<<placeBits|spot(from))
		return to >= from && i < len(bs) && bs[i] <= n<<placeBits|spot(to)
	}
	for _, s := range as {
		n, at := s>>placeBits, int(s&(1<<placeBits-1))
		if within(n, at+a, at+a+distance-1) || within(n, at-b-distance+1, at-b) {
			out = append(out, s)
		}
	}
	return out
}
