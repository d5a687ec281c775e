package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

var ctx = context.Background()

// small opens a database with the small study in it.
func small(t *testing.T, c store.Config) *store.Store {
	t.Helper()
	s := storetest.Open(t, c)
	if _, err := s.Import(ctx, "import", storetest.Study(), false, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

func noFaults(t *testing.T, s *store.Store) {
	t.Helper()
	c, err := s.Check(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range c.Faults {
		t.Errorf("fault: %v", f)
	}
}

func write(t *testing.T, s *store.Store, f func(*store.Tx) error) {
	t.Helper()
	if err := s.Write(ctx, "lead", f); err != nil {
		t.Fatal(err)
	}
}

// TestPart gives of a study what was asked for, in the order of a bundle.
func TestPart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		whole, err := s.Bundle(ctx, storetest.Slug)
		if err != nil {
			t.Fatal(err)
		}
		part, err := s.Part(ctx, storetest.Slug, []thread.Kind{thread.Segment, thread.Document})
		if err != nil {
			t.Fatal(err)
		}
		var want []thread.Object
		for _, o := range whole.Objects {
			if k := o.Ref().Kind(); k == thread.Segment || k == thread.Document {
				want = append(want, o)
			}
		}
		if diff := cmp.Diff(want, part.Objects); diff != "" || len(want) == 0 {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if diff := cmp.Diff(whole.Texts, part.Texts); diff != "" {
			t.Errorf("texts (-want +got)\n%s", diff)
		}
	})
}

func TestImportAndBundle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		noFaults(t, s)
		b, err := s.Bundle(ctx, storetest.Slug)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := len(b.Objects), len(storetest.Study().Objects); got != want {
			t.Errorf("%d objects came back, %d went in", got, want)
		}
		again, err := s.Import(ctx, "import", b, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !again.Nothing() {
			t.Errorf("importing what stands changed something: %+v", again)
		}
		b.Objects = b.Objects[:0:0]
		for _, o := range storetest.Study().Objects {
			if l, ok := o.(synthesis.Lesson); ok {
				l.Title = "Another title"
				o = l
			}
			b.Objects = append(b.Objects, o)
		}
		if _, err := s.Import(ctx, "import", b, false, nil); fault.Of(err) != fault.Conflict {
			t.Errorf("importing over a study that differs gave %v; want a conflict", err)
		}
		done, err := s.Import(ctx, "import", b, true, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(1, done.Changed); diff != "" {
			t.Errorf("changed: %s", diff)
		}
		noFaults(t, s)
		// The lesson's own text changed, so what rests on it is stale, and says why.
		n, err := s.NotStanding(ctx, storetest.Slug)
		if err != nil {
			t.Fatal(err)
		}
		var ids []thread.ID
		for _, x := range n {
			ids = append(ids, x.ID)
		}
		if diff := cmp.Diff([]thread.ID{"answer-cq-1", "recom-1"}, ids); diff != "" {
			t.Errorf("stale after the import: %s", diff)
		}
	})
}

func TestPutKeepsBothOfTwoEdits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		it, err := store.Get[synthesis.Takeaway](ctx, s, storetest.Slug, "take-a")
		if err != nil {
			t.Fatal(err)
		}
		first, second := it.Object, it.Object
		first.Text, second.Text = "First.", "Second."
		write(t, s, func(tx *store.Tx) error { return tx.Put(storetest.Slug, first, it.Version) })
		err = s.Write(ctx, "coder-a", func(tx *store.Tx) error { return tx.Put(storetest.Slug, second, it.Version) })
		if fault.Of(err) != fault.Conflict || !strings.Contains(fault.Message(err), "lead") {
			t.Errorf("the second edit gave %v; want a conflict that names who was first", err)
		}
		now, err := store.Get[synthesis.Takeaway](ctx, s, storetest.Slug, "take-a")
		if err != nil || now.Object.Text != "First." || now.Version != it.Version+1 {
			t.Errorf("the first edit is not what stands: %+v, %v", now, err)
		}
		if err := s.Write(ctx, "lead", func(tx *store.Tx) error { return tx.Put(storetest.Slug, first, 0) }); fault.Of(err) != fault.Conflict {
			t.Errorf("a second object of one id gave %v", err)
		}
		noFaults(t, s)
	})
}

func TestPutRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		refuse := func(what, want string, o thread.Object) {
			t.Helper()
			err := s.Write(ctx, "lead", func(tx *store.Tx) error { return tx.Put(storetest.Slug, o, store.Any) })
			if fault.Of(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v; want %q", what, err, want)
			}
		}
		find := synthesis.Finding{ID: "find-2", Title: "Two", Text: "Two.", Supports: []thread.ID{"find-1"}}
		write(t, s, func(tx *store.Tx) error { return tx.Put(storetest.Slug, find, 0) })
		one, err := store.Get[synthesis.Finding](ctx, s, storetest.Slug, "find-1")
		if err != nil {
			t.Fatal(err)
		}
		round := one.Object
		round.Supports = append([]thread.ID{"find-2"}, round.Supports...)
		refuse("a circle", "round in a circle", round)
		round.Supports = []thread.ID{"find-1"}
		refuse("itself", "round in a circle", round)
		round.Supports = []thread.ID{"ana-none"}
		refuse("nothing", "ana-none, which does not exist", round)
		refuse("empty", "must not be empty", synthesis.Takeaway{ID: "take-x", Case: "case-a", Direction: "success", Supports: []thread.ID{"seg-report-1"}})
		if err := s.Write(ctx, "lead", func(tx *store.Tx) error { return tx.Drop(storetest.Slug, "seg-report-1", store.Any) }); fault.Of(err) != fault.Conflict {
			t.Errorf("dropping what is rested on gave %v", err)
		}
		noFaults(t, s)
	})
}

