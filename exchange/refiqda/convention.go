package refiqda

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Units that positions are counted in.
const (
	CodePoints = "code points" // as the standard says
	UTF16      = "UTF-16"      // units of UTF-16: what lies beyond U+FFFF counts as two
	Bytes      = "UTF-8"       // bytes
)

// Convention is how positions in a source are counted, and how that was found out.
type Convention struct {
	Unit      string `json:"unit"`
	CRLF      int    `json:"crlf"`      // what a line end of CR and LF counts: 1 or 2
	BOM       bool   `json:"bom"`       // a byte order mark counts
	Inclusive bool   `json:"inclusive"` // the end is the last character, not the one after it

	By      string  `json:"by,omitempty"`      // what decided: nothing (all agree), quotes, word edges, other sources, origin, the standard, the user
	Score   float64 `json:"score,omitempty"`   // share of quotes, or of edges, that fit
	Next    float64 `json:"next,omitempty"`    // that of the best other convention that gives other places
	Quotes  int     `json:"quotes,omitempty"`  // how many selections told their words
	Differs int     `json:"differs,omitempty"` // how many selections lie elsewhere under some other convention
}

func (c Convention) String() string {
	s := c.Unit
	if c.CRLF == 2 {
		s += ", CR LF counts 2"
	} else {
		s += ", CR LF counts 1"
	}
	if c.BOM {
		s += ", BOM counts"
	}
	if c.Inclusive {
		s += ", end inclusive"
	}
	return s
}

func (c Convention) same(d Convention) bool {
	return c.Unit == d.Unit && c.CRLF == d.CRLF && c.BOM == d.BOM && c.Inclusive == d.Inclusive
}

// ParseConvention reads what a user says: "code-points" or "utf-16" or "utf-8", then "+crlf2", "+bom", "+inclusive".
func ParseConvention(s string) (Convention, error) {
	c := Convention{CRLF: 1, By: "the user"}
	for i, part := range strings.Split(strings.ToLower(strings.TrimSpace(s)), "+") {
		switch {
		case i == 0 && (part == "code-points" || part == "codepoints"):
			c.Unit = CodePoints
		case i == 0 && (part == "utf-16" || part == "utf16"):
			c.Unit = UTF16
		case i == 0 && (part == "utf-8" || part == "utf8" || part == "bytes"):
			c.Unit = Bytes
		case i > 0 && part == "crlf2":
			c.CRLF = 2
		case i > 0 && part == "bom":
			c.BOM = true
		case i > 0 && part == "inclusive":
			c.Inclusive = true
		default:
			return c, fmt.Errorf("%q is no way to count; expected code-points, utf-16 or utf-8, then +crlf2, +bom or +inclusive where they apply, such as utf-16+crlf2", s)
		}
	}
	return c, nil
}

// conventions are those that are tried, the standard's own first. Only quotes can speak for the ones that no program is
// known to use.
var conventions = func() []Convention {
	var all []Convention
	for _, inclusive := range []bool{false, true} {
		for _, unit := range []string{CodePoints, UTF16, Bytes} {
			for _, bom := range []bool{false, true} {
				for _, crlf := range []int{2, 1} {
					all = append(all, Convention{Unit: unit, CRLF: crlf, BOM: bom, Inclusive: inclusive})
				}
			}
		}
	}
	return all
}()

func (c Convention) likely() bool { return !c.Inclusive && c.Unit != Bytes }

// raw is a text as it lies in the package, decoded but with its line ends.
type raw struct {
	text string // with CR LF and without BOM
	bom  bool
}

// normal gives the text in our convention.
func (r raw) normal() string {
	if !strings.ContainsRune(r.text, '\r') {
		return r.text
	}
	return strings.ReplaceAll(strings.ReplaceAll(r.text, "\r\n", "\n"), "\r", "\n")
}

// letters is a text whose code points can be found by number.
type letters struct {
	s  string
	at []int32 // byte at which each begins, and the end; nil: each is one byte
	n  int
}

// lettersOf looks a text through. It may use the room of at.
func lettersOf(s string, at []int32) letters {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] < 0x80
	}
	if plain {
		return letters{s: s, n: len(s)}
	}
	at = at[:0]
	for i := range s {
		at = append(at, int32(i))
	}
	return letters{s: s, at: append(at, int32(len(s))), n: len(at)}
}

func (l letters) cut(from, to int) string {
	if l.at == nil {
		return l.s[from:to]
	}
	return l.s[l.at[from]:l.at[to]]
}

