package transfer

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/exchange/refiqda"
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// shown is a study with a picture, a recording with its transcript, a film that nobody wrote down, and a PDF, coded in parts.
func shown() store.Bundle {
	sha := func(c string) string { return strings.Repeat(c, 64) }
	b := store.Bundle{Slug: "s", Objects: []thread.Object{study.Study{ID: "study", Slug: "s", Title: "T"}, study.Member{ID: "member-ana", Handle: "ana", Role: study.Lead}, coding.Code{ID: "code-a", Name: "A", Define: "d"}}}
	doc := func(d document.Document, body string) {
		d.Title, d.Language, d.Version, d.SHA256, d.Kind = strings.TrimPrefix(string(d.ID), "doc-"), "en", 1, document.Sum(body), document.Report
		d.Record = "rec-1"
		b.Objects = append(b.Objects, d)
		b.Texts = append(b.Texts, document.Text{Document: d.ID, Version: 1, Body: body})
	}
	part := func(doc thread.ID, says string, a document.Area) {
		seg := thread.ID("seg-" + refiqda.NewGUID("s", string(doc), a.String()))
		b.Objects = append(b.Objects, coding.Segment{ID: seg, Anchor: document.Anchor{Document: doc, Version: 1, Quote: says, Area: a}}, coding.Coding{Segment: seg, Code: "code-a", Coder: "ana"})
	}
	words := func(doc thread.ID, body, quote string) {
		a, err := (document.Text{Document: doc, Version: 1, Body: body}).Find(quote)
		if err != nil {
			panic(err)
		}
		seg := thread.ID("seg-" + refiqda.NewGUID("s", string(doc), quote))
		b.Objects = append(b.Objects, coding.Segment{ID: seg, Anchor: a}, coding.Coding{Segment: seg, Code: "code-a", Coder: "ana"})
	}
	doc(document.Document{ID: "doc-mural", Media: sha("a"), MediaType: "image/png", Width: 400, Height: 300}, "A wall with a painting.\n")
	part("doc-mural", "A raised fist", document.Area{X: 10, Y: 20, Width: 100, Height: 50})
	words("doc-mural", "A wall with a painting.\n", "painting")
	said := "Q: When?\nA: Then 🟦, after the strike.\n"
	d := document.Document{ID: "doc-talk", Media: sha("b"), MediaType: "audio/wav", Length: 9000}
	d.SetMarks([]document.Mark{{At: 0, Time: 0}, {At: 9, Time: 2500}})
	doc(d, said)
	part("doc-talk", "A long pause", document.Area{From: 2500, To: 4100})
	words("doc-talk", said, "after the strike")
	doc(document.Document{ID: "doc-film", Media: sha("c"), MediaType: "video/mp4", Width: 640, Height: 480, Length: 60000}, "")
	part("doc-film", "0:01 to 0:02", document.Area{From: 1000, To: 2000})
	doc(document.Document{ID: "doc-decree", File: sha("d"), Format: "pdf", Pages: 2}, "Article one.\nArticle two.\n")
	part("doc-decree", "A stamp", document.Area{Page: 2, X: 70, Y: 100, Width: 200, Height: 80})
	part("doc-decree", "Part of page 1", document.Area{Page: 1, X: 0, Y: 0, Width: 595, Height: 842})
	words("doc-decree", "Article one.\nArticle two.\n", "Article two")
	return b
}

func atHand() map[string]Kept {
	out := map[string]Kept{}
	for _, c := range []string{"a", "b", "c", "d"} {
		out[strings.Repeat(c, 64)] = Kept{Sheets: []refiqda.Sheet{{Width: 595.28, Height: 841.89}, {Width: 595.28, Height: 841.89}}}
	}
	return out
}

