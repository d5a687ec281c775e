package plain

import (
	"bytes"
	"compress/flate"
	"encoding/ascii85"
	"io"
	"slices"
	"strconv"
)

// Values of a PDF (7.3) are nil, bool, float64, str, name, array, dict, stream and ref.
type (
	str    string
	name   string
	array  []any
	dict   map[string]any
	ref    int // the number of an object
	stream struct {
		dict dict
		raw  []byte
	}
)

// entry tells where an object is: at a place of the file, or as the which-th of an object stream.
type entry struct {
	at    int // 0: nowhere
	in    int // 0: not in a stream
	which int
}

// packed is an object stream (7.5.7) with the numbers and the places of its objects.
type packed struct {
	data []byte
	at   map[int]int
}

// structure reads the tables of objects, the newest first (7.5.4, 7.5.8).
func (f *File) structure() {
	if !bytes.HasPrefix(f.data, []byte("%PDF-")) {
		panic(ErrDoubt)
	}
	tail := f.data[max(0, len(f.data)-1024):]
	k := bytes.LastIndex(tail, []byte("startxref"))
	if k < 0 {
		panic(ErrDoubt)
	}
	l := lexer{data: tail, at: k + len("startxref")}
	start, ok := l.value(0).(float64)
	if !ok {
		panic(ErrDoubt)
	}
	var seen []int
	for next := []int{int(start)}; len(next) > 0; {
		at := next[0]
		next = next[1:]
		if slices.Contains(seen, at) || at <= 0 || at >= len(f.data) || len(seen) > 500 {
			panic(ErrDoubt)
		}
		seen = append(seen, at)
		t := f.section(at)
		if f.trailer == nil {
			f.trailer = t
		}
		if hybrid, ok := t["XRefStm"].(float64); ok {
			next = append(next, int(hybrid))
		}
		if prev, ok := t["Prev"].(float64); ok {
			next = append(next, int(prev))
		}
	}
}

// know notes where an object is, unless a newer table has told.
func (f *File) know(n int, e entry) {
	if n < 0 || n >= maxObjects {
		panic(ErrDoubt)
	}
	if n >= len(f.table) {
		f.table = append(f.table, make([]entry, n+1-len(f.table))...)
	}
	if f.table[n] == (entry{}) {
		f.table[n] = e
	}
}

// gone is where an object is that was deleted.
const gone = -1

// section reads one table and gives its trailer.
func (f *File) section(at int) dict {
	l := lexer{data: f.data, at: at}
	if l.keyword("xref") {
		for !l.keyword("trailer") {
			first, ok1 := l.value(0).(float64)
			count, ok2 := l.value(0).(float64)
			if !ok1 || !ok2 || first < 0 || count < 0 || count > maxObjects {
				panic(ErrDoubt)
			}
			for n := int(first); n < int(first+count); n++ {
				place, ok := l.value(0).(float64)
				l.value(0)
				switch {
				case ok && l.keyword("n"):
					if place > 0 {
						f.know(n, entry{at: int(place)})
					}
				case ok && l.keyword("f"):
					f.know(n, entry{at: gone})
				default:
					panic(ErrDoubt)
				}
			}
		}
		t, _ := l.value(0).(dict)
		if t == nil {
			panic(ErrDoubt)
		}
		return t
	}
	s, ok := f.object(at, 0).(stream)
	if !ok || s.dict["Type"] != name("XRef") {
		panic(ErrDoubt)
	}
	var w [3]int
	widths, _ := s.dict["W"].(array)
	if len(widths) < 3 {
		panic(ErrDoubt)
	}
	for i := range w {
		n, ok := widths[i].(float64)
		if w[i] = int(n); !ok || n < 0 || n > 8 {
			panic(ErrDoubt)
		}
	}
	size, _ := s.dict["Size"].(float64)
	index, _ := s.dict["Index"].(array)
	if index == nil {
		index = array{0., size}
	}
	rows := f.unpack(s)
	for ; len(index) >= 2; index = index[2:] {
		first, ok1 := index[0].(float64)
		count, ok2 := index[1].(float64)
		if !ok1 || !ok2 || first < 0 || count < 0 || count > maxObjects {
			panic(ErrDoubt)
		}
		for n := int(first); n < int(first+count) && len(rows) >= w[0]+w[1]+w[2]; n++ {
			field := func(i int) (v int) {
				for range w[i] {
					v, rows = v<<8|int(rows[0]), rows[1:]
				}
				return v
			}
			kind := 1
			if v := field(0); w[0] > 0 {
				kind = v
			}
			a, b := field(1), field(2)
			switch kind {
			case 0:
				f.know(n, entry{at: gone})
			case 1:
				if a > 0 {
					f.know(n, entry{at: a})
				}
			case 2:
				f.know(n, entry{in: a, which: b})
			}
		}
	}
	return s.dict
}

