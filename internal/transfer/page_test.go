package transfer

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/exchange/refiqda"
	"throughline/internal/extract"
)

// leaves is a PDF whose pages have the boxes and turns given, every other of them from what is around it. Each is black in the
// rectangle x, y, width, height, and says "Stamp" in it in white.
func leaves(frames []string, x, y, width, height int) []byte {
	draws := fmt.Sprintf("0 0 0 rg %d %d %d %d re f 1 1 1 rg BT /F1 12 Tf %d %d Td (Stamp) Tj ET", x, y, width, height, x+2, y+4)
	objects := []string{"<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(draws), draws)}
	kids := ""
	for i, own := range frames {
		around := ""
		if i%2 == 1 {
			own, around = "", own
		}
		n := len(objects) + 1
		kids += fmt.Sprintf(" %d 0 R", n)
		objects = append(objects, fmt.Sprintf("<< /Type /Pages /Parent 2 0 R /Kids [%d 0 R] /Count 1 %s >>", n+1, around),
			fmt.Sprintf("<< /Type /Page /Parent %d 0 R %s /Resources << /Font << /F1 3 0 R >> >> /Contents 4 0 R >>", n, own))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s ] /Count %d >>", kids, len(frames))
	var b bytes.Buffer
	var at []int
	b.WriteString("%PDF-1.7\n")
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

// black is the rectangle of a picture that is dark, in points.
func black(t *testing.T, data []byte) image.Rectangle {
	t.Helper()
	p, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out := image.Rectangle{}
	for y := p.Bounds().Min.Y; y < p.Bounds().Max.Y; y++ {
		for x := p.Bounds().Min.X; x < p.Bounds().Max.X; x++ {
			if r, _, _, _ := p.At(x, y).RGBA(); r < 0x4000 {
				out = out.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return out
}

// TestPagesCutAndTurned draws a black rectangle on pages that are cut, turned, or both, and finds the region of a package that
// says where it is in the media box at the black place of the page as it is drawn, and says the same again on the way out.
func TestPagesCutAndTurned(t *testing.T) {
	o := extract.Options{Cache: filepath.Join(os.TempDir(), "throughline-test-pdf")}
	var frames []string
	var corners [][2]int // of the media boxes
	for _, turn := range []int{0, 90, 180, -90} {
		for _, c := range []struct {
			boxes string
			x, y  int
		}{
			{"/MediaBox [0 0 600 800]", 0, 0},
			{"/MediaBox [-50 20 550 820]", -50, 20},
			{"/MediaBox [0 0 600 800] /CropBox [40 60 500 700]", 0, 0},
			{"/MediaBox [-50 20 550 820] /CropBox [-10 80 450 720]", -50, 20},
			{"/MediaBox [550 820 -50 20] /CropBox [-100 80 450 900]", -50, 20},
		} {
			frames, corners = append(frames, c.boxes+fmt.Sprintf(" /Rotate %d", turn)), append(corners, [2]int{c.x, c.y})
		}
	}
	data := leaves(frames, 100, 300, 60, 20)
	read, err := extract.Read(context.Background(), "a.pdf", data, extract.Standard(), o)
	if err != nil {
		t.Fatal(err)
	}
	pages := sheets(read)
	if len(pages) != len(frames) || strings.Count(read.Body, "Stamp") != len(frames) {
		t.Fatalf("%d pages, the text is %q", len(pages), read.Body)
	}
	for i, c := range corners {
		region := refiqda.Selection{Kind: refiqda.RegionSelection, Name: "Stamp", Page: i, Box: [4]int{100 - c[0], 300 - c[1], 160 - c[0], 320 - c[1]}}
		page, x, y, w, h, ok := (refiqda.PageWay{}).Region(region, pages)
		drawn, err := extract.Picture(context.Background(), data, i, 72, o)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := image.Rect(x, y, x+w, y+h), black(t, drawn); !ok || page != i+1 || !nearly(got, want) {
			t.Errorf("%s: the region is %v, black is %v (%t)", frames[i], got, want, ok)
		}
		if _, box := (refiqda.PageWay{}).Box(page, x, y, w, h, pages[i]); box != region.Box {
			t.Errorf("%s: out go %v; expected %v", frames[i], box, region.Box)
		}
		// The words are in it too, so that they can tell how regions are counted.
		region.Page = 0
		if way := refiqda.PagesOf("", []refiqda.Selection{region}, nil, pages[i:i+1]); way.By != "the words there" || way.Top {
			t.Errorf("%s: %+v", frames[i], way)
		}
	}
}

func nearly(a, b image.Rectangle) bool {
	for _, d := range []int{a.Min.X - b.Min.X, a.Min.Y - b.Min.Y, a.Max.X - b.Max.X, a.Max.Y - b.Max.Y} {
		if d < -1 || d > 1 {
			return false
		}
	}
	return true
}
