package transfer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"throughline/exchange/refiqda"
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// GiveOptions steer what leaves a study.
type GiveOptions struct {
	Interviews bool                 // documents that are protected come along, as far as consent allows coding
	Memos      bool                 // memos come along; they can quote what is protected, whatever they are on
	Coders     bool                 // handles of coders as they are; else Coder 1, Coder 2, …
	Original   bool                 // names of original files
	Case       thread.ID            // documents of this case alone; empty: all
	Document   func(thread.ID) bool // these documents alone; nil: all
	Origin     string               // name and version of the program
	Files      map[string]Kept      // files that are at hand, by SHA-256; nil: none are asked for, and none leaves
	Pages      refiqda.PageWay      // how regions of a PDF are counted
	Counts     map[thread.Kind]int  // of all objects of the study, when the bundle holds Given alone; nil: it holds all
}

// Unwritten stands for what a study that was made of a project does not say yet; it is nothing to give.
const Unwritten = "Not written yet."

// Given are the kinds of objects that ToProject and Check look at.
var Given = []thread.Kind{thread.Study, thread.Document, thread.Code, thread.Group, thread.Memo, thread.Segment, thread.Coding, thread.Interview, thread.Case, thread.Candidate, thread.Actor}

// quiet are kinds of which nobody expects that they come along: nothing is told of them.
var quiet = []thread.Kind{thread.Record, thread.Search, thread.Screening, thread.Work, thread.Member, thread.Protocol, thread.Informant, thread.Guide}

