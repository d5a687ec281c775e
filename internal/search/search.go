// Package search is how texts are searched: one way to divide text into words in every script, and one query language,
// which the store turns into what its engine understands.
//
// Words are runs of letters and digits, in small letters and without accents. Scripts that put no spaces between words
// (Thai, Lao, Khmer, Burmese, Han, Kana) are indexed in overlapping pairs of letters, so that a word is found wherever it
// stands in a line.
package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"throughline/internal/fault"
)

// Tokenised names the way in which texts are divided into words. An index that was made in another way is made anew.
const Tokenised = "2"

// Token is a word of a text, or a pair of letters, with its place.
type Token struct {
	Text     string
	From, To int // code points
}

// unspaced tells letters of scripts without spaces between words.
func unspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// Tokens divides a text.
func Tokens(s string) []Token {
	var out []Token
	r := []rune(s)
	for i := 0; i < len(r); {
		switch {
		case !unicode.IsLetter(r[i]) && !unicode.IsDigit(r[i]) && !unicode.IsNumber(r[i]):
			i++
		case unspaced(r[i]):
			// Letters with their marks.
			var letters []Token
			j := i
			for j < len(r) && unspaced(r[j]) && (unicode.IsLetter(r[j]) || unicode.IsMark(r[j]) || unicode.IsDigit(r[j])) {
				k := j + 1
				for k < len(r) && unicode.IsMark(r[k]) {
					k++
				}
				letters = append(letters, Token{norm.NFC.String(string(r[j:k])), j, k})
				j = k
			}
			for n := range letters {
				t := letters[n]
				if n+1 < len(letters) {
					t.Text, t.To = t.Text+letters[n+1].Text, letters[n+1].To
				}
				out = append(out, t)
			}
			i = max(j, i+1)
		default:
			j := i
			for j < len(r) && (unicode.IsLetter(r[j]) || unicode.IsNumber(r[j]) || unicode.IsMark(r[j]) || joins(r, j) && !elided(r[i:j], r[j+1])) && !unspaced(r[j]) {
				j++
			}
			if w := fold(string(r[i:j])); w != "" {
				out = append(out, Token{w, i, j})
			}
			i = j
		}
	}
	return out
}

// joins tells an apostrophe or a soft hyphen within a word.
func joins(r []rune, i int) bool {
	return (r[i] == '\'' || r[i] == '’' || r[i] == '\u00ad' || r[i] == '\u200d' || r[i] == '\u200c') && i > 0 && i+1 < len(r) && unicode.IsLetter(r[i-1]) && unicode.IsLetter(r[i+1])
}

// elisions are what French, Italian and Catalan write before an apostrophe and a vowel: words of their own, so that "état" is
// found in "l'état".
var elisions = strings.Fields("l d j m n s t c qu jusqu lorsqu puisqu quoiqu presqu quelqu un dell nell all dall sull coll quell quest degl gl anch com dov tutt senz")

// elided tells whether an apostrophe after some letters and before another ends a word.
func elided(before []rune, after rune) bool {
	if len(before) > 7 || !slices.Contains(elisions, strings.ToLower(string(before))) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(fold(string(after)))
	return strings.ContainsRune("aeiouyh", first)
}

// letters are written as others that people type for them, or that are the same ones at other places.
var letters = map[rune]string{'ß': "ss", 'ẞ': "ss", 'ı': "i", 'ł': "l", 'Ł': "l", 'ø': "o", 'Ø': "o", 'đ': "d", 'Đ': "d", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ς': "σ",
	'أ': "ا", 'إ': "ا", 'آ': "ا", 'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه"}

// fold makes small letters and takes accents and vowel signs of Latin, Greek, Cyrillic, Arabic and Hebrew away.
func fold(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 || s[i] >= 'A' && s[i] <= 'Z' || s[i] == '\'' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r) && (r < 0x0900):
		case r == '\'' || r == '’' || r == '\u00ad' || r == '\u200d' || r == '\u200c' || r == 'ـ':
		case letters[r] != "":
			b.WriteString(letters[r])
		case r >= 0x660 && r <= 0x669: // Arabic digits, and those of Persian
			b.WriteRune(r - 0x660 + '0')
		case r >= 0x6f0 && r <= 0x6f9:
			b.WriteRune(r - 0x6f0 + '0')
		case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return norm.NFC.String(b.String())
}

