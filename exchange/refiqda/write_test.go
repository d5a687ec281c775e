package refiqda

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// valid checks a document against a schema of the standard.
func valid(t testing.TB, schema string, document []byte) {
	t.Helper()
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("skipped: xmllint (Debian: libxml2-utils) is not installed, so nothing is validated")
	}
	file := filepath.Join(t.TempDir(), "x.xml")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "--noout", "--nonet", "--schema", filepath.Join("testdata", schema), file).CombinedOutput(); err != nil {
		t.Errorf("not valid by %s: %s", schema, out[:min(len(out), 2000)])
	}
}

// made is a project that uses every part.
func made() Project {
	g := func(s string) string { return NewGUID("test", s) }
	return Project{Name: `Study & "more" <1>`, Origin: "Throughline", Description: "Line one\nline two", Created: "2026-11-27T10:00:00Z", CreatedBy: g("ana"), Memos: []string{g("note")},
		Users: []User{{g("ana"), "Ana", "a"}, {g("bo"), "Bo", ""}},
		Codes: []Code{{GUID: g("tactics"), Name: "Tactics", Codable: true, Color: "#ff8800", Description: "What is done", Notes: []string{g("note")}}, {GUID: g("other1"), Parent: g("tactics"), Name: "Other", Codable: true},
			{GUID: g("outcome"), Name: "Outcome"}, {GUID: g("other2"), Parent: g("outcome"), Name: "Other", Codable: true, Color: "no colour"}},
		Variables: []Variable{{GUID: g("v1"), Name: "regime", Type: "Text"}, {GUID: g("v2"), Name: "size", Type: "Integer"}, {GUID: g("v3"), Name: "share", Type: "Float"}, {GUID: g("v4"), Name: "on", Type: "Date"}, {GUID: g("v5"), Name: "odd", Type: "Number"}},
		Cases:     []Case{{GUID: g("case"), Name: "Armenia", Description: "2018", Values: []Value{{g("v1"), "hybrid"}, {g("v2"), "12"}, {g("v3"), "1e5"}, {g("v4"), "2018-02-31"}}, Sources: []string{g("doc")}, Selections: []string{g("s1")}}},
		Sources: []Source{{GUID: g("doc"), Kind: TextSource, Name: "ประชาชน 1", Text: "One 🟦 line.\nTwo lines, ประชาชน.\n", HasText: true, User: g("ana"), Created: "2026-11-27T10:00:00+02:00", Values: []Value{{g("v5"), "7"}},
			Selections: []Selection{{GUID: g("s1"), Kind: TextSelection, Start: 4, End: 10, Quote: "🟦 line", Codings: []Coding{{GUID: g("c1"), Code: g("tactics"), User: g("ana")}, {GUID: g("c2"), Code: g("other2"), User: g("bo"), Created: "yesterday"}}},
				{GUID: g("s2"), Kind: TextSelection, Start: 12, End: 21, Quote: "Two lines", Description: "a memo", Codings: []Coding{{GUID: g("c3"), Code: g("other1"), User: g("bo"), Notes: []string{g("note")}}}}}},
			{GUID: g("pdf"), Kind: PDFSource, Name: "r.pdf", Text: "Words of it.", HasText: true, File: "r.pdf", Selections: []Selection{{GUID: g("s3"), Kind: RegionSelection, Page: 0, Box: [4]int{10, 20, 30, 40}, Codings: []Coding{{GUID: g("c4"), Code: g("tactics")}}},
				{GUID: g("s4"), Kind: TextSelection, Start: 0, End: 5, Quote: "Words", Codings: []Coding{{GUID: g("c5"), Code: g("tactics")}}}}},
			{GUID: g("audio"), Kind: AudioSource, Name: "r.m4a", File: "r.m4a", Selections: []Selection{{GUID: g("s5"), Kind: TimeSelection, Begin: 10, Stop: 20, Codings: []Coding{{GUID: g("c6"), Code: g("tactics")}}}},
				Transcripts: []Transcript{{Source: Source{GUID: g("tr"), Kind: TextSource, Name: "transcript", Text: "Q: When?\nA: Then.\n", HasText: true}, Sync: []SyncPoint{{g("y1"), 0, 0}, {g("y2"), 900, 9}}}}}},
		Notes: []Source{{GUID: g("note"), Kind: TextSource, Name: "memo", Text: "I think\x0b so.", HasText: true}},
		Links: []Link{{GUID: g("link"), Name: "leads to", Direction: "OneWay", From: g("s1"), To: g("s2")}},
		Sets:  []Set{{GUID: g("set"), Name: "Group", Codes: []string{g("tactics"), g("other2")}, Sources: []string{g("doc")}}},
	}
}

