package web

import (
	"slices"
	"strings"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

func (s *Server) documentForms() section {
	return section{Routes: []Route{
		{Pattern: "GET /s/{study}/document/{id}/edit", Policy: On(study.Edit, thread.Document), Handle: editDocument},
		{Pattern: "POST /s/{study}/document/{id}/edit", Policy: On(study.Edit, thread.Document), Handle: editDocument},
	}}
}

// editDocument says where a document comes from and what it is about. Its passages follow it into another case, and under
// protection or out of it.
func editDocument(v *visit) error {
	d := v.Object.(document.Document)
	v.crumb("Documents", v.at("documents"))
	v.crumb(documentTitle(v.Node), v.at("document", string(d.ID)))
	if _, err := v.open(d); err != nil {
		return err
	}
	names, err := v.caseNames()
	if err != nil {
		return err
	}
	inCase := []option{{"", "none, or several"}}
	for id, n := range names {
		inCase = append(inCase, option{string(id), n})
	}
	sortOptions(inCase[1:])
	kinds := []option{}
	for _, k := range documentKinds {
		if k.Value == document.Material {
			k.Text = "material: nobody has said yet where it comes from"
		}
		kinds = append(kinds, k)
	}
	records, err := v.records()
	if err != nil {
		return err
	}
	talks, err := store.All[fieldwork.Interview](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	interviews := []option{{"", "none"}}
	for _, it := range talks {
		if i := it.Object; v.sees(it.Node) {
			interviews = append(interviews, option{string(i.ID), it.Node.Label + ", " + names[i.Case] + ", " + day(i.On)})
		}
	}
	if !slices.ContainsFunc(interviews, func(o option) bool { return o.Value == string(d.Interview) }) {
		interviews = append(interviews, option{string(d.Interview), string(d.Interview)})
	}
	sortOptions(interviews[1:])
	docs, err := store.All[document.Document](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return err
	}
	var others []option
	for _, it := range docs {
		if it.Object.ID != d.ID && v.sees(it.Node) {
			others = append(others, option{string(it.Object.ID), documentTitle(it.Node)})
		}
	}
	sortOptions(others)
	now := func(id thread.ID, of []option) string {
		for _, o := range of {
			if id != "" && o.Value == string(id) {
				return " Now: " + o.Text
			}
		}
		return ""
	}
	return edit(v, editing[document.Document]{Heading: "Edit the document", Intro: "A document of an interview, and material that nobody has placed, is protected: only who may read raw material sees its words.",
		Form: func(d document.Document) form {
			return form{Submit: "Save the document", Cancel: v.at("document", string(d.ID)), Fields: []field{
				{Name: "title", Label: "Title", Help: "Never the name of an informant.", Value: d.Title, Required: true, Lang: d.Language},
				{Name: "kind", Label: "Kind", Help: "A report comes from a record, a transcript from an interview, a translation from another document.", Kind: selectField, Value: d.Kind, Options: kinds},
				{Name: "record", Label: "Record", Help: "Its title or its id in the literature, such as ref-0007." + now(d.Record, records), Value: string(d.Record), Options: records},
				{Name: "interview", Label: "Interview", Help: "That it comes from. The document then follows the informant's consent.", Kind: selectField, Value: string(d.Interview), Options: interviews},
				{Name: "translates", Label: "Translation of", Help: "The title or the id of the document it translates." + now(d.Translates, others), Value: string(d.Translates), Options: others},
				{Name: "case", Label: "Case that it is about", Kind: selectField, Value: string(d.Case), Options: inCase},
				{Name: "language", Label: "Language", Help: "Such as en, hy, th.", Value: d.Language, Required: true},
				{Name: "notice", Label: "Notice", Help: "Shown above the text.", Value: d.Notice},
				{Name: "attributes", Label: "Attributes", Help: "One a line, as NAME: value. Documents are compared by them.", Kind: areaField, Value: strings.Join(d.Attributes, "\n")},
			}}
		},
		Read: func(f form, d document.Document, ps *fault.Problems) document.Document {
			d.Title, d.Kind, d.Interview = f.text("title"), f.text("kind"), thread.ID(f.text("interview"))
			d.Record, d.Translates = named(ps, f, "record", thread.Record, d.Record), named(ps, f, "translates", thread.Document, d.Translates)
			d.Case, d.Language, d.Notice, d.Attributes = thread.ID(f.text("case")), f.text("language"), f.text("notice"), nil
			for _, a := range strings.Split(f.text("attributes"), "\n") {
				if a = strings.TrimSpace(a); a != "" {
					d.Attributes = append(d.Attributes, a)
				}
			}
			return d
		},
		Check: func(tx *store.Tx, d document.Document) error {
			var ps fault.Problems
			if d.Interview != "" {
				it, err := store.Get[fieldwork.Interview](v.Ctx, tx, v.Study, d.Interview)
				switch {
				case fault.Of(err) == fault.NotFound:
					ps.Add("interview", "is not in the study")
				case err != nil:
					return err
				case it.Object.Case != d.Case:
					ps.Add("case", "is another case than that of the interview, %s", it.Object.Case.Rest())
				}
				if !it.Object.Consent.MayRest() {
					rests, err := store.RestsOn(v.Ctx, tx, v.Study, d.ID)
					if err != nil {
						return err
					}
					if rests {
						ps.Add("interview", "has no consent that statements rest on it, but some rest on passages of this document; take them out there first")
					}
				}
				if !it.Object.Consent.MayCode() {
					codings, err := store.CodingsOf[coding.Coding](v.Ctx, tx, v.Study, d.ID)
					if err != nil {
						return err
					}
					if len(codings) > 0 {
						ps.Add("interview", "has no consent to coding, but this document is coded; take its codings away first")
					}
				}
			}
			if d.Translates != "" {
				it, err := store.Get[document.Document](v.Ctx, tx, v.Study, d.Translates)
				switch {
				case fault.Of(err) == fault.NotFound:
					ps.Add("translates", "is not in the study")
				case err != nil:
					return err
				case it.Object.Interview != d.Interview:
					ps.Add("interview", "is not that of the document it translates (%s); a translation of an interview is protected as the interview is", it.Object.Interview)
				}
			}
			return ps.Err()
		},
		Also: func(tx *store.Tx, d document.Document) error { return v.followDocument(tx, d) },
		Done: func(d document.Document) string { return v.at("document", string(d.ID)) }})
}

// named gives the thing that was named in a field, by its id or by words that the field offers; what is neither is told, and what
// stood stands.
func named(ps *fault.Problems, f form, name string, kind thread.Kind, stood thread.ID) thread.ID {
	id := thread.ID(f.text(name))
	if id != "" && id.Kind() != kind {
		ps.Add(name, "%s", nameless(kind, string(id)))
		return stood
	}
	return id
}

// nameless says that nothing has a name.
func nameless(kind thread.Kind, typed string) string {
	return "There is no " + kind.Word() + " called “" + typed + "”. Choose one that is offered as you type, or give its id, which begins with " + kind.Prefix()
}

// mostOffered is how many things a field offers by name: of more, people know the id.
const mostOffered = 2000

// records lists the records of the study that the member sees, for a field that asks for one; nil where there are too many.
func (v *visit) records() ([]option, error) {
	n, err := v.s.store.Counts(v.Ctx, v.Study)
	if err != nil || n[thread.Record] > mostOffered {
		return nil, err
	}
	all, err := store.All[source.Record](v.Ctx, v.store(), v.Study, v.own())
	if err != nil {
		return nil, err
	}
	var out []option
	for _, it := range all {
		if v.sees(it.Node) {
			out = append(out, option{string(it.Object.ID), it.Object.Title})
		}
	}
	sortOptions(out)
	return out, nil
}

// followDocument gives the passages of a document, their codings, rulings and memos, its case and its protection.
func (v *visit) followDocument(tx *store.Tx, d document.Document) error {
	memos := func(on thread.ID) error {
		items, err := store.All[coding.Memo](v.Ctx, tx, v.Study, store.Filter{Owner: on})
		if err != nil {
			return err
		}
		for _, it := range items {
			m := it.Object
			m.Case = d.Case
			if err := tx.Put(v.Study, m, store.Any); err != nil {
				return err
			}
		}
		return nil
	}
	if err := memos(d.ID); err != nil {
		return err
	}
	segs, err := store.All[coding.Segment](v.Ctx, tx, v.Study, store.Filter{Owner: d.ID})
	if err != nil {
		return err
	}
	for _, it := range segs {
		s := it.Object
		s.Case = d.Case
		if err := tx.Put(v.Study, s, store.Any); err != nil {
			return err
		}
		codings, err := store.All[coding.Coding](v.Ctx, tx, v.Study, store.Filter{Owner: s.ID})
		if err != nil {
			return err
		}
		for _, k := range codings {
			c := k.Object
			c.Case = d.Case
			if err := tx.Put(v.Study, c, store.Any); err != nil {
				return err
			}
		}
		rulings, err := store.All[coding.Ruling](v.Ctx, tx, v.Study, store.Filter{Owner: s.ID})
		if err != nil {
			return err
		}
		for _, k := range rulings {
			r := k.Object
			r.Case = d.Case
			if err := tx.Put(v.Study, r, store.Any); err != nil {
				return err
			}
		}
		if err := memos(s.ID); err != nil {
			return err
		}
	}
	return nil
}
