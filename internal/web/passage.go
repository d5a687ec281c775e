package web

import (
	"strings"
	"unicode/utf8"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// passage is a sentence that statements rest on, as a member may see it: in its words, or sealed.
type passage struct {
	ID       string
	Href     string // its thread page
	Before   string // context
	Quote    string
	After    string
	Lang     string // of the words
	Document string // title; empty: not for this member
	Source   string // address of the document; empty: not to be opened
	Notice   string // such as "composed for demonstration"
	Part     string // of a part of a picture, a page or a recording: where it is; Quote then describes it
	Picture  string // address of its picture; empty: none
	Play     string // address of its recording
	Film     bool   // the recording has pictures
	Cut      int    // characters of a passage that is too long to be shown here whole; 0: it is whole
	Orphaned bool   // the words no longer stand where they were marked
	Sealed   *sealed
	Key      *document.Seal // salt and commitment of a protected passage, for who may hand them to a checker
}

// longPassage is how many characters of a passage are shown beside others; one of a whole text is longer.
const longPassage = 2000

// sealed stands in for words that the member may not read.
type sealed struct {
	Class      string // class of source, such as "activist"
	Commitment string
	Why        string
}

// origin is what is known of a document for showing passages of it.
type origin struct {
	item      store.Item[document.Document]
	class     string // informant category; empty for what is no interview
	withdrawn bool
}

// origin finds a document and, for one of an interview, the class of its informant. It is asked for many passages of one
// document in a visit.
func (v *visit) origin(id thread.ID) (origin, error) {
	if s, ok := v.origins[id]; ok {
		return s, nil
	}
	it, err := store.Get[document.Document](v.Ctx, v.s.store, v.Study, id)
	if err != nil {
		return origin{}, err
	}
	return v.originOf(it)
}

// originsOf finds the documents of passages all at once.
func (v *visit) originsOf(segs []store.Item[coding.Segment]) error {
	ids := make([]thread.ID, len(segs))
	for i, it := range segs {
		ids[i] = it.Object.Anchor.Document
	}
	docs, err := store.Several[document.Document](v.Ctx, v.s.store, v.Study, ids)
	if err != nil {
		return err
	}
	for _, it := range docs {
		if _, err := v.originOf(it); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) originOf(it store.Item[document.Document]) (origin, error) {
	s := origin{item: it}
	if it.Object.Interview != "" {
		i, err := store.Get[fieldwork.Interview](v.Ctx, v.s.store, v.Study, it.Object.Interview)
		if err != nil {
			return origin{}, err
		}
		inf, err := store.Get[fieldwork.Informant](v.Ctx, v.s.store, v.Study, i.Object.Informant)
		if err != nil {
			return origin{}, err
		}
		s.class, s.withdrawn = inf.Object.Category, i.Object.Consent.Withdrawn != ""
	}
	if v.origins == nil {
		v.origins = map[thread.ID]origin{}
	}
	v.origins[it.Object.ID] = s
	return s, nil
}

// unseals tells whether a member may see the salt of a protected passage, to hand it to somebody who checks a published
// commitment.
func unseals(m study.Member, c thread.ID) bool {
	return (m.Role == study.Lead || m.Role == study.Reviewer) && m.May(study.ReadRaw, c)
}

// passage gives a passage as the member may see it.
func (v *visit) passage(seg coding.Segment, n thread.Node) (passage, error) {
	p := passage{ID: string(seg.ID), Href: v.at("thread", string(seg.ID))}
	src, err := v.origin(seg.Anchor.Document)
	if err != nil {
		return p, err
	}
	n.Protected = n.Protected || src.item.Node.Protected
	if n.Protected {
		p.Notice = src.item.Object.Notice
	}
	if !v.reads(n) || src.withdrawn {
		s := &sealed{Class: src.class, Why: "Its words are kept from your role, to protect the informant."}
		if src.withdrawn {
			s.Why = "The informant withdrew consent; its words are shown to nobody."
		}
		if n.Protected {
			seal, err := v.seal(seg)
			if err != nil {
				return p, err
			}
			s.Commitment = seal.Commitment
		}
		p.Sealed = s
		return p, nil
	}
	p.Before, p.After = fromWord(seg.Anchor.Before), toWord(seg.Anchor.After)
	p.Quote, p.Lang, p.Notice = seg.Anchor.Quote, src.item.Object.Language, src.item.Object.Notice
	if n := utf8.RuneCountInString(p.Quote); n > longPassage {
		p.Quote, p.After, p.Cut = excerpt(p.Quote, longPassage), "", n
	}
	if v.sees(src.item.Node) {
		p.Document, p.Source = src.item.Object.Title, v.page(src.item.Object.ID)
	}
	if a := seg.Anchor.Area; !a.None() {
		p.Part = partWords(a)
		if v.sees(src.item.Node) {
			p.Picture, p.Play, p.Film = v.partShown(src.item.Object, seg)
		}
	}
	if n.Protected && unseals(v.Member, n.Case) {
		seal, err := v.seal(seg)
		if err != nil {
			return p, err
		}
		p.Key = &seal
	}
	return p, nil
}

// fromWord and toWord cut what stands around a passage where words begin and end: an anchor counts out letters, and
// shorter only at an end of the text. Writing without spaces, such as Thai, is left as it is.
func fromWord(s string) string {
	if i := strings.IndexAny(s, " \n"); i >= 0 && i < len(s)-1 && utf8.RuneCountInString(s) == document.Context {
		s = "… " + s[i+1:]
	}
	return s
}

func toWord(s string) string {
	if i := strings.LastIndexAny(s, " \n"); i > 0 && utf8.RuneCountInString(s) == document.Context {
		s = s[:i] + " …"
	}
	return s
}

func (v *visit) seal(seg coding.Segment) (document.Seal, error) {
	key, err := v.s.store.SealKey(v.Ctx, v.Study)
	if err != nil {
		return document.Seal{}, err
	}
	return document.SealOf(key, seg.ID, seg.Anchor.Quote), nil
}

// widen gives a passage the whole paragraph it stands in, and tells when it no longer stands there.
func (v *visit) widen(p *passage, a document.Anchor) error {
	if p.Sealed != nil || !a.Area.None() {
		return nil
	}
	text, err := store.Text(v.Ctx, v.s.store, v.Study, a.Document, a.Version)
	if fault.Of(err) == fault.NotFound {
		p.Orphaned = true
		return nil
	}
	if err != nil {
		return err
	}
	if !text.Holds(a) {
		p.Orphaned = true
		return nil
	}
	r := []rune(text.Body)
	before, after := string(r[:a.Start]), string(r[a.End:])
	if i := strings.LastIndex(before, "\n\n"); i >= 0 {
		before = before[i+2:]
	}
	if i := strings.Index(after, "\n\n"); i >= 0 {
		after = after[:i]
	}
	p.Before, p.After = strings.TrimLeft(before, "\n"), strings.TrimRight(after, "\n")
	return nil
}