func (l letters) letter(i int) rune {
	if l.at == nil {
		return rune(l.s[i])
	}
	r, _ := utf8.DecodeRuneInString(l.s[l.at[i]:])
	return r
}

// scale maps positions of a convention to code points of the normal text. A place inside a character maps to its start.
type scale struct {
	same bool    // they are the same numbers
	at   []int32 // by position
	n    int     // code points
	off  int
}

func (r raw) scale(c Convention) scale {
	s := scale{}
	if c.BOM && r.bom {
		s.off = 1
		if c.Unit == Bytes {
			s.off = 3
		}
	}
	plain := true
	for i := 0; i < len(r.text); i++ {
		if b := r.text[i]; b == '\r' || b >= 0x80 && (c.Unit == Bytes || b >= 0xf0) {
			plain = false
			break
		}
	}
	if plain {
		s.same, s.n = true, utf8.RuneCountInString(r.text)
		return s
	}
	s.at = make([]int32, 0, len(r.text)+1)
	cp := int32(0)
	for i := 0; i < len(r.text); {
		ch, size := utf8.DecodeRuneInString(r.text[i:])
		units := 1
		switch {
		case ch == '\r' && i+1 < len(r.text) && r.text[i+1] == '\n':
			size, units = 2, c.CRLF
		case c.Unit == UTF16 && ch > 0xffff:
			units = 2
		case c.Unit == Bytes:
			units = size
		}
		for range units {
			s.at = append(s.at, cp)
		}
		cp++
		i += size
	}
	s.at = append(s.at, cp)
	s.n = int(cp)
	return s
}

// place gives the code points of a selection; ok is false when it does not lie within the text.
func (s scale) place(c Convention, start, end int) (from, to int, ok bool) {
	if c.Inclusive {
		end++
	}
	start, end = start-s.off, end-s.off
	if s.same {
		return start, end, start >= 0 && start <= end && end <= s.n
	}
	if start < 0 || end < start || end >= len(s.at) {
		return 0, 0, false
	}
	return int(s.at[start]), int(s.at[end]), true
}

// evidence is what a source says for a convention.
type evidence struct {
	quotes, quoted int // selections whose name is their words; those that have a name that could be
	edges, ends    int // starts and ends on the edge of a word; all
	inside         int // selections within the text
	places         []int
}

// weigh looks at a source under a convention.
func weigh(r raw, text letters, sels []Selection, c Convention) evidence {
	var e evidence
	s := r.scale(c)
	e.places = make([]int, 0, 2*len(sels))
	for i := range sels {
		from, to, ok := s.place(c, sels[i].raw[0], sels[i].raw[1])
		if !ok {
			e.places = append(e.places, -1, -1)
			if quotable(sels[i].Name) {
				e.quoted++
			}
			e.ends += 2
			continue
		}
		e.places = append(e.places, from, to)
		e.inside++
		if quotable(sels[i].Name) {
			e.quoted++
			if saysSame(sels[i].Name, text.cut(from, to)) {
				e.quotes++
			}
		}
		e.ends += 2
		if from < text.n && edge(text, from) && !unicode.IsSpace(text.letter(from)) {
			e.edges++
		}
		if to > 0 && edge(text, to) {
			e.edges++
		}
	}
	return e
}

// quotable tells whether the name of a selection can be its words.
func quotable(name string) bool { return strings.TrimSpace(name) != "" }

// saysSame compares a name with words of the text: white space is the same however it is written, and a name may be cut
// short, with or without dots.
func saysSame(name, said string) bool {
	if name == said {
		return true
	}
	x, y := evenly(name), evenly(said)
	if x == y {
		return true
	}
	cut := strings.TrimRight(x, " .…")
	return len(cut) >= 12 && len(cut) < len(y) && strings.HasPrefix(y, cut) && (cut != x || len([]rune(cut)) >= 40)
}

// evenly writes words with one space between them. Most texts are written so.
func evenly(s string) string {
	space := true // a further one would be one too many
	for _, r := range s {
		if unicode.IsSpace(r) && (space || r != ' ') {
			return strings.Join(strings.Fields(s), " ")
		}
		space = r == ' '
	}
	return strings.TrimSuffix(s, " ")
}

// edge tells whether a word begins or ends at a place.
func edge(text letters, at int) bool {
	if at <= 0 || at >= text.n {
		return true
	}
	return wordy(text.letter(at-1)) != wordy(text.letter(at))
}

func wordy(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_' || r == '\'' || r == '’'
}