// value gives a value itself where another is named.
func (f *File) value(v any) any {
	for range maxDepth {
		r, ok := v.(ref)
		if !ok {
			return v
		}
		if v, ok = f.known[r]; ok {
			continue
		}
		if int(r) >= len(f.table) {
			return nil
		}
		switch e := f.table[r]; {
		case e.at > 0:
			v = f.object(e.at, int(r))
		case e.in > 0:
			v = f.inside(e.in, int(r))
		default:
			return nil
		}
		f.known[r] = v
	}
	panic(ErrDoubt)
}

// dict gives a dictionary, or that of a stream, or nil.
func (f *File) dict(v any) dict {
	switch v := f.value(v).(type) {
	case dict:
		return v
	case stream:
		return v.dict
	}
	return nil
}

// object reads the object at a place of the file; number 0 is any.
func (f *File) object(at, number int) any {
	if at <= 0 || at >= len(f.data) {
		panic(ErrDoubt)
	}
	l := lexer{data: f.data, at: at}
	n, ok := l.value(0).(float64)
	l.value(0)
	if !ok || number > 0 && int(n) != number || !l.keyword("obj") {
		panic(ErrDoubt)
	}
	v := l.value(0)
	d, ok := v.(dict)
	if !ok || !l.keyword("stream") {
		return v
	}
	if l.at < len(l.data) && l.data[l.at] == '\r' {
		l.at++
	}
	if l.at < len(l.data) && l.data[l.at] == '\n' {
		l.at++
	}
	length, ok := f.value(d["Length"]).(float64)
	if !ok || length < 0 || int(length) > len(f.data)-l.at {
		panic(ErrDoubt)
	}
	s := stream{d, f.data[l.at : l.at+int(length)]}
	l.at += int(length)
	if !l.keyword("endstream") {
		panic(ErrDoubt)
	}
	return s
}

// inside reads an object of an object stream.
func (f *File) inside(in, number int) any {
	p := f.packed[in]
	if p == nil {
		if in >= len(f.table) || f.table[in].at <= 0 {
			panic(ErrDoubt)
		}
		s, ok := f.object(f.table[in].at, in).(stream)
		n, ok1 := f.value(s.dict["N"]).(float64)
		first, ok2 := f.value(s.dict["First"]).(float64)
		if !ok || !ok1 || !ok2 || s.dict["Extends"] != nil {
			panic(ErrDoubt)
		}
		p = &packed{data: f.unpack(s), at: map[int]int{}}
		if f.kept += len(p.data); f.kept > maxKept {
			panic(ErrDoubt)
		}
		l := lexer{data: p.data}
		for range int(min(n, maxObjects)) {
			number, ok1 := l.value(0).(float64)
			at, ok2 := l.value(0).(float64)
			if !ok1 || !ok2 || at < 0 || int(first+at) > len(p.data) {
				panic(ErrDoubt)
			}
			p.at[int(number)] = int(first + at)
		}
		f.packed[in] = p
	}
	at, ok := p.at[number]
	if !ok {
		panic(ErrDoubt)
	}
	l := lexer{data: p.data, at: at}
	return l.value(0)
}

// unpack gives what a stream holds (7.4).
func (f *File) unpack(s stream) []byte {
	data := s.raw
	filters := list(f.value(s.dict["Filter"]))
	params := list(f.value(s.dict["DecodeParms"]))
	if s.dict["F"] != nil {
		panic(ErrDoubt)
	}
	for i, filter := range filters {
		switch f.value(filter) {
		case name("FlateDecode"), name("Fl"):
		case name("ASCII85Decode"), name("A85"):
			text, _, ended := bytes.Cut(data, []byte("~>"))
			if len(text) > maxStream/4 {
				panic(ErrDoubt)
			}
			out := make([]byte, 4*len(text)+4) // a z alone stands for four zeros
			n, _, err := ascii85.Decode(out, text, true)
			if f.unpacked += int64(n); err != nil || !ended || f.unpacked > maxUnpack {
				panic(ErrDoubt)
			}
			data = out[:n]
			continue
		default:
			panic(ErrDoubt)
		}
		if len(data) < 6 || data[0]&15 != 8 || data[1]&32 != 0 {
			panic(ErrDoubt)
		}
		if f.flate == nil {
			f.flate = flate.NewReader(nil)
		}
		var b bytes.Buffer
		b.Grow(min(4*len(data)+512, maxStream))
		err := f.flate.(flate.Resetter).Reset(bytes.NewReader(data[2:]), nil)
		if err != nil {
			panic(ErrDoubt)
		}
		n, err := b.ReadFrom(io.LimitReader(f.flate, maxStream+1))
		if f.unpacked += n; err != nil || n > maxStream || f.unpacked > maxUnpack {
			panic(ErrDoubt)
		}
		data = b.Bytes()
		if i < len(params) {
			data = f.predicted(data, f.dict(params[i]))
		}
	}
	return data
}