// Op is what a node of a query does.
type Op int

const (
	Word   Op = iota // one token; Prefix: any that begins so; Fuzzy: any at so many changed letters
	Phrase           // tokens in a row
	And
	Or
	Not
	Near // the two parts at most Distance words apart, in either order
)

// Query is a node of a parsed query.
type Query struct {
	Op       Op
	Tokens   []string // of Word and Phrase
	Prefix   bool     // of Word, and of the last token of a Phrase
	Fuzzy    int      // of Word: at most so many letters added, left out or changed
	Parts    []Query
	Distance int
}

// Asked is a query with its filters.
type Asked struct {
	Query   *Query // nil: filters alone
	Case    []string
	Source  []string // documents
	Lang    []string
	Code    []string
	Kind    []string
	Literal string
	Hint    string // what may have been meant, for when nothing is found
}

// Help tells the language in a few lines.
const Help = `word word        both words in one paragraph
word OR word     one of them
NOT word, -word  without it
"some words"     in this order
protest*         words that begin so
protst~          spelled about like it (protst~2: two letters off)
police NEAR/5 square   within five words of each other
( )              what belongs together
case:case-armenia  source:doc-…  lang:th  code:code-…  kind:report   only there`

func wrong(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

type parser struct {
	in    []item
	at    int
	asked *Asked
	deep  int
}

type item struct {
	text   string
	quoted bool
	place  int // letter at which it begins, from 1
}

// Parse reads a query. Errors say what is wrong, and where.
func Parse(s string) (Asked, error) {
	a := Asked{Literal: s}
	if utf8.RuneCountInString(s) > 1000 {
		return a, wrong("The query is longer than 1,000 letters. Make it shorter.")
	}
	items, err := split(s)
	if err != nil {
		return a, err
	}
	for _, x := range items {
		if !x.quoted && slices.Contains(operators, strings.ToLower(x.text)) && !slices.Contains([]string{"AND", "OR", "NOT", "NEAR"}, x.text) {
			a.Hint = "\"" + x.text + "\" was searched for as a word. AND, OR, NOT and NEAR are written so, in capital letters."
		}
	}
	p := &parser{in: items, asked: &a}
	q, err := p.or()
	if err != nil {
		return a, err
	}
	if p.at < len(p.in) {
		return a, wrong("There is a ) at letter %d that closes nothing.", p.in[p.at].place)
	}
	if q != nil && !positive(*q) {
		return a, wrong("The query, or one side of an OR in it, says only what must not be there. Add a word that must.")
	}
	a.Query = q
	if q == nil && len(a.Case)+len(a.Source)+len(a.Lang)+len(a.Code)+len(a.Kind) == 0 {
		return a, wrong("There is no word to search for.")
	}
	return a, nil
}

// operators are words that may be meant as operators, in languages that researchers write.
var operators = strings.Fields("and or not near und oder nicht et ou sauf y o no e non и или не och eller inte en of niet و أو และ หรือ ไม่ 和 或 와 또는 そして または")

// positive tells whether a query asks for something that must be there.
func positive(q Query) bool {
	switch q.Op {
	case Not:
		return false
	case And:
		for _, p := range q.Parts {
			if positive(p) {
				return true
			}
		}
		return false
	case Or:
		for _, p := range q.Parts {
			if !positive(p) {
				return false
			}
		}
	}
	return true
}

func split(s string) ([]item, error) {
	var out []item
	r := []rune(s)
	for i := 0; i < len(r); {
		switch {
		case unicode.IsSpace(r[i]):
			i++
		case r[i] == '(' || r[i] == ')':
			out = append(out, item{string(r[i]), false, i + 1})
			i++
		case opening(r[i]):
			j := i + 1
			for j < len(r) && !opening(r[j]) {
				j++
			}
			if j == len(r) {
				return nil, wrong("The quotation mark at letter %d is not closed.", i+1)
			}
			out = append(out, item{string(r[i+1 : j]), true, i + 1})
			i = j + 1
		default:
			j := i
			for j < len(r) && !unicode.IsSpace(r[j]) && r[j] != '(' && r[j] != ')' && !opening(r[j]) {
				j++
			}
			out = append(out, item{string(r[i:j]), false, i + 1})
			i = j
		}
	}
	return out, nil
}

// opening tells whether a letter is a quotation mark, of whichever language: any of them closes what any has opened.
func opening(r rune) bool { return strings.ContainsRune("\"“”„‟«»「」『』＂", r) }

func (p *parser) peek() (item, bool) {
	if p.at >= len(p.in) {
		return item{}, false
	}
	return p.in[p.at], true
}

func (p *parser) is(word string) bool {
	x, ok := p.peek()
	return ok && !x.quoted && x.text == word
}

func (p *parser) or() (*Query, error) {
	if p.deep++; p.deep > 50 {
		return nil, wrong("The query has more brackets within brackets than anybody can read.")
	}
	defer func() { p.deep-- }()
	first, err := p.and()
	if err != nil {
		return nil, err
	}
	parts := []Query{}
	if first != nil {
		parts = append(parts, *first)
	}
	for p.is("OR") || p.is("|") {
		at := p.in[p.at].place
		p.at++
		next, err := p.and()
		if err != nil {
			return nil, err
		}
		if next == nil || first == nil {
			return nil, wrong("OR at letter %d needs a word before it and one after it.", at)
		}
		parts = append(parts, *next)
	}
	return join(Or, parts), nil
}

func join(op Op, parts []Query) *Query {
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return &parts[0]
	}
	return &Query{Op: op, Parts: parts}
}