// decide finds the convention of each source. Quotes decide first, then edges of words, each within the source and then
// over all sources of the project; then what the program that wrote it is known to do; then the standard.
func decide(origin string, sources []*Source, texts []raw, forced func(guid string) (Convention, bool)) {
	all := make([][]evidence, len(sources))
	var room []int32
	sum := make([]evidence, len(conventions))
	for i, s := range sources {
		r := texts[i]
		text := lettersOf(r.normal(), room)
		if text.at != nil {
			room = text.at
		}
		sels := s.Selections
		if other := func(x Selection) bool {
			return x.Kind != TextSelection && !(x.Kind == SpanOfTranscript && x.raw[1] > 0)
		}; slices.ContainsFunc(sels, other) { // parts of pictures and recordings say nothing of how a text counts
			sels = slices.DeleteFunc(slices.Clone(sels), other)
		}
		for _, at := range s.timed { // they too stand at the beginnings of words
			sels = append(slices.Clip(sels), Selection{raw: [2]int{at, at}})
		}
		traits := r.traits()
		all[i] = make([]evidence, len(conventions))
		done := map[Convention]int{} // ways of counting that are the same for this text are weighed once
		clear := false               // a likely way fits all quotes, so that the unlikely ones need not be tried
		for k, c := range conventions {
			c = traits.plainly(c)
			if j, ok := done[c]; ok {
				all[i][k] = all[i][j]
				continue
			}
			if clear && !c.likely() {
				continue
			}
			done[c] = k
			all[i][k] = weigh(r, text, sels, c)
			clear = clear || c.likely() && all[i][k].quoted > 0 && all[i][k].quotes == all[i][k].quoted
		}
		for k := range conventions {
			sum[k].quotes += all[i][k].quotes
			sum[k].quoted += all[i][k].quoted
			sum[k].edges += all[i][k].edges
			sum[k].ends += all[i][k].ends
		}
	}
	known := ofOrigin(origin)
	for i, s := range sources {
		if c, ok := forced(s.GUID); ok {
			s.Convention = c
		} else {
			s.Convention = choose(all[i], sum, known)
		}
		all[i] = nil
		sc := texts[i].scale(s.Convention)
		text := lettersOf(texts[i].normal(), room)
		if text.at != nil {
			room = text.at
		}
		for k := range s.Selections {
			x := &s.Selections[k]
			if x.Kind != TextSelection {
				continue
			}
			from, to, ok := sc.place(s.Convention, x.raw[0], x.raw[1])
			for over := 1; !ok && over <= 2; over++ { // some programs count one too many at the end of a text
				if from, to, ok = sc.place(s.Convention, x.raw[0], x.raw[1]-over); ok {
					ok = from < to && to == text.n
				}
				if ok {
					x.moved = "ends after the text; it was cut there"
				}
			}
			// Where names are words, words that stand once elsewhere say where the selection is meant to be.
			if (!ok || !saysSame(x.Name, text.cut(from, to))) && quotable(x.Name) && x.moved == "" && 2*sum[at(s.Convention)].quotes >= sum[at(s.Convention)].quoted {
				if a, b, once := only(text.s, x.Name); once {
					from, to, ok = a, b, true
					x.moved = "lay beside its words; it was put where they stand, which is once in the text"
				}
			}
			if !ok {
				x.Start, x.End = -1, -1
				continue
			}
			x.Start, x.End, x.Quote = from, to, text.cut(from, to)
		}
	}
}

// at is the index of a convention in the list, or 0.
func at(c Convention) int {
	for k := range conventions {
		if conventions[k].same(c) {
			return k
		}
	}
	return 0
}

// only finds words that stand exactly once in a text. They must be long enough to mean something.
func only(s, words string) (from, to int, once bool) {
	find := strings.ReplaceAll(words, "\r\n", "\n")
	n := utf8.RuneCountInString(find)
	if n < 8 {
		return 0, 0, false
	}
	i := strings.Index(s, find)
	if i < 0 || strings.Contains(s[i+1:], find) {
		return 0, 0, false
	}
	from = utf8.RuneCountInString(s[:i])
	return from, from + n, true
}

// traits are what of a text matters to how it can be counted.
type traits struct{ ascii, astral, returns, bom bool }

func (r raw) traits() traits {
	t := traits{ascii: true, returns: strings.Contains(r.text, "\r"), bom: r.bom}
	for i := 0; i < len(r.text) && !t.astral; i++ {
		t.ascii = t.ascii && r.text[i] < 0x80
		t.astral = r.text[i] >= 0xf0
	}
	return t
}

// plainly gives the simplest convention that counts such a text as c does.
func (t traits) plainly(c Convention) Convention {
	if t.ascii || c.Unit == UTF16 && !t.astral {
		c.Unit = CodePoints
	}
	if c.CRLF != 1 && !t.returns {
		c.CRLF = 1
	}
	c.BOM = c.BOM && t.bom
	return c
}