// A change of each kind of thing below makes stale what is above, and only that; confirming from below upwards settles it.
func TestStaleness(t *testing.T) {
	all := []thread.ID{"ana-1", "answer-cq-1", "find-1", "lesson-1", "recom-1"}
	for _, tc := range []struct {
		name   string
		change func(*store.Tx) error
		stale  []thread.ID
		path   string // from recom-1 to what changed
	}{
		{"a segment's text", func(tx *store.Tx) error {
			x, err := store.Get[coding.Segment](ctx, tx, storetest.Slug, "seg-talk-1")
			if err != nil {
				return err
			}
			tt, err := store.Text(ctx, tx, storetest.Slug, "doc-talk", 1)
			if err != nil {
				return err
			}
			x.Object.Anchor, err = tt.At(x.Object.Anchor.Start, x.Object.Anchor.End-9)
			if err != nil {
				return err
			}
			return tx.Put(storetest.Slug, x.Object, x.Version)
		}, append([]thread.ID{"score-a.window"}, all...), "recom-1 lesson-1 find-1 ana-1 score-a.window seg-talk-1"},
		{"a score", func(tx *store.Tx) error {
			x, err := store.Get[synthesis.Score](ctx, tx, storetest.Slug, "score-b.window")
			if err != nil {
				return err
			}
			x.Object.Raw = "weak"
			return tx.Put(storetest.Slug, x.Object, x.Version)
		}, all, "recom-1 lesson-1 find-1 ana-1 score-b.window"},
		{"a calibration", func(tx *store.Tx) error {
			x, err := store.Get[synthesis.Condition](ctx, tx, storetest.Slug, "cond-window")
			if err != nil {
				return err
			}
			x.Object.Calibration.Words[1].Value = 0.4
			return tx.Put(storetest.Slug, x.Object, x.Version)
		}, append([]thread.ID{"score-a.window", "score-b.window"}, all...), "recom-1 lesson-1 find-1 ana-1 score-a.window cond-window"},
		{"a lesson", func(tx *store.Tx) error {
			x, err := store.Get[synthesis.Lesson](ctx, tx, storetest.Slug, "lesson-1")
			if err != nil {
				return err
			}
			x.Object.Scope = "Nowhere else."
			return tx.Put(storetest.Slug, x.Object, x.Version)
		}, []thread.ID{"answer-cq-1", "recom-1"}, "recom-1 lesson-1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, c store.Config) {
				s := small(t, c)
				stale := func() map[thread.ID]bool {
					n, err := s.NotStanding(ctx, storetest.Slug)
					if err != nil {
						t.Fatal(err)
					}
					out := map[thread.ID]bool{}
					for _, x := range n {
						out[x.ID] = true
					}
					return out
				}
				if n := len(stale()); n != 0 {
					t.Fatalf("%d statements are stale before anything changed", n)
				}
				write(t, s, tc.change)
				noFaults(t, s)
				want := map[thread.ID]bool{}
				for _, id := range tc.stale {
					want[id] = true
				}
				if diff := cmp.Diff(want, stale()); diff != "" {
					t.Errorf("stale: %s", diff)
				}
				g, err := s.Down(ctx, storetest.Slug, "recom-1")
				if err != nil {
					t.Fatal(err)
				}
				var paths []string
				for _, r := range g.Reasons("recom-1") {
					p := ""
					for _, id := range r.Path {
						p += string(id) + " "
					}
					paths = append(paths, strings.TrimSpace(p))
				}
				if !strings.Contains(strings.Join(paths, "\n"), tc.path) {
					t.Errorf("the reasons are\n%s\nwant among them %s", strings.Join(paths, "\n"), tc.path)
				}
				// From below upwards, each is confirmed by a person; before that nothing settles itself.
				for _, id := range []thread.ID{"score-a.window", "score-b.window", "ana-1", "find-1", "lesson-1", "answer-cq-1", "recom-1"} {
					if !want[id] {
						continue
					}
					if !stale()[id] {
						t.Errorf("%s settled by itself", id)
					}
					g, err := s.Down(ctx, storetest.Slug, id)
					if err != nil {
						t.Fatal(err)
					}
					if err := s.Write(ctx, "lead", func(tx *store.Tx) error { return tx.Confirm(storetest.Slug, id, "an older look") }); fault.Of(err) != fault.Conflict {
						t.Errorf("confirming what one has not seen gave %v", err)
					}
					write(t, s, func(tx *store.Tx) error { return tx.Confirm(storetest.Slug, id, g.Nodes[id].Basis) })
				}
				if diff := cmp.Diff(map[thread.ID]bool{}, stale()); diff != "" {
					t.Errorf("still stale: %s", diff)
				}
				noFaults(t, s)
			})
		})
	}
}

func TestThreadReachesTheSentence(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		down, err := s.Down(ctx, storetest.Slug, "recom-1")
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []thread.ID{"lesson-1", "find-1", "take-a", "ana-1", "score-a.window", "seg-talk-1", "doc-talk", "int-a1", "ref-1"} {
			if _, ok := down.Nodes[id]; !ok {
				t.Errorf("the way down misses %s", id)
			}
		}
		if !down.Grounded("recom-1") {
			t.Error("the recommendation is not grounded")
		}
		up, err := s.Up(ctx, storetest.Slug, "ref-1")
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []thread.ID{"doc-report", "seg-report-1", "coding-report-1.window.coder-a", "take-a", "recom-1", "answer-cq-1"} {
			if _, ok := up.Nodes[id]; !ok {
				t.Errorf("the way up misses %s", id)
			}
		}
	})
}

// The words of a protected interview are in the study, and never in the journal.
func TestJournalKeepsProtectedContentOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		entries, err := s.Journal(ctx, storetest.Slug, store.JournalFilter{Most: 1000})
		if err != nil {
			t.Fatal(err)
		}
		hashed := 0
		for _, e := range entries {
			if strings.Contains(e.Became+e.Was, storetest.Secret) || strings.Contains(e.Became+e.Was, "Night work") {
				t.Errorf("entry %d of %s holds protected words", e.Seq, e.ID)
			}
			if strings.HasPrefix(e.Became, "hmac-sha256:") {
				hashed++
			}
		}
		if hashed != 3 { // document, segment, coding
			t.Errorf("%d entries are keyed hashes; want 3", hashed)
		}
	})
}

