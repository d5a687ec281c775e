// Package plain reads the text of PDFs that leave no doubt: those of letters that stand upright beside each other, in fonts that
// tell what each code means. Most pages of reports and papers are such. Everything else is left to PDFium, which reads all
// that there is but needs an engine to be started and several times as long: [Open] and [File.Page] say so by [ErrDoubt].
//
// A page comes as PDFium would give it: its characters in the order in which they are drawn, lines ordered from left to
// right, with spaces and ends of lines put in by the rules of PDFium's text page (core/fpdftext/cpdf_textpage.cpp), so that
// what stands on this package need not know which of the two has read. PDFs: ISO 32000-1:2008, of which the sections are
// named below.
package plain

import (
	"errors"
	"io"
	"math"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrDoubt says that a document or a page is beyond this package, and nothing else: the file need not be broken.
var ErrDoubt = errors.New("not a plain PDF")

// Limits of one document; what has more is not plain.
const (
	maxPages   = 20_000
	maxNodes   = 60_000    // of the tree of pages
	maxChars   = 200_000   // of a page
	maxBeside  = 5_000     // strings on a line
	maxCodes   = 1 << 18   // that a font tells of
	maxStream  = 64 << 20  // bytes of a stream, unpacked
	maxUnpack  = 256 << 20 // bytes of all streams that are unpacked for one document
	maxKept    = 64 << 20  // bytes of object streams, which are kept
	maxWork    = 64 << 20  // of a page: bytes of all that draws it
	maxObjects = 1 << 20
	maxDepth   = 40 // of values, of the tree of pages, and of names that name others
	maxForms   = 12 // within each other
	maxStates  = 500
)

// Page is what a page shows.
type Page struct {
	Width, Height float64    // of what is shown, in points
	Shown         [2]float64 // lower left corner of it, as the page is drawn
	Cut           [2]float64 // what is cut off at the left and at the bottom
	Chars         []Char     // in the order in which they are read, as PDFium takes it
	Pictures      bool       // pictures are drawn on it
	Paths         int        // lines and areas that are drawn on it
	Written       []Written  // in fields of forms and beside the text; not among the characters
}

// Char is a character of a page.
type Char struct {
	Rune      rune       // 2: the hyphen at the end of a line that divides a word
	Box       [4]float64 // left, bottom, right, top, as the page is drawn: the width of the letter, the height of its font
	Generated bool       // a space or the end of a line that is not in the file
}

// File is an open document.
type File struct {
	data     []byte
	table    []entry
	trailer  dict
	pages    []dict
	known    map[ref]any     // objects that were read
	packed   map[int]*packed // object streams, unpacked
	flate    io.ReadCloser
	unpacked int64
	kept     int // bytes of object streams
	nodes    int // of the tree of pages
	fonts    map[ref]*font
	drawn    drawn // of the page being read; kept for its memory
}

// Open reads what a document says of itself.
func Open(data []byte) (f *File, err error) {
	f = &File{data: data, known: map[ref]any{}, packed: map[int]*packed{}, fonts: map[ref]*font{}}
	defer doubt(&err)
	f.structure()
	root := f.dict(f.trailer["Root"])
	if f.trailer["Encrypt"] != nil || root == nil {
		panic(ErrDoubt)
	}
	tree := f.dict(root["Pages"])
	f.tree(tree, dict{}, 0)
	if n, ok := f.value(tree["Count"]).(float64); !ok || int(n) != len(f.pages) {
		panic(ErrDoubt)
	}
	return f, nil
}

// doubt turns a panic with ErrDoubt, by which the functions below give up, into an error. Whatever else goes wrong on a
// page, as a file of a stranger may have anything in it, is for PDFium to look at too.
func doubt(err *error) {
	if recover() != nil {
		*err = ErrDoubt
	}
}

// Pages tells how many pages there are.
func (f *File) Pages() int { return len(f.pages) }

// Title gives the title that the document has in its properties, or nothing.
func (f *File) Title() (title string, err error) {
	defer doubt(&err)
	s, _ := f.value(f.dict(f.trailer["Info"])["Title"]).(str)
	return spoken(s), nil
}

// Language gives the language of the document (BCP 47) where it tells one.
func (f *File) Language() (language string, err error) {
	defer doubt(&err)
	s, _ := f.value(f.dict(f.trailer["Root"])["Lang"]).(str)
	return spoken(s), nil
}

// spoken reads a text string (7.9.2.2).
func spoken(s str) string {
	switch {
	case len(s) >= 2 && s[0] == 0xfe && s[1] == 0xff:
		return string(utf16.Decode(units(s[2:])))
	case len(s) >= 3 && s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf && utf8.ValidString(string(s[3:])):
		return string(s[3:])
	}
	for _, c := range []byte(s) {
		if c >= 0x80 || c < ' ' && c != '\t' && c != '\n' && c != '\r' {
			panic(ErrDoubt)
		}
	}
	return string(s)
}

// units reads UTF-16, the greater byte first.
func units(s str) []uint16 {
	out := make([]uint16, len(s)/2)
	for i := range out {
		out[i] = uint16(s[2*i])<<8 | uint16(s[2*i+1])
	}
	return out
}

// tree gathers the pages (7.7.3). What a page does not tell, those around it do.
func (f *File) tree(node, around dict, depth int) {
	if f.nodes++; node == nil || depth > maxDepth || len(f.pages) > maxPages || f.nodes > maxNodes {
		panic(ErrDoubt)
	}
	own := dict{}
	for _, k := range []string{"Resources", "MediaBox", "CropBox", "Rotate"} {
		if own[k] = node[k]; own[k] == nil {
			own[k] = around[k]
		}
	}
	kids, ok := f.value(node["Kids"]).(array)
	if !ok {
		if f.value(node["Type"]) != name("Page") {
			panic(ErrDoubt)
		}
		own["Contents"], own["UserUnit"], own["Annots"] = node["Contents"], node["UserUnit"], node["Annots"]
		f.pages = append(f.pages, own)
		return
	}
	for _, k := range kids {
		f.tree(f.dict(k), own, depth+1)
	}
}

// rect gives a rectangle with its lower left corner first.
func (f *File) rect(v any) (r [4]float64, ok bool) {
	a, _ := f.value(v).(array)
	if len(a) != 4 {
		return r, false
	}
	for i := range a {
		n, ok := f.value(a[i]).(float64)
		if !ok {
			return r, false
		}
		r[i] = float64(float32(n)) // as PDFium keeps it
	}
	return [4]float64{min(r[0], r[2]), min(r[1], r[3]), max(r[0], r[2]), max(r[1], r[3])}, true
}

// Page reads a page, counted from 0. What it gives is good until the next call.
func (f *File) Page(i int) (p Page, err error) {
	defer doubt(&err)
	d := f.pages[i]
	media, ok := f.rect(d["MediaBox"])
	if turn, _ := f.value(d["Rotate"]).(float64); !ok || turn != 0 || d["UserUnit"] != nil || media[0] == media[2] || media[1] == media[3] {
		return p, ErrDoubt
	}
	var more bool
	if p.Written, _, more, err = f.Written(i); err != nil || more {
		return p, ErrDoubt
	}
	shown := media
	if crop, ok := f.rect(d["CropBox"]); ok {
		shown = [4]float64{max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3])}
		if shown[0] >= shown[2] || shown[1] >= shown[3] {
			return p, ErrDoubt
		}
	}
	p.Width, p.Height = float64(float32(shown[2]-shown[0])), float64(float32(shown[3]-shown[1]))
	p.Shown = [2]float64{shown[0], shown[1]}
	p.Cut = [2]float64{shown[0] - media[0], shown[1] - media[1]}
	f.drawn.reset(f)
	f.drawn.run(f.contents(d["Contents"]), f.dict(d["Resources"]), state{ctm: matrix{1, 0, 0, 1, 0, 0}, stretch: 1}, 0)
	p.Chars = f.drawn.close()
	p.Pictures, p.Paths = f.drawn.pictures, f.drawn.paths
	return p, nil
}

// contents gives what draws a page; where it is in several streams they are one.
func (f *File) contents(v any) []byte {
	switch v := f.value(v).(type) {
	case nil:
		return nil
	case stream:
		return f.unpack(v)
	case array:
		var all []byte
		for _, part := range v {
			s, ok := f.value(part).(stream)
			if !ok {
				panic(ErrDoubt)
			}
			if all = append(append(all, f.unpack(s)...), '\n'); len(all) > maxStream {
				panic(ErrDoubt)
			}
		}
		return all
	}
	panic(ErrDoubt)
}

// matrix is a transformation (8.3.3).
type matrix [6]float64

// after gives the transformation that does m first and then n.
func (m matrix) after(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// upright tells whether what is drawn by it stands upright, or leans as italics do, and runs to the right.
func (m matrix) upright() bool {
	return m[0] > 0 && m[3] > 0 && math.Abs(m[1]) < m[0]/100 && math.Abs(m[2]) < m[3]/2
}
