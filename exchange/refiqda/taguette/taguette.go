// Package taguette makes a project of what Taguette keeps in its database. Source: the models and the module "extract" of
// Taguette 1.5 (Rampin, Rampin and DeMott, BSD-3-Clause, github.com/remram44/taguette): a document is a piece of HTML, and a
// highlight is a start and an end in bytes of UTF-8 over its text without the tags.
package taguette

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"throughline/exchange/refiqda"
)

// Database is what is read of a database of Taguette: rows as they stand.
type Database struct {
	Projects   []Project
	Documents  []Document
	Tags       []Tag
	Highlights []Highlight
	Uses       []Use
	Commands   []Command
}

// Rows of the tables.
type (
	// Project is a row of "projects".
	Project struct {
		ID                         int64
		Name, Description, Created string
	}
	// Document is a row of "documents".
	Document struct {
		ID, Project                          int64
		Name, Description, Created, Contents string
	}
	// Tag is a row of "tags". Its path tells the tree: names divided by dots.
	Tag struct {
		ID, Project       int64
		Path, Description string
	}
	// Highlight is a row of "highlights".
	Highlight struct {
		ID, Document, Start, End int64
		Snippet                  string // HTML
	}
	// Use is a row of "highlight_tags".
	Use struct{ Highlight, Tag int64 }
	// Command is a row of "commands": what somebody did. Highlights tell of no author; the command that made one does.
	Command struct {
		Project int64
		User    string
		Payload string // JSON
	}
)

// Make makes a project of one of those in the database. Positions in it are code points of the texts, to be checked by
// refiqda.Place with Way.
func Make(d Database, of Project) (refiqda.Project, []refiqda.Loss) {
	space := "taguette " + of.Name + " " + of.Created
	guid := func(kind string, id int64) string { return refiqda.NewGUID(space, kind, strconv.FormatInt(id, 10)) }
	p := refiqda.Project{Name: of.Name, Origin: "Taguette", Description: of.Description, Created: when(of.Created)}
	var losses []refiqda.Loss
	lose := func(item, guid, name, what string) {
		losses = append(losses, refiqda.Loss{Item: item, GUID: guid, Name: name, What: what})
	}

	// The tree of tags. What is above a tag need not be one itself.
	tags := slices.DeleteFunc(slices.Clone(d.Tags), func(t Tag) bool { return t.Project != of.ID })
	slices.SortFunc(tags, func(a, b Tag) int { return strings.Compare(a.Path, b.Path) })
	byPath := map[string]*Tag{}
	for i := range tags {
		byPath[tags[i].Path] = &tags[i]
	}
	written := map[string]string{}
	var code func(path string) string
	code = func(path string) string {
		if g := written[path]; g != "" {
			return g
		}
		c := refiqda.Code{GUID: refiqda.NewGUID(space, "above", path), Name: path}
		if i := strings.LastIndexByte(path, '.'); i > 0 && i < len(path)-1 && strings.Count(path, ".") < 40 {
			c.Parent, c.Name = code(path[:i]), path[i+1:]
		}
		if t := byPath[path]; t != nil {
			c.GUID, c.Description, c.Codable = guid("tag", t.ID), t.Description, true
		}
		written[path] = c.GUID
		p.Codes = append(p.Codes, c)
		return c.GUID
	}
	ofTag := map[int64]string{}
	for _, t := range tags {
		ofTag[t.ID] = code(t.Path)
	}

	// Who made a highlight.
	author := map[int64]string{}
	users := map[string]bool{}
	for _, c := range d.Commands {
		var what struct {
			Type string `json:"type"`
			ID   int64  `json:"highlight_id"`
		}
		if c.Project == of.ID && json.Unmarshal([]byte(c.Payload), &what) == nil && what.Type == "highlight_add" && c.User != "" {
			author[what.ID] = c.User
		}
	}
	user := func(login string) string {
		if login == "" {
			return ""
		}
		g := refiqda.NewGUID(space, "user", login)
		if !users[login] {
			users[login] = true
			p.Users = append(p.Users, refiqda.User{GUID: g, Name: login})
		}
		return g
	}

	uses := map[int64][]int64{}
	for _, u := range d.Uses {
		uses[u.Highlight] = append(uses[u.Highlight], u.Tag)
	}
	highlights := map[int64][]Highlight{}
	for _, h := range d.Highlights {
		highlights[h.Document] = append(highlights[h.Document], h)
	}
	documents := slices.DeleteFunc(slices.Clone(d.Documents), func(x Document) bool { return x.Project != of.ID })
	slices.SortFunc(documents, func(a, b Document) int { return int(min(max(a.ID-b.ID, -1), 1)) })
	for _, x := range documents {
		s := refiqda.Source{GUID: guid("document", x.ID), Kind: refiqda.TextSource, Name: x.Name, Description: x.Description, Created: when(x.Created)}
		text, err := plain(x.Contents)
		if err != nil {
			lose("source", s.GUID, s.Name, "its text cannot be read ("+err.Error()+"), so what was highlighted in it does not come along")
			p.Sources = append(p.Sources, s)
			continue
		}
		s.Text, s.HasText = text.body, true
		list := highlights[x.ID]
		slices.SortFunc(list, func(a, b Highlight) int {
			if a.Start != b.Start {
				return int(min(max(a.Start-b.Start, -1), 1))
			}
			return int(min(max(a.ID-b.ID, -1), 1))
		})
		for _, h := range list {
			g := guid("highlight", h.ID)
			from, to, how := text.place(h)
			if how != "" {
				lose("selection", g, s.Name, how)
			}
			if from < 0 {
				continue
			}
			sel := refiqda.Selection{GUID: g, Kind: refiqda.TextSelection, Start: from, End: to, User: user(author[h.ID])}
			sel.Name = text.cut(from, to)
			seen := map[int64]bool{}
			for _, t := range uses[h.ID] {
				if c := ofTag[t]; c != "" && !seen[t] {
					seen[t] = true
					sel.Codings = append(sel.Codings, refiqda.Coding{GUID: refiqda.NewGUID(space, "use", strconv.FormatInt(h.ID, 10), strconv.FormatInt(t, 10)), Code: c, User: sel.User})
				} else if c == "" {
					lose("coding", g, s.Name, "names a tag that is not in the project")
				}
			}
			s.Selections = append(s.Selections, sel)
		}
		p.Sources = append(p.Sources, s)
	}
	return p, losses
}

