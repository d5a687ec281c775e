package plain

import "bytes"

// state is what a page keeps while it is drawn (8.4, 9.3).
type state struct {
	ctm     matrix
	font    *font
	size    float64
	letters float64 // put between characters
	words   float64 // and after spaces
	stretch float64 // of the width; 1: none
	leading float64
	rise    float64
}

// part is a part of an array of strings and numbers.
type part struct {
	s []byte // nil: a number
	n float64
}

// run draws what a page or a form tells (8.2, annex A), of which only text is kept.
func (d *drawn) run(data []byte, resources dict, s state, depth int) {
	if d.spend(len(data)); depth > maxForms {
		panic(ErrDoubt)
	}
	l := lexer{data: data}
	var (
		kept     []state
		numbers  []float64
		text     []byte
		parts    []part
		named    name
		spoken   bool // the last properties that were named tell of an ActualText
		tm, line matrix
	)
	next := func(x, y float64) {
		line = matrix{1, 0, 0, 1, x, y}.after(line)
		tm = line
	}
	// number gives the last operands; what has fewer does nothing sensible.
	number := func(n int) []float64 {
		if len(numbers) < n {
			panic(ErrDoubt)
		}
		return numbers[len(numbers)-n:]
	}
	for {
		l.skip()
		if l.at >= len(data) {
			return
		}
		switch c := data[l.at]; {
		case c >= '0' && c <= '9' || c == '-' || c == '.' || c == '+':
			n, _ := l.number()
			numbers = append(numbers, n)
			continue
		case c == '(':
			text = l.literal()
			continue
		case c == '<' && l.at+1 < len(data) && data[l.at+1] == '<':
			spoken = l.spoken()
			continue
		case c == '<':
			text = l.hex()
			continue
		case c == '/':
			named = l.name()
			continue
		case c == '[':
			parts = l.parts(parts[:0])
			continue
		case kinds[c] == delimiter:
			panic(ErrDoubt)
		}
		start := l.at
		for l.at < len(data) && kinds[data[l.at]] == regular {
			l.at++
		}
		switch string(data[start:l.at]) {
		case "q":
			if kept = append(kept, s); len(kept) > maxStates {
				panic(ErrDoubt)
			}
		case "Q":
			if len(kept) > 0 {
				s, kept = kept[len(kept)-1], kept[:len(kept)-1]
			}
		case "cm":
			s.ctm = matrix(number(6)).after(s.ctm)
		case "BT":
			tm = matrix{1, 0, 0, 1, 0, 0}
			line = tm
		case "Tc":
			s.letters = number(1)[0]
		case "Tw":
			s.words = number(1)[0]
		case "Tz":
			s.stretch = number(1)[0] / 100
		case "TL":
			s.leading = number(1)[0]
		case "Ts":
			s.rise = number(1)[0]
		case "Tf":
			s.size = number(1)[0]
			s.font = d.file.font(resources, named)
		case "Td":
			n := number(2)
			next(n[0], n[1])
		case "TD":
			n := number(2)
			s.leading = -n[1]
			next(n[0], n[1])
		case "Tm":
			line = matrix(number(6))
			tm = line
		case "T*":
			next(0, -s.leading)
		case "Tj":
			parts = append(parts[:0], part{s: text})
			d.show(&s, &tm, parts)
		case "TJ":
			d.show(&s, &tm, parts)
		case "'":
			next(0, -s.leading)
			parts = append(parts[:0], part{s: text})
			d.show(&s, &tm, parts)
		case "\"":
			n := number(2)
			s.words, s.letters = n[0], n[1]
			next(0, -s.leading)
			parts = append(parts[:0], part{s: text})
			d.show(&s, &tm, parts)
		case "f", "F", "f*", "B", "B*", "b", "b*", "S", "s":
			d.paths++
		case "BDC":
			if spoken || d.file.dict(d.file.dict(resources["Properties"])[string(named)])["ActualText"] != nil { // to be read instead of what is drawn
				panic(ErrDoubt)
			}
		case "BI":
			d.pictures = true
			l.picture()
		case "gs":
			if d.file.dict(d.file.dict(resources["ExtGState"])[string(named)])["Font"] != nil {
				panic(ErrDoubt)
			}
		case "Do":
			v, ok := d.file.value(d.file.dict(resources["XObject"])[string(named)]).(stream)
			if !ok {
				break
			}
			switch d.file.value(v.dict["Subtype"]) {
			case name("Image"):
				d.pictures = true
			case name("Form"):
				d.form(v, resources, s, depth)
			default:
				panic(ErrDoubt)
			}
		}
		numbers, text, spoken, l.scratch = numbers[:0], nil, false, l.scratch[:0]
	}
}

// form draws a form (8.10).
func (d *drawn) form(v stream, resources dict, s state, depth int) {
	if own := d.file.dict(v.dict["Resources"]); own != nil {
		resources = own
	}
	if a, ok := d.file.value(v.dict["Matrix"]).(array); ok {
		var m matrix
		if len(a) != len(m) {
			panic(ErrDoubt)
		}
		for i := range a {
			if m[i], ok = d.file.value(a[i]).(float64); !ok {
				panic(ErrDoubt)
			}
		}
		s.ctm = m.after(s.ctm)
	}
	d.pictures = true
	d.spend(1000)
	d.run(d.file.unpack(v), resources, s, depth+1)
}

// parts reads an array of strings and numbers.
func (l *lexer) parts(out []part) []part {
	for l.at++; ; {
		l.skip()
		if l.at >= len(l.data) {
			panic(ErrDoubt)
		}
		switch c := l.data[l.at]; {
		case c == ']':
			l.at++
			return out
		case c == '(':
			out = append(out, part{s: l.literal()})
		case c == '<' && l.at+1 < len(l.data) && l.data[l.at+1] != '<':
			out = append(out, part{s: l.hex()})
		case c >= '0' && c <= '9' || c == '-' || c == '.' || c == '+':
			n, _ := l.number()
			out = append(out, part{n: n})
		default:
			panic(ErrDoubt)
		}
	}
}

// spoken passes over a dictionary and tells whether it has an ActualText (14.9.4).
func (l *lexer) spoken() (found bool) {
	for depth := 0; ; {
		if l.skip(); l.at >= len(l.data) {
			panic(ErrDoubt)
		}
		double := l.at+1 < len(l.data) && l.data[l.at] == l.data[l.at+1]
		switch c := l.data[l.at]; {
		case c == '<' && double:
			depth++
			l.at += 2
		case c == '>' && double:
			l.at += 2
			if depth--; depth == 0 {
				return found
			}
		case c == '<':
			l.hex()
		case c == '(':
			l.literal()
		case c == '/':
			found = l.name() == "ActualText" || found
		case kinds[c] == delimiter:
			l.at++
		default:
			for l.at < len(l.data) && kinds[l.data[l.at]] == regular {
				l.at++
			}
		}
	}
}

// picture passes over a picture within the page (8.9.7).
func (l *lexer) picture() {
	for {
		k := bytes.Index(l.data[l.at:], []byte("EI"))
		if k < 0 {
			panic(ErrDoubt)
		}
		before := l.data[l.at+k-1]
		l.at += k + 2
		if kinds[before] != space || l.at < len(l.data) && kinds[l.data[l.at]] != space {
			continue
		}
		// What is drawn next is text; the dots of a picture are not.
		odd := false
		for _, c := range l.data[l.at:min(l.at+16, len(l.data))] {
			odd = odd || c >= 0x7f || c < ' ' && kinds[c] != space
		}
		if !odd {
			return
		}
	}
}