// Ten faults, each planted past the program into the database itself; the check names each.
func TestCheckFindsPlantedFaults(t *testing.T) {
	for _, tc := range []struct {
		name string
		sql  []string
		want string
	}{
		{"a journal entry edited", []string{`update journal set who = 'nobody' where chain = 'small' and seq = 5`}, "entry 5 was changed"},
		{"a journal entry deleted", []string{`delete from journal where chain = 'small' and seq = 7`}, "entry 8 follows entry 6"},
		{"two journal entries swapped", []string{`update journal set seq = -1 where chain = 'small' and seq = 9`, `update journal set seq = 9 where chain = 'small' and seq = 10`, `update journal set seq = 10 where chain = 'small' and seq = -1`}, "entry 9 is not chained"},
		{"the journal's end cut off", []string{`delete from journal where chain = 'small' and seq > 20`}, "its end was cut off"},
		{"the end cut off and the head moved", []string{`delete from journal where chain = 'small' and seq > 20`,
			`update journal_head set seq = 20, hash = (select hash from journal where chain = 'small' and seq = 20) where chain = 'small'`}, "seal of the journal's head does not fit"},
		{"an object edited", []string{`update object set body = replace(body, 'Every month.', 'Every year.') where id = 'recom-1'`}, "recom-1: is not what the journal says"},
		{"an object deleted", []string{`delete from link where from_id = 'ev-a-1'`, `delete from object where id = 'ev-a-1'`}, "ev-a-1: was written according to the journal, but is gone"},
		{"a link deleted", []string{`delete from link where from_id = 'recom-1'`}, "recom-1: says that it rests on lesson-1, but the link is missing"},
		{"what was seen forgotten", []string{`update object set seen = '' where id = 'recom-1'`}, "recom-1: does not note what it saw of lesson-1"},
		{"a document's text edited", []string{`update document_text set body = replace(body, 'June', 'July') where document = 'doc-report'`}, "seg-report-1: the passage does not stand"},
		{"protection taken off an interview", []string{`update object set protected = 0 where id = 'doc-talk'`}, "doc-talk: is of an interview, but is not marked as protected"},
		{"a case moved to another team", []string{`update object set case_id = 'case-b' where id = 'doc-talk'`}, "doc-talk: is filed under another case"},
		{"a passage given to another document", []string{`update object set owner = 'doc-talk' where id = 'seg-report-1'`}, "seg-report-1: is filed under another"},
		{"a record outside every work", []string{`insert into object select study, 'work-9', 'work', '', '', 'x', 0, '{"id":"work-9","records":[]}', 1, content, basis, print, '', '', '', '', '', '' from object where id = 'ref-1'`}, "ref-1: is in 0 works"},
		{"a fingerprint renewed without a person", []string{`update object set basis = confirmed, print = 'x' where id = 'lesson-1'`}, "lesson-1: does not have the fingerprint"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, c store.Config) {
				s := small(t, c)
				noFaults(t, s)
				db := raw(t, c)
				for _, q := range tc.sql {
					if _, err := db.Exec(q); err != nil {
						t.Fatalf("%s: %v", q, err)
					}
				}
				got, err := s.Check(ctx)
				if err != nil {
					t.Fatal(err)
				}
				var all []string
				for _, f := range got.Faults {
					all = append(all, f.String())
				}
				if !strings.Contains(strings.Join(all, "\n"), tc.want) {
					t.Errorf("the check found\n%s\nwant %q", strings.Join(all, "\n"), tc.want)
				}
			})
		})
	}
}

