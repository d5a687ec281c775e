package archive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"throughline/internal/archive"
	"throughline/internal/coding"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

var ctx = context.Background()

// folder writes the small study as a folder.
func folder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "small")
	if err := archive.Write(dir, storetest.Study()); err != nil {
		t.Fatal(err)
	}
	return dir
}

// everyCalibration writes the small study with a condition for each method, scores on them, and an analysis of levels with
// all that theory may expect, and a code at a place of its own.
func everyCalibration(t *testing.T) string {
	t.Helper()
	b := storetest.Study()
	b.Slug = "every"
	first := b.Objects[0].(study.Study)
	first.Slug = b.Slug
	b.Objects[0] = first
	for id, k := range map[thread.ID]synthesis.Calibration{
		"cond-crisp": {Method: "crisp", Threshold: -1.5}, "cond-levels": {Method: "levels", Thresholds: []float64{0, 2.5, 1000000}}, "cond-direct": {Method: "direct", Out: 5, Crossover: 0, In: -2},
		"cond-bell":     {Method: "bell", Low: &synthesis.Anchors{Out: 0, Crossover: 1, In: 2}, High: &synthesis.Anchors{Out: 9, Crossover: 8, In: 7}},
		"cond-indirect": {Method: "indirect", Thresholds: []float64{1, 2}}, "cond-tfr": {Method: "tfr"},
	} {
		k.Reason = "As the protocol says."
		b.Objects = append(b.Objects, synthesis.Condition{ID: id, Letter: strings.ToUpper(id.Rest()), Name: id.Rest(), Define: "d", Calibration: k})
		for i, c := range []thread.ID{"case-a", "case-b"} {
			b.Objects = append(b.Objects, synthesis.Score{Case: c, Condition: id, Raw: []string{"3", "0.5"}[i], Justification: "j", Supports: []thread.ID{"seg-report-1"}})
		}
	}
	b.Objects = append(b.Objects, synthesis.Analysis{ID: "ana-levels", Title: "Levels", Mode: "multi-value", Outcome: "cond-success", Conditions: []thread.ID{"cond-levels", "cond-crisp"},
		Cases: []thread.ID{"case-a", "case-b"}, Frequency: 1, Consistency: 1, Expect: []synthesis.Expectation{{Condition: "cond-levels", Helps: "2", Why: "w"}},
		Together: []synthesis.Conjunction{{Of: []synthesis.Part{{Condition: "cond-levels", Helps: "1"}, {Condition: "cond-crisp", Helps: "present"}}, Why: "w"}}})
	b.Objects = append(b.Objects, coding.Code{ID: "code-first", Name: "Z", Define: "Its place is told.", Order: 1})
	dir := filepath.Join(t.TempDir(), "every")
	if err := archive.Write(dir, b); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tree reads every file of a folder.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		out[rel] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestExportAfterImportGivesTheSameBytes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		for _, dir := range []string{folder(t), everyCalibration(t), filepath.Join("..", "..", "examples", "kleptocracy")} {
			s := storetest.Open(t, c)
			b, err := archive.Read(dir)
			if err != nil {
				t.Fatal(err)
			}
			keep, err := archive.TakeFiles(ctx, s, b, os.DirFS(dir))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Import(ctx, "import", b, false, nil); err != nil {
				t.Fatal(err)
			}
			if err := keep(ctx); err != nil {
				t.Fatal(err)
			}
			back, err := s.Bundle(ctx, b.Slug)
			if err != nil {
				t.Fatal(err)
			}
			out := filepath.Join(t.TempDir(), "out")
			files := func(at string) error {
				_, err := archive.GiveFiles(ctx, s, back, at)
				return err
			}
			if err := archive.Write(out, back, files); err != nil {
				t.Fatal(err)
			}
			again, err := archive.Read(out)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(back.Objects, again.Objects, cmpopts.SortSlices(func(a, b thread.Object) bool { return a.Ref() < b.Ref() })); diff != "" {
				t.Errorf("%s: what was exported is read as something else:\n%.3000s", dir, diff)
			}
			done, err := s.Import(ctx, "import", again, false, nil)
			if err != nil || !done.Nothing() {
				t.Errorf("%s: importing the export changed something: %+v, %v", dir, done, err)
			}
			once := tree(t, out)
			if strings.Contains(dir, "kleptocracy") { // kept normalised in the repository
				if diff := cmp.Diff(tree(t, dir), once); diff != "" {
					t.Errorf("the example is not what export writes; run \"go run ./cmd/throughline export --with-names --with-files\" on it:\n%.3000s", diff)
				}
			}
			if err := archive.Write(out, back, files); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(once, tree(t, out)); diff != "" {
				t.Errorf("a second export differs:\n%s", diff)
			}
		}
	})
}