func pack(t *testing.T, b store.Bundle, o GiveOptions, profile string) ([]byte, []refiqda.Loss) {
	t.Helper()
	p, losses := ToProject(b, o)
	var out bytes.Buffer
	written, err := refiqda.Write(&out, p, refiqda.WriteOptions{Profile: profile, Users: true, File: func(entry string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("bytes of " + entry)), nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), append(losses, written...)
}

// TestMediaThereAndBack: what is coded in pictures, recordings and pages stands at the same places after it went out and came back.
func TestMediaThereAndBack(t *testing.T) {
	b := shown()
	for _, profile := range refiqda.Profiles() {
		t.Run(profile.Name, func(t *testing.T) {
			o := GiveOptions{Files: atHand(), Pages: profile.Pages, Coders: true, Origin: map[bool]string{true: "QualCoder 4.0"}[profile.Name == "qualcoder"]}
			data, losses := pack(t, b, o, profile.Name)
			if again, _ := pack(t, b, o, profile.Name); !bytes.Equal(data, again) {
				t.Error("the second time other bytes come out")
			}
			other := profile.Name == "qualcoder" // there texts stand beside pictures and recordings, without their times
			if len(losses) > 0 != other {
				t.Errorf("lost on the way out: %+v", losses)
			}
			pk, err := refiqda.Open(bytes.NewReader(data), int64(len(data)), refiqda.ReadOptions{})
			if err != nil || len(pk.Losses) > 0 {
				t.Fatalf("%v, %+v", err, pk.Losses)
			}
			validProject(t, data)
			in := FromProject(pk.Project, nil, Options{By: "ana", Members: []study.Member{{Handle: "ana"}}})
			if len(in.Files) != 4 {
				t.Fatalf("%d files are wanted: %+v", len(in.Files), in.Files)
			}
			var files []File
			for _, w := range in.Files {
				r, _, err := pk.File(w.Entry)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(r)
				name := strings.TrimPrefix(string(body), "bytes of ")
				f := File{SHA256: strings.TrimSuffix(name, filepath.Ext(name))}
				switch filepath.Ext(name) {
				case ".png":
					f.Type, f.Width, f.Height = "image/png", 400, 300
				case ".wav":
					f.Type, f.Length = "audio/wav", 9000
				case ".mp4":
					f.Type, f.Width, f.Height, f.Length = "video/mp4", 640, 480, 60000
				case ".pdf":
					f.Sheets = []refiqda.Sheet{{Width: 595.28, Height: 841.89}, {Width: 595.28, Height: 841.89}}
				}
				files = append(files, f)
			}
			in.Settle(files)
			want, got := told(b.Objects), told(in.Objects)
			if other {
				codings := func(list []string) (out []string) {
					for _, s := range list {
						if title, rest, _ := strings.Cut(s, " "); strings.HasSuffix(s, " by ana") {
							out = append(out, strings.TrimSuffix(title, filepath.Ext(title))+" "+rest)
						}
					}
					slices.Sort(out)
					return out
				}
				want, got = codings(want), codings(got)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			for _, x := range in.Losses {
				if x.Item != "code" && !strings.HasPrefix(x.What, "nothing says what") {
					t.Errorf("lost: %+v", x)
				}
			}
		})
	}
}

// told lists what matters of documents, parts and codings.
func told(objects []thread.Object) []string {
	var out []string
	title := map[thread.ID]string{}
	where := map[thread.ID]string{}
	for _, o := range objects {
		switch o := o.(type) {
		case document.Document:
			title[o.ID] = o.Title
			out = append(out, strings.Join([]string{o.Title, o.SHA256, o.File, o.Format, o.Media, o.MediaType, document.Clock(o.Length), strings.Join(o.Times, ", ")}, " "))
		case coding.Segment:
			where[o.ID] = title[o.Anchor.Document] + " " + o.Anchor.Area.String() + " " + o.Anchor.Quote
			out = append(out, string(o.ID))
		case coding.Coding:
			out = append(out, where[o.Segment]+" by "+o.Coder)
		}
	}
	slices.Sort(out)
	return out
}

func validProject(t *testing.T, pkg []byte) {
	t.Helper()
	tool, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("skipped: xmllint (Debian: libxml2-utils) is not installed, so nothing is validated")
	}
	x, err := openQDE(pkg)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "x.xml")
	if err := os.WriteFile(file, x, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(tool, "--noout", "--nonet", "--schema", "../../exchange/refiqda/testdata/Project-mrt2019.xsd", file).CombinedOutput(); err != nil {
		t.Errorf("not valid: %s", out[:min(len(out), 2000)])
	}
}

// Nothing but texts leaves unless files are asked for, and a source each tells what stays.
func TestFilesStay(t *testing.T) {
	data, losses := pack(t, shown(), GiveOptions{}, "standard")
	if bytes.Contains(data, []byte("bytes of ")) {
		t.Error("a file left")
	}
	pk, err := refiqda.Open(bytes.NewReader(data), int64(len(data)), refiqda.ReadOptions{})
	if err != nil || len(pk.Project.Sources) != 3 {
		t.Fatalf("%v, %d sources", err, len(pk.Project.Sources))
	}
	var list []string
	for _, l := range losses {
		list = append(list, l.Name+" "+l.What)
	}
	for _, w := range []string{"doc-mural its picture stays behind, and with it the 1 parts", "doc-talk its recording stays behind, and with it the 1 parts", "doc-film its recording stays", "doc-film has no text", "doc-decree its original (PDF) stays behind, and with it the 2 parts"} {
		if !slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, w) }) {
			t.Errorf("nothing tells %q: %q", w, list)
		}
	}
	// What is not in the database stays too.
	if _, losses := pack(t, shown(), GiveOptions{Files: map[string]Kept{}}, "standard"); len(losses) != 5 || !strings.Contains(losses[0].What, "not in the database") {
		t.Errorf("%+v", losses)
	}
}