// TestPartsRestOnOwners: an object rests on its owner exactly when its kind says so, for then its row alone tells it.
func TestPartsRestOnOwners(t *testing.T) {
	objects := append(storetest.Study().Objects, cases.Inclusion{ID: "incl-a.1", Candidate: "cand-a"}, coding.Ruling{Segment: "seg-report-1", Code: "code-window"},
		coding.Memo{ID: "memo-1", On: "seg-report-1"}, coding.Code{ID: "code-low", Parent: "code-window"}, cases.Tie{ID: "tie-1", Case: "case-a", From: "actor-1", To: "actor-2"},
		cases.Actor{ID: "actor-1", Case: "case-a"}, cases.Prerequisite{Case: "case-a", Event: "ev-a-1", Needs: "ev-a-2"})
	left := thread.Parts()
	for _, o := range objects {
		owner, kind := o.Place().Owner, o.Ref().Kind()
		rests := owner != "" && slices.Contains(o.Links(), thread.Link{To: owner, Role: thread.PartOf})
		if rests != slices.Contains(thread.Parts(), kind) {
			t.Errorf("%s: rests on its owner: %v", o.Ref(), rests)
		}
		left = slices.DeleteFunc(left, func(k thread.Kind) bool { return k == kind })
	}
	if len(left) > 0 {
		t.Errorf("not looked at: %v", left)
	}
}

// TestLinksOfParts: a database in which the table of links still holds those of parts to their owners is sound without them.
func TestLinksOfParts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		count := func() (n int) {
			t.Helper()
			if err := raw(t, c).QueryRow(`select count(*) from link`).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := count()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{`insert into link (study, from_id, to_id, role) select study, id, owner, 'part-of' from object where kind in ('segment', 'coding', 'interview')`, `delete from goose_db_version where version_id >= 15`} {
			if _, err := raw(t, c).Exec(q); err != nil {
				t.Fatal(err)
			}
		}
		if n := count(); n != before+6 {
			t.Fatalf("%d links, then %d", before, n)
		}
		noFaults(t, storetest.Open(t, c))
		if n := count(); n != before {
			t.Errorf("%d links, then %d", before, n)
		}
	})
}

// raw opens the database past the program, as somebody with the file or the password could.
func raw(t *testing.T, c store.Config) *sql.DB {
	t.Helper()
	driver := "sqlite3"
	if strings.HasPrefix(c.Database, "postgres") {
		driver = "pgx"
	}
	source := c.Database
	if driver == "sqlite3" {
		source = "file:" + source
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func TestWritesAtOnceAreAllKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		const clients, each = 8, 20
		var wg sync.WaitGroup
		errs := make(chan error, clients*each)
		for i := range clients {
			wg.Go(func() {
				for j := range each {
					errs <- s.Write(ctx, "coder-a", func(tx *store.Tx) error {
						if j%5 == 4 { // one in five fails, alone
							return errors.New("deliberate")
						}
						return tx.Put(storetest.Slug, coding.Code{ID: thread.ID(fmt.Sprintf("code-w-%d-%d", i, j)), Name: "x", Define: "y"}, 0)
					})
				}
			})
		}
		wg.Wait()
		close(errs)
		kept := 0
		for err := range errs {
			if err == nil {
				kept++
			} else if err.Error() != "deliberate" {
				t.Errorf("a write failed: %v", err)
			}
		}
		if kept != clients*each*4/5 {
			t.Errorf("%d writes were acknowledged; want %d", kept, clients*each*4/5)
		}
		n, err := s.Counts(ctx, storetest.Slug)
		if err != nil || n[thread.Code] != kept+1 {
			t.Errorf("%d codes stand, %d were acknowledged (%v)", n[thread.Code], kept+1, err)
		}
		noFaults(t, s)
	})
}

func TestWritePanicUndoesItselfAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		err := s.Write(ctx, "lead", func(tx *store.Tx) error {
			if err := tx.Put(storetest.Slug, coding.Code{ID: "code-lost", Name: "x", Define: "y"}, 0); err != nil {
				return err
			}
			panic("deliberate")
		})
		if fault.Of(err) != fault.Internal {
			t.Errorf("a panic gave %v", err)
		}
		if _, err := store.Get[coding.Code](ctx, s, storetest.Slug, "code-lost"); fault.Of(err) != fault.NotFound {
			t.Errorf("what the panic wrote stands: %v", err)
		}
		noFaults(t, s)
	})
}

func TestDamagedFileIsRefused(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"no database":  func([]byte) []byte { return []byte(strings.Repeat("this is a letter, not a database\n", 200)) },
		"overwritten":  func(b []byte) []byte { copy(b[len(b)/2:], strings.Repeat("x", 9000)); return b },
		"cut in half":  func(b []byte) []byte { return b[:len(b)/2] },
		"zeroed pages": func(b []byte) []byte { clear(b[4096 : 4096*12]); return b },
	} {
		t.Run(name, func(t *testing.T) {
			c := storetest.SQLite(t)
			s, err := store.Open(ctx, c)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Import(ctx, "import", storetest.Study(), false, nil); err != nil {
				t.Fatal(err)
			}
			s.Close()
			b, err := os.ReadFile(c.Database)
			if err != nil {
				t.Fatal(err)
			}
			b = damage(b)
			for _, x := range []string{"-wal", "-shm"} {
				os.Remove(c.Database + x)
			}
			if err := os.WriteFile(c.Database, b, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err = store.Open(ctx, c)
			if err == nil {
				s.Close()
			}
			if fault.Of(err) != fault.Damaged || !strings.Contains(fault.Message(err), "backup") {
				t.Errorf("opening gave %v; want a refusal that says what to do", err)
			}
			after, err := os.ReadFile(c.Database)
			if err != nil || string(after) != string(b) {
				t.Error("the damaged file was changed")
			}
		})
	}
}

func TestAnchorsCountCodePoints(t *testing.T) {
	x := document.Text{Document: "doc-x", Version: 1, Body: "Երեւանում 🙂 ประท้วง وقف الفساد e\u0301nd"}
	for _, q := range []string{"Երեւանում", "🙂", "ประท้วง", "الفساد", "e\u0301nd"} {
		a, err := x.Find(q)
		if err != nil {
			t.Fatal(err)
		}
		if !x.Holds(a) || a.End-a.Start != len([]rune(q)) {
			t.Errorf("%q: anchor %+v does not hold", q, a)
		}
		a.Start++
		a.End++
		if x.Holds(a) {
			t.Errorf("%q: a moved anchor holds", q)
		}
	}
}

// A walk sees the study at one moment: never what was before a change in one place and what is after it in another.
func TestThreadIsOfOneMoment(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		s := small(t, c)
		lesson, err := store.Get[synthesis.Lesson](ctx, s, storetest.Slug, "lesson-1")
		if err != nil {
			t.Fatal(err)
		}
		record, err := store.Get[source.Record](ctx, s, storetest.Slug, "ref-1")
		if err != nil {
			t.Fatal(err)
		}
		change := func(n int) {
			l, r := lesson.Object, record.Object
			l.Title, r.Title = fmt.Sprint("Turn ", n), fmt.Sprint("Turn ", n)
			write(t, s, func(tx *store.Tx) error {
				if err := tx.Put(storetest.Slug, l, store.Any); err != nil {
					return err
				}
				return tx.Put(storetest.Slug, r, store.Any)
			})
		}
		change(0)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for n := 1; n <= 200; n++ {
				change(n)
			}
		}()
		seen := map[string]bool{}
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			g, err := s.Down(ctx, storetest.Slug, "recom-1")
			if err != nil {
				t.Fatal(err)
			}
			above, below := g.Nodes["lesson-1"].Label, g.Nodes["ref-1"].Label
			if above != below {
				t.Fatalf("the lesson is of %q and the record of %q", above, below)
			}
			seen[above] = true
		}
		if len(seen) < 2 {
			t.Error("nothing changed meanwhile: this tries nothing")
		}
	})
}
