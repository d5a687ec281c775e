package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"sort"

	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/source"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// Fault is one thing that the check found wrong.
type Fault struct {
	Area    string    `json:"area"` // journal, content, anchor, link, permission, consent, count
	Chain   string    `json:"study"`
	ID      thread.ID `json:"id,omitempty"`
	Message string    `json:"message"`
}

func (f Fault) String() string {
	who := string(f.ID)
	if who != "" {
		who += ": "
	}
	return f.Area + ": " + who + f.Message
}

// Checked is what a check looked at and found.
type Checked struct {
	Studies int     `json:"studies"`
	Entries int     `json:"entries"` // of the journal
	Objects int     `json:"objects"`
	Anchors int     `json:"anchors"`
	Links   int     `json:"links"`
	Faults  []Fault `json:"faults"`
}

// Check goes through everything that is stored: whether the journal is whole, what stands is what the journal says, every
// passage stands where its anchor says, every link and fingerprint is right, and permissions and consent are kept.
func (s *Store) Check(ctx context.Context) (Checked, error) {
	c := Checked{Faults: []Fault{}}
	studies, err := s.Studies(ctx)
	if err != nil {
		return c, err
	}
	c.Studies = len(studies)
	chains := []string{Server}
	for _, st := range studies {
		chains = append(chains, st.Slug)
	}
	for _, chain := range chains {
		last, err := s.checkJournal(ctx, chain, &c)
		if err != nil {
			return c, err
		}
		if chain != Server {
			if err := s.checkStudy(ctx, chain, last, &c); err != nil {
				return c, err
			}
		}
	}
	// Entries of a chain that no study has: somebody removed the study's row.
	err = each(ctx, s, func(scan func(...any) error) error {
		var chain string
		if err := scan(&chain); err != nil {
			return err
		}
		if !slices.Contains(chains, chain) {
			c.Faults = append(c.Faults, Fault{Area: "journal", Chain: chain, Message: fmt.Sprintf("there is a journal for the study %q, which is gone", chain)})
		}
		return nil
	}, `select distinct chain from journal`)
	return c, err
}

// latest is what the journal last said of an object.
type latest struct {
	became    string
	confirmed string
}

func (s *Store) checkJournal(ctx context.Context, chain string, c *Checked) (map[thread.ID]latest, error) {
	add := func(format string, args ...any) {
		c.Faults = append(c.Faults, Fault{Area: "journal", Chain: chain, Message: fmt.Sprintf(format, args...)})
	}
	last := map[thread.ID]latest{}
	var h head
	err := each(ctx, s, func(scan func(...any) error) error {
		e, err := scanEntry(scan)
		if err != nil {
			return err
		}
		c.Entries++
		if e.Seq != h.seq+1 {
			add("entry %d follows entry %d: entries are missing, or were put in another order", e.Seq, h.seq)
		}
		if e.Prev != h.hash {
			add("entry %d is not chained to the one before it", e.Seq)
		}
		if e.Hash != hashEntry(e) {
			add("entry %d was changed after it was written", e.Seq)
		}
		h = head{e.Seq, e.Hash}
		l := last[e.ID]
		switch e.Action {
		case "put":
			l.became = e.Became
		case "drop":
			l = latest{}
		case "confirm":
			l.confirmed = e.Became
		}
		last[e.ID] = l
		return nil
	}, `select chain, seq, at, who, action, id, was, became, prev, hash from journal where chain = $1 order by seq`, chain)
	if err != nil {
		return last, err
	}
	var kept head
	var mac string
	ok, err := one(ctx, s, []any{&kept.seq, &kept.hash, &mac}, `select seq, hash, mac from journal_head where chain = $1`, chain)
	switch {
	case err != nil:
		return last, err
	case !ok && (h.seq > 0 || chain != Server):
		add("the journal's head is missing")
	case ok && kept.seq > h.seq:
		add("the journal ends at entry %d, but had %d entries: its end was cut off", h.seq, kept.seq)
	case ok && kept != h:
		add("the journal's last entry is not the one that its head names")
	}
	if ok && mac != s.sealHead(chain, kept) {
		add("the seal of the journal's head does not fit: the journal was written by another program, or with another key than the one in the data folder")
	}
	return last, nil
}