// list gives the values of an array, or the one that there is.
func list(v any) array {
	if a, ok := v.(array); ok || v == nil {
		return a
	}
	return array{v}
}

// predicted undoes the predictors of PNG (7.4.4.4; RFC 2083, section 6) for rows of bytes.
func (f *File) predicted(data []byte, d dict) []byte {
	number := func(key string, other int) int {
		if n, ok := f.value(d[key]).(float64); ok {
			return int(n)
		}
		return other
	}
	switch p := number("Predictor", 1); {
	case p == 1:
		return data
	case p < 10 || number("Colors", 1) != 1 || number("BitsPerComponent", 8) != 8:
		panic(ErrDoubt)
	}
	width := number("Columns", 1)
	if width < 1 || width > 1<<16 {
		panic(ErrDoubt)
	}
	out := make([]byte, 0, len(data))
	above := make([]byte, width)
	for ; len(data) > width; data = data[width+1:] {
		row := slices.Clone(data[1 : width+1])
		for i := range row {
			var left, corner byte
			if i > 0 {
				left, corner = row[i-1], above[i-1]
			}
			switch data[0] {
			case 0:
			case 1:
				row[i] += left
			case 2:
				row[i] += above[i]
			case 3:
				row[i] += byte((int(left) + int(above[i])) / 2)
			case 4:
				row[i] += paeth(left, above[i], corner)
			default:
				panic(ErrDoubt)
			}
		}
		out, above = append(out, row...), row
	}
	return out
}

func paeth(a, b, c byte) byte {
	pa, pb, pc := abs(int(b)-int(c)), abs(int(a)-int(c)), abs(int(a)+int(b)-2*int(c))
	if pa <= pb && pa <= pc {
		return a
	} else if pb <= pc {
		return b
	}
	return c
}

func abs(x int) int { return max(x, -x) }

// lexer reads values from bytes.
type lexer struct {
	data    []byte
	at      int
	scratch []byte // of strings that are not written as they are
}

// Kinds of bytes (7.2.2).
const (
	regular = iota
	space
	delimiter
)

var kinds = func() (k [256]byte) {
	for _, c := range "\x00\t\n\f\r " {
		k[c] = space
	}
	for _, c := range "()<>[]{}/%" {
		k[c] = delimiter
	}
	return k
}()

// skip passes over space and remarks.
func (l *lexer) skip() {
	for l.at < len(l.data) {
		switch c := l.data[l.at]; {
		case kinds[c] == space:
			l.at++
		case c == '%':
			for l.at < len(l.data) && l.data[l.at] != '\n' && l.data[l.at] != '\r' {
				l.at++
			}
		default:
			return
		}
	}
}

// keyword passes over a word where it comes next.
func (l *lexer) keyword(w string) bool {
	l.skip()
	end := l.at + len(w)
	if end > len(l.data) || string(l.data[l.at:end]) != w || end < len(l.data) && kinds[l.data[end]] == regular {
		return false
	}
	l.at = end
	return true
}

// value reads a value.
func (l *lexer) value(depth int) any {
	l.skip()
	if l.at >= len(l.data) || depth > maxDepth {
		panic(ErrDoubt)
	}
	switch c := l.data[l.at]; {
	case c == '/':
		return l.name()
	case c == '(':
		return str(l.literal())
	case c == '[':
		l.at++
		a := array{}
		for {
			if l.skip(); l.at < len(l.data) && l.data[l.at] == ']' {
				l.at++
				return a
			}
			a = append(a, l.value(depth+1))
		}
	case c == '<' && l.at+1 < len(l.data) && l.data[l.at+1] == '<':
		l.at += 2
		d := dict{}
		for {
			if l.skip(); l.at+1 < len(l.data) && l.data[l.at] == '>' && l.data[l.at+1] == '>' {
				l.at += 2
				return d
			}
			if l.at >= len(l.data) || l.data[l.at] != '/' {
				panic(ErrDoubt)
			}
			key := l.name()
			d[string(key)] = l.value(depth + 1)
		}
	case c == '<':
		return str(l.hex())
	case c >= '0' && c <= '9':
		n, _ := l.number()
		if at := l.at; n == float64(int(n)) && n < maxObjects { // the name of an object is two numbers and R
			l.skip()
			if l.at < len(l.data) && l.data[l.at] >= '0' && l.data[l.at] <= '9' {
				if _, ok := l.number(); ok && l.keyword("R") {
					return ref(n)
				}
			}
			l.at = at
		}
		return n
	case c == '+' || c == '-' || c == '.':
		n, ok := l.number()
		if !ok {
			panic(ErrDoubt)
		}
		return n
	}
	switch {
	case l.keyword("true"):
		return true
	case l.keyword("false"):
		return false
	case l.keyword("null"):
		return nil
	}
	panic(ErrDoubt)
}