// Recordings of interviews leave when their words do; the PDF of a protected document never.
func TestProtectedFiles(t *testing.T) {
	b := shown()
	for i, o := range b.Objects {
		if d, ok := o.(document.Document); ok {
			d.Kind, d.Interview, d.Case, d.Record = document.Transcript, "int-a", "case-a", ""
			b.Objects[i] = d
		}
	}
	with := func(c fieldwork.Consent) store.Bundle {
		x := b
		x.Objects = append(slices.Clone(b.Objects), fieldwork.Interview{ID: "int-a", Case: "case-a", Consent: c})
		return x
	}
	for _, c := range []struct {
		b    store.Bundle
		o    GiveOptions
		want []string
	}{
		{with(fieldwork.Consent{Code: true}), GiveOptions{Files: atHand()}, nil},
		{with(fieldwork.Consent{}), GiveOptions{Files: atHand(), Interviews: true}, nil},
		{with(fieldwork.Consent{Code: true, Withdrawn: "2026-01-01"}), GiveOptions{Files: atHand(), Interviews: true}, nil},
		{with(fieldwork.Consent{Code: true}), GiveOptions{Files: atHand(), Interviews: true}, []string{".mp4", ".png", ".wav"}},
		{with(fieldwork.Consent{Code: true}), GiveOptions{Interviews: true}, nil},
	} {
		p, losses := ToProject(c.b, c.o)
		var got []string
		for _, s := range p.Sources {
			if s.File != "" {
				got = append(got, filepath.Ext(s.File))
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v left", c.o, got)
		}
		if len(got) > 0 && !slices.ContainsFunc(losses, func(l refiqda.Loss) bool { return strings.Contains(l.What, "(PDF) never leaves") }) {
			t.Errorf("nothing tells that the PDF stays: %+v", losses)
		}
	}
	// A person's name in what is said of a part, or in a transcript, keeps the package back.
	x := with(fieldwork.Consent{Code: true})
	x.Objects = append(x.Objects, cases.Actor{ID: "actor-1", Case: "case-a", Name: "raised fist", Person: true}, cases.Actor{ID: "actor-2", Case: "case-a", Name: "the strike", Person: true})
	p, _ := ToProject(x, GiveOptions{Files: atHand(), Interviews: true})
	if found := Check(x, p); len(found) != 2 {
		t.Errorf("found %v", found)
	}
}

// What cannot be read is a loss each, and what was written down comes all the same.
func TestSettleLosses(t *testing.T) {
	g := func(s string) string { return refiqda.NewGUID("test", s) }
	area := func(name string, s refiqda.Selection) refiqda.Selection {
		s.GUID, s.Codings, s.Notes = g(name), []refiqda.Coding{{GUID: g(name + "c"), Code: g("code")}}, []string{g(name + "n")}
		return s
	}
	p := refiqda.Project{Name: "P", Codes: []refiqda.Code{{GUID: g("code"), Name: "C", Codable: true}},
		Notes: []refiqda.Source{{GUID: g("an"), Text: "memo one", HasText: true}, {GUID: g("bn"), Text: "memo two", HasText: true}, {GUID: g("cn"), Text: "memo three", HasText: true}},
		Sources: []refiqda.Source{
			{GUID: g("gone"), Kind: refiqda.PictureSource, Name: "gone.png", File: "gone.png", Selections: []refiqda.Selection{area("a", refiqda.Selection{Kind: refiqda.RegionSelection, Box: [4]int{1, 1, 5, 5}})}},
			{GUID: g("rec"), Kind: refiqda.AudioSource, Name: "r.wav", File: "r.wav", Selections: []refiqda.Selection{
				area("b", refiqda.Selection{Kind: refiqda.TimeSelection, Name: "laughter", Begin: 100, Stop: 900}),
				area("c", refiqda.Selection{Kind: refiqda.TimeSelection, Begin: 100, Stop: 99000})},
				Transcripts: []refiqda.Transcript{
					{Source: refiqda.Source{GUID: g("t1"), Name: "said", Text: "One.", HasText: true}, Sync: []refiqda.SyncPoint{{Time: 10, Position: 0}, {Time: 20, Position: -1}}},
					{Source: refiqda.Source{GUID: g("t2"), Name: "seen", Text: "Two.", HasText: true}}}},
			{GUID: g("big"), Kind: refiqda.PictureSource, Name: "big.jpg", File: "big.jpg", Selections: []refiqda.Selection{{GUID: g("d"), Kind: refiqda.RegionSelection, Name: "x", Box: [4]int{4000, 2000, 8002, 4000}}}},
			{GUID: g("none"), Kind: refiqda.VideoSource, Name: "none.mp4", Missing: true, Selections: []refiqda.Selection{{GUID: g("e"), Kind: refiqda.TimeSelection, Begin: 1, Stop: 2, Codings: []refiqda.Coding{{Code: g("code")}}}}},
		}}
	in := FromProject(p, nil, Options{By: "lead"})
	in.Settle([]File{{Lacks: "it is broken"}, {SHA256: strings.Repeat("b", 64), Type: "audio/wav", Length: 1000}, {SHA256: strings.Repeat("c", 64), Type: "image/jpeg", Width: 4000, Height: 2000, Full: [2]int{8000, 4000}}})
	docs := map[string]document.Document{}
	var parts, memos []string
	for _, o := range in.Objects {
		if err := o.Valid(); err != nil {
			t.Errorf("%s: %v", o.Ref(), err)
		}
		switch o := o.(type) {
		case document.Document:
			docs[o.Title] = o
		case coding.Segment:
			parts = append(parts, string(o.Anchor.Document)+" "+o.Anchor.Area.String()+" "+o.Anchor.Quote)
		case coding.Memo:
			memos = append(memos, string(o.On.Kind())+" "+o.Text)
		}
	}
	if len(docs) != 3 || len(in.Texts) != 3 || docs["said"].Media == "" || docs["seen"].Media != docs["said"].Media || !slices.Equal(docs["said"].Times, []string{"0 0:00.01"}) {
		t.Errorf("the documents are %+v", docs)
	}
	if want := []string{"doc-said t=0.1,0.9 laughter", "doc-big-jpg xywh=2000,1000,2000,1000 x"}; !slices.Equal(parts, want) {
		t.Errorf("the parts are %q", parts)
	}
	if len(memos) != 3 || in.Counts["passages"] != 2 || in.Counts["codings"] != 1 || in.Counts["documents"] != 3 {
		t.Errorf("%v, %v", memos, in.Counts)
	}
	var list []string
	for _, l := range in.Losses {
		list = append(list, l.Name+": "+l.What)
	}
	for _, w := range []string{"gone.png: its file (picture) does not come along: it is broken", "gone.png: has no text, and without its file", "gone.png: is a part of a file (picture) that does not come along, so its 1", "r.wav: lies outside of what its file", "none.mp4: has no text, and its file (video) is not in the package, so its 1 selections with 1", "said: 1 of its 2 marks"} {
		if !slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, w) }) {
			t.Errorf("nothing tells %q: %q", w, list)
		}
	}
}