func (s *Store) checkStudy(ctx context.Context, slug string, last map[thread.ID]latest, c *Checked) error {
	add := func(area string, id thread.ID, format string, args ...any) {
		c.Faults = append(c.Faults, Fault{Area: area, Chain: slug, ID: id, Message: fmt.Sprintf(format, args...)})
	}
	rows := map[thread.ID]row{}
	objects := map[thread.ID]thread.Object{}
	err := each(ctx, s, func(scan func(...any) error) error {
		var r row
		if err := scan(r.fields()...); err != nil {
			return err
		}
		id := thread.ID(r.id)
		rows[id] = r
		c.Objects++
		o, err := decode(thread.Kind(r.kind), r.body)
		if err != nil {
			add("content", id, "cannot be read")
			return nil
		}
		objects[id] = o
		return nil
	}, `select `+rowColumns+` from object where study = $1`, slug)
	if err != nil {
		return err
	}
	ids := make([]thread.ID, 0, len(rows))
	for id := range rows {
		ids = append(ids, id)
	}
	sort.Slice(ids, func(i, j int) bool { return ids[i] < ids[j] })

	// Content against the journal.
	for _, id := range ids {
		r := rows[id]
		l, ok := last[id]
		switch {
		case !ok || l.became == "":
			add("content", id, "stands in the database, but the journal does not know of it")
		case l.became != s.journalled(slug, r):
			add("content", id, "is not what the journal says was written")
		case r.content != thread.Content([]byte(r.body)):
			add("content", id, "does not have its own fingerprint")
		}
	}
	gone := make([]thread.ID, 0)
	for id, l := range last {
		if _, ok := rows[id]; !ok && l.became != "" {
			gone = append(gone, id)
		}
	}
	slices.Sort(gone)
	for _, id := range gone {
		add("content", id, "was written according to the journal, but is gone")
	}

	// Links and fingerprints.
	type key struct {
		from, to thread.ID
		role     thread.Role
	}
	stored := map[key]bool{}
	err = each(ctx, s, func(scan func(...any) error) error {
		var k key
		if err := scan(&k.from, &k.to, &k.role); err != nil {
			return err
		}
		c.Links++
		stored[k] = true
		if _, ok := rows[k.to]; !ok {
			add("link", k.from, "rests on %s, which does not exist", k.to)
		}
		return nil
	}, `select from_id, to_id, role from link where study = $1`, slug)
	if err != nil {
		return err
	}
	links := map[thread.ID][]thread.Link{}
	for _, id := range ids {
		o, ok := objects[id]
		if !ok {
			continue
		}
		links[id] = unique(o.Links())
		inTable := kept(o, links[id])
		c.Links += len(links[id]) - len(inTable)
		for _, l := range inTable {
			k := key{id, l.To, l.Role}
			if !stored[k] {
				add("link", id, "says that it rests on %s, but the link is missing", l.To)
			}
			delete(stored, k)
		}
		saw := map[thread.Link]bool{}
		eachSeen(rows[id].seen, func(b thread.Below) { saw[b.Link] = true })
		for _, l := range links[id] {
			if !saw[l] {
				add("link", id, "does not note what it saw of %s", l.To)
			}
			delete(saw, l)
		}
		if len(saw) > 0 {
			add("link", id, "notes that it saw what it does not speak of")
		}
		if owner := o.Place().Owner; owner != "" {
			if _, ok := rows[owner]; !ok {
				add("link", id, "is a part of %s, which does not exist", owner)
			}
		}
	}
	extra := make([]key, 0)
	for k := range stored {
		extra = append(extra, k)
	}
	sort.Slice(extra, func(i, j int) bool { return fmt.Sprint(extra[i]) < fmt.Sprint(extra[j]) })
	for _, k := range extra {
		add("link", k.from, "has a link to %s that it does not speak of", k.to)
	}
	if order, cycle := thread.Steps(links); cycle != nil {
		add("link", cycle[0], "rests on itself by way of %s", joinIDs(cycle))
	} else {
		prints := map[thread.ID]string{}
		for _, id := range order {
			var below []thread.Below
			for _, l := range links[id] {
				below = append(below, thread.Below{Link: l, Print: prints[l.To]})
			}
			basis := thread.Basis(below)
			r := rows[id]
			prints[id] = thread.Print(r.content, basis)
			if r.basis != basis || r.print != prints[id] {
				add("link", id, "does not have the fingerprint of what it rests on")
			}
		}
	}

	// Anchors, consent, permissions, counts.
	texts := map[thread.ID]document.Text{}
	interview := map[thread.ID]fieldwork.Interview{}
	inWork := map[thread.ID]int{}
	works, leads := 0, 0
	for _, id := range ids {
		switch o := objects[id].(type) {
		case document.Document:
			tx, err := Text(ctx, s, slug, id, o.Version)
			if err != nil {
				add("anchor", id, "has no text in version %d", o.Version)
			} else if thread.Content([]byte(tx.Body)) != o.SHA256 {
				add("anchor", id, "has another text than its fingerprint says")
			}
			texts[id] = tx
			if o.Protected() != rows[id].protected {
				add("permission", id, "is of an interview, but is not marked as protected")
			}
		case fieldwork.Interview:
			interview[id] = o
		case source.Work:
			works++
			for _, r := range o.Records {
				inWork[r]++
			}
		case study.Member:
			if o.Role == study.Lead {
				leads++
			}
			for _, cs := range o.Cases {
				if _, ok := rows[cs]; !ok {
					add("permission", id, "may see %s, which does not exist", cs)
				}
			}
		}
	}
	if leads == 0 {
		add("permission", "study", "has no lead: nobody answers for it")
	}
	of := func(doc thread.ID) (fieldwork.Interview, bool) {
		d, ok := objects[doc].(document.Document)
		if !ok || d.Interview == "" {
			return fieldwork.Interview{}, false
		}
		i, ok := interview[d.Interview]
		return i, ok
	}
	for _, id := range ids {
		o, ok := objects[id]
		if !ok {
			continue
		}
		r := rows[id]
		if owner, ok := rows[thread.ID(r.owner)]; ok && owner.protected && !r.protected {
			add("permission", id, "is a part of the protected %s, but is not marked as protected", r.owner)
		}
		if place := o.Place(); string(place.Case) != r.caseID || string(place.Owner) != r.owner {
			add("permission", id, "is filed under another case or owner than it says itself")
		}
		switch o := o.(type) {
		case coding.Segment:
			c.Anchors++
			if d, ok := objects[o.Anchor.Document].(document.Document); ok {
				text := texts[d.ID]
				if o.Anchor.Version < d.Version { // it was not found again in the text as it is: it must stand in its own version, where that is kept
					if text, err = Text(ctx, s, slug, d.ID, o.Anchor.Version); fault.Of(err) == fault.NotFound {
						err = nil
						continue
					} else if err != nil {
						return err
					}
				}
				if a := o.Anchor.Area; !a.None() && !d.Shows(a) {
					add("anchor", id, "the part %s is not in what %s shows or plays", a, d.ID)
				} else if !text.Holds(o.Anchor) {
					add("anchor", id, "the passage does not stand in %s at %d to %d", d.ID, o.Anchor.Start, o.Anchor.End)
				}
				if o.Case != d.Case {
					add("permission", id, "belongs to another case than its document")
				}
			}
		case coding.Coding:
			if seg, ok := objects[o.Segment].(coding.Segment); ok {
				if i, ok := of(seg.Anchor.Document); ok && !i.Consent.MayCode() {
					add("consent", id, "codes %s, whose informant did not agree to coding", i.ID)
				}
			}
		case source.Record:
			if works > 0 && inWork[id] != 1 {
				add("count", id, "is in %d works; every record is in one", inWork[id])
			}
		}
		if id.Kind().IsStatement() {
			for _, l := range o.Links() {
				if seg, ok := objects[l.To].(coding.Segment); ok {
					if i, ok := of(seg.Anchor.Document); ok && !i.Consent.MayRest() {
						add("consent", id, "rests on a passage of %s, whose informant did not agree to that", i.ID)
					}
				}
			}
		}
	}
	var n int
	if _, err := one(ctx, s, []any{&n}, `select count(*) from document_text t where t.study = $1 and not exists (select 1 from object o where o.study = t.study and o.id = t.document)`, slug); err != nil {
		return err
	}
	if n > 0 {
		add("count", "", "%d texts belong to no document", n)
	}
	var names []string
	err = each(ctx, s, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	}, `select sha256 from file where study = $1 and whole = 1 order by sha256`, slug)
	if err != nil {
		return err
	}
	for _, name := range names {
		f, err := OpenFile(ctx, s, slug, name)
		if err != nil {
			return err
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, f); fault.Of(err) == fault.Damaged || err == nil && hex.EncodeToString(sum.Sum(nil)) != name {
			add("content", "", "the file %s is not what was kept; restore it from a backup", name)
		} else if err != nil {
			return err
		}
	}
	return nil
}