// Every mistake is told with file, line, field and what was expected; all of a folder in one go; and nothing is read.
func TestMistakes(t *testing.T) {
	edit := func(name, old, new string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			p := filepath.Join(dir, name)
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(b), old) {
				t.Fatalf("%s has no %q in\n%s", name, old, b)
			}
			if err := os.WriteFile(p, []byte(strings.Replace(string(b), old, new, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	put := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	drop := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, name)) }
	}
	for _, tc := range []struct {
		name string
		do   func(*testing.T, string)
		want string
	}{
		{"an unknown key", edit("study.yaml", "title:", "titel:"), "study.yaml:2: titel: is not a key that belongs here"},
		{"an unknown column", edit("records.csv", "title", "titel"), "records.csv:1: titel: is not a column of this table"},
		{"a missing cell", edit("members.csv", "coder-a,coder,", "coder-a,coder"), "members.csv:2: has 2 cells, but the header has 3"},
		{"a wrong number", edit("records.csv", "2015", "last year"), `records.csv:2: year: is "last year"; expected a whole number`},
		{"a wrong word", edit("universe.csv", "failure", "defeat"), `universe.csv:3: outcome: is "defeat"; expected one of: success, partial, failure`},
		{"a wrong date", edit("cases/case-a/events.csv", "2015-06", "June 2015"), `cases/case-a/events.csv:2: date: is "June 2015"; expected a date such as`},
		{"an id of another kind", edit("records.csv", "ref-1", "rec-1"), `records.csv:2: id: is "rec-1"; expected an id that starts with "ref-"`},
		{"an id that points nowhere", edit("findings.yaml", "- ana-1", "- ana-9"), "findings.yaml:6: supports: names ana-9, which does not exist"},
		{"a circle", func(t *testing.T, dir string) {
			edit("findings.yaml", "- ana-1", "- find-2")(t, dir)
			b, _ := os.ReadFile(filepath.Join(dir, "findings.yaml"))
			os.WriteFile(filepath.Join(dir, "findings.yaml"), append(b, "- id: find-2\n  title: Two\n  text: Two.\n  supports:\n    - find-1\n"...), 0o644)
		}, "rests on itself: find-1 -> find-2 -> find-1"},
		{"a quote that is not at its anchor", edit("codings.csv", "seg-report-1,doc-report,0,32", "seg-report-1,doc-report,1,33"), "codings.csv:2: quote: does not stand in doc-report at 1 to 33"},
		{"a quote that is nowhere", edit("codings.csv", "0,32,The price of power rose", ",,The price of bread rose"), "codings.csv:2: quote: The passage does not occur in the text"},
		{"thresholds that fall", edit("conditions.yaml", "method: words", "method: indirect\n    thresholds: [3, 2]"), "conditions.yaml:8: calibration.thresholds: threshold number 2 (2) is not above the one before it (3)"},
		{"a word for a threshold", edit("conditions.yaml", "method: words", "method: levels\n    thresholds: [3, many]"), `conditions.yaml:8: calibration.thresholds: is "many"; expected a number`},
		{"half a bell", edit("conditions.yaml", "method: words", "method: bell\n    low:\n      out: 1\n      crossover: 2\n      in: 3"), "calibration.high: must not be empty; expected the anchors out, crossover and in of this side"},
		{"a raw value that does not fit", edit("conditions.yaml", "method: words", "method: tfr"), `scores.csv:2: raw: "strong" is not a number, which the calibration of cond-success needs`},
		{"a broken table", edit("records.csv", "Power prices", "Power \"prices"), "records.csv:2: cannot be read further"},
		{"a broken YAML", edit("study.yaml", "purpose:", "purpose: [\n"), "study.yaml:"},
		{"an empty file", put("lessons.yaml", ""), "lessons.yaml:1: is empty"},
		{"an empty text", put("documents/doc-report.txt", "\n"), "documents/doc-report.txt:1: is empty"},
		{"a picture for a text", put("documents/doc-report.txt", "\x89PNG\r\n\x1a\n\x00\x00"), "documents/doc-report.txt:1: is not UTF-8 text"},
		{"a missing text", drop("documents/doc-report.txt"), "has no text: the file documents/doc-report.txt is missing"},
		{"a missing protocol", drop("protocol.yaml"), "protocol.yaml: is missing"},
		{"a file that does not belong", put("notes.docx", "x"), "notes.docx: does not belong in a study folder"},
		{"a link", func(t *testing.T, dir string) {
			if err := os.Symlink("/etc/hostname", filepath.Join(dir, "documents", "doc-x.txt")); err != nil {
				t.Fatal(err)
			}
		}, "documents/doc-x.txt: is not a plain file"},
		{"a huge file", func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, "documents", "doc-report.txt"), 65<<20); err != nil {
				t.Fatal(err)
			}
		}, "documents/doc-report.txt: is 65 MiB large"},
		{"coding without consent", edit("interviews/int-a1.yaml", "code: true", "code: false"), "whose informant did not agree to coding"},
		{"resting on background", edit("interviews/int-a1.yaml", "background: false", "background: true"), "names seg-talk-1 of int-a1, whose informant did not agree that anything published rests on it"},
		{"a word without worth", edit("scores.csv", "strong", "mighty"), `raw: "mighty" is not a word of the calibration of cond-success`},
		{"a stranger", edit("codings.csv", "coder-a", "coder-z"), `coder: is "coder-z", who is not in members.csv`},
		{"nobody answers", edit("members.csv", "lead,lead", "lead,reviewer"), "names no lead"},
		{"an alias bomb", put("answers.yaml", "- &a {id: answer-x}\n- *a\n"), "answers.yaml:2: uses an alias"},
		{"a bad seal", put("seal.key", "short\n"), "seal.key:1: expected a key"},
	} {
		if tc.want == "" {
			continue
		}
		t.Run(tc.name, func(t *testing.T) {
			dir := folder(t)
			tc.do(t, dir)
			b, err := archive.Read(dir)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v\nwant %q", err, tc.want)
			}
			if len(b.Objects) > 0 {
				t.Error("a folder with a mistake gave a bundle")
			}
		})
	}
	t.Run("all in one go", func(t *testing.T) {
		dir := folder(t)
		edit("records.csv", "2015", "x")(t, dir)
		edit("universe.csv", "failure", "defeat")(t, dir)
		edit("study.yaml", "title:", "titel:")(t, dir)
		_, err := archive.Read(dir)
		var ps fault.Problems
		if !errors.As(err, &ps) {
			t.Fatal(err)
		}
		files := map[string]bool{}
		for _, p := range ps {
			files[p.File] = true
		}
		if diff := cmp.Diff(map[string]bool{"records.csv": true, "universe.csv": true, "study.yaml": true}, files); diff != "" {
			t.Errorf("files named: %s", diff)
		}
	})
}

