package country

import (
	"encoding/csv"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"throughline/internal/fault"
)

// names find countries by what they are called. Each name leads to one country; to several where it is not clear; or to
// those that followed a state that is no more.
type names struct {
	levels [3]map[string]entry // English and names that scholars use; the same with words in any order; other languages
	words  map[string][]string // for suggestions: codes by word
	fold   cases.Caser         // holds no state of its own
}

type entry struct {
	codes []string // sorted
	note  string   // why a name of the past stands for no country of today
}

func (n *names) add(level int, name, code, note string) {
	k := folded(n.fold, name)
	if level == 1 {
		k = bag(k)
	}
	e := n.levels[level][k]
	if !slices.Contains(e.codes, code) {
		e.codes = append(slices.Clone(e.codes), code)
		slices.Sort(e.codes)
	}
	if note != "" {
		e.note = note
	}
	n.levels[level][k] = e
}

// readNames reads names/variants.csv (name, iso3, note) and names/languages.csv.gz (iso3, language, name).
func readNames(all []Country) (names, error) {
	n := names{words: map[string][]string{}, fold: cases.Fold()}
	for i := range n.levels {
		n.levels[i] = map[string]entry{}
	}
	english := func(name, code, note string) {
		n.add(0, name, code, note)
		n.add(1, name, code, note)
		for _, w := range strings.Fields(folded(n.fold, name)) {
			if len(w) > 3 && !slices.Contains(n.words[w], code) {
				n.words[w] = append(n.words[w], code)
			}
		}
	}
	for _, c := range all {
		english(c.Name, c.ISO3, "")
	}
	b, err := fs.ReadFile(data, "data/names/variants.csv")
	if err != nil {
		return n, err
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		return n, err
	}
	for _, r := range rows[1:] {
		english(r[0], r[1], r[2])
	}
	if b, err = unpacked("data/names/languages.csv.gz"); err != nil {
		return n, err
	}
	if rows, err = csv.NewReader(strings.NewReader(string(b))).ReadAll(); err != nil {
		return n, err
	}
	for _, r := range rows[1:] {
		n.add(2, r[2], r[0], "")
		if r[1] == "en" {
			n.add(1, r[2], r[0], "")
		}
	}
	return n, nil
}

// short forms that are written out before names are compared.
var short = map[string]string{"st": "saint", "rep": "republic", "dem": "democratic", "fed": "federal", "is": "islands", "isl": "islands",
	"afr": "african", "peoples": "people", "brit": "british", "terr": "territory", "n": "north", "s": "south", "arab": "arab", "emirate": "emirates"}

// folded is a name without case, marks on letters, signs, and words that do not tell.
func folded(fold cases.Caser, name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(fold.String(strings.ReplaceAll(name, "&", " and "))) {
		switch {
		case unicode.Is(unicode.Mn, r) && r < 0x370, r == '\'', r == '’', r == 'ʼ', r == '`', r == 'ʻ': // Côte d’Ivoire
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	out := words[:0]
	for _, w := range words {
		if long := short[w]; long != "" {
			w = long
		}
		if w != "the" && w != "and" && w != "of" {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// bag is a folded name with its words in the order of letters: "Korea, Republic of" is "Republic of Korea".
func bag(folded string) string {
	w := strings.Fields(folded)
	slices.Sort(w)
	return strings.Join(w, " ")
}

func (n *names) look(name string) entry {
	k := folded(cases.Fold(), name)
	if k == "" {
		return entry{}
	}
	for i, key := range []string{k, bag(k), k} {
		if e := n.levels[i][key]; len(e.codes) > 0 {
			return e
		}
	}
	return entry{}
}

// UnclearError says that a name stands for no country, or not for one alone.
type UnclearError struct {
	Name       string    // as given
	Candidates []Country // that may be meant; may be empty
	Note       string    // such as: the state was dissolved in 1992
}

func (e *UnclearError) Error() string {
	m := "\"" + e.Name + "\" is the name of no country that is known"
	if e.Note != "" {
		m = "\"" + e.Name + "\": " + e.Note
	} else if len(e.Candidates) > 1 {
		m = "\"" + e.Name + "\" does not say which country is meant"
	}
	var s []string
	for _, c := range e.Candidates {
		s = append(s, c.Name+" ("+c.ISO3+")")
	}
	switch len(s) {
	case 0:
		return m + "; give its code, three letters such as ARM"
	case 1:
		return m + "; perhaps " + s[0]
	}
	return m + "; perhaps " + strings.Join(s[:len(s)-1], ", ") + " or " + s[len(s)-1]
}

// Find gives the country of a name or a three-letter code: its official, short, usual or former name, in English and other
// languages, whatever its case and marks. A name that fits none or several is an error of kind Invalid around an
// *UnclearError that lists those that may be meant.
func (a *Atlas) Find(name string) (Country, error) {
	found, err := a.find(name)
	if unclear := (*UnclearError)(nil); errors.As(err, &unclear) {
		return Country{}, &fault.Error{Kind: fault.Invalid, Message: strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + ".", Cause: err}
	}
	return found, err
}

func (a *Atlas) find(name string) (Country, error) {
	name = strings.TrimSpace(name)
	if c, ok := a.countries[name]; ok && code().MatchString(name) {
		return c, nil
	}
	n, err := a.names()
	if err != nil {
		return Country{}, err
	}
	e := n.look(name)
	if len(e.codes) == 0 { // "Zaire/DRC", "Myanmar (Burma)": names of the same country beside each other
		for _, part := range strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("/()[]", r) }) {
			p := n.look(part)
			if p.note != "" {
				e.note = p.note
			}
			e.codes = append(e.codes, p.codes...)
			if len(p.codes) == 0 && strings.TrimSpace(part) != "" {
				e.codes = nil
				break
			}
		}
		e.codes = sortedUnique(e.codes)
	}
	if len(e.codes) == 1 && e.note == "" {
		return a.countries[e.codes[0]], nil
	}
	if len(e.codes) == 0 {
		e.codes = n.near(name)
	}
	unclear := &UnclearError{Name: name, Note: e.note}
	for _, k := range e.codes {
		unclear.Candidates = append(unclear.Candidates, a.countries[k])
	}
	return Country{}, unclear
}

// near are codes of at most five countries whose names are close to a name.
func (n *names) near(name string) []string {
	k := folded(cases.Fold(), name)
	type guess struct {
		code string
		far  int
	}
	best := map[string]int{}
	for key, e := range n.levels[0] {
		if e.note != "" {
			continue
		}
		if most := 1 + len(k)/5; abs(len(key)-len(k)) <= most && len(k) > 2 {
			if d := distance(k, key); d <= most {
				for _, c := range e.codes {
					if was, ok := best[c]; !ok || d < was {
						best[c] = d
					}
				}
			}
		}
	}
	for _, w := range strings.Fields(k) {
		if codes := n.words[w]; len(codes) <= 4 {
			for _, c := range codes {
				if _, ok := best[c]; !ok {
					best[c] = 10
				}
			}
		}
	}
	var all []guess
	for c, d := range best {
		all = append(all, guess{c, d})
	}
	slices.SortFunc(all, func(a, b guess) int {
		if a.far != b.far {
			return a.far - b.far
		}
		return strings.Compare(a.code, b.code)
	})
	var out []string
	for _, g := range all[:min(5, len(all))] {
		out = append(out, g.code)
	}
	return out
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// distance counts the letters to put in, take out or change (Levenshtein 1966).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		before := row[0]
		row[0] = i + 1
		for j := range y {
			cost := before
			if x[i] != y[j] {
				cost++
			}
			before = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(y)]
}
