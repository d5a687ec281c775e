package screening

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Features say what of a text a model sees.
type Features int

const (
	// Stems are words without their plural s, cut after eight letters, and pairs of neighbours, with the title counted twice.
	Stems Features = iota
	// Words are words and pairs of neighbours as scikit-learn's TfidfVectorizer takes them, for comparison with other programs.
	Words
)

// Corpus is the records of one review as numbers, made once. It is never changed after, and many models may share it.
//
// Each feature j of record i weighs by sublinear term frequency and smooth inverse document frequency, and each record is scaled to
// length 1:
//
//	x_ij = (1 + ln tf_ij) (1 + ln((1+N)/(1+df_j)))
//
// without features in more than 95 % of the records: the formula of scikit-learn's TfidfVectorizer. A feature of a single
// record tells nothing about the others. Of these only the share of the record's length is kept, which leaves every fit
// exactly as it was with less than half the numbers.
type Corpus struct {
	ids      []string
	order    []int32 // records by id
	start    []int   // the features of record i are at start[i] to start[i+1]
	feat     []int32
	val      []float32
	alone    []float64 // of record i: squared length in features of its own
	idf      []float64 // by feature kept
	place    []int32   // by word or pair as first seen: the feature kept, or -1
	words    map[string]int32
	pairs    map[uint64]int32
	features Features
	tongue   []uint8 // by record: place in tongues
	tongues  []string
	group    []uint8 // by record: 0 for the main language and all rare ones, from 1 for each other large one
	groups   int
}

// NewCorpus makes a corpus. Ids must be unique; a record may lack its title, its abstract, or both.
func NewCorpus(texts []Text, f Features) (*Corpus, error) {
	n := len(texts)
	c := &Corpus{ids: make([]string, n), order: make([]int32, n), start: make([]int, n+1), alone: make([]float64, n),
		words: map[string]int32{}, pairs: map[uint64]int32{}, features: f, tongue: make([]uint8, n)}
	for i, t := range texts {
		c.ids[i], c.order[i] = t.ID, int32(i)
	}
	slices.SortFunc(c.order, func(a, b int32) int { return cmp.Compare(c.ids[a], c.ids[b]) })
	for k := 1; k < n; k++ {
		if a, b := c.order[k-1], c.order[k]; c.ids[a] == c.ids[b] {
			return nil, fmt.Errorf("records %d and %d have the same id %q", min(a, b)+1, max(a, b)+1, c.ids[a])
		}
	}
	// Numbers are given in the order of ids, so that the order in which the records come makes no difference.
	var df []int32
	lists := make([][]count, n)
	for _, i := range c.order {
		t := texts[i]
		text := t.Title + " " + t.Abstract
		c.setTongue(int(i), t.Language, text)
		if f == Stems {
			text += " " + t.Title
		}
		lists[i] = c.read(text, true)
		for _, f := range lists[i] {
			for int(f.feat) >= len(df) {
				df = append(df, 0)
			}
			df[f.feat]++
		}
	}
	most := 0.95 * float64(n)
	c.place = make([]int32, len(df))
	total := 0
	for f, d := range df {
		c.place[f] = -1
		if d > 1 && float64(d) <= most {
			c.place[f] = int32(len(c.idf))
			c.idf = append(c.idf, idf(n, int(d)))
			total += int(d)
		}
	}
	c.feat, c.val = make([]int32, 0, total), make([]float32, 0, total)
	single := idf(n, 1)
	for i, list := range lists {
		length, own := 0.0, 0.0
		for _, f := range list {
			switch p := c.place[f.feat]; {
			case p >= 0:
				x := (1 + math.Log(float64(f.n))) * c.idf[p]
				length += x * x
				c.feat, c.val = append(c.feat, p), append(c.val, float32(x))
			case df[f.feat] == 1 && most >= 1:
				x := (1 + math.Log(float64(f.n))) * single
				length += x * x
				own += x * x
			}
		}
		c.start[i+1] = len(c.feat)
		if length > 0 {
			scale(c.val[c.start[i]:], 1/math.Sqrt(length))
			c.alone[i] = own / length
		}
	}
	c.setGroups()
	return c, nil
}

