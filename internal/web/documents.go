package web

import (
	"slices"
	"strings"

	"throughline/internal/document"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// documentsPage lists the documents that the member may read.
type documentsPage struct {
	Docs      []documentLine
	Total     int
	Found     int
	Text      string // filters
	Case      string
	Kind      string
	Lang      string
	Cases     []option
	Kinds     []option
	Languages []option
	Clear     string
	Pages     leaves
	Records   string // where documents come from, for the empty state
	New       string // address; empty: may not
	Exchange  string // address where projects of other programs come in; empty: may not
}

type documentLine struct {
	Title     string
	Href      string
	Lang      string
	Kind      string
	Language  string
	Case      link
	Notice    string
	Interview bool
	caseID    thread.ID
}

func (documentsPage) template() string { return "documents" }

func (s *Server) documents() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/documents", Policy: Of(study.ReadRaw), Nav: "Documents", Handle: showDocuments},
			{Pattern: "GET /s/{study}/document/{id}", Policy: On(study.ReadRaw, thread.Document), Handle: showDocument},
			{Pattern: "GET /s/{study}/document/{id}/code", Policy: On(study.CodeText, thread.Document), Handle: codePassage},
			{Pattern: "POST /s/{study}/document/{id}/code", Policy: On(study.CodeText, thread.Document), Handle: codePassage},
			{Pattern: "GET /s/{study}/document/{id}/drop", Policy: On(study.CodeText, thread.Document), Handle: dropCoding},
			{Pattern: "POST /s/{study}/document/{id}/drop", Policy: On(study.CodeText, thread.Document), Handle: dropCoding},
		},
		Pages: []page{documentsPage{}, readerPage{}, codingPage{}, dropPage{}},
	}
}

// documentKinds are the kinds of documents as people read them.
var documentKinds = []option{{document.Report, "report"}, {document.Transcript, "interview transcript"}, {document.Translation, "translation"}, {document.Material, "material"}}

func documentWord(kind string) string {
	for _, o := range documentKinds {
		if o.Value == kind {
			return o.Text
		}
	}
	return kind
}

func (v *visit) documentLine(it store.Item[document.Document], names map[thread.ID]string) documentLine {
	d := it.Object
	l := documentLine{Title: d.Title, Href: v.at("document", string(d.ID)), Lang: d.Language, Kind: documentWord(d.Kind), Language: languageWord(d.Language),
		Case: v.caseLink(names, d.Case), Notice: d.Notice, Interview: it.Node.Protected, caseID: d.Case}
	if l.Interview && d.Kind == document.Translation {
		l.Kind = "translation of an interview"
	}
	return l
}

func showDocuments(v *visit) error {
	items, err := store.All[document.Document](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	q := v.R.URL.Query()
	p := documentsPage{Text: strings.TrimSpace(q.Get("text")), Case: q.Get("case"), Kind: q.Get("kind"), Lang: q.Get("lang"), Records: v.at("literature")}
	if v.may(study.Edit, "") {
		p.New = v.at("documents", "new")
	}
	if v.may(study.Manage, "") && v.Member.Role == study.Lead {
		p.Exchange = v.at("exchange")
	}
	p.Cases, p.Languages = []option{{"", "any case"}}, []option{{"", "any language"}}
	p.Kinds = append([]option{{"", "any kind"}}, documentKinds...)
	for id, n := range names {
		p.Cases = append(p.Cases, option{string(id), n})
	}
	seen := map[string]bool{}
	for _, it := range items {
		d := it.Object
		if !v.sees(it.Node) {
			continue
		}
		p.Total++
		if !seen[d.Language] {
			seen[d.Language] = true
			p.Languages = append(p.Languages, option{d.Language, languageWord(d.Language)})
		}
		if p.Case != "" && string(d.Case) != p.Case || p.Kind != "" && d.Kind != p.Kind || p.Lang != "" && d.Language != p.Lang || !contains(p.Text, d.Title, d.Notice) {
			continue
		}
		p.Docs = append(p.Docs, v.documentLine(it, names))
	}
	byText := func(a, b option) int { return strings.Compare(a.Text, b.Text) }
	slices.SortFunc(p.Cases[1:], byText)
	slices.SortFunc(p.Languages[1:], byText)
	slices.SortStableFunc(p.Docs, func(a, b documentLine) int { return strings.Compare(a.Case.Text, b.Case.Text) })
	if p.Text != "" || p.Case != "" || p.Kind != "" || p.Lang != "" {
		p.Clear = v.at("documents")
	}
	p.Found = len(p.Docs)
	var from, to int
	from, to, p.Pages = v.cut(p.Found, linesPerPage)
	p.Docs = p.Docs[from:to]
	return v.render("Documents", p)
}