func originals(entry string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader("bytes of " + entry)), nil
}

func qde(t testing.TB, b []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("project.qde")
	if err != nil {
		t.Fatal(err)
	}
	x, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestRoundTrip writes a project in every profile, valid by the schema, the same bytes each time, and reads it as it was.
func TestRoundTrip(t *testing.T) {
	for _, profile := range Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			o := WriteOptions{Profile: profile.Name, Users: true, File: originals}
			var a, b bytes.Buffer
			losses, err := Write(&a, made(), o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Write(&b, made(), o); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("the second time other bytes come out (%v)", err)
			}
			valid(t, "Project-mrt2019.xsd", qde(t, a.Bytes()))
			if len(losses) < 2 { // the number with an exponent and the day that is none
				t.Errorf("losses: %+v", losses)
			}
			p, err := Open(bytes.NewReader(a.Bytes()), int64(a.Len()), ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Losses) > 0 {
				t.Errorf("lost on reading: %+v", p.Losses)
			}
			for _, s := range p.Project.Sources {
				for _, x := range s.Selections {
					if x.Kind == TextSelection && string([]rune(s.Text)[x.Start:x.End]) != x.Quote {
						t.Errorf("%s: %d to %d are not %q", s.Name, x.Start, x.End, x.Quote)
					}
				}
			}
			want, got := made(), p.Project
			if profile.suit != nil {
				return // it comes back otherwise; see TestQualCoder
			}
			// What cannot come back as it was.
			want.Codes[3].Color, want.Variables[4].Type = "", "Text"
			want.Cases[0].Values[2].Value, want.Cases[0].Values[3].Value = "", ""
			want.Sources[0].Selections[0].Codings[1].Created = ""
			diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Source{}, Selection{}), cmpopts.IgnoreFields(Source{}, "Convention", "TextGUID", "File"),
				cmp.FilterPath(func(p cmp.Path) bool { return strings.HasSuffix(p.String(), "Selections.Name") }, cmp.Ignore()), cmpopts.EquateEmpty(),
				cmp.FilterPath(func(p cmp.Path) bool {
					return strings.HasSuffix(p.String(), "Selections.Start") || strings.HasSuffix(p.String(), "Selections.End")
				}, cmp.Comparer(func(a, b int) bool { return a == b || a == -1 && b == 0 || a == 0 && b == -1 })))
			if diff != "" {
				t.Error(diff)
			}
		})
	}
	var b bytes.Buffer
	if _, err := WriteCodebook(&b, made(), WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	valid(t, "Codebook-mrt2019.xsd", b.Bytes())
	p, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), ReadOptions{})
	if err != nil || len(p.Project.Codes) != 4 || p.Project.Codes[1].Parent != p.Project.Codes[0].GUID || len(p.Project.Sets) != 1 {
		t.Errorf("the codebook comes back as %+v, %v", p, err)
	}
	if _, err := WriteCodebook(&b, Project{}, WriteOptions{}); err == nil {
		t.Error("an empty codebook is written")
	}
	if _, err := Write(&b, made(), WriteOptions{Profile: "word"}); err == nil {
		t.Error("a profile that is none is taken")
	}
}