func openQDE(pkg []byte) ([]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(pkg), int64(len(pkg)))
	if err != nil {
		return nil, err
	}
	f, err := z.Open("project.qde")
	if err != nil {
		return nil, err
	}
	return io.ReadAll(f)
}

// A PDF without a text of its own gives the one that is taken out of it, and none when there is none.
func TestSettlePDF(t *testing.T) {
	g := func(s string) string { return refiqda.NewGUID("test", s) }
	p := refiqda.Project{Name: "P", Sources: []refiqda.Source{{GUID: g("a"), Kind: refiqda.PDFSource, Name: "a.pdf", File: "a.pdf", Selections: []refiqda.Selection{{GUID: g("x"), Kind: refiqda.RegionSelection, Page: 1, Box: [4]int{10, 700, 50, 650}}}},
		{GUID: g("b"), Kind: refiqda.PDFSource, Name: "b.pdf", File: "b.pdf"}}}
	in := FromProject(p, nil, Options{By: "lead"})
	page := refiqda.Sheet{Width: 595, Height: 842}
	in.Settle([]File{{SHA256: strings.Repeat("a", 64), Body: "ประชาชน\n", Sheets: []refiqda.Sheet{page}}, {SHA256: strings.Repeat("b", 64), Sheets: []refiqda.Sheet{page}}})
	d, ok := in.Objects[0].(document.Document)
	if !ok || d.Language != "th" || d.SHA256 != document.Sum("ประชาชน\n") || d.Pages != 1 || in.Texts[0].Body != "ประชาชน\n" {
		t.Errorf("%+v, %+v", d, in.Texts)
	}
	s, ok := in.Objects[1].(coding.Segment)
	if want := (document.Area{Page: 1, X: 10, Y: 142, Width: 40, Height: 50}); !ok || s.Anchor.Area != want || s.Anchor.Quote != "Part of page 1" {
		t.Errorf("%+v", s)
	}
	if len(in.Texts) != 2 || len(in.Regions) != 1 || in.Regions[0].By != "the numbers" {
		t.Errorf("%+v, %+v", in.Texts, in.Regions)
	}
}

