package plain

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// font is what a font tells of its codes (9.6, 9.7).
type font struct {
	wide         bool // codes are of two bytes
	glyphs       map[int]*glyph
	near         [256]*glyph // those of the first codes
	read         func(code int) *glyph
	space        float64 // width of the space, in thousandths of the size; -1: the font has none
	above, below float64 // of the line, in sizes of the font: below is negative
}

// glyph is what a code draws.
type glyph struct {
	text        string  // what it means; nothing: that is not known for sure
	width       float64 // in thousandths of the size
	top, bottom float64 // of the letter, in sizes of the font, near enough to tell lines apart
	first, last rune
}

// glyph gives what a code draws.
func (f *font) glyph(code int) *glyph {
	if code < len(f.near) && f.near[code] != nil {
		return f.near[code]
	}
	g := f.glyphs[code]
	if g == nil {
		g = f.read(code)
		g.first, _ = utf8.DecodeRuneInString(g.text)
		g.last, _ = utf8.DecodeLastRuneInString(g.text)
		g.top, g.bottom = reach(g.first)
		if !sure(g.text) {
			g.text = ""
		}
		f.glyphs[code] = g
		if code < len(f.near) {
			f.near[code] = g
		}
	}
	return g
}

// unsure are characters that are put together from several, or that do not stand in the order in which they are read: those
// of India and South East Asia and marks that combine with a letter; and those that tell nothing.
var unsure = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0, Hi: 0x1f, Stride: 1}, {Lo: 0x7f, Hi: 0x9f, Stride: 1}, {Lo: 0xad, Hi: 0xad, Stride: 1}, {Lo: 0x300, Hi: 0x36f, Stride: 1},
	{Lo: 0x700, Hi: 0x109f, Stride: 1}, {Lo: 0x1100, Hi: 0x1dff, Stride: 1}, {Lo: 0x200b, Hi: 0x200f, Stride: 1}, {Lo: 0x2028, Hi: 0x202e, Stride: 1},
	{Lo: 0x205f, Hi: 0x206f, Stride: 1}, {Lo: 0x20d0, Hi: 0x20ff, Stride: 1}, {Lo: 0x2c00, Hi: 0x2dff, Stride: 1}, {Lo: 0x302a, Hi: 0x302f, Stride: 1},
	{Lo: 0x3099, Hi: 0x309a, Stride: 1}, {Lo: 0xa000, Hi: 0xabff, Stride: 1}, {Lo: 0xd7a4, Hi: 0xdfff, Stride: 1}, {Lo: 0xfe00, Hi: 0xfe2f, Stride: 1},
	{Lo: 0xfeff, Hi: 0xfeff, Stride: 1}, {Lo: 0xfff0, Hi: 0xffff, Stride: 1},
}}

// sure tells whether characters are of those that this package reads.
func sure(s string) bool {
	for i, c := range s {
		if c > 0xffff || unicode.Is(unsure, c) && (i == 0 || c < 0x300 || c > 0x36f) {
			return false
		}
	}
	return s != ""
}

// reach tells how far a letter goes up and down from the line on which it stands.
func reach(c rune) (top, bottom float64) {
	switch {
	case c < 0x80 && c > ' ':
		switch {
		case strings.ContainsRune("gpqy", c):
			return 0.45, -0.21
		case c == 'j' || c == 'Q' || strings.ContainsRune("()[]{}|/\\@$", c):
			return 0.7, -0.2
		case strings.ContainsRune("acemnorsuvwxz", c):
			return 0.45, -0.01
		case c == '.':
			return 0.1, -0.01
		case c == ',' || c == ';':
			return 0.45, -0.14
		case c == '-':
			return 0.26, 0.19
		case c == '_':
			return -0.07, -0.125
		case strings.ContainsRune("'\"`^*", c):
			return 0.69, 0.4
		case c == '=' || c == '~':
			return 0.4, 0.15
		}
		return 0.68, -0.01
	case unicode.Is(unicode.Han, c) || c >= 0x3040 && c < 0x3100 || c >= 0xac00 && c < 0xd7a4:
		return 0.83, -0.08
	}
	return 0.69, -0.05
}

// font gives the font of a name in the resources.
func (f *File) font(resources dict, n name) *font {
	v := f.dict(resources["Font"])[string(n)]
	r, named := v.(ref)
	if t := f.fonts[r]; named && t != nil {
		return t
	}
	d := f.dict(v)
	if d == nil {
		panic(ErrDoubt)
	}
	f.drawn.spend(1000)
	t := &font{glyphs: map[int]*glyph{}, space: -1}
	switch f.value(d["Subtype"]) {
	case name("Type1"), name("TrueType"), name("MMType1"):
		f.simple(t, d)
	case name("Type0"):
		f.composite(t, d)
	default:
		panic(ErrDoubt)
	}
	if named {
		f.fonts[r] = t
	}
	return t
}