// TestNamesStayInside finds no name of a coder in a package unless it was asked for.
func TestNamesStayInside(t *testing.T) {
	p := made()
	p.Users[0].Name = "Somebody Real"
	var b bytes.Buffer
	if _, err := Write(&b, p, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if x := string(qde(t, b.Bytes())); strings.Contains(x, "Somebody") || !strings.Contains(x, "Coder 1") {
		t.Error("the name of a coder left")
	}
}

// TestSamplesSurvive writes what was read of each sample, valid, and reads the same places again.
func TestSamplesSurvive(t *testing.T) {
	for _, name := range [][]string{{"own", "peer-full-spec.qdpx"}, {"own", "qualcoder4-export-malformed-xml.qdpx"}, {"own", "position-conventions", "atlas-like-crlf-counted-as-lf.qdpx"}, {"third-party", "nvivo-win12-masked.qdpx"}, {"third-party", "annex-a3-atlasti8.qdpx"}, {"third-party", "nvivo-mac15-codebook.qdpx"}} {
		for _, profile := range Profiles() {
			t.Run(name[len(name)-1]+"/"+profile.Name, func(t *testing.T) {
				p := sample(t, name...)
				var b bytes.Buffer
				_, err := Write(&b, p.Project, WriteOptions{Profile: profile.Name, Users: true, File: func(e string) (io.ReadCloser, error) { r, _, err := p.File(e); return r, err }})
				if err != nil {
					t.Fatal(err)
				}
				valid(t, "Project-mrt2019.xsd", qde(t, b.Bytes()))
				again, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), ReadOptions{})
				if err != nil {
					t.Fatal(err)
				}
				type place struct {
					guid       string
					start, end int
				}
				places := func(p Project) map[place]bool {
					out := map[place]bool{}
					for _, s := range p.Sources {
						if s.HasText {
							for _, x := range s.Selections {
								if x.Start >= 0 {
									out[place{x.GUID, x.Start, x.End}] = true
								}
							}
						}
					}
					return out
				}
				want, got := places(p.Project), places(again.Project)
				if profile.suit != nil { // there are more, for cases and coders
					byQualCoder(t, b.Bytes())
					maps.DeleteFunc(got, func(p place, _ bool) bool { return !want[p] })
				}
				if diff := cmp.Diff(want, got, cmp.AllowUnexported(place{})); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func packed(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, body := range files {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, body)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBadPackages are refused in words.
func TestBadPackages(t *testing.T) {
	project := func(inner string) string {
		return `<?xml version="1.0"?><Project xmlns="urn:QDA-XML:project:1.0" name="x">` + inner + `</Project>`
	}
	huge := packed(t, map[string]string{"project.qde": project(""), "sources/a.mp4": "x"})
	// The directory at the end says how large the entry is: 2 GB and one.
	at := bytes.LastIndex(huge, []byte("sources/a.mp4")) - 46
	copy(huge[at+24:], []byte{1, 0, 0, 0x80})
	for name, x := range map[string]struct {
		data []byte
		says string
	}{
		"empty":             {nil, "empty"},
		"no XML":            {[]byte("hello"), "no XML"},
		"another XML":       {[]byte("<html></html>"), "root"},
		"half a ZIP":        {packed(t, map[string]string{"project.qde": project("")})[:60], "ZIP"},
		"another ZIP":       {packed(t, map[string]string{"word/document.xml": "<x/>"}), "project.qde"},
		"two projects":      {packed(t, map[string]string{"a.qde": project(""), "b.qde": project("")}), "several"},
		"traversal":         {packed(t, map[string]string{"project.qde": project(""), "../../etc/x": "y"}), "attack"},
		"traversal windows": {packed(t, map[string]string{"project.qde": project(""), `..\x`: "y"}), "attack"},
		"absolute":          {packed(t, map[string]string{"project.qde": project(""), "/x": "y"}), "attack"},
		"bomb":              {packed(t, map[string]string{"project.qde": project("<!--" + strings.Repeat(" ", 20<<20) + "-->")}), "attack"},
		"entities":          {packed(t, map[string]string{"project.qde": `<!DOCTYPE x [<!ENTITY a "b">]>` + project("&a;")}), "entities"},
		"broken":            {packed(t, map[string]string{"project.qde": "<Project><Users></Project>"}), "closed"},
		"cut":               {packed(t, map[string]string{"project.qde": "<Project><Users>"}), "ends in the middle"},
		"deep":              {packed(t, map[string]string{"project.qde": project("<CodeBook><Codes>" + strings.Repeat("<Code>", 1000))}), "deep"},
		"2 GB":              {huge, "2,047"},
	} {
		_, err := Open(bytes.NewReader(x.data), int64(len(x.data)), ReadOptions{})
		if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), x.says) {
			t.Errorf("%s: %v; expected words with %q", name, err, x.says)
		}
	}
	if _, err := Open(bytes.NewReader(huge), 2<<30, ReadOptions{}); err == nil || !strings.Contains(err.Error(), "MB") {
		t.Errorf("a file of 2 GB: %v", err)
	}
}

// TestWhatIsMissingIsTold reads a package with everything amiss that other programs get wrong.
func TestWhatIsMissingIsTold(t *testing.T) {
	g := func(s string) string { return "{" + strings.ToUpper(NewGUID("x", s)) + "}" }
	body := fmt.Sprintf(`<Project xmlns="urn:QDA-XML:project:1:0" name="x"><Sources><TextSource guid="%s" name="lost" plainTextPath="internal://nowhere.txt"><PlainTextSelection guid="%s" name="words" startPosition="3" endPosition="8"><Coding guid="%s"><CodeRef targetGUID="%s"/></Coding><Coding guid="%s"><CodeRef targetGUID="%s"/></Coding></PlainTextSelection></TextSource>
	<TextSource guid="%s" name="inline"><PlainTextContent>A &amp; B &amp then more.</PlainTextContent><PlainTextSelection guid="%s" startPosition="2" endPosition="900"/></TextSource></Sources>
	<CodeBook><Codes><Code name="One" guid="%s" isCodable="true"><Description>d</Description></Code></Codes></CodeBook></Project>`, g("s"), g("sel"), g("c1"), g("one"), g("c2"), g("none"), g("inline"), g("sel2"), g("one"))
	b := packed(t, map[string]string{"Study.QDE": body, "Sources/.root": ""})
	p, err := Open(bytes.NewReader(b), int64(len(b)), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if x := p.Project.Sources[0].Selections[0]; len(x.Codings) != 1 || x.Start != 3 || p.Project.Codes[0].Description != "d" {
		t.Errorf("read as %+v", p.Project)
	}
	var told []string
	for _, l := range p.Losses {
		told = append(told, l.What)
	}
	for _, want := range []string{"not in the package", "names a code that is not", "outside of the text"} {
		if !strings.Contains(strings.Join(told, "\n"), want) {
			t.Errorf("nothing says %q: %v", want, told)
		}
	}
}

func FuzzOpen(f *testing.F) {
	var b bytes.Buffer
	if _, err := Write(&b, made(), WriteOptions{File: originals}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(qde(f, b.Bytes()))
	f.Add([]byte(`<CodeBook><Codes><Code guid="x" name="y"/></Codes></CodeBook>`))
	f.Fuzz(func(t *testing.T, d []byte) {
		p, err := Open(bytes.NewReader(d), int64(len(d)), ReadOptions{Limits: Limits{Project: 1 << 20, Text: 1 << 20, Texts: 4 << 20}})
		if err != nil {
			return
		}
		for _, profile := range []string{"nvivo", "qualcoder"} {
			var out bytes.Buffer
			if _, err := Write(&out, p.Project, WriteOptions{Profile: profile}); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(bytes.NewReader(out.Bytes()), int64(out.Len()), ReadOptions{}); err != nil {
				t.Fatalf("what was written cannot be read: %v", err)
			}
		}
	})
}
