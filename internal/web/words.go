package web

import (
	"cmp"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"throughline/analysis/words"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// wordsPage lists the words of the texts.
type wordsPage struct {
	Case, Language, By, Compare string
	Cases, Languages, Bys       []option
	Longer, Least               int
	Without                     string
	Trouble                     string
	Texts                       string // how many were counted
	Words                       string
	Uncut                       string // scripts that are not cut into words
	Against                     string // the case that is compared with the others
	Alone                       bool   // there are no others, or it has no texts itself
	Cols                        []matrixCol
	MoreCols                    int
	Rows                        []wordRow
	Pages                       leaves
	Files                       []link
}

type wordRow struct {
	Word     string
	Href     string
	N, Texts int
	Thousand string
	Bar      int // of 100
	Key      string
	Cells    []matrixCell
}

func (wordsPage) template() string { return "words" }

const (
	wordsPerPage = 100
	mostColumns  = 12
	// mostCountedLetters is up to how many bytes of texts are counted while somebody waits.
	mostCountedLetters = 20 << 20
)

// wordsAsked is what the address asks for.
func (v *visit) wordsAsked() (p wordsPage, o words.Options) {
	q := v.R.URL.Query()
	number := func(name string, or int) int {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil {
			return or
		}
		return min(max(n, 0), 1000)
	}
	p = wordsPage{Case: q.Get("case"), Language: q.Get("language"), By: q.Get("by"), Compare: q.Get("compare"), Longer: number("longer", 3), Least: number("least", 2), Without: q.Get("without")}
	if len(p.Without) > 10_000 {
		p.Without = p.Without[:10_000]
	}
	p.Bys = []option{{"", "nothing more"}, {"case", "case"}, {"document", "document"}, {"language", "language"}}
	if !slices.ContainsFunc(p.Bys, func(x option) bool { return x.Value == p.By }) {
		p.By = ""
	}
	if p.Compare != "" {
		p.Case, p.By = "", "case"
	}
	return p, words.Options{Longer: p.Longer, Without: words.List(p.Without), Key: p.Compare}
}

// counted counts the words of the texts that the member may read; when the words leave the program, of those that may leave.
func (v *visit) counted(leaving bool) (p wordsPage, t words.Table, title map[string]string, kept int, err error) {
	p, o := v.wordsAsked()
	docs, err := store.All[document.Document](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return
	}
	names, err := v.caseNames()
	if err != nil {
		return
	}
	title = map[string]string{}
	known := map[thread.ID]bool{}
	languages := map[string]bool{}
	var texts []words.Text
	size := 0
	for _, it := range docs {
		d := it.Object
		if !v.sees(it.Node) || !v.reads(it.Node) {
			continue
		}
		languages[d.Language] = true
		if p.Case != "" && string(d.Case) != p.Case || p.Language != "" && d.Language != p.Language {
			continue
		}
		if d.Interview != "" {
			from, err := v.origin(d.ID)
			if err != nil {
				return p, t, nil, 0, err
			}
			if from.withdrawn {
				continue
			}
		}
		if leaving {
			ok, err := v.mayLeave(d, known)
			if err != nil {
				return p, t, nil, 0, err
			}
			if !ok {
				kept++
				continue
			}
		}
		x, err := store.Text(v.Ctx, v.store(), v.Study, d.ID, d.Version)
		if err != nil {
			return p, t, nil, 0, err
		}
		if size += len(x.Body); size > mostCountedLetters {
			return p, t, nil, 0, fault.New(fault.Invalid, "These are more texts than can be counted while you wait. Choose a case or a language, or use the command throughline words.")
		}
		group := map[string]string{"case": string(d.Case), "document": string(d.ID), "language": d.Language}[p.By]
		title[group] = map[string]string{"case": cmp.Or(names[d.Case], "no case"), "document": d.Title, "language": cmp.Or(languageWord(d.Language), "not said")}[p.By]
		texts = append(texts, words.Text{Group: group, Body: x.Body})
	}
	p.Cases = []option{{"", "all cases"}}
	for id, n := range names {
		p.Cases = append(p.Cases, option{string(id), n})
	}
	sortOptions(p.Cases[1:])
	p.Languages = []option{{"", "all languages"}}
	for _, l := range slices.Sorted(maps.Keys(languages)) {
		if l != "" {
			p.Languages = append(p.Languages, option{l, languageWord(l)})
		}
	}
	p.Against = names[thread.ID(p.Compare)]
	if p.Against == "" {
		o.Key, p.Compare = "", ""
	}
	t = words.Count(texts, o)
	if p.Alone = p.Compare != "" && !t.Compares(p.Compare); p.Alone {
		p.Compare = ""
	}
	t.Rows = slices.DeleteFunc(t.Rows, func(r words.Row) bool { return r.N < p.Least })
	return p, t, title, kept, nil
}

func showWords(v *visit) error {
	p, t, title, _, err := v.counted(false)
	if fault.Of(err) == fault.Invalid {
		p.Trouble = fault.Message(err)
		v.status = 422
		return v.render("Words", p)
	}
	if err != nil {
		return err
	}
	p.Texts, p.Words, p.Uncut = plural(t.Texts, "text"), plural(t.Words, "word"), strings.Join(t.Uncut, ", ")
	columns := len(t.Groups)
	if p.By == "" {
		columns = 0
	}
	p.MoreCols = max(0, columns-mostColumns)
	columns = min(columns, mostColumns)
	for _, g := range t.Groups[:columns] {
		p.Cols = append(p.Cols, matrixCol{title[g.Name], excerpt(title[g.Name], 24)})
	}
	most := 1
	for _, r := range t.Rows {
		most = max(most, r.N)
	}
	var from, to int
	from, to, p.Pages = v.cut(len(t.Rows), wordsPerPage)
	for _, r := range t.Rows[from:to] {
		ask := `"` + r.Word + `"`
		if p.Case != "" {
			ask += " case:" + p.Case
		}
		if p.Language != "" {
			ask += " lang:" + p.Language
		}
		row := wordRow{Word: r.Word, Href: v.at("search") + "?" + url.Values{"q": {ask}}.Encode(), N: r.N, Texts: r.Texts, Thousand: strconv.FormatFloat(words.PerThousand(r.N, t.Words), 'f', 2, 64), Bar: max(1, int(math.Round(100*float64(r.N)/float64(most))))}
		if p.Compare != "" {
			row.Key = strings.Replace(strconv.FormatFloat(r.Key, 'f', 1, 64), "-", "−", 1)
		}
		for i, n := range r.By[:columns] {
			cell := matrixCell{N: n}
			if n > 0 { // by how often it is there, not by how much there is
				cell.Tone = "t" + strconv.Itoa(min(4, 1+int(3*words.PerThousand(n, t.Groups[i].Words)/max(1e-9, densest(r, t)))))
			}
			row.Cells = append(row.Cells, cell)
		}
		p.Rows = append(p.Rows, row)
	}
	p.Files = v.files("words")
	return v.render("Words", p)
}

// densest is how often a word is there, in a thousand words, where it is there most often.
func densest(r words.Row, t words.Table) float64 {
	most := 0.0
	for i, n := range r.By {
		most = max(most, words.PerThousand(n, t.Groups[i].Words))
	}
	return most
}

func wordsFile(v *visit) error {
	p, t, title, kept, err := v.counted(true)
	if err != nil {
		return err
	}
	head := []string{"word", "times", "per thousand words", "documents"}
	if p.Compare != "" {
		head = append(head, "log-likelihood of "+p.Against)
	}
	if p.By != "" {
		for _, g := range t.Groups {
			head = append(head, title[g.Name])
		}
	}
	table := [][]string{head}
	for _, r := range t.Rows {
		row := []string{r.Word, strconv.Itoa(r.N), strconv.FormatFloat(words.PerThousand(r.N, t.Words), 'f', 4, 64), strconv.Itoa(r.Texts)}
		if p.Compare != "" {
			row = append(row, strconv.FormatFloat(r.Key, 'f', 4, 64))
		}
		if p.By != "" {
			for _, n := range r.By {
				row = append(row, strconv.Itoa(n))
			}
		}
		table = append(table, row)
	}
	all := []string{"(all words)", strconv.Itoa(t.Words), "", strconv.Itoa(t.Texts)}
	if p.Compare != "" {
		all = append(all, "")
	}
	if p.By != "" {
		for _, g := range t.Groups {
			all = append(all, strconv.Itoa(g.Words))
		}
	}
	table = append(table, all)
	if kept > 0 {
		table = append(table, []string{"(not counted: no consent to quote)", "", "", strconv.Itoa(kept)})
	}
	return v.give(download{"words", "Words", table, nil})
}
