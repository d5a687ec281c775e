package peer

import (
	"bytes"
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"throughline/exchange/refiqda"
	"throughline/internal/extract"
	"throughline/internal/fault"
)

// made runs statements on a new database and gives its bytes.
func made(t testing.TB, statements ...string) []byte {
	t.Helper()
	at := filepath.Join(t.TempDir(), "x.db")
	c, err := sqlite3.Open(at)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range statements {
		if err := c.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(at)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func script(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func read(t *testing.T, data []byte, a Asked) Project {
	t.Helper()
	p, err := Read(data, a)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Project.Sources {
		r := []rune(s.Text)
		for _, x := range s.Selections {
			if x.Kind == refiqda.TextSelection && x.Start >= 0 && string(r[x.Start:x.End]) != x.Quote {
				t.Errorf("%q is at the place of %q", x.Quote, string(r[x.Start:x.End]))
			}
		}
	}
	return p
}

func quotes(p Project) (out []string) {
	paths := p.Project.Paths()
	users := map[string]string{}
	for _, u := range p.Project.Users {
		users[u.GUID] = u.Name
	}
	for _, s := range p.Project.Sources {
		for _, x := range s.Selections {
			line := s.Name + ": " + x.Quote
			for _, c := range x.Codings {
				line += " | " + strings.Join(paths[c.Code], " > ") + " " + users[c.User]
			}
			out = append(out, line)
		}
	}
	return
}

func told(losses []refiqda.Loss) string {
	var lines []string
	for _, l := range losses {
		lines = append(lines, l.Item+" "+l.Name+" "+l.What)
	}
	return strings.Join(lines, "\n")
}

// TestTaguette reads a project with highlights over tags, letters of four bytes and cells of a table.
func TestTaguette(t *testing.T) {
	p := read(t, made(t, script(t, "taguette.sql")), Asked{})
	want := []string{"Notes: The square filled. | Tactics ana | Tactics > Street ana", "Notes: square | Tactics ", "Notes: ประชาชน | Actors > Youth ", "Notes: bee"}
	if got := quotes(p); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if p.Project.Sources[0].Text != "The square filled.\n\n👏 ประชาชน came.\n\na\tbee" {
		t.Errorf("text %q", p.Project.Sources[0].Text)
	}
	if p.Project.Name != "Square" || p.Project.Created != "2026-01-02T03:04:05Z" || len(p.Project.Codes) != 4 {
		t.Errorf("%+v", p.Project)
	}
	if s := told(p.Losses); !strings.Contains(s, "outside of the text (900 to 910)") || len(p.Losses) != 1 {
		t.Errorf("losses: %s", s)
	}
	two := made(t, script(t, "taguette.sql"), "insert into projects values (2, 'Other', '', '2026-01-02 03:04:05')")
	if _, err := Read(two, Asked{}); fault.Of(err) != fault.Invalid || !strings.Contains(err.Error(), "--project") {
		t.Errorf("two projects: %v", err)
	}
	if p := read(t, two, Asked{Project: "Square"}); p.Project.Name != "Square" {
		t.Errorf("%q was chosen", p.Project.Name)
	}
}

// TestQualCoder reads a project whose places after a letter beyond U+FFFF are found by their words.
func TestQualCoder(t *testing.T) {
	p := read(t, made(t, script(t, "qualcoder.sql")), Asked{Name: "square"})
	want := []string{"notes.txt: The square filled. | Tactics > Street ana | Tactics > Street > Silent ben", "notes.txt: Then it emptied | Tactics > Street > Silent ben", "notes.txt: people", "photo.jpg:  | Tactics > Street ana", "report.pdf: the report | Tactics > Street ana"}
	if got := quotes(p); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if c := p.Project.Sources[0].Convention; c.Unit != refiqda.UTF16 || c.By != "quotes" {
		t.Errorf("convention %+v", c)
	}
	for _, want := range []string{"names a code that is not in the project", "1 codings were marked as important", "in a category that is not in the project", "1 rows of the table stored_sql"} {
		if !strings.Contains(told(p.Losses), want) {
			t.Errorf("nothing tells %q: %s", want, told(p.Losses))
		}
	}
	if k := p.Project.Cases; len(k) != 1 || len(k[0].Sources) != 1 || k[0].Values[0].Value != "2018" {
		t.Errorf("cases %+v", k)
	}
	if n := p.Project.Notes; len(n) != 3 || len(p.Project.Memos) != 1 {
		t.Errorf("notes %+v, memos %v", n, p.Project.Memos)
	}
}

// TestTaguetteSample reads a project that Taguette wrote, and finds at each place the words of its own table of highlights.
func TestTaguetteSample(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "refi-qda", "samples", "own")
	if d := os.Getenv("THROUGHLINE_TEST_REFI"); d != "" {
		dir = d
	}
	data, err := os.ReadFile(filepath.Join(dir, "taguette15-project.sqlite3"))
	if err != nil {
		t.Skip("skipped: no samples beside the project")
	}
	f, err := os.Open(filepath.Join(dir, "taguette15-highlights.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	p := read(t, data, Asked{})
	paths := p.Project.Paths()
	have := map[string]int{}
	for _, s := range p.Project.Sources {
		for _, x := range s.Selections {
			for _, c := range x.Codings {
				have[s.Name+"|"+strings.Join(paths[c.Code], ".")+"|"+strings.Join(strings.Fields(x.Quote), " ")]++
			}
		}
	}
	n := 0
	for _, r := range rows[1:] {
		k := r[1] + "|" + r[2] + "|" + strings.Join(strings.Fields(r[3]), " ")
		if have[k]--; have[k] < 0 {
			t.Errorf("not there: %s", k)
		}
		n++
	}
	if n != 18 || len(p.Losses) != 0 {
		t.Errorf("%d rows, losses %s", n, told(p.Losses))
	}
}

// TestHostile refuses what is no such database, and runs nothing that a file brings along.
func TestHostile(t *testing.T) {
	tag, qc := script(t, "taguette.sql"), script(t, "qualcoder.sql")
	whole := made(t, tag)
	endless := "create view v as with recursive r(n) as (select 1 union all select n+1 from r) select n as id, n as document_id, n as start_offset, n as end_offset, 'x' as snippet from r"
	wal := bytes.Clone(whole)
	wal[18], wal[19] = 2, 2
	for name, c := range map[string]struct {
		data []byte
		want string // empty: it may be read or refused, but must end
	}{
		"nothing":                  {nil, "no database of SQLite"},
		"a text":                   {[]byte("SQLite format 4"), "no database of SQLite"},
		"a head alone":             {whole[:100], "broken"},
		"half of one":              {whole[:len(whole)/2], ""},
		"another program's":        {made(t, "create table contacts (name text)"), "highlights"},
		"no table":                 {made(t, "create table x (a); drop table x"), "no table"},
		"an endless view":          {made(t, tag, "drop table highlights", strings.Replace(endless, "create view v", "create view highlights", 1)), "neither"},
		"an endless view besides":  {made(t, qc, endless), ""},
		"a table made by a select": {made(t, tag, "drop table highlights; create table highlights (id integer, document_id integer, start_offset integer, end_offset integer, snippet text as (hex(zeroblob(60000000))))", "insert into highlights values (1,1,0,3)"), "neither"},
		"a virtual table":          {made(t, tag, "drop table tags; pragma writable_schema = on; insert into sqlite_schema values ('table', 'tags', 'tags', 0, 'create virtual table tags using generate_series')"), "neither"},
		"a trigger":                {made(t, tag, "create trigger t after insert on tags begin delete from highlights; end"), ""},
		"a huge text":              {made(t, tag, "insert into documents select 9, 'n', '', '', '', 1, '', cast(zeroblob(70000000) as text)"), "broken"},
		"other sorts of values":    {made(t, tag, "update highlights set start_offset = 'abc', snippet = x'ff00ff', end_offset = 1e300; update documents set contents = x'ff'; update tags set path = '.' || id"), ""},
		"deep":                     {made(t, tag, "update documents set contents = replace(hex(zeroblob(20000)), '00', '<div>')"), ""},
		"a log beside it":          {wal, ""},
		"numbers beyond":           {made(t, qc, "update code_text set pos0 = -9223372036854775808, pos1 = 9223372036854775807 - ctid; update code_cat set supercatid = 1; update code_name set supercid = cid"), ""},
	} {
		_, err := Read(c.data, Asked{})
		switch {
		case err == nil && c.want != "":
			t.Errorf("%s was read", name)
		case err != nil && (fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), c.want)):
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestTorn reads databases with bytes changed: each is read or refused, none ends the program or goes on for ever.
func TestTorn(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, name := range []string{"taguette.sql", "qualcoder.sql"} {
		whole := made(t, script(t, name))
		for range 300 {
			b := bytes.Clone(whole)
			for range 1 + r.IntN(12) {
				b[16+r.IntN(len(b)-16)] = byte(r.IntN(256))
			}
			if _, err := Read(b, Asked{}); err != nil && fault.Of(err) != fault.Invalid {
				t.Errorf("%v", err)
			}
		}
	}
}

// TestAsDocument: who brings such a database in as a document is told where it goes.
func TestAsDocument(t *testing.T) {
	if _, err := extract.Detect("x.sqlite3", made(t, script(t, "taguette.sql"))); fault.Of(err) != fault.Invalid || !strings.Contains(err.Error(), "qda import") {
		t.Errorf("%v", err)
	}
}
