// Package peer reads projects out of the databases of other programs for qualitative analysis: Taguette and QualCoder.
// Such a file comes from a stranger, so it is read in a child process with limits ([Reader] goes to extract.Child), by SQLite
// in memory, from tables alone: no view, trigger, virtual table or generated column of the file is ever run.
package peer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/ioutil"
	"github.com/ncruces/go-sqlite3/vfs/readervfs"

	"throughline/exchange/refiqda"
	"throughline/exchange/refiqda/qualcoder"
	"throughline/exchange/refiqda/taguette"
	"throughline/internal/extract"
	"throughline/internal/fault"
)

// Kind is the word by which the child process is asked for this.
const Kind = "project in a database"

// Asked says what is wanted of a database.
type Asked struct {
	Name    string                        // of a QualCoder project: its folder
	Project string                        // which, by name or number, where a database of Taguette has several
	Ways    map[string]refiqda.Convention // how positions are counted, as refiqda.Place takes it
}

// Project is what a database holds.
type Project struct {
	Project refiqda.Project
	Losses  []refiqda.Loss
}

// Magic is how a file of SQLite begins.
const Magic = "SQLite format 3\x00"

// Limits of what is read: rows of one table, and bytes of all together.
const (
	mostRows  = 2_000_000
	mostBytes = 256 << 20
)

// Reader gives what the child process calls.
func Reader() extract.Other {
	return extract.Other{Kind: Kind, Read: func(told string, data []byte) (any, error) {
		var a Asked
		if err := json.Unmarshal([]byte(told), &a); err != nil {
			return nil, err
		}
		return Read(data, a)
	}}
}

