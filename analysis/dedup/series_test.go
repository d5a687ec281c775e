package dedup

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestSeries groups made-up editorials, reviews and columns of 120 journals and
// conferences, four a year under one title and mostly by one author, as three
// databases write them, each leaving out what databases leave out.
func TestSeries(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 5))
	pick := func(s ...string) string { return s[rnd.IntN(len(s))] }
	likely := func(percent int, s string) string {
		if rnd.IntN(100) < percent {
			return s
		}
		return ""
	}
	words := strings.Fields("market policy council trust network theory identity justice labour climate migration security media court budget village province harbour theatre railway")
	var records []Record
	var truth []string
	add := func(cluster string, r Record) {
		r.ID = fmt.Sprintf("r%05d", len(records))
		records, truth = append(records, r), append(truth, cluster)
	}
	roman := strings.Fields("i ii iii iv v vi vii viii ix x xi xii xiii xiv xv")
	for s := range 120 {
		title := pick("Editor's Comments", "Editorial", "From the Editor", "Editorial Notes", "Introduction to the Special Issue", "Guest Editorial", "In this issue",
			"Book Reviews", "News and notes", "Executive overviews", "Teaching notes on "+pick(words...)+" "+pick(words...), "The "+pick(words...)+" column")
		family, given := pick("Straub", "Rai", "Weber", "Zmud", "Lee", "Agarwal", "Klein", "Myers", "Fitzgerald"), pick("Anna", "Bob", "Eva", "Joe", "Ron")
		a, b := pick(words...), pick(words...)
		journal, short := "Journal of "+a+" and "+b, "J. "+a[:4]+". "+b[:4]+"."
		for year := range 2 + rnd.IntN(4) {
			for issue := 1; issue <= 4; issue++ {
				first := 1 + rnd.IntN(600)
				pages := fmt.Sprintf("%d-%d", first, first+rnd.IntN(6))
				if rnd.IntN(2) == 0 {
					i := 2 * rnd.IntN(2)
					pages = roman[i] + "-" + roman[i+1+rnd.IntN(9)]
				}
				doi := fmt.Sprintf("10.1000/%d.%d.%d", s, year, issue)
				n, y, v := fmt.Sprint(issue), 1995+year, fmt.Sprint(10+s%20+year)
				cluster := fmt.Sprint(s, ".", year, ".", issue)
				ways := []Record{
					{Authors: []string{family + ", " + given[:1] + "."}, Title: title, Year: y, Journal: journal, Volume: v, Issue: n, Pages: pages, DOI: likely(60, doi)},
					{Authors: []string{family + " " + given[:1]}, Title: strings.ToUpper(title), Year: y, Journal: short, Volume: v, Issue: likely(70, n), Pages: likely(80, strings.ToUpper(pages))},
					{Authors: []string{likely(80, family+", "+given)}, Title: title + ".", Year: y, Journal: journal, Volume: likely(90, v), Issue: n, Pages: likely(70, pages), DOI: likely(30, "https://doi.org/"+doi)},
				}
				for _, w := range rnd.Perm(3)[:1+rnd.IntN(3)] {
					add(cluster, ways[w])
				}
			}
		}
	}
	res := works1(t, records, Options{})
	at := map[string]int{}
	clusters := map[string]bool{}
	for i, r := range records {
		at[r.ID] = i
		clusters[truth[i]] = true
	}
	right, wrong := 0, 0
	for _, g := range res.Groups {
		kept := map[string]bool{truth[at[g.Records[0]]]: true}
		for _, id := range g.Records[1:] {
			if c := truth[at[id]]; kept[c] {
				right++
			} else {
				wrong++
				kept[c] = true
				t.Logf("wrong: %+v", g)
			}
		}
	}
	all := len(records) - len(clusters)
	t.Logf("%d records, %d to remove: %d right, %d wrong, %d missed, %d doubtful", len(records), all, right, wrong, all-right, len(res.Doubtful))
	if wrong > 1 || right*4 < all*3 {
		t.Errorf("%d right and %d wrong of %d, want three quarters and at most one", right, wrong, all)
	}
}
