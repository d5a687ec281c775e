package words

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"sort"
	"strconv"
	"sync"
	"unicode/utf8"
)

// The dictionaries by which ICU 72.1 (and so every browser) breaks lines and words, as lists: their licences are in
// dict/LICENSE. The list for Chinese and Japanese has beside each word how unlikely it is, as -log of its frequency.
//
//go:embed dict/*.gz
var dictionaries embed.FS

// dictionary is a sorted list of words in one piece of memory.
type dictionary struct {
	text  []byte
	ends  []uint32        // where each word ends
	costs []uint8         // of Chinese and Japanese words
	first map[rune][2]int // which words begin with a letter
}

var (
	thai    = load("thai")
	lao     = load("lao")
	khmer   = load("khmer")
	burmese = load("burmese")
	cj      = load("cj")
)

// load gives a dictionary that is read when it is first wanted. What is embedded was read in a test: to fail here is a
// mistake in the program.
func load(name string) func() *dictionary {
	return sync.OnceValue(func() *dictionary {
		f, err := dictionaries.ReadFile("dict/" + name + ".txt.gz")
		if err != nil {
			panic(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(f))
		if err != nil {
			panic(err)
		}
		b, err := io.ReadAll(z)
		if err != nil {
			panic(err)
		}
		d := &dictionary{first: map[rune][2]int{}}
		for len(b) > 0 {
			line, rest, _ := bytes.Cut(b, []byte{'\n'})
			b = rest
			word, cost, has := bytes.Cut(line, []byte{'\t'})
			if has {
				n, err := strconv.ParseUint(string(cost), 10, 8)
				if err != nil {
					panic(err)
				}
				d.costs = append(d.costs, uint8(n))
			}
			r, _ := utf8.DecodeRune(word)
			at, ok := d.first[r]
			if !ok {
				at[0] = len(d.ends)
			}
			d.text = append(d.text, word...)
			d.ends = append(d.ends, uint32(len(d.text)))
			d.first[r] = [2]int{at[0], len(d.ends)}
		}
		return d
	})
}

func (d *dictionary) word(i int) []byte {
	from := uint32(0)
	if i > 0 {
		from = d.ends[i-1]
	}
	return d.text[from:d.ends[i]]
}

// match is a word of the dictionary with which some letters begin.
type match struct{ length, cost int }

// matches gives the words with which r begins, the shortest first, and how many letters were looked at before it was clear
// that there are no more.
func (d *dictionary) matches(r []rune) (out []match, looked int) {
	if len(r) == 0 {
		return nil, 0
	}
	span := d.first[r[0]]
	lo, hi := span[0], span[1]
	depth := 0
	var letter [utf8.UTFMax]byte
	for i, c := range r {
		b := letter[:utf8.EncodeRune(letter[:], c)]
		if i > 0 {
			// Words shorter than depth come first; then they are in the order of what follows.
			tail := func(k int) []byte { w := d.word(k); return w[min(depth, len(w)):] }
			from := lo + sort.Search(hi-lo, func(k int) bool { return bytes.Compare(tail(lo+k), b) >= 0 })
			to := from + sort.Search(hi-from, func(k int) bool { return !bytes.HasPrefix(tail(from+k), b) })
			lo, hi = from, to
		}
		looked = i + 1
		if lo >= hi {
			return out, looked
		}
		depth += len(b)
		if len(d.word(lo)) == depth {
			m := match{length: i + 1}
			if d.costs != nil {
				m.cost = int(d.costs[lo])
			}
			out = append(out, m)
			if hi-lo == 1 {
				return out, looked
			}
		}
	}
	return out, looked
}