// Codings of sources as a whole are passages over all of them, and leave as codings of the sources again.
func TestWholeSources(t *testing.T) {
	g := func(s string) string { return refiqda.NewGUID("test", s) }
	source := func(kind, name, file, text string) refiqda.Source {
		return refiqda.Source{GUID: g(name), Kind: kind, Name: name, File: file, Text: text, HasText: text != "", Codings: []refiqda.Coding{{GUID: g(name + "c"), Code: g("code"), User: g("ana"), Notes: []string{g(name + "n")}}}}
	}
	p := refiqda.Project{Name: "P", Users: []refiqda.User{{GUID: g("ana"), Name: "ana"}}, Codes: []refiqda.Code{{GUID: g("code"), Name: "C", Codable: true}}, Sources: []refiqda.Source{
		source(refiqda.TextSource, "text", "", "One 🟦.\n"),
		source(refiqda.PictureSource, "mural", "a.png", ""),
		source(refiqda.AudioSource, "talk", "b.wav", ""),
		source(refiqda.AudioSource, "endless", "c.wav", ""),
		source(refiqda.PDFSource, "decree", "d.pdf", "Article one.\n"),
		source(refiqda.PDFSource, "scan", "e.pdf", ""),
		source(refiqda.PictureSource, "lost but told", "f.png", "A wall.\n"),
		source(refiqda.PictureSource, "lost", "g.png", ""),
	}}
	p.Sources[2].Transcripts = []refiqda.Transcript{{Source: refiqda.Source{GUID: g("t"), Name: "t", Text: "Q: When?\n", HasText: true}}}
	for _, s := range p.Sources {
		p.Notes = append(p.Notes, refiqda.Source{GUID: g(s.Name + "n"), Text: "why " + s.Name, HasText: true})
	}
	sha := func(c string) string { return strings.Repeat(c, 64) }
	in := FromProject(p, nil, Options{By: "lead"})
	in.Settle([]File{{SHA256: sha("a"), Type: "image/png", Width: 40, Height: 30, Full: [2]int{80, 60}}, {SHA256: sha("b"), Type: "audio/wav", Length: 9000}, {SHA256: sha("c"), Type: "audio/wav"},
		{SHA256: sha("d"), Body: "other", Sheets: []refiqda.Sheet{{Width: 595, Height: 842}}}, {SHA256: sha("e"), Body: "Taken out.\n", Sheets: []refiqda.Sheet{{Width: 595, Height: 842}}}, {Lacks: "it is broken"}, {Lacks: "it is broken"}})
	var got []string
	title := map[thread.ID]string{}
	memo := map[thread.ID]string{}
	for _, o := range in.Objects {
		if c, ok := o.(coding.Coding); ok {
			memo[c.Segment] = c.Memo
		}
	}
	for _, o := range in.Objects {
		if err := o.Valid(); err != nil {
			t.Errorf("%s: %v", o.Ref(), err)
		}
		switch o := o.(type) {
		case document.Document:
			title[o.ID] = o.Title
		case coding.Segment:
			got = append(got, strings.Join([]string{title[o.Anchor.Document], o.Anchor.Area.String(), o.Anchor.Quote, memo[o.ID]}, "|"))
		}
	}
	want := []string{"text||One 🟦.\n|why text", "mural|xywh=0,0,40,30|The whole picture|why mural", "talk|t=0,9|The whole recording|why talk", "decree||Article one.\n|why decree", "scan||Taken out.\n|why scan", "lost but told||A wall.\n|why lost but told"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var told []string
	for _, l := range in.Losses {
		told = append(told, l.Name+" "+l.What)
	}
	for _, w := range []string{"endless is all of a file (audio) that has neither a text nor a length that is known, so its 1 codings", "lost is all of a file (picture) that does not come along, so its 1 codings"} {
		if !slices.ContainsFunc(told, func(s string) bool { return strings.HasPrefix(s, w) }) {
			t.Errorf("nothing tells %q: %q", w, told)
		}
	}
	b := store.Bundle{Slug: "s", Objects: append(in.Objects, study.Study{ID: "study", Slug: "s", Title: "T"}), Texts: in.Texts}
	// One that a coder made smaller is one of a part.
	for i, o := range b.Objects {
		if s, ok := o.(coding.Segment); ok && title[s.Anchor.Document] == "decree" {
			s.Anchor.End, s.Anchor.Quote = 7, "Article"
			b.Objects[i] = s
		}
	}
	out, losses := ToProject(b, GiveOptions{Interviews: true, Memos: true, Files: map[string]Kept{sha("a"): {}, sha("b"): {}}})
	whole, parts := []string{}, []string{}
	for _, s := range out.Sources {
		for _, c := range s.Codings {
			whole = append(whole, s.Kind+" "+s.Name)
			if len(c.Notes) != 1 {
				t.Errorf("%s: the memo of its coding is lost", s.Name)
			}
		}
		for range s.Selections {
			parts = append(parts, s.Name)
		}
	}
	if want := []string{"text text", "picture mural", "audio talk", "text scan", "text lost but told"}; !slices.Equal(whole, want) || !slices.Equal(parts, []string{"decree"}) {
		t.Errorf("as a whole: %q, in part: %q, lost: %+v", whole, parts, losses)
	}
}

// Documents that play one recording are one source with several transcripts, and come back as they were.
func TestSeveralTranscripts(t *testing.T) {
	b := shown()
	for i, o := range b.Objects {
		if d, ok := o.(document.Document); ok && d.ID == "doc-talk" {
			d.Attributes = []string{"place: Yerevan"}
			b.Objects[i] = d
			for _, other := range []struct{ id, title, language, place, text string }{{"doc-talk-2", "talk in Armenian", "hy", "Yerevan", "Ե՞րբ։\n"}, {"doc-talk-3", "talk elsewhere", "en", "Gyumri", "Nothing.\n"}} {
				d.ID, d.Title, d.Language, d.SHA256, d.Attributes, d.Times = thread.ID(other.id), other.title, other.language, document.Sum(other.text), []string{"place: " + other.place}, nil
				d.SetMarks([]document.Mark{{At: 0, Time: 700}})
				b.Objects = append(b.Objects, d)
				b.Texts = append(b.Texts, document.Text{Document: d.ID, Version: 1, Body: other.text})
			}
		}
	}
	kase := cases.Case{ID: "case-a", Candidate: "cand-a", Name: "Armenia"}
	for i, o := range b.Objects {
		if d, ok := o.(document.Document); ok && strings.HasPrefix(string(d.ID), "doc-talk") {
			d.Case = kase.ID
			b.Objects[i] = d
		}
	}
	b.Objects = append(b.Objects, kase, coding.Memo{ID: "memo-1", On: "doc-talk-2", Text: "who translated", By: "ana"})
	o := GiveOptions{Files: atHand(), Coders: true, Memos: true}
	data, losses := pack(t, b, o, "standard")
	validProject(t, data)
	if len(losses) != 1 || !strings.Contains(losses[0].What, "language") {
		t.Errorf("losses: %+v", losses)
	}
	pk, err := refiqda.Open(bytes.NewReader(data), int64(len(data)), refiqda.ReadOptions{})
	if err != nil || len(pk.Losses) > 0 {
		t.Fatalf("%v, %+v", err, pk.Losses)
	}
	var audio []string
	for _, s := range pk.Project.Sources {
		if s.Kind == refiqda.AudioSource {
			for _, x := range s.Transcripts {
				audio = append(audio, s.GUID[:4]+" "+x.Name)
			}
		}
	}
	if len(audio) != 3 || audio[0][:4] != audio[1][:4] || audio[2][:4] == audio[0][:4] || len(pk.Project.Cases[0].Sources) != 2 {
		t.Errorf("the transcripts are %q, the case has %d sources", audio, len(pk.Project.Cases[0].Sources))
	}
	in := FromProject(pk.Project, nil, Options{By: "ana", Members: []study.Member{{Handle: "ana"}}})
	files := make([]File, len(in.Files))
	for i, w := range in.Files {
		files[i] = map[string]File{refiqda.AudioSource: {SHA256: strings.Repeat("b", 64), Type: "audio/wav", Length: 9000}, refiqda.VideoSource: {SHA256: strings.Repeat("c", 64), Type: "video/mp4", Width: 640, Height: 480, Length: 60000},
			refiqda.PictureSource: {SHA256: strings.Repeat("a", 64), Type: "image/png", Width: 400, Height: 300}, refiqda.PDFSource: {SHA256: strings.Repeat("d", 64), Sheets: []refiqda.Sheet{{Width: 595.28, Height: 841.89}, {Width: 595.28, Height: 841.89}}}}[w.Kind]
	}
	in.Settle(files)
	if diff := cmp.Diff(told(b.Objects), told(in.Objects)); diff != "" {
		t.Error(diff)
	}
	memo := false
	for _, o := range in.Objects {
		if d, ok := o.(document.Document); ok && strings.HasPrefix(d.Title, "talk") && (d.Attribute("case") != "Armenia" || d.Attribute("place") == "") {
			t.Errorf("%s has the attributes %q", d.Title, d.Attributes)
		}
		if m, ok := o.(coding.Memo); ok && strings.HasPrefix(string(m.On), "doc-talk-in") {
			memo = true
		}
	}
	if !memo {
		t.Error("the memo on a transcript is lost")
	}
}

// A case that is written as a code of its own is a case, as QualCoder and NVivo have it, unless parts are coded with it.
func TestCasesAsCodes(t *testing.T) {
	g := func(s string) string { return refiqda.NewGUID("test", s) }
	p := refiqda.Project{Name: "P", Codes: []refiqda.Code{{GUID: g("a"), Name: "A", Codable: true}, {GUID: g("case"), Name: "Armenia (case)", Codable: true}, {GUID: g("part"), Name: "Georgia", Codable: true}},
		Cases: []refiqda.Case{{GUID: g("case"), Name: "Armenia", Description: "2018"}, {GUID: g("part"), Name: "Georgia"}},
		Sources: []refiqda.Source{{GUID: g("s"), Kind: refiqda.TextSource, Name: "s", Text: "One two.\n", HasText: true, Selections: []refiqda.Selection{
			{GUID: g("1"), Kind: refiqda.TextSelection, Start: 0, End: 8, Codings: []refiqda.Coding{{Code: g("case")}}},
			{GUID: g("2"), Kind: refiqda.TextSelection, Start: 0, End: 3, Codings: []refiqda.Coding{{Code: g("part")}, {Code: g("a")}}}}}}}
	in := FromProject(p, nil, Options{By: "lead"})
	d, ok := in.Objects[2].(document.Document)
	if !ok || d.Attribute("case") != "Armenia" || in.Counts["codes"] != 2 || in.Counts["passages"] != 1 || in.Counts["codings"] != 2 || in.Counts["memos"] != 1 {
		t.Errorf("%+v, %v", d, in.Counts)
	}
	if len(p.Codes) != 3 || len(p.Sources[0].Selections) != 2 {
		t.Error("the project was changed")
	}
}