// choose takes the convention that a source's own evidence speaks for, and says what decided.
func choose(own, project []evidence, known Convention) Convention {
	differ := map[int]bool{}
	for k := range conventions {
		for j := range own[k].places {
			if conventions[k].likely() && own[k].places[j] != own[0].places[j] {
				differ[j/2] = true
			}
		}
	}
	best := func(score func(evidence) float64, of []evidence, among func(int) bool) (list []int, top, next float64) {
		top, next = -1, -1
		for k := range conventions {
			if !among(k) {
				continue
			}
			switch s := score(of[k]); {
			case s > top:
				next, top, list = top, s, []int{k}
			case s == top:
				list = append(list, k)
			case s > next:
				next = s
			}
		}
		return
	}
	quotes := func(e evidence) float64 { return share(e.quotes, e.quoted) }
	edges := func(e evidence) float64 { return share(e.edges, e.ends) }
	likely := func(k int) bool { return conventions[k].likely() }
	in := func(list []int) func(int) bool {
		return func(k int) bool {
			for _, x := range list {
				if x == k {
					return true
				}
			}
			return false
		}
	}
	give := func(k int, by string, top, next float64) Convention {
		c := conventions[k]
		c.By, c.Score, c.Next, c.Quotes, c.Differs = by, top, max(next, 0), own[k].quoted, len(differ)
		return c
	}
	prefer := func(list []int) int { // what the program is known for, or else the standard's own way
		for _, k := range list {
			if conventions[k].same(known) {
				return k
			}
		}
		return list[0]
	}
	if len(differ) == 0 && (own[0].quoted == 0 || own[0].quotes > 0) {
		return give(0, "nothing: all ways of counting agree", quotes(own[0]), 0)
	}
	alike := func(list []int) bool { // all give the same places
		for _, k := range list[1:] {
			for j := range own[k].places {
				if own[k].places[j] != own[list[0]].places[j] {
					return false
				}
			}
		}
		return true
	}
	left := []int(nil)
	for k := range conventions {
		left = append(left, k)
	}
	if own[0].quoted > 0 {
		list, top, next := best(quotes, own, func(int) bool { return true })
		if top >= 0.5 {
			if alike(list) {
				return give(prefer(list), "quotes", top, next)
			}
			left = list
			// Of those that fit the words equally well, the unlikely ones speak only when nothing else does.
			for _, keep := range []func(int) bool{likely, func(k int) bool { return !conventions[k].Inclusive }} {
				if some := filter(left, keep); len(some) > 0 {
					left = some
				}
			}
			if alike(left) {
				return give(prefer(left), "quotes", top, next)
			}
		} else {
			left = filter(left, likely)
		}
	} else {
		left = filter(left, likely)
	}
	// The source's own edges, when they are clear.
	list, top, next := best(edges, own, in(left))
	if alike(list) && own[list[0]].ends >= 8 && top-max(next, 0) >= 0.1 {
		return give(prefer(list), "word edges", top, next)
	}
	// All sources of the project together.
	if project[0].quoted > 0 {
		if all, t, n := best(quotes, project, in(left)); t >= 0.5 && n < t && alike(all) {
			return give(prefer(all), "quotes of other sources", t, n)
		}
	}
	if all, t, n := best(edges, project, in(left)); alike(all) && project[all[0]].ends >= 8 && t-max(n, 0) >= 0.05 {
		return give(prefer(all), "word edges of all sources", t, n)
	}
	for _, k := range left {
		if conventions[k].same(known) {
			return give(k, "what the program that wrote it is known to do", edges(own[k]), 0)
		}
	}
	if alike(list) {
		return give(prefer(list), "word edges, though not clearly", top, next)
	}
	return give(left[0], "the standard", edges(own[left[0]]), 0)
}

func filter(list []int, keep func(int) bool) []int {
	var out []int
	for _, k := range list {
		if keep(k) {
			out = append(out, k)
		}
	}
	return out
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

// ofOrigin is how a program is known to count.
func ofOrigin(origin string) Convention {
	o := strings.ToLower(origin)
	switch {
	case strings.Contains(o, "nvivo"):
		return Convention{Unit: UTF16, CRLF: 2}
	case strings.Contains(o, "atlas"):
		return Convention{Unit: CodePoints, CRLF: 1}
	case strings.Contains(o, "taguette"):
		return Convention{Unit: Bytes, CRLF: 2}
	}
	return Convention{Unit: CodePoints, CRLF: 2}
}