func TestWriteLeavesOtherFoldersAlone(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("years of work"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := archive.Write(dir, storetest.Study()); fault.Of(err) != fault.Usage {
		t.Errorf("writing over other files gave %v", err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "thesis.txt")); err != nil || string(b) != "years of work" {
		t.Errorf("the other file is %q, %v", b, err)
	}
}

func FuzzRead(f *testing.F) {
	files, err := archive.Files(storetest.Study())
	if err != nil {
		f.Fatal(err)
	}
	for name, data := range files {
		f.Add(name, data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		dir := t.TempDir()
		if !filepath.IsLocal(name) || strings.ContainsAny(name, "\x00\\") || len(name) > 100 {
			return
		}
		for n, d := range files {
			p := filepath.Join(dir, n)
			os.MkdirAll(filepath.Dir(p), 0o755)
			os.WriteFile(p, d, 0o644)
		}
		p := filepath.Join(dir, name)
		if os.MkdirAll(filepath.Dir(p), 0o755) != nil || os.WriteFile(p, data, 0o644) != nil {
			return
		}
		b, err := archive.Read(dir)
		if err != nil {
			return
		}
		// What is accepted can be written and read again to the same.
		once, err := archive.Files(b)
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(dir, "..", "out")
		os.RemoveAll(out)
		if err := archive.Write(out, b); err != nil {
			t.Fatal(err)
		}
		again, err := archive.Read(out)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		twice, err := archive.Files(again)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(once, twice); diff != "" {
			t.Errorf("a round trip changed the folder:\n%s", diff)
		}
	})
}

// One mistake is told once: what only follows from it does not hide it, and what does not follow from it is told too.
func TestMistakesDoNotMultiply(t *testing.T) {
	example := filepath.Join("..", "..", "examples", "kleptocracy")
	for _, tc := range []struct {
		name string
		do   func(files map[string]string)
		want []string
	}{
		{"a table that cannot be read", func(f map[string]string) { f["scores.csv"] = "case,condition\n\"" }, []string{"scores.csv:2: cannot be read further"}},
		{"a list that is no YAML", func(f map[string]string) { f["answers.yaml"] = "- id: [" }, []string{"answers.yaml:1: is not well-formed YAML: did not find"}},
		{"a text that is no text", func(f map[string]string) { f["documents/doc-armenia-chronicle.txt"] = "\xff\xfe\x00" }, []string{"documents/doc-armenia-chronicle.txt:1: is not UTF-8"}},
		{"a text without its passages", func(f map[string]string) {
			f["documents/doc-armenia-chronicle.txt"] = strings.Replace(f["documents/doc-armenia-chronicle.txt"], "They were led", "They was led", 1)
			f["takeaways.yaml"] = strings.Replace(f["takeaways.yaml"], "seg-armenia-coalition-04", "seg-nowhere", 1)
		}, []string{"does not stand in doc-armenia-chronicle", "takeaways.yaml:6: supports: names seg-nowhere, which does not exist"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			files := tree(t, example)
			tc.do(files)
			dir := t.TempDir()
			for name, text := range files {
				p := filepath.Join(dir, name)
				if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			_, err := archive.Read(dir)
			var ps fault.Problems
			if !errors.As(err, &ps) {
				t.Fatalf("read: %v", err)
			}
			if len(ps) > 40 {
				t.Errorf("%d mistakes told", len(ps))
			}
			for _, w := range tc.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("%q is not among them: %.600s", w, err)
				}
			}
			for _, p := range ps {
				if !strings.HasPrefix(p.File, "documents/") && p.File != "codings.csv" && !strings.Contains(strings.Join(tc.want, "\n"), p.File) {
					t.Errorf("told too: %s", p)
				}
			}
		})
	}
}
