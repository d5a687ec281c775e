// Package qualcoder makes a project of what QualCoder keeps in its database. Source: the tables as QualCoder 1.0 to 4.0
// makes them (Brookes, LGPL-3.0, github.com/ccbogel/QualCoder): texts in "source", codings of texts with the words coded
// in "code_text". Its positions are those of the window in which it shows a text, so how line ends and letters beyond
// U+FFFF count differs with where a coding comes from; the words that it keeps tell.
package qualcoder

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"throughline/exchange/refiqda"
)

// Database is what is read of a database of QualCoder: rows as they stand.
type Database struct {
	Project     Project
	Sources     []Source
	Categories  []Category
	Codes       []Code
	TextCodings []TextCoding
	Areas       []Area // "code_image"
	Spans       []Span // "code_av"
	Annotations []Annotation
	Cases       []Case
	CaseTexts   []CaseText
	Types       []AttributeType
	Attributes  []Attribute
	Journal     []Entry
	Left        map[string]int // rows in tables that are not read, by table
}

// Rows of the tables.
type (
	// Project is the row of "project".
	Project struct{ Version, Date, Memo string }
	// Source is a row of "source".
	Source struct {
		ID                             int64
		Name, Text, Media, Memo, Owner string
		Date                           string
		HasText                        bool // "fulltext" is not null
	}
	// Category is a row of "code_cat".
	Category struct {
		ID, Above   int64 // 0: at the top
		Name, Memo  string
		Owner, Date string
	}
	// Code is a row of "code_name".
	Code struct {
		ID, Category, Above int64 // Above: a code, in 4.0
		Name, Memo, Color   string
	}
	// TextCoding is a row of "code_text".
	TextCoding struct {
		Row, Code, Source, Start, End int64
		Words, Owner, Date, Memo      string
		Important                     bool
	}
	// Area is a row of "code_image".
	Area struct {
		ID, Source, Code, X, Y, Width, Height, Page int64
		Owner, Date, Memo                           string
	}
	// Span is a row of "code_av", in milliseconds.
	Span struct {
		ID, Source, Code, Start, End int64
		Owner, Date, Memo            string
	}
	// Annotation is a row of "annotation".
	Annotation struct {
		ID, Source, Start, End int64
		Owner, Date, Memo      string
	}
	// Case is a row of "cases".
	Case struct {
		ID         int64
		Name, Memo string
	}
	// CaseText is a row of "case_text".
	CaseText struct{ Case, Source, Start, End int64 }
	// AttributeType is a row of "attribute_type".
	AttributeType struct{ Name, Memo, Value string }
	// Attribute is a row of "attribute".
	Attribute struct {
		Name, On, Value string // On: "case", "file"
		ID              int64
	}
	// Entry is a row of "journal".
	Entry struct {
		ID                      int64
		Name, Text, Date, Owner string
	}
)

