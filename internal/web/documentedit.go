package web

import (
	"strings"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
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
	return edit(v, editing[document.Document]{Heading: "Edit the document", Intro: "A document of an interview, and material that nobody has placed, is protected: only who may read raw material sees its words.",
		Form: func(d document.Document) form {
			return form{Submit: "Save the document", Cancel: v.at("document", string(d.ID)), Fields: []field{
				{Name: "title", Label: "Title", Help: "Never the name of an informant.", Value: d.Title, Required: true, Lang: d.Language},
				{Name: "kind", Label: "Kind", Help: "A report comes from a record, a transcript from an interview, a translation from another document.", Kind: selectField, Value: d.Kind, Options: kinds},
				{Name: "record", Label: "Record", Help: "The id of the record it comes from, such as ref-0007.", Value: string(d.Record)},
				{Name: "interview", Label: "Interview", Help: "The id of the interview it comes from, such as int-arm-a1. The document then follows the informant's consent.", Value: string(d.Interview)},
				{Name: "translates", Label: "Translation of", Help: "The id of the document it translates.", Value: string(d.Translates)},
				{Name: "case", Label: "Case that it is about", Kind: selectField, Value: string(d.Case), Options: inCase},
				{Name: "language", Label: "Language", Help: "Such as en, hy, th.", Value: d.Language, Required: true},
				{Name: "notice", Label: "Notice", Help: "Shown above the text.", Value: d.Notice},
				{Name: "attributes", Label: "Attributes", Help: "One a line, as NAME: value. Documents are compared by them.", Kind: areaField, Value: strings.Join(d.Attributes, "\n")},
			}}
		},
		Read: func(f form, d document.Document, _ *fault.Problems) document.Document {
			d.Title, d.Kind, d.Record, d.Interview, d.Translates = f.text("title"), f.text("kind"), thread.ID(f.text("record")), thread.ID(f.text("interview")), thread.ID(f.text("translates"))
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