// setGroups parts the records by language. Words of one language say nothing about records in another, so a second language
// of a twentieth of the records or more is a group of its own.
func (c *Corpus) setGroups() {
	n := make([]int, len(c.tongues))
	for _, t := range c.tongue {
		n[t]++
	}
	most := -1
	for t := range n {
		if c.tongues[t] != "und" && (most < 0 || n[t] > n[most]) {
			most = t
		}
	}
	of := make([]uint8, len(n))
	c.groups = 1
	for t := range n {
		if t != most && c.tongues[t] != "und" && n[t]*20 >= len(c.ids) {
			of[t] = uint8(c.groups)
			c.groups++
		}
	}
	c.group = make([]uint8, len(c.ids))
	for i, t := range c.tongue {
		c.group[i] = of[t]
	}
}

func idf(n, df int) float64 { return 1 + math.Log(float64(1+n)/float64(1+df)) }

func scale(x []float32, by float64) {
	for k := range x {
		x[k] = float32(float64(x[k]) * by)
	}
}

// Len is the number of records.
func (c *Corpus) Len() int { return len(c.ids) }

// ID is the id of record i.
func (c *Corpus) ID(i int) string { return c.ids[i] }

// Language is the language of record i: the tag that came with it, else what Language finds.
func (c *Corpus) Language(i int) string { return c.tongues[c.tongue[i]] }

// setTongue notes the language of a record, without region and script.
func (c *Corpus) setTongue(i int, tag, text string) {
	tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
	if tag == "" {
		tag = Language(text)
	}
	k := slices.Index(c.tongues, tag)
	if k < 0 {
		if len(c.tongues) == 256 { // more than a review ever has: the rest is one group
			k = 255
		} else {
			k = len(c.tongues)
			c.tongues = append(c.tongues, tag)
		}
	}
	c.tongue[i] = uint8(k)
}

// vector gives the features of a text that is no record, such as the question of a study, scaled to length 1.
func (c *Corpus) vector(text string) (feat []int32, val []float32) {
	length := 0.0
	for _, f := range c.read(text, false) {
		if p := c.place[f.feat]; p >= 0 {
			x := (1 + math.Log(float64(f.n))) * c.idf[p]
			length += x * x
			feat, val = append(feat, p), append(val, float32(x))
		}
	}
	if length > 0 {
		scale(val, 1/math.Sqrt(length))
	}
	return feat, val
}

type count struct{ feat, n int32 }

// read counts the words and pairs of a text, by feature as first seen. New ones are given a number while the corpus grows, else they
// are left out.
func (c *Corpus) read(text string, grow bool) []count {
	var seen []int32
	before := int32(-1)
	words(text, func(w string) {
		if c.features == Stems {
			w = stem(w)
		}
		id, ok := c.words[w]
		if !ok && grow {
			id, ok = int32(len(c.words)+len(c.pairs)), true
			c.words[strings.Clone(w)] = id
		}
		if !ok {
			before = -1
			return
		}
		seen = append(seen, id)
		if before >= 0 {
			key := uint64(before)<<32 | uint64(id)
			p, ok := c.pairs[key]
			if !ok && grow {
				p, ok = int32(len(c.words)+len(c.pairs)), true
				c.pairs[key] = p
			}
			if ok {
				seen = append(seen, p)
			}
		}
		before = id
	})
	slices.Sort(seen)
	out := make([]count, 0, len(seen))
	for i, f := range seen {
		if i > 0 && f == seen[i-1] {
			out[len(out)-1].n++
		} else {
			out = append(out, count{f, 1})
		}
	}
	return slices.Clip(out)
}