func invalid(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

// Read reads a project out of the bytes of a database, in this process. Strangers' files go through a child.
func Read(data []byte, a Asked) (p Project, err error) {
	defer func() {
		if r := recover(); r != nil { // SQLite in want of memory
			p, err = Project{}, broken(fmt.Errorf("%v", r))
		}
	}()
	if !bytes.HasPrefix(data, []byte(Magic)) {
		return Project{}, invalid("The file is no database of SQLite.")
	}
	d, err := open(data)
	if err != nil {
		return Project{}, err
	}
	defer d.c.Close()
	switch {
	case d.has("highlights", "document_id", "start_offset", "end_offset", "snippet") && d.has("documents", "contents", "project_id") && d.has("tags", "path") && d.has("highlight_tags", "highlight_id", "tag_id") && d.has("projects", "name"):
		return d.taguette(a)
	case d.has("source", "name", "fulltext") && d.has("code_text", "cid", "fid", "pos0", "pos1") && d.has("code_name", "name", "catid") && d.has("project", "databaseversion"):
		return d.qualcoder(a)
	}
	return Project{}, invalid("The database is of neither program that is known here: Taguette would have the tables projects, documents, tags, highlights and highlight_tags in it, QualCoder project, source, code_name and code_text. It has: %s.", d.names())
}

// database is an open file with its tables.
type database struct {
	c      *sqlite3.Conn
	tables map[string]map[string]bool // columns by table, in lower case
	order  []string
	bytes  int
	rows   map[string]int // read, by table
}

func open(data []byte) (*database, error) {
	const name = "project"
	readervfs.Create(name, ioutil.NewSizeReaderAt(bytes.NewReader(data)))
	defer readervfs.Delete(name)
	c, err := sqlite3.OpenFlags("file:"+name+"?vfs=reader&immutable=1", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI|sqlite3.OPEN_NOFOLLOW)
	if err != nil {
		return nil, broken(err)
	}
	d := &database{c: c, tables: map[string]map[string]bool{}, rows: map[string]int{}}
	if err := d.look(); err != nil {
		c.Close()
		return nil, err
	}
	return d, nil
}

func broken(err error) error {
	if fault.Of(err) == fault.Invalid {
		return err
	}
	return fault.Wrap(fault.Invalid, err, "The database is broken, or only a part of one. Close the program that it belongs to and copy it again.")
}

// look makes the connection as safe as it can be and lists the tables.
func (d *database) look() error {
	for op, on := range map[sqlite3.DBConfig]bool{sqlite3.DBCONFIG_DEFENSIVE: true, sqlite3.DBCONFIG_TRUSTED_SCHEMA: false, sqlite3.DBCONFIG_ENABLE_TRIGGER: false, sqlite3.DBCONFIG_ENABLE_VIEW: false} {
		if _, err := d.c.Config(op, on); err != nil {
			return err
		}
	}
	for what, n := range map[sqlite3.LimitCategory]int{sqlite3.LIMIT_LENGTH: 64 << 20, sqlite3.LIMIT_SQL_LENGTH: 1 << 20, sqlite3.LIMIT_ATTACHED: 0, sqlite3.LIMIT_COLUMN: 200, sqlite3.LIMIT_EXPR_DEPTH: 100} {
		d.c.Limit(what, n)
	}
	if err := d.c.Exec("pragma cell_size_check = on; pragma query_only = on; pragma temp_store = memory"); err != nil {
		return broken(err)
	}
	// A table has a place in the file; views and virtual tables have none.
	err := d.query("select name from sqlite_schema where type = 'table' and rootpage > 0", func(s *sqlite3.Stmt) error {
		if d.order = append(d.order, s.ColumnText(0)); len(d.order) > 500 {
			return invalid("The database has more tables than that of any program that is known here.")
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range d.order {
		columns := map[string]bool{}
		if err := d.query("select name, hidden from pragma_table_xinfo("+text(t)+")", func(s *sqlite3.Stmt) error {
			if s.ColumnInt(1) == 0 { // not generated
				columns[strings.ToLower(s.ColumnText(0))] = true
			}
			return nil
		}); err != nil {
			return err
		}
		d.tables[strings.ToLower(t)] = columns
	}
	return nil
}

func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func (d *database) query(q string, each func(*sqlite3.Stmt) error) error {
	s, _, err := d.c.Prepare(q)
	if err != nil {
		return broken(err)
	}
	defer s.Close()
	for s.Step() {
		if err := each(s); err != nil {
			return err
		}
	}
	if err := s.Err(); err != nil {
		return broken(err)
	}
	return nil
}

func (d *database) has(table string, columns ...string) bool {
	have, ok := d.tables[table]
	for _, c := range columns {
		ok = ok && have[c]
	}
	return ok
}

func (d *database) names() string {
	if len(d.order) == 0 {
		return "no table"
	}
	list := strings.Join(d.order[:min(len(d.order), 12)], ", ")
	if len(d.order) > 12 {
		list += fmt.Sprintf(" and %d more", len(d.order)-12)
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, list)
}

// record is a row that was asked for by the names of its columns.
type record struct {
	s  *sqlite3.Stmt
	at map[string]int
	d  *database
}

// text gives a text; what is not text, is none.
func (r record) text(column string) string {
	i, ok := r.at[column]
	if !ok {
		return ""
	}
	switch r.s.ColumnType(i) {
	case sqlite3.TEXT, sqlite3.INTEGER, sqlite3.FLOAT:
		s := r.s.ColumnText(i)
		r.d.bytes += len(s)
		return strings.ToValidUTF8(s, "\ufffd")
	}
	return ""
}

func (r record) number(column string) int64 {
	i, ok := r.at[column]
	if !ok || r.s.ColumnType(i) != sqlite3.INTEGER {
		return 0
	}
	return r.s.ColumnInt64(i)
}

// offset is a number that must be there: -1 when it is not.
func (r record) offset(column string) int64 {
	if i, ok := r.at[column]; !ok || r.s.ColumnType(i) != sqlite3.INTEGER {
		return -1
	}
	return r.number(column)
}

func (r record) null(column string) bool {
	i, ok := r.at[column]
	return !ok || r.s.ColumnType(i) == sqlite3.NULL
}

// each reads the columns of a table that are there. A table that is not there has no rows.
func (d *database) each(table string, columns string, f func(record)) error {
	have, ok := d.tables[table]
	if !ok {
		return nil
	}
	r := record{at: map[string]int{}, d: d}
	var list []string
	for _, c := range strings.Fields(columns) {
		if have[c] {
			r.at[c] = len(list)
			list = append(list, `"`+c+`"`)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return d.query("select "+strings.Join(list, ", ")+` from main."`+table+`" not indexed`, func(s *sqlite3.Stmt) error {
		r.s = s
		f(r)
		if d.rows[table]++; d.rows[table] > mostRows {
			return invalid("The table %s has more than %d rows; so many are not read.", table, mostRows)
		}
		if d.bytes > mostBytes {
			return invalid("The database holds more than %d MB of text; so much is not read.", mostBytes>>20)
		}
		return nil
	})
}

func (d *database) taguette(a Asked) (Project, error) {
	var t taguette.Database
	err := errors.Join(
		d.each("projects", "id name description created", func(r record) {
			t.Projects = append(t.Projects, taguette.Project{ID: r.number("id"), Name: r.text("name"), Description: r.text("description"), Created: r.text("created")})
		}),
		d.each("documents", "id project_id name description created contents", func(r record) {
			t.Documents = append(t.Documents, taguette.Document{ID: r.number("id"), Project: r.number("project_id"), Name: r.text("name"), Description: r.text("description"), Created: r.text("created"), Contents: r.text("contents")})
		}),
		d.each("tags", "id project_id path description", func(r record) {
			t.Tags = append(t.Tags, taguette.Tag{ID: r.number("id"), Project: r.number("project_id"), Path: r.text("path"), Description: r.text("description")})
		}),
		d.each("highlights", "id document_id start_offset end_offset snippet", func(r record) {
			t.Highlights = append(t.Highlights, taguette.Highlight{ID: r.number("id"), Document: r.number("document_id"), Start: r.offset("start_offset"), End: r.offset("end_offset"), Snippet: r.text("snippet")})
		}),
		d.each("highlight_tags", "highlight_id tag_id", func(r record) {
			t.Uses = append(t.Uses, taguette.Use{Highlight: r.number("highlight_id"), Tag: r.number("tag_id")})
		}),
		d.each("commands", "project_id user_login payload", func(r record) {
			t.Commands = append(t.Commands, taguette.Command{Project: r.number("project_id"), User: r.text("user_login"), Payload: r.text("payload")})
		}))
	if err != nil {
		return Project{}, err
	}
	var chosen []taguette.Project
	var names []string
	for _, p := range t.Projects {
		names = append(names, fmt.Sprintf("%d %q", p.ID, p.Name))
		if a.Project == "" || a.Project == p.Name || a.Project == fmt.Sprint(p.ID) {
			chosen = append(chosen, p)
		}
	}
	switch {
	case len(t.Projects) == 0:
		return Project{}, invalid("The database of Taguette holds no project.")
	case len(chosen) != 1:
		return Project{}, invalid("The database of Taguette holds %d projects; say which with --project: %s.", len(t.Projects), strings.Join(names[:min(len(names), 50)], ", "))
	}
	p, losses := taguette.Make(t, chosen[0])
	return place(p, losses, taguette.Way())
}

func (d *database) qualcoder(a Asked) (Project, error) {
	var q qualcoder.Database
	err := errors.Join(
		d.each("project", "databaseversion date memo", func(r record) {
			q.Project = qualcoder.Project{Version: r.text("databaseversion"), Date: r.text("date"), Memo: r.text("memo")}
		}),
		d.each("source", "id name fulltext mediapath imagepath memo owner date", func(r record) {
			q.Sources = append(q.Sources, qualcoder.Source{ID: r.number("id"), Name: r.text("name"), Text: r.text("fulltext"), HasText: !r.null("fulltext"), Media: r.text("mediapath") + r.text("imagepath"), Memo: r.text("memo"), Owner: r.text("owner"), Date: r.text("date")})
		}),
		d.each("code_cat", "catid name memo supercatid owner date", func(r record) {
			q.Categories = append(q.Categories, qualcoder.Category{ID: r.number("catid"), Above: r.number("supercatid"), Name: r.text("name"), Memo: r.text("memo"), Owner: r.text("owner"), Date: r.text("date")})
		}),
		d.each("code_name", "cid name memo catid supercid color", func(r record) {
			q.Codes = append(q.Codes, qualcoder.Code{ID: r.number("cid"), Category: r.number("catid"), Above: r.number("supercid"), Name: r.text("name"), Memo: r.text("memo"), Color: r.text("color")})
		}),
		d.each("code_text", "cid fid seltext pos0 pos1 owner date memo important", func(r record) {
			q.TextCodings = append(q.TextCodings, qualcoder.TextCoding{Row: int64(len(q.TextCodings) + 1), Code: r.number("cid"), Source: r.number("fid"), Start: r.offset("pos0"), End: r.offset("pos1"), Words: r.text("seltext"), Owner: r.text("owner"), Date: r.text("date"), Memo: r.text("memo"), Important: r.number("important") != 0})
		}),
		d.each("code_image", "imid id cid x1 y1 width height pdf_page owner date memo", func(r record) {
			q.Areas = append(q.Areas, qualcoder.Area{ID: r.number("imid"), Source: r.number("id"), Code: r.number("cid"), X: r.number("x1"), Y: r.number("y1"), Width: r.number("width"), Height: r.number("height"), Page: r.number("pdf_page"), Owner: r.text("owner"), Date: r.text("date"), Memo: r.text("memo")})
		}),
		d.each("code_av", "avid id cid pos0 pos1 owner date memo", func(r record) {
			q.Spans = append(q.Spans, qualcoder.Span{ID: r.number("avid"), Source: r.number("id"), Code: r.number("cid"), Start: r.number("pos0"), End: r.number("pos1"), Owner: r.text("owner"), Date: r.text("date"), Memo: r.text("memo")})
		}),
		d.each("annotation", "anid fid pos0 pos1 owner date memo", func(r record) {
			q.Annotations = append(q.Annotations, qualcoder.Annotation{ID: r.number("anid"), Source: r.number("fid"), Start: r.offset("pos0"), End: r.offset("pos1"), Owner: r.text("owner"), Date: r.text("date"), Memo: r.text("memo")})
		}),
		d.each("cases", "caseid name memo", func(r record) {
			q.Cases = append(q.Cases, qualcoder.Case{ID: r.number("caseid"), Name: r.text("name"), Memo: r.text("memo")})
		}),
		d.each("case_text", "caseid fid pos0 pos1", func(r record) {
			q.CaseTexts = append(q.CaseTexts, qualcoder.CaseText{Case: r.number("caseid"), Source: r.number("fid"), Start: r.number("pos0"), End: r.number("pos1")})
		}),
		d.each("attribute_type", "name memo valuetype", func(r record) {
			q.Types = append(q.Types, qualcoder.AttributeType{Name: r.text("name"), Memo: r.text("memo"), Value: r.text("valuetype")})
		}),
		d.each("attribute", "name attr_type value id", func(r record) {
			q.Attributes = append(q.Attributes, qualcoder.Attribute{Name: r.text("name"), On: r.text("attr_type"), Value: r.text("value"), ID: r.number("id")})
		}),
		d.each("journal", "jid name jentry date owner", func(r record) {
			q.Journal = append(q.Journal, qualcoder.Entry{ID: r.number("jid"), Name: r.text("name"), Text: r.text("jentry"), Date: r.text("date"), Owner: r.text("owner")})
		}))
	if err != nil {
		return Project{}, err
	}
	q.Left = map[string]int{}
	for table, column := range map[string]string{"graph": "grid", "ris": "risid", "stored_sql": "title"} {
		if err := d.each(table, column, func(record) {}); err != nil {
			return Project{}, err
		}
		q.Left[table] = d.rows[table]
	}
	p, losses := qualcoder.Make(q, a.Name)
	return place(p, losses, a.Ways)
}

func place(p refiqda.Project, losses []refiqda.Loss, ways map[string]refiqda.Convention) (Project, error) {
	p, more := refiqda.Place(p, ways)
	return Project{p, append(losses, more...)}, nil
}