// Way is how positions of a project from Make are counted.
func Way() map[string]refiqda.Convention {
	return map[string]refiqda.Convention{"": {Unit: refiqda.CodePoints, CRLF: 1, By: "the program's own way: bytes of UTF-8 over the text without tags"}}
}

// when makes a time of the standard of one of the database, which is in UTC.
func when(s string) string {
	if len(s) < 19 || s[10] != ' ' && s[10] != 'T' {
		return ""
	}
	return s[:10] + "T" + s[11:19] + "Z"
}

// place finds a highlight: where its start and end say, if the words there are those it keeps; else where its words stand
// once. how tells of anything else; from is -1 when there is no place.
func (t text) place(h Highlight) (from, to int, how string) {
	said := ""
	if s, err := plain(h.Snippet); err == nil {
		said = s.raw
	}
	from = -1
	if h.Start >= 0 && h.End > h.Start && h.End <= int64(len(t.raw)) {
		a, b := int(h.Start), int(h.End)
		whole := (a == 0 || utf8.RuneStart(t.raw[a])) && (b == len(t.raw) || utf8.RuneStart(t.raw[b]))
		if from, to = int(t.start[a]), int(t.end[b]); whole && (said == "" || same(said, t.raw[a:b])) && from < to {
			return from, to, ""
		}
		if from >= to {
			from = -1
		}
	}
	if words := strings.TrimSpace(said); len(words) >= 8 {
		if i := strings.Index(t.raw, words); i >= 0 && !strings.Contains(t.raw[i+1:], words) {
			return int(t.start[i]), int(t.end[i+len(words)]), "lay beside its words; it was put where they stand, which is once in the text"
		}
	}
	if from < 0 {
		return -1, -1, "lies outside of the text (" + strconv.FormatInt(h.Start, 10) + " to " + strconv.FormatInt(h.End, 10) + ")"
	}
	return from, to, "the words at its place are not those that it keeps; it was left at its place: look at it"
}

// same compares words, however white space is written.
func same(a, b string) bool {
	return a == b || strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}