// Make makes a project of a database, for refiqda.Place. name is what the project is called: its folder.
func Make(d Database, name string) (refiqda.Project, []refiqda.Loss) {
	space := "qualcoder " + name + " " + d.Project.Date
	guid := func(kind string, id int64) string { return refiqda.NewGUID(space, kind, strconv.FormatInt(id, 10)) }
	p := refiqda.Project{Name: name, Origin: "QualCoder", Description: d.Project.Memo, Created: when(d.Project.Date)}
	var losses []refiqda.Loss
	lose := func(item, guid, name, what string) {
		losses = append(losses, refiqda.Loss{Item: item, GUID: guid, Name: name, What: what})
	}
	users := map[string]bool{}
	user := func(owner string) string {
		if owner == "" {
			return ""
		}
		g := refiqda.NewGUID(space, "user", owner)
		if !users[owner] {
			users[owner] = true
			p.Users = append(p.Users, refiqda.User{GUID: g, Name: owner})
		}
		return g
	}

	// Categories and codes are one tree.
	type node struct {
		above string
		code  refiqda.Code
	}
	nodes := map[string]node{}
	var order []string
	add := func(above string, c refiqda.Code) {
		if _, twice := nodes[c.GUID]; !twice {
			nodes[c.GUID] = node{above, c}
			order = append(order, c.GUID)
		}
	}
	up := func(kind string, id int64) string {
		if id == 0 {
			return ""
		}
		return guid(kind, id)
	}
	for _, c := range d.Categories {
		add(up("category", c.Above), refiqda.Code{GUID: guid("category", c.ID), Name: c.Name, Description: c.Memo})
	}
	for _, c := range d.Codes {
		add(cmp.Or(up("code", c.Above), up("category", c.Category)), refiqda.Code{GUID: guid("code", c.ID), Name: c.Name, Description: c.Memo, Color: colour(c.Color), Codable: true})
	}
	state := map[string]int{}
	var write func(g string, deep int)
	write = func(g string, deep int) {
		n, ok := nodes[g]
		if !ok || state[g] != 0 {
			return
		}
		state[g] = 1
		if n.above != "" {
			switch _, known := nodes[n.above]; {
			case !known:
				lose("code", g, n.code.Name, "lies in a category that is not in the project; it stands at the top")
			case state[n.above] == 1 || deep > 200:
				lose("code", g, n.code.Name, "lies under itself, or too deep; it stands at the top")
			default:
				write(n.above, deep+1)
				n.code.Parent = n.above
			}
		}
		state[g] = 2
		p.Codes = append(p.Codes, n.code)
	}
	for _, g := range order {
		write(g, 0)
	}
	// QualCoder shows codes by name, whatever the order in which they were made.
	depth := map[string]int{}
	for _, c := range p.Codes {
		if c.Parent != "" {
			depth[c.GUID] = depth[c.Parent] + 1
		}
	}
	slices.SortStableFunc(p.Codes, func(a, b refiqda.Code) int {
		return cmp.Or(depth[a.GUID]-depth[b.GUID], strings.Compare(a.Name, b.Name))
	})
	isCode := func(id int64) bool { n, ok := nodes[guid("code", id)]; return ok && n.code.Codable }

	// Sources.
	at := map[int64]int{}
	for _, x := range d.Sources {
		if _, twice := at[x.ID]; twice {
			continue
		}
		s := refiqda.Source{GUID: guid("source", x.ID), Kind: kind(x.Media), Name: x.Name, Description: x.Memo, Text: x.Text, HasText: x.HasText && strings.TrimSpace(x.Text) != "", User: user(x.Owner), Created: when(x.Date)}
		if s.Kind != refiqda.TextSource && s.Kind != refiqda.PDFSource {
			s.Text, s.HasText = "", false
		} else if s.Kind == refiqda.PDFSource && !s.HasText {
			lose("source", s.GUID, s.Name, "has no text in the database")
		}
		at[x.ID] = len(p.Sources)
		p.Sources = append(p.Sources, s)
	}
	memo := func(kind string, id int64, text, owner, date string) []string {
		if strings.TrimSpace(text) == "" {
			return nil
		}
		g := guid("memo of "+kind, id)
		p.Notes = append(p.Notes, refiqda.Source{GUID: g, Kind: refiqda.TextSource, Text: text, HasText: true, User: user(owner), Created: when(date)})
		return []string{g}
	}
	selection := func(kind string, id, source int64, x refiqda.Selection) {
		i, ok := at[source]
		if !ok {
			lose("selection", guid(kind, id), "", "is of a source that is not in the project")
			return
		}
		x.GUID = guid(kind, id)
		p.Sources[i].Selections = append(p.Sources[i].Selections, x)
	}
	coding := func(kind string, id, code int64, owner, date, text string) []refiqda.Coding {
		if !isCode(code) {
			lose("coding", guid(kind, id), "", "names a code that is not in the project")
			return nil
		}
		return []refiqda.Coding{{GUID: guid(kind+" coding", id), Code: guid("code", code), User: user(owner), Created: when(date), Notes: memo(kind, id, text, owner, date)}}
	}
	type place struct{ source, start, end int64 }
	together := map[place][2]int{} // QualCoder has a row for each code at one place
	important := 0
	for _, x := range d.TextCodings {
		c := coding("text", x.Row, x.Code, x.Owner, x.Date, x.Memo)
		if x.Important {
			important++
		}
		if k, ok := together[place{x.Source, x.Start, x.End}]; ok {
			s := &p.Sources[k[0]].Selections[k[1]]
			s.Codings = append(s.Codings, c...)
			continue
		}
		if i, ok := at[x.Source]; ok {
			together[place{x.Source, x.Start, x.End}] = [2]int{i, len(p.Sources[i].Selections)}
		}
		selection("text", x.Row, x.Source, refiqda.Selection{Kind: refiqda.TextSelection, Name: x.Words, Start: number(x.Start), End: number(x.End), Codings: c, User: user(x.Owner), Created: when(x.Date)})
	}
	if important > 0 {
		lose("codings", "", "", fmt.Sprintf("%d codings were marked as important; there is no such mark here", important))
	}
	for _, x := range d.Annotations {
		if k, ok := together[place{x.Source, x.Start, x.End}]; ok {
			s := &p.Sources[k[0]].Selections[k[1]]
			s.Notes = append(s.Notes, memo("annotation", x.ID, x.Memo, x.Owner, x.Date)...)
			continue
		}
		selection("annotation", x.ID, x.Source, refiqda.Selection{Kind: refiqda.TextSelection, Start: number(x.Start), End: number(x.End), Notes: memo("annotation", x.ID, x.Memo, x.Owner, x.Date), User: user(x.Owner), Created: when(x.Date)})
	}
	for _, x := range d.Areas {
		selection("area", x.ID, x.Source, refiqda.Selection{Kind: refiqda.RegionSelection, Page: number(x.Page), Box: [4]int{number(x.X), number(x.Y), number(x.X) + number(x.Width), number(x.Y) + number(x.Height)}, Codings: coding("area", x.ID, x.Code, x.Owner, x.Date, x.Memo), User: user(x.Owner), Created: when(x.Date)})
	}
	for _, x := range d.Spans {
		selection("span", x.ID, x.Source, refiqda.Selection{Kind: refiqda.TimeSelection, Begin: number(x.Start), Stop: number(x.End), Codings: coding("span", x.ID, x.Code, x.Owner, x.Date, x.Memo), User: user(x.Owner), Created: when(x.Date)})
	}

	// Attributes, cases, and the journal.
	variables := map[string]bool{}
	for _, t := range d.Types {
		if !variables[t.Name] {
			variables[t.Name] = true
			p.Variables = append(p.Variables, refiqda.Variable{GUID: refiqda.NewGUID(space, "variable", t.Name), Name: t.Name, Type: map[string]string{"numeric": "Float"}[t.Value], Description: t.Memo})
		}
	}
	ofCase, inCase := map[int64]int{}, map[[2]int64]bool{}
	for _, c := range d.Cases {
		if _, twice := ofCase[c.ID]; !twice {
			ofCase[c.ID] = len(p.Cases)
			p.Cases = append(p.Cases, refiqda.Case{GUID: guid("case", c.ID), Name: c.Name, Description: c.Memo})
		}
	}
	lengths := map[int64]int64{}
	for _, x := range d.Sources {
		lengths[x.ID] = int64(len([]rune(x.Text)))
	}
	for _, x := range d.CaseTexts {
		i, ok := ofCase[x.Case]
		if _, known := at[x.Source]; !ok || !known {
			continue
		}
		if n := lengths[x.Source]; x.Start > 1 || x.End < n-2 && x.End > x.Start {
			lose("case", p.Cases[i].GUID, p.Cases[i].Name, "has a part of a text; here it has the whole of it")
		}
		if !inCase[[2]int64{x.Case, x.Source}] {
			inCase[[2]int64{x.Case, x.Source}] = true
			p.Cases[i].Sources = append(p.Cases[i].Sources, guid("source", x.Source))
		}
	}
	other := 0
	for _, a := range d.Attributes {
		if a.Value == "" || !variables[a.Name] {
			continue
		}
		v := refiqda.Value{Variable: refiqda.NewGUID(space, "variable", a.Name), Value: a.Value}
		switch a.On {
		case "file":
			if i, ok := at[a.ID]; ok {
				p.Sources[i].Values = append(p.Sources[i].Values, v)
			}
		case "case":
			if i, ok := ofCase[a.ID]; ok {
				p.Cases[i].Values = append(p.Cases[i].Values, v)
			}
		default:
			other++
		}
	}
	if other > 0 {
		lose("values", "", "", fmt.Sprintf("%d values of attributes are neither of a file nor of a case", other))
	}
	for _, e := range d.Journal {
		p.Notes = append(p.Notes, refiqda.Source{GUID: guid("journal", e.ID), Kind: refiqda.TextSource, Name: e.Name, Text: e.Text, HasText: true, User: user(e.Owner), Created: when(e.Date)})
		p.Memos = append(p.Memos, guid("journal", e.ID))
	}
	for _, t := range slices.Sorted(maps.Keys(d.Left)) {
		if n := d.Left[t]; n > 0 {
			lose("rows", "", t, fmt.Sprintf("%d rows of the table %s have no place here", n, t))
		}
	}
	return p, losses
}

// number makes an int of a number that a file may have anything in.
func number(n int64) int { return int(min(max(n, -1), 1<<31-1)) }

// kind tells what a source is from its path: media lie in folders by their kind, or elsewhere with its name before the path.
func kind(media string) string {
	m := strings.ToLower(strings.TrimPrefix(media, "/"))
	switch {
	case strings.HasPrefix(m, "images"):
		return refiqda.PictureSource
	case strings.HasPrefix(m, "audio"):
		return refiqda.AudioSource
	case strings.HasPrefix(m, "video"):
		return refiqda.VideoSource
	case path.Ext(m) == ".pdf":
		return refiqda.PDFSource
	}
	return refiqda.TextSource
}

// when makes a time of the standard of a local one.
func when(s string) string {
	if len(s) < 19 || s[10] != ' ' && s[10] != 'T' {
		return ""
	}
	return s[:10] + "T" + s[11:19]
}

// colour keeps #RRGGBB.
func colour(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if len(s) != 7 || s[0] != '#' || strings.Trim(s[1:], "0123456789abcdef") != "" {
		return ""
	}
	return s
}
