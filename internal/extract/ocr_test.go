package extract

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"image/color"
	"image/png"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// scanned makes a PDF whose only page is a picture of a text, as a scanner makes it.
func scanned(t *testing.T, s Sandbox, text string) []byte {
	t.Helper()
	pic, err := s.Picture(context.Background(), pdfOf(text), 1, 150)
	if err != nil {
		t.Fatal(err)
	}
	im, err := png.Decode(bytes.NewReader(pic))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	for y := range im.Bounds().Dy() {
		for x := range im.Bounds().Dx() {
			z.Write([]byte{color.GrayModel.Convert(im.At(x, y)).(color.Gray).Y})
		}
	}
	z.Close()
	draw := "q 612 0 0 792 0 0 cm /I Do Q"
	whole := string(pdfOf("x", fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw),
		fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream", im.Bounds().Dx(), im.Bounds().Dy(), b.Len(), b.String())))
	return []byte(strings.Replace(whole, "/Contents 4 0 R /Resources << ", "/Contents 6 0 R /Resources << /XObject << /I 7 0 R >> ", 1))
}

func TestScanned(t *testing.T) {
	s := sandbox(t)
	data := scanned(t, s, "The square filled before noon")
	x, err := s.Read(context.Background(), "a.pdf", data)
	if err != nil {
		t.Fatal(err)
	}
	if !x.Scanned || strings.TrimSpace(x.Body) != "" || len(x.Notes) == 0 || len(x.Pages) != 1 {
		t.Errorf("%+v", x)
	}
	if _, err := exec.LookPath("tesseract"); err != nil {
		t.Skip("skipped: tesseract (Debian: tesseract-ocr) is not installed, so no picture is read")
	}
	s.Options.OCR = "eng"
	start := time.Now()
	if x, err = s.Read(context.Background(), "a.pdf", data); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", time.Since(start).Round(time.Millisecond))
	if !x.Scanned || !strings.Contains(x.Body, "The square filled before noon") || len(x.Notes) == 0 || !strings.Contains(x.Notes[0], "machine") {
		t.Errorf("%+v", x)
	}
	for _, wrong := range []string{"xyz", "--help", "eng;id"} { // no language that is installed
		s.Options.OCR = wrong
		if x, err := s.Read(context.Background(), "a.pdf", data); err != nil || x.Body != "" || !x.Scanned {
			t.Errorf("%s: %+v %v", wrong, x, err)
		}
	}
}
