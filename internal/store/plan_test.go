package store

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPlans: SQLite goes by the index that fits, in an empty study as in a large one, and in a database that counted its
// tables itself once.
func TestPlans(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "throughline.db")
	open := func() *Store {
		s, err := Open(ctx, Config{Database: file, Key: make([]byte, 32), Clock: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	look := func(s *Store) {
		t.Helper()
		for _, x := range []struct{ text, by string }{
			{`select body from object where study = 'a'`, "object USING INDEX sqlite_autoindex_object_1 (study=?)"},
			{`select body from object where study = 'a' and kind = 'code'`, "object USING INDEX object_kind (study=? AND kind=?)"},
			{`select body from object where study = 'a' and kind in (` + statements + `) and confirmed <> basis`, "object USING INDEX object_kind (study=? AND kind=?)"},
			{`select body from object where study = 'a' and kind = 'code' and id in ('1', '2', '3', '4')`, "object USING INDEX sqlite_autoindex_object_1 (study=? AND id=?)"},
			{`select c.body from object s join object c on c.study = s.study and c.owner = s.id and c.kind = 'coding' where s.study = 'a' and s.owner = 'b' and s.kind = 'segment'`, "c USING INDEX object_owner (study=? AND owner=? AND kind=?)"},
			{`select from_id from link where study = 'a' and to_id = 'b'`, "link USING COVERING INDEX link_up (study=? AND to_id=?)"},
			{strings.NewReplacer("$1", "'a'", "$2", "'b'").Replace(s.d.above) + `select * from above`, "o USING INDEX object_owner (study=? AND owner=? AND kind=?)"},
			{strings.NewReplacer("$1", "'a'", "$2", "'b'").Replace(s.d.above) + `select * from above`, "l USING COVERING INDEX link_up (study=? AND to_id=?)"},
			{`select hash from journal where chain = 'a' and seq < 9 and id = 'b' order by seq desc limit 1`, "journal USING INDEX journal_id (chain=? AND id=?)"},
		} {
			var plan []string
			err := each(ctx, s, func(scan func(...any) error) error {
				var a, b, c int
				var step string
				err := scan(&a, &b, &c, &step)
				plan = append(plan, step)
				return err
			}, "explain query plan "+x.text)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(plan, "; "); !strings.Contains(got, x.by) {
				t.Errorf("%s\nruns as %s\nand not by %s", x.text, got, x.by)
			}
		}
	}
	s := open()
	look(s)
	for _, q := range []string{`insert into study values ('a', 'A', '')`, `analyze`, `delete from goose_db_version where version_id >= 14`} {
		if _, err := s.write.db.ExecContext(ctx, q); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open()
	defer s.Close()
	look(s)
}