// measure reads how high the lines of a font are (9.8).
func (f *File) measure(t *font, d dict) {
	number := func(key string) float64 {
		n, _ := f.value(d[key]).(float64)
		return n
	}
	above, below := number("Ascent"), number("Descent")
	if below > 10 {
		below = -below
	}
	if box, ok := f.rect(d["FontBBox"]); ok && box[3] > 0 && box[1] < 0 {
		above, below = min(above, box[3]), max(below, box[1])
	}
	if above-below <= 0 { // from the tallest letters to the lowest
		above, below = 720, -215
	}
	t.above, t.below = above/1000, below/1000
}

// simple reads a font with codes of one byte (9.6).
func (f *File) simple(t *font, d dict) {
	about := f.dict(d["FontDescriptor"])
	f.measure(t, about)
	base, _ := f.value(d["BaseFont"]).(name)
	means := f.meanings(d["ToUnicode"])
	encoding := f.encoding(d, about, base)
	widths, told := f.value(d["Widths"]).(array)
	first, _ := f.value(d["FirstChar"]).(float64)
	missing, spare := f.value(about["MissingWidth"]).(float64)
	standard := standardOf(string(base))
	if !told && (standard == nil || about["FontFile"] != nil || about["FontFile2"] != nil || about["FontFile3"] != nil) {
		panic(ErrDoubt)
	}
	if about == nil && standard != nil {
		t.above, t.below = standard.above, standard.below
	}
	text := func(code int) string {
		if s, ok := means[code]; ok {
			return s
		}
		return encoding[code]
	}
	t.read = func(code int) *glyph {
		g := &glyph{text: text(code)}
		switch i := code - int(first); {
		case told && i >= 0 && i < len(widths):
			w, ok := f.value(widths[i]).(float64)
			if !ok {
				panic(ErrDoubt)
			}
			g.width = w
		case told && spare:
			g.width = missing
		case !told:
			w, ok := standard.width(g.text)
			if !ok {
				g.text = ""
			}
			g.width = w
		default:
			g.text = ""
		}
		return g
	}
	for code := range 256 {
		if text(code) == " " {
			if i := code - int(first); told && (i < 0 || i >= len(widths)) {
				t.space = 0
			} else {
				t.space = t.glyph(code).width
			}
			break
		}
	}
}

// encoding tells what the codes of a simple font mean (9.6.6). What it leaves out is not known for sure.
func (f *File) encoding(d, about dict, base name) (out [256]string) {
	v := f.value(d["Encoding"])
	more, _ := v.(dict)
	if more != nil {
		v = f.value(more["BaseEncoding"])
	}
	flags, _ := f.value(about["Flags"]).(float64)
	symbolic := int(flags)&4 != 0
	embedded := about["FontFile"] != nil || about["FontFile2"] != nil || about["FontFile3"] != nil
	switch {
	case v == name("WinAnsiEncoding"):
		for c := range 256 {
			out[c] = string(charmap.Windows1252.DecodeByte(byte(c)))
		}
		out[0xad] = "-"
	case v == name("MacRomanEncoding"):
		for c := range 256 {
			out[c] = string(charmap.Macintosh.DecodeByte(byte(c)))
		}
		out[0xdb], out[0xca] = "¤", " "
	case v == name("StandardEncoding") || v == nil && !embedded && !symbolic && base != "Symbol" && base != "ZapfDingbats":
		out = standardEncoding
	case v != nil:
		return out
	case about["FontFile"] != nil:
		s, _ := f.value(about["FontFile"]).(stream)
		out = builtin(f.unpack(s))
	}
	if f.value(d["Subtype"]) == name("TrueType") && symbolic && embedded && more == nil {
		return [256]string{}
	}
	code := 0
	differences, _ := f.value(more["Differences"]).(array)
	for _, v := range differences {
		switch v := f.value(v).(type) {
		case float64:
			code = int(v)
		case name:
			if code >= 0 && code < 256 {
				out[code] = letters(string(v))
			}
			code++
		}
	}
	return out
}

// builtin reads the encoding that a Type 1 font program has of its own: lines as "dup 65 /A put" (Adobe Type 1 Font Format,
// 2.3).
func builtin(program []byte) (out [256]string) {
	k := bytes.Index(program, []byte("/Encoding"))
	if k < 0 {
		return out
	}
	l := lexer{data: program, at: k + len("/Encoding")}
	if l.keyword("StandardEncoding") {
		return standardEncoding
	}
	end := bytes.Index(program, []byte("eexec"))
	if end < 0 {
		return out
	}
	for words := bytes.Fields(program[l.at:max(end, l.at)]); len(words) > 3; words = words[1:] {
		if string(words[0]) == "readonly" || string(words[0]) == "def" {
			break
		}
		if string(words[0]) != "dup" || string(words[3]) != "put" || words[2][0] != '/' {
			continue
		}
		code := 0
		for _, c := range words[1] {
			if code = code*10 + int(c) - '0'; c < '0' || c > '9' || code > 255 {
				return [256]string{}
			}
		}
		out[code] = letters(string(words[2][1:]))
	}
	return out
}