func (p *parser) and() (*Query, error) {
	var parts []Query
	for seen := 0; ; seen++ {
		x, ok := p.peek()
		if !ok || !x.quoted && (x.text == ")" || x.text == "OR" || x.text == "|") {
			return join(And, parts), nil
		}
		if p.is("AND") || p.is("&") {
			p.at++
			if y, ok := p.peek(); seen == 0 || !ok || !y.quoted && slices.Contains([]string{")", "OR", "|", "AND", "&"}, y.text) {
				return nil, wrong("%s at letter %d needs a word before it and one after it.", x.text, x.place)
			}
		}
		q, err := p.near()
		if err != nil {
			return nil, err
		}
		if q != nil {
			parts = append(parts, *q)
		}
	}
}

func (p *parser) near() (*Query, error) {
	left, err := p.one()
	if err != nil {
		return nil, err
	}
	for {
		x, ok := p.peek()
		if !ok || x.quoted || x.text != "NEAR" && !strings.HasPrefix(x.text, "NEAR/") {
			return left, nil
		}
		n := 10
		if rest, has := strings.CutPrefix(x.text, "NEAR/"); has {
			if n = number(rest); n < 1 || n > 50 {
				return nil, wrong("NEAR/%s at letter %d: give a number of words from 1 to 50.", rest, x.place)
			}
		}
		p.at++
		right, err := p.one()
		if err != nil {
			return nil, err
		}
		if left == nil || right == nil || !simple(*left) || !simple(*right) {
			return nil, wrong("NEAR at letter %d needs a word or a phrase before it and one after it, none that is fuzzy (~), or some of them in brackets with OR.", x.place)
		}
		var pairs []Query
		for _, a := range either(*left) {
			for _, b := range either(*right) {
				pairs = append(pairs, Query{Op: Near, Parts: []Query{a, b}, Distance: n})
			}
		}
		if len(pairs) > 400 {
			return nil, wrong("NEAR at letter %d has more words on its sides than can be looked for.", x.place)
		}
		left = join(Or, pairs)
		if y, ok := p.peek(); ok && !y.quoted && strings.HasPrefix(y.text, "NEAR") {
			return nil, wrong("NEAR at letter %d: only two words or phrases can be near each other.", y.place)
		}
	}
}

