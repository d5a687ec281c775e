package cli

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"throughline/exchange/refiqda"
	"throughline/internal/document"
	"throughline/internal/source"
	"throughline/internal/store"
)

// raced tells that the race detector looks on. It needs many times the memory that a child process may have to read a PDF.
var raced bool

// plain VARIABLE names the program, built without the race detector.
func plain(ts *testscript.TestScript, _ bool, args []string) {
	exe := "throughline"
	if raced {
		exe = ts.MkAbs("throughline-plain")
		c := exec.Command("go", "build", "-o", exe, "throughline/cmd/throughline")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := c.CombinedOutput(); err != nil {
			ts.Fatalf("build: %v: %s", err, out)
		}
	}
	ts.Setenv(args[0], exe)
}

// mediaPackage FILE makes a package with a picture, a recording with its transcript, a PDF with a region, a picture that is
// none, and a film that is missing.
func mediaPackage(ts *testscript.TestScript, _ bool, args []string) {
	g := func(s string) string { return refiqda.NewGUID("media", s) }
	part := func(name string, x refiqda.Selection) refiqda.Selection {
		x.GUID, x.Codings = g(name), []refiqda.Coding{{GUID: g(name + "-c"), Code: g("code"), User: g("user")}}
		return x
	}
	files := map[string][]byte{"mural.png": mural(), "talk.wav": tone(), "decree.pdf": decree(), "broken.png": []byte("\x89PNG\r\n\x1a\nno more")}
	p := refiqda.Project{Name: "Shown", Origin: "Test", Users: []refiqda.User{{GUID: g("user"), Name: "Ana"}}, Codes: []refiqda.Code{{GUID: g("code"), Name: "Strike", Codable: true}}, Sources: []refiqda.Source{
		{GUID: g("mural"), Kind: refiqda.PictureSource, Name: "mural.png", File: "mural.png", Text: "A wall in the town.\n", HasText: true, Selections: []refiqda.Selection{
			part("fist", refiqda.Selection{Kind: refiqda.RegionSelection, Name: "A raised fist", Box: [4]int{10, 20, 60, 50}}),
			part("wall", refiqda.Selection{Kind: refiqda.TextSelection, Start: 2, End: 6, Quote: "wall"}),
			part("off", refiqda.Selection{Kind: refiqda.RegionSelection, Name: "Outside", Box: [4]int{10, 20, 600, 50}})}},
		{GUID: g("talk"), Kind: refiqda.AudioSource, Name: "talk.wav", File: "talk.wav", Selections: []refiqda.Selection{part("pause", refiqda.Selection{Kind: refiqda.TimeSelection, Name: "A long pause", Begin: 250, Stop: 900})},
			Transcripts: []refiqda.Transcript{{Source: refiqda.Source{GUID: g("said"), Kind: refiqda.TextSource, Name: "talk", Text: "Q: When?\nA: After the strike.\n", HasText: true,
				Selections: []refiqda.Selection{part("strike", refiqda.Selection{Kind: refiqda.SpanOfTranscript, Start: 22, End: 28, Quote: "strike"})}},
				Sync: []refiqda.SyncPoint{{GUID: g("y1"), Time: 0, Position: 0}, {GUID: g("y2"), Time: 400, Position: 9}}}}},
		{GUID: g("decree"), Kind: refiqda.PDFSource, Name: "decree.pdf", File: "decree.pdf", Text: "Article one.\nArticle two.\n", HasText: true, Selections: []refiqda.Selection{
			part("stamp", refiqda.Selection{Kind: refiqda.RegionSelection, Name: "Article two", Page: 1, Box: [4]int{60, 690, 300, 720}})}},
		{GUID: g("broken"), Kind: refiqda.PictureSource, Name: "broken.png", File: "broken.png", Selections: []refiqda.Selection{part("nothing", refiqda.Selection{Kind: refiqda.RegionSelection, Box: [4]int{1, 1, 5, 5}})}},
		{GUID: g("film"), Kind: refiqda.VideoSource, Name: "film.mp4", Selections: []refiqda.Selection{part("scene", refiqda.Selection{Kind: refiqda.TimeSelection, Begin: 1, Stop: 5})}},
	}}
	var b bytes.Buffer
	_, err := refiqda.Write(&b, p, refiqda.WriteOptions{Users: true, File: func(entry string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files[entry])), nil }})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o600))
}

func mural() []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 120, 80))
	for y := range 80 {
		for x := range 120 {
			m.SetNRGBA(x, y, color.NRGBA{uint8(2 * x), uint8(3 * y), 90, 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, m)
	return b.Bytes()
}

// tone is a second of sound.
func tone() []byte {
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x40\x1f\x00\x00\x01\x00\x08\x00data\x40\x1f\x00\x00")
	for i := range 8000 {
		b = append(b, byte(128+i%20))
	}
	binary.LittleEndian.PutUint32(b[4:], uint32(len(b)-8))
	return b
}

// decree is a PDF of two pages.
func decree() []byte {
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [4 0 R 6 0 R] /Count 2 >>", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"}
	for i, says := range []string{"Article one.", "Article two."} {
		text := "BT /F1 12 Tf 72 700 Td (" + says + ") Tj ET"
		objects = append(objects, fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", 5+2*i),
			fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text))
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// placed DATA STUDY makes reports of all documents of a study that nobody had placed yet.
func placed(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	e := &env{data: ts.MkAbs(args[0]), clock: time.Now}
	s, err := e.open(ctx)
	ts.Check(err)
	defer s.Close()
	docs, err := store.All[document.Document](ctx, s, args[1], store.Filter{})
	ts.Check(err)
	ts.Check(s.Write(ctx, "lead", func(t *store.Tx) error {
		if err := t.Put(args[1], source.Record{ID: "ref-one", Type: "report", Title: "Record", Year: 2018}, store.Any); err != nil {
			return err
		}
		for _, it := range docs {
			d := it.Object
			d.Kind, d.Record = document.Report, "ref-one"
			if err := t.Put(args[1], d, store.Any); err != nil {
				return err
			}
		}
		return nil
	}))
}

// entries FILE WORD... tells that a package has files with such endings and no others but texts, and writes them beside it.
func entries(ts *testscript.TestScript, _ bool, args []string) {
	z, err := zip.OpenReader(ts.MkAbs(args[0]))
	ts.Check(err)
	defer z.Close()
	left := map[string]bool{}
	for _, a := range args[1:] {
		left[a] = true
	}
	for _, f := range z.File {
		ext := path.Ext(f.Name)
		if ext == ".txt" || ext == ".qde" {
			continue
		}
		if !left[ext] {
			ts.Fatalf("%s has %s", args[0], f.Name)
		}
		delete(left, ext)
		r, err := f.Open()
		ts.Check(err)
		b, err := io.ReadAll(r)
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(strings.TrimSuffix(args[0], ".qdpx")+ext), b, 0o600))
	}
	if len(left) > 0 {
		ts.Fatalf("%s has no %v", args[0], left)
	}
}

// original FILE writes a file of the package that mediaPackage makes.
func original(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), map[string][]byte{".wav": tone(), ".pdf": decree()}[path.Ext(args[0])], 0o600))
}