// number reads a number.
func (l *lexer) number() (float64, bool) {
	start, minus := l.at, false
	if c := l.data[l.at]; c == '-' || c == '+' {
		minus = c == '-'
		l.at++
	}
	n, scale, digits, point := 0., 1., 0, false
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		if digits++; digits > 300 {
			panic(ErrDoubt)
		}
		if n = n*10 + float64(c-'0'); point {
			scale *= 10
		}
	}
	n /= scale
	if minus {
		n = -n
	}
	if l.at < len(l.data) && kinds[l.data[l.at]] == regular || digits == 0 { // as some programs write "1.2-3" or "--1"
		for l.at < len(l.data) && kinds[l.data[l.at]] == regular {
			l.at++
		}
		if string(l.data[start:l.at]) == "." || string(l.data[start:l.at]) == "-" {
			return 0, true
		}
		panic(ErrDoubt)
	}
	return n, true
}

// name reads a name (7.3.5).
func (l *lexer) name() name {
	l.at++
	start := l.at
	for l.at < len(l.data) && kinds[l.data[l.at]] == regular {
		l.at++
	}
	s := l.data[start:l.at]
	if bytes.IndexByte(s, '#') < 0 {
		return name(s)
	}
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] == '#' && i+2 < len(s) {
			if c, err := strconv.ParseUint(string(s[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(c))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return name(out)
}

// literal reads a string in brackets (7.3.4.2).
func (l *lexer) literal() []byte {
	l.at++
	start, depth := l.at, 1
	for ; l.at < len(l.data); l.at++ {
		switch l.data[l.at] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.at++
				return l.data[start : l.at-1]
			}
		case '\\', '\r':
			return l.escaped(start, depth)
		}
	}
	panic(ErrDoubt)
}

func (l *lexer) escaped(start, depth int) []byte {
	begin := len(l.scratch)
	l.scratch = append(l.scratch, l.data[start:l.at]...)
	for ; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				l.at++
				return l.scratch[begin:len(l.scratch):len(l.scratch)]
			}
		case '\r':
			if c = '\n'; l.at+1 < len(l.data) && l.data[l.at+1] == '\n' {
				l.at++
			}
		case '\\':
			if l.at++; l.at >= len(l.data) {
				panic(ErrDoubt)
			}
			switch c = l.data[l.at]; c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			case 'b':
				c = '\b'
			case 'f':
				c = '\f'
			case '\r':
				if l.at+1 < len(l.data) && l.data[l.at+1] == '\n' {
					l.at++
				}
				continue
			case '\n':
				continue
			case '0', '1', '2', '3', '4', '5', '6', '7':
				v := 0
				for k := 0; k < 3 && l.at < len(l.data) && l.data[l.at] >= '0' && l.data[l.at] <= '7'; k++ {
					v = v<<3 | int(l.data[l.at]-'0')
					l.at++
				}
				l.at--
				c = byte(v)
			}
		}
		l.scratch = append(l.scratch, c)
	}
	panic(ErrDoubt)
}

// hex reads a string of hexadecimal digits.
func (l *lexer) hex() []byte {
	begin, half, high := len(l.scratch), false, byte(0)
	for l.at++; l.at < len(l.data); l.at++ {
		c := l.data[l.at]
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		case c == '>':
			l.at++
			if half {
				l.scratch = append(l.scratch, high<<4)
			}
			return l.scratch[begin:len(l.scratch):len(l.scratch)]
		case kinds[c] == space:
			continue
		default:
			panic(ErrDoubt)
		}
		if half {
			l.scratch = append(l.scratch, high<<4|c)
		}
		half, high = !half, c
	}
	panic(ErrDoubt)
}