// ToProject makes a project for another program from a study. Documents whose informant withdrew or did not agree to
// coding never leave, nor do protected ones unless asked for. GUIDs are the same each time.
func ToProject(b store.Bundle, o GiveOptions) (refiqda.Project, []refiqda.Loss) {
	var losses []refiqda.Loss
	lose := func(item, name, what string) {
		losses = append(losses, refiqda.Loss{Item: item, Name: name, What: what})
	}
	guid := func(id thread.ID) string {
		if g := id.Rest(); id.Kind() == thread.Segment && refiqda.IsGUID(g) {
			return g
		}
		return refiqda.NewGUID(b.Slug, string(id))
	}
	p := refiqda.Project{Origin: cmp.Or(o.Origin, "Throughline")}
	texts := map[thread.ID]document.Text{}
	for _, t := range b.Texts {
		texts[t.Document] = t
	}
	interviews := map[thread.ID]fieldwork.Interview{}
	kases := map[thread.ID]cases.Case{}
	candidates := map[thread.ID]cases.Candidate{}
	var docs []document.Document
	var codes []coding.Code
	var groups []coding.Group
	var memos []coding.Memo
	segments := map[thread.ID][]coding.Segment{} // by document
	codings := map[thread.ID][]coding.Coding{}   // by segment
	users := map[string]string{}                 // GUID by handle
	upper := map[thread.Kind]int{}
	for _, x := range b.Objects {
		switch x := x.(type) {
		case study.Study:
			if p.Name = x.Title; x.Purpose != Unwritten {
				p.Description = x.Purpose
			}
		case document.Document:
			docs = append(docs, x)
		case coding.Code:
			codes = append(codes, x)
		case coding.Group:
			groups = append(groups, x)
		case coding.Memo:
			memos = append(memos, x)
		case coding.Segment:
			segments[x.Anchor.Document] = append(segments[x.Anchor.Document], x)
		case coding.Coding:
			codings[x.Segment] = append(codings[x.Segment], x)
		case fieldwork.Interview:
			interviews[x.ID] = x
		case cases.Case:
			kases[x.ID] = x
		case cases.Candidate:
			candidates[x.ID] = x
		default:
			upper[x.Ref().Kind()]++
		}
	}
	if o.Counts != nil {
		upper = maps.Clone(o.Counts)
		maps.DeleteFunc(upper, func(k thread.Kind, _ int) bool { return k != thread.Actor && slices.Contains(Given, k) })
	}
	codeGUID := map[thread.ID]string{}
	guids := map[string]bool{}
	for _, c := range codes {
		g := guid(c.ID)
		if refiqda.IsGUID(c.GUID) && !guids[c.GUID] {
			g = c.GUID
		}
		guids[g] = true
		codeGUID[c.ID] = g
	}
	at := map[thread.ID]int{} // of codes in the project
	for i, b := range coding.Tree(codes) {
		c := b.Code
		at[c.ID] = i
		p.Codes = append(p.Codes, refiqda.Code{GUID: codeGUID[c.ID], Parent: codeGUID[b.Above], Name: c.Name, Description: describe(c), Color: hues[c.Colour], Codable: true})
	}
	for _, g := range groups {
		s := refiqda.Set{GUID: cmp.Or(g.GUID, guid(g.ID)), Name: g.Name, Description: g.Define}
		for _, c := range g.Codes {
			s.Codes = append(s.Codes, codeGUID[c])
		}
		p.Sets = append(p.Sets, s)
	}
	user := func(handle string) string {
		if users[handle] == "" {
			users[handle] = memberGUID(b.SealKey, handle)
		}
		return users[handle]
	}
	onThing := map[thread.ID][]coding.Memo{}
	stay := 0 // memos
	for _, m := range memos {
		if !o.Memos {
			stay++
			continue
		}
		onThing[m.On] = append(onThing[m.On], m)
	}
	note := func(m coding.Memo) string {
		created := ""
		if m.At != "" {
			created = m.At + "T00:00:00Z"
		}
		g := guid(m.ID)
		p.Notes = append(p.Notes, refiqda.Source{GUID: g, Kind: refiqda.TextSource, Name: excerpt(m.Text), Text: m.Text, HasText: true, User: user(m.By), Created: created})
		return g
	}
	inCase := map[thread.ID]*refiqda.Case{}
	var order []thread.ID
	var values []refiqda.Variable
	variable := func(name string) string {
		g := refiqda.NewGUID(b.Slug, "variable", name)
		if !slices.ContainsFunc(values, func(v refiqda.Variable) bool { return v.GUID == g }) {
			values = append(values, refiqda.Variable{GUID: g, Name: name, Type: "Text"})
		}
		return g
	}
	protected := 0
	var offsets []int
	playing := map[string][]int{} // sources with a transcript, by what they play
	for _, d := range docs {
		switch {
		case o.Case != "" && d.Case != o.Case || o.Document != nil && !o.Document(d.ID):
			continue
		case d.Protected() && !o.Interviews:
			protected++
			continue
		case d.Interview != "" && !interviews[d.Interview].Consent.MayCode():
			lose("source", string(d.ID), "stays behind: its informant withdrew, or did not agree to coding")
			continue
		}
		t, ok := texts[d.ID]
		if !ok {
			lose("source", string(d.ID), "has no text")
			continue
		}
		list := slices.Clone(segments[d.ID])
		carried := o.carry(d, list, lose)
		if t.Body == "" && carried == refiqda.TextSource {
			lose("source", string(d.ID), "has no text, and without its file nothing of it is left")
			continue
		}
		s := refiqda.Source{GUID: guid(d.ID), Kind: carried, Name: d.Title, Text: t.Body, HasText: t.Body != "", Length: d.Length}
		if d.Pictured() {
			s.Width, s.Height = d.Width, d.Height
		}
		switch carried {
		case refiqda.PDFSource:
			s.File = d.File + ".pdf"
		case refiqda.PictureSource, refiqda.AudioSource, refiqda.VideoSource:
			s.File = d.Media + ending(d.MediaType)
		}
		if refiqda.IsGUID(d.GUID) && !guids[d.GUID] {
			s.GUID = d.GUID
		}
		guids[s.GUID] = true
		for _, m := range onThing[d.ID] {
			s.Notes = append(s.Notes, note(m))
		}
		s.Values = append(s.Values, refiqda.Value{Variable: variable("language"), Value: d.Language}, refiqda.Value{Variable: variable("kind"), Value: d.Kind})
		for _, a := range d.Attributes {
			if n, v, ok := strings.Cut(a, ": "); ok && n != "language" && n != "kind" {
				s.Values = append(s.Values, refiqda.Value{Variable: variable(n), Value: v})
			}
		}
		slices.SortFunc(list, func(a, b coding.Segment) int {
			p, q := a.Anchor.Area, b.Anchor.Area
			return cmp.Or(a.Anchor.Start-b.Anchor.Start, a.Anchor.End-b.Anchor.End, p.Page-q.Page, p.From-q.From, p.To-q.To, p.Y-q.Y, p.X-q.X, strings.Compare(string(a.ID), string(b.ID)))
		})
		offsets = offsetsOf(offsets, t.Body)
		s.Selections = slices.Grow(s.Selections, len(list))
		for _, g := range list {
			if !g.Anchor.Area.None() && !fits(carried, g.Anchor.Area) {
				continue // told with its file
			}
			if a := g.Anchor; a.Area.None() && (a.Version != d.Version || a.Start < 0 || a.End >= len(offsets) || t.Body[offsets[a.Start]:offsets[a.End]] != a.Quote) || !a.Area.None() && !d.Shows(a.Area) {
				lose("selection", string(d.ID), "does not stand where it was marked any more; put it right first")
				continue
			}
			x := refiqda.Selection{GUID: guid(g.ID), Kind: refiqda.TextSelection, Start: g.Anchor.Start, End: g.Anchor.End, Quote: g.Anchor.Quote}
			if !g.Anchor.Area.None() && !o.area(&x, d, g.Anchor) {
				lose("selection", string(d.ID), "lies on a page whose size cannot be read")
				continue
			}
			given := codings[g.ID]
			if len(given) > 1 {
				slices.SortFunc(given, func(a, b coding.Coding) int { return strings.Compare(string(a.Ref()), string(b.Ref())) })
			}
			for _, c := range given {
				k := refiqda.Coding{GUID: guid(c.Ref()), Code: codeGUID[c.Code], User: user(c.Coder)}
				switch {
				case c.Memo != "" && !o.Memos:
					stay++
				case c.Memo != "":
					k.Notes = append(k.Notes, note(coding.Memo{ID: thread.ID("memo-of-" + string(c.Ref())), Text: c.Memo, By: c.Coder}))
				}
				x.Codings = append(x.Codings, k)
			}
			if len(given) > 0 {
				x.User = user(given[0].Coder)
			}
			for _, m := range onThing[g.ID] {
				x.Notes = append(x.Notes, note(m))
			}
			if isWhole(g, d, s.GUID, t.Body) {
				s.Codings, s.Notes = append(s.Codings, x.Codings...), append(s.Notes, x.Notes...)
				continue
			}
			s.Selections = append(s.Selections, x)
		}
		if s.Kind == refiqda.AudioSource || s.Kind == refiqda.VideoSource {
			if transcribe(&s, d, len(offsets)-1); len(s.Transcripts) > 0 {
				playing[d.Media] = append(playing[d.Media], len(p.Sources))
			}
		}
		p.Sources = append(p.Sources, s)
		if k, ok := kases[d.Case]; ok {
			if inCase[d.Case] == nil {
				c := candidates[k.Candidate]
				inCase[d.Case] = &refiqda.Case{GUID: guid(k.ID), Name: k.Name, Values: []refiqda.Value{{Variable: variable("country"), Value: c.Country}, {Variable: variable("outcome"), Value: string(c.Outcome)}}}
				order = append(order, d.Case)
			}
			inCase[d.Case].Sources = append(inCase[d.Case].Sources, s.GUID)
		}
	}
	for id, i := range at {
		for _, m := range onThing[id] {
			p.Codes[i].Notes = append(p.Codes[i].Notes, note(m))
		}
	}
	for _, m := range onThing["study"] {
		p.Memos = append(p.Memos, note(m))
	}
	for _, c := range order {
		p.Cases = append(p.Cases, *inCase[c])
	}
	p.Variables = values
	together(&p, playing, func(first string) string { return refiqda.NewGUID(b.Slug, "recording", first) }, []string{variable("language"), variable("kind")}, lose)
	slices.SortFunc(p.Notes, func(a, b refiqda.Source) int { return strings.Compare(a.GUID, b.GUID) })
	for i := range p.Codes {
		slices.Sort(p.Codes[i].Notes)
	}
	handles := slices.Sorted(maps.Keys(users))
	for i, h := range handles {
		name := h
		if !o.Coders {
			name = fmt.Sprintf("Coder %d", i+1)
		}
		p.Users = append(p.Users, refiqda.User{GUID: users[h], Name: name})
	}
	if protected > 0 {
		lose("sources", "", fmt.Sprintf("%d protected documents (interviews, and material that nobody has placed yet) stay behind; they leave only when asked for", protected))
	}
	if stay > 0 {
		lose("memos", "", fmt.Sprintf("%d memos stay behind, for a memo can quote an interview; they leave only when asked for", stay))
	}
	for _, k := range thread.Kinds() {
		if n := upper[k]; n > 0 && !slices.Contains(quiet, k) {
			lose(string(k), "", fmt.Sprintf("%d of the kind %q stay behind: the standard has no place for them", n, k.Word()))
		}
	}
	return p, losses
}

func excerpt(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return string(r)
}