// simple tells whether something can be near something else: a word, a phrase, or some of them of which one will do.
func simple(q Query) bool {
	if q.Op == Or {
		return !slices.ContainsFunc(q.Parts, func(p Query) bool { return p.Op == Or || !simple(p) })
	}
	return (q.Op == Word || q.Op == Phrase) && q.Fuzzy == 0
}

func either(q Query) []Query {
	if q.Op == Or {
		return q.Parts
	}
	return []Query{q}
}

func number(s string) int {
	n := 0
	if s == "" {
		return -1
	}
	for _, c := range s {
		if c < '0' || c > '9' || n > 1000 {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

func (p *parser) one() (*Query, error) {
	x, ok := p.peek()
	if !ok {
		return nil, nil
	}
	p.at++
	if x.quoted {
		return phrase(x.text, false), nil
	}
	switch {
	case x.text == "NEAR" || strings.HasPrefix(x.text, "NEAR/"):
		return nil, wrong("NEAR at letter %d needs a word or a phrase before it and one after it.", x.place)
	case x.text == "(":
		q, err := p.or()
		if err != nil {
			return nil, err
		}
		if !p.is(")") {
			return nil, wrong("The ( at letter %d is not closed.", x.place)
		}
		p.at++
		return q, nil
	case x.text == "NOT" || x.text == "-":
		q, err := p.one()
		if err != nil || q == nil {
			if err == nil {
				err = wrong("NOT at letter %d needs a word after it.", x.place)
			}
			return nil, err
		}
		return &Query{Op: Not, Parts: []Query{*q}}, nil
	case strings.HasPrefix(x.text, "-") && len(x.text) > 1:
		q, err := term(x.text[1:], x.place)
		if q == nil || err != nil {
			return nil, err
		}
		return &Query{Op: Not, Parts: []Query{*q}}, nil
	}
	if name, value, has := strings.Cut(x.text, ":"); has {
		to := map[string]*[]string{"case": &p.asked.Case, "source": &p.asked.Source, "doc": &p.asked.Source, "lang": &p.asked.Lang, "code": &p.asked.Code, "kind": &p.asked.Kind}[strings.ToLower(name)]
		if to != nil {
			if value == "" {
				return nil, wrong("%s: at letter %d needs a value right after it, such as lang:th.", name, x.place)
			}
			*to = append(*to, strings.ToLower(value))
			return nil, nil
		}
		if latin := strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz_") == ""; name != "" && latin && value != "" && !strings.HasPrefix(value, "//") {
			return nil, wrong("There is no filter %s: (at letter %d). There are case:, lang:, kind:, source: and code:. Put words with a colon in quotation marks.", name, x.place)
		}
	}
	return term(x.text, x.place)
}

// term reads a word as typed, with * or ~ at its end.
func term(s string, place int) (*Query, error) {
	if i := strings.LastIndexByte(s, '~'); i > 0 {
		n := 1
		if rest := s[i+1:]; rest != "" {
			if n = number(rest); n < 1 || n > 2 {
				return nil, wrong("%s at letter %d: a word may be one letter off (~) or two (~2).", s, place)
			}
		}
		q := phrase(s[:i], false)
		switch {
		case q == nil:
		case q.Op != Word:
			return nil, wrong("%s at letter %d: only a single word (of Thai, Chinese and the like: two letters) can be looked for with ~.", s, place)
		default:
			q.Fuzzy = n
		}
		return q, nil
	}
	word := strings.TrimRight(s, "*")
	if strings.Contains(word, "*") {
		return nil, wrong("%s at letter %d: a * can stand only at the end of a word, for all words that begin so.", s, place)
	}
	return phrase(word, word != s), nil
}

// phrase makes tokens of words. A single letter of a script without spaces is searched as the beginning of a pair, and the
// last pair of several is left out, for it is half a pair.
func phrase(s string, prefix bool) *Query {
	ts := Tokens(s)
	if len(ts) == 0 {
		return nil
	}
	var words []string
	half := false
	for i, t := range ts {
		single := unspacedToken(t.Text) && (i+1 == len(ts) || ts[i+1].From != t.From+letterLength(t)) && count(t.Text) == 1
		if single && i > 0 && ts[i-1].To == t.To { // the last letter of a run: it is in the pair before
			continue
		}
		half = half || single
		words = append(words, t.Text)
	}
	q := &Query{Op: Phrase, Tokens: words, Prefix: prefix || half}
	if len(words) == 1 {
		q.Op = Word
	}
	return q
}

func letterLength(t Token) int {
	n := 0
	for i, r := range t.Text {
		if i > 0 && !unicode.IsMark(r) {
			break
		}
		n++
	}
	return n
}

// count is how many letters a token has, marks not counted.
func count(s string) int {
	n := 0
	for _, r := range s {
		if !unicode.IsMark(r) {
			n++
		}
	}
	return n
}

func unspacedToken(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unspaced(r)
}

// Words lists the words of a query that may be fuzzy, so that the store can look up what is like them.
func (q *Query) Words() []*Query {
	if q == nil {
		return nil
	}
	if q.Op == Word && q.Fuzzy > 0 {
		return []*Query{q}
	}
	var out []*Query
	for i := range q.Parts {
		out = append(out, q.Parts[i].Words()...)
	}
	return out
}

// Like tells whether two words differ by at most n letters added, left out, changed or swapped with their neighbour
// (optimal string alignment; Damerau 1964).
func Like(a, b string, n int) bool {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > n || -d > n {
		return false
	}
	var before []int
	prev := make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur := make([]int, len(y)+1)
		cur[0] = i
		least := i
		for j := 1; j <= len(y); j++ {
			c := 1
			if x[i-1] == y[j-1] {
				c = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+c)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], before[j-2]+1)
			}
			least = min(least, cur[j])
		}
		if least > n {
			return false
		}
		before, prev = prev, cur
	}
	return prev[len(y)] <= n
}

