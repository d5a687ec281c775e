package extract

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"strings"
)

// send writes an answer as a line of JSON, and after it what is long as it is: a text or a picture as JSON takes longer to write
// and to read than many a file.
func (a answer) send(out io.Writer) error {
	a.Sizes = [3]int{len(a.body), len(a.lines), len(a.picture)}
	if err := json.NewEncoder(out).Encode(a); err != nil {
		return err
	}
	if _, err := io.WriteString(out, a.body); err != nil {
		return err
	}
	for _, part := range [][]byte{a.lines, a.picture} {
		if _, err := out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// received takes apart what a child has sent, and tells whether it is an answer.
func received(b []byte) (a answer, ok bool) {
	head, rest, _ := bytes.Cut(b, []byte("\n"))
	if json.Unmarshal(head, &a) != nil {
		return answer{}, false
	}
	var parts [3][]byte
	for i, n := range a.Sizes {
		if n < 0 || n > len(rest) {
			return answer{}, false
		}
		parts[i], rest = rest[:n:n], rest[n:]
	}
	a.body, a.lines, a.picture = strings.ToValidUTF8(string(parts[0]), "\uFFFD"), parts[1], parts[2]
	return a, len(rest) == 0
}

// packLines takes the lines of pages out of them and gives them as numbers: how many a page has, and of each how far it begins
// after the one before, how long it is, and its box in hundredths of a point. A long PDF has tens of thousands, which as
// JSON take longer to write and to read than the file itself.
func packLines(pages []Page) []byte {
	var out []byte
	for i := range pages {
		out = binary.AppendUvarint(out, uint64(len(pages[i].Lines)))
		at := pages[i].Start
		for _, l := range pages[i].Lines {
			out = binary.AppendVarint(out, int64(l.Start-at))
			out = binary.AppendVarint(out, int64(l.End-l.Start))
			at = l.Start
			for _, x := range l.Box {
				out = binary.AppendVarint(out, int64(math.Round(x*100)))
			}
		}
		pages[i].Lines = nil
	}
	return out
}

// unpackLines puts lines back into their pages, and tells whether it could.
func unpackLines(pages []Page, packed []byte) bool {
	next := func() (n int64, ok bool) {
		n, size := binary.Varint(packed)
		if size <= 0 {
			return 0, false
		}
		packed = packed[size:]
		return n, true
	}
	for i := range pages {
		count, size := binary.Uvarint(packed)
		if size <= 0 || count > uint64(len(packed))/6 { // a line takes six bytes at least
			return false
		}
		packed = packed[size:]
		at := int64(pages[i].Start)
		if count > 0 {
			pages[i].Lines = make([]Line, count)
		}
		for k := range pages[i].Lines {
			l := &pages[i].Lines[k]
			from, ok1 := next()
			long, ok2 := next()
			at += from
			l.Start, l.End = int(at), int(at+long)
			for q := range l.Box {
				n, ok := next()
				if !ok {
					return false
				}
				l.Box[q] = float64(n) / 100
			}
			if !ok1 || !ok2 {
				return false
			}
		}
	}
	return len(packed) == 0
}