// composite reads a font with codes of two bytes that are the numbers of its glyphs (9.7).
func (f *File) composite(t *font, d dict) {
	t.wide = true
	below, _ := f.value(d["DescendantFonts"]).(array)
	if f.value(d["Encoding"]) != name("Identity-H") || len(below) != 1 || d["ToUnicode"] == nil {
		panic(ErrDoubt)
	}
	inner := f.dict(below[0])
	f.measure(t, f.dict(inner["FontDescriptor"]))
	means := f.meanings(d["ToUnicode"])
	usual, ok := f.value(inner["DW"]).(float64)
	if !ok {
		usual = 1000
	}
	widths, codes := map[int]float64{}, 0
	all, _ := f.value(inner["W"]).(array)
	for len(all) >= 2 {
		first, ok := f.value(all[0]).(float64)
		if !ok {
			panic(ErrDoubt)
		}
		switch v := f.value(all[1]).(type) {
		case array:
			codes += len(v)
			for i := range v {
				if widths[int(first)+i], ok = f.value(v[i]).(float64); !ok {
					panic(ErrDoubt)
				}
			}
			all = all[2:]
		case float64:
			if len(all) < 3 || v < first || v > 65535 {
				panic(ErrDoubt)
			}
			w, ok := f.value(all[2]).(float64)
			if !ok {
				panic(ErrDoubt)
			}
			if codes += int(v-first) + 1; codes > maxCodes {
				panic(ErrDoubt)
			}
			for c := int(first); c <= int(v); c++ {
				widths[c] = w
			}
			all = all[3:]
		default:
			panic(ErrDoubt)
		}
	}
	f.drawn.spend(16 * codes)
	t.read = func(code int) *glyph {
		w, ok := widths[code]
		if !ok {
			w = usual
		}
		return &glyph{text: means[code], width: w}
	}
	least := 1 << 16
	for code, s := range means {
		if s == " " {
			least = min(least, code)
		}
	}
	if least < 1<<16 {
		t.space = t.glyph(least).width
	}
}

// meanings reads what codes mean (9.10.3).
func (f *File) meanings(v any) map[int]string {
	s, ok := f.value(v).(stream)
	if !ok {
		if v != nil && f.value(v) != nil {
			panic(ErrDoubt)
		}
		return nil
	}
	out, codes := map[int]string{}, 0
	l := lexer{data: f.unpack(s)}
	code := func(s str) int {
		if len(s) == 0 || len(s) > 4 {
			panic(ErrDoubt)
		}
		n := 0
		for _, c := range []byte(s) {
			n = n<<8 | int(c)
		}
		return n
	}
	text := func(s str) string {
		if len(s) == 1 {
			return string(rune(s[0]))
		}
		return string(utf16.Decode(units(s)))
	}
	for {
		l.skip()
		if l.at >= len(l.data) {
			f.drawn.spend(len(l.data) + 16*codes)
			return out
		}
		switch {
		case l.keyword("beginbfchar"):
			for !l.keyword("endbfchar") {
				from, ok1 := l.value(0).(str)
				to, ok2 := l.value(0).(str)
				if !ok1 || !ok2 {
					panic(ErrDoubt)
				}
				out[code(from)] = text(to)
			}
		case l.keyword("beginbfrange"):
			for !l.keyword("endbfrange") {
				from, ok1 := l.value(0).(str)
				to, ok2 := l.value(0).(str)
				if !ok1 || !ok2 {
					panic(ErrDoubt)
				}
				first, last := code(from), code(to)
				if codes += last - first + 1; last < first || codes > maxCodes {
					panic(ErrDoubt)
				}
				switch v := l.value(0).(type) {
				case str:
					u := units(v)
					if len(v) == 1 {
						u = []uint16{uint16(v[0])}
					}
					for c := first; c <= last && len(u) > 0; c++ {
						out[c] = string(utf16.Decode(u))
						u[len(u)-1]++
					}
				case array:
					for i, v := range v {
						s, ok := v.(str)
						if !ok {
							panic(ErrDoubt)
						}
						out[first+i] = text(s)
					}
				default:
					panic(ErrDoubt)
				}
			}
		case l.keyword("usecmap"):
			panic(ErrDoubt)
		case l.data[l.at] == '<' || l.data[l.at] == '(' || l.data[l.at] == '/' || l.data[l.at] == '[':
			l.value(0)
		case kinds[l.data[l.at]] == delimiter:
			l.at++
		default:
			for l.at < len(l.data) && kinds[l.data[l.at]] == regular {
				l.at++
			}
		}
	}
}
