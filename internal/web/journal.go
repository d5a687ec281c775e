package web

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// journalPage shows who changed what, latest first.
type journalPage struct {
	Heading string
	Action  string // address of the page
	Server  bool   // of the server's own journal, which is about accounts
	ID      string // only entries of this object
	Entries []journalEntry
	Older   string
	Newest  string
}

type journalEntry struct {
	Seq       int64
	At        string
	Who       string
	Did       string // what was done, in words
	Kind      thread.Kind
	ID        string
	Href      string
	Only      string   // address of the journal of this object alone
	Changes   []change // of what may be shown
	Protected bool     // the content is an informant's: its keyed hash alone is kept
	Closed    bool     // the content is not for this role
	Was       string   // hashes
	Became    string
	Hash      string
}

// change is a field that differs.
type change struct {
	Field  string
	Before string
	After  string
}

func (journalPage) template() string { return "journal" }

func (s *Server) journal() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/journal", Policy: Of(study.Audit), Nav: "Journal", Handle: showJournal},
			{Pattern: "GET /journal", Policy: Operators(), Handle: showServerJournal},
		},
		Pages: []page{journalPage{}},
	}
}

const entriesPerPage = 50

func showServerJournal(v *visit) error {
	return v.journal(store.Server, journalPage{Heading: "Journal of the server", Action: "/journal", Server: true})
}

func showJournal(v *visit) error {
	return v.journal(v.Study, journalPage{Heading: "Journal", Action: v.at("journal")})
}

func (v *visit) journal(chain string, p journalPage) error {
	q := v.R.URL.Query()
	p.ID = strings.TrimSpace(q.Get("id"))
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	before = max(0, before)
	entries, err := v.store().Journal(v.Ctx, chain, store.JournalFilter{ID: thread.ID(p.ID), Before: before, Most: entriesPerPage + 1})
	if err != nil {
		return err
	}
	filter := ""
	if p.ID != "" {
		filter = "id=" + queryEscape(p.ID) + "&"
	}
	if len(entries) > entriesPerPage {
		entries = entries[:entriesPerPage]
		p.Older = p.Action + "?" + filter + "before=" + strconv.FormatInt(entries[len(entries)-1].Seq, 10)
	}
	if before > 0 {
		p.Newest = p.Action + "?" + strings.TrimSuffix(filter, "&")
	}
	for _, e := range entries {
		x := journalEntry{Seq: e.Seq, At: e.At, Who: e.Who, Did: did(e), Kind: e.ID.Kind(), ID: string(e.ID), Hash: e.Hash, Only: p.Action + "?id=" + queryEscape(string(e.ID))}
		switch {
		case p.Server:
			x.Changes = []change{{Field: "account", Before: e.Was, After: e.Became}}
		case e.Action == "confirm":
			x.Was, x.Became = e.Was, e.Became
		case !v.may(seeing(x.Kind), ""):
			x.Closed = true
		case keyedHash(e.Was) || keyedHash(e.Became):
			x.Protected, x.Was, x.Became = true, e.Was, e.Became
		default:
			x.Changes = changes(e.Was, e.Became)
		}
		if !p.Server && v.may(seeing(x.Kind), "") && e.Became != "" {
			x.Href = v.at("thread", x.ID)
		}
		p.Entries = append(p.Entries, x)
	}
	return v.render(p.Heading, p)
}

func keyedHash(s string) bool { return strings.HasPrefix(s, "hmac-sha256:") }

// did is what an entry tells, in words.
func did(e study.Entry) string {
	switch {
	case e.Action == "put" && e.Was == "":
		return "added"
	case e.Action == "put":
		return "changed"
	case e.Action == "drop":
		return "removed"
	case e.Action == "confirm":
		return "confirmed"
	case e.Action == "forget":
		return "removed the earlier texts"
	case e.Action == "account" && e.Was == "":
		return "opened the account"
	case e.Action == "account":
		return "changed the account"
	}
	return e.Action
}

// changes lists the fields in which two contents differ.
func changes(was, became string) []change {
	a, b := fields(was), fields(became)
	var names []string
	for k := range a {
		names = append(names, k)
	}
	for k := range b {
		if _, ok := a[k]; !ok {
			names = append(names, k)
		}
	}
	slices.Sort(names)
	var out []change
	for _, k := range names {
		if a[k] != b[k] {
			out = append(out, change{k, clipped(a[k]), clipped(b[k])})
		}
	}
	return out
}

// fields gives the fields of a JSON object as texts.
func fields(body string) map[string]string {
	out := map[string]string{}
	var raw map[string]json.RawMessage
	if body == "" || json.Unmarshal([]byte(body), &raw) != nil {
		return out
	}
	for k, v := range raw {
		var s string
		if json.Unmarshal(v, &s) == nil {
			out[k] = s
			continue
		}
		var b bytes.Buffer
		if json.Indent(&b, v, "", " ") == nil {
			out[k] = b.String()
		}
	}
	return out
}

func clipped(s string) string {
	if r := []rune(s); len(r) > 600 {
		return string(r[:600]) + "…"
	}
	return s
}