// Span is a stretch of a text, in code points.
type Span struct{ From, To int }

// Find evaluates a query on a text and gives the places of its words, for highlighting. It is what every engine must agree
// with.
func (q *Query) Find(text string) (found bool, at []Span) {
	if q == nil {
		return true, nil
	}
	ts := Tokens(text)
	return q.find(ts)
}

func (q *Query) find(ts []Token) (bool, []Span) {
	switch q.Op {
	case Word, Phrase:
		at := q.places(ts)
		var spans []Span
		for _, i := range at {
			spans = append(spans, Span{ts[i].From, ts[i+len(q.Tokens)-1].To})
		}
		return len(at) > 0, spans
	case And:
		var all []Span
		for i := range q.Parts {
			ok, s := q.Parts[i].find(ts)
			if !ok {
				return false, nil
			}
			all = append(all, s...)
		}
		return true, all
	case Or:
		any := false
		var all []Span
		for i := range q.Parts {
			ok, s := q.Parts[i].find(ts)
			any = any || ok
			all = append(all, s...)
		}
		return any, all
	case Not:
		ok, _ := q.Parts[0].find(ts)
		return !ok, nil
	case Near:
		var all []Span
		a, b := q.Parts[0].places(ts), q.Parts[1].places(ts)
		for _, i := range a {
			for _, j := range b {
				gap := j - (i + len(q.Parts[0].Tokens))
				if j < i {
					gap = i - (j + len(q.Parts[1].Tokens))
				}
				if gap >= 0 && gap < q.Distance {
					all = append(all, Span{ts[i].From, ts[i+len(q.Parts[0].Tokens)-1].To}, Span{ts[j].From, ts[j+len(q.Parts[1].Tokens)-1].To})
				}
			}
		}
		return len(all) > 0, all
	}
	return false, nil
}

// places gives the tokens at which a word or a phrase begins.
func (q *Query) places(ts []Token) []int {
	var out []int
	n := len(q.Tokens)
	for i := 0; i+n <= len(ts); i++ {
		ok := true
		for k := 0; ok && k < n; k++ {
			have, want := ts[i+k].Text, q.Tokens[k]
			switch {
			case q.Prefix && k == n-1:
				ok = strings.HasPrefix(have, want)
			case q.Fuzzy > 0:
				ok = Like(have, want, q.Fuzzy)
			default:
				ok = have == want
			}
		}
		if ok {
			out = append(out, i)
		}
	}
	return out
}
