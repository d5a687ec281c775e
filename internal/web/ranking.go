package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"throughline/analysis/screening"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// rankings are the rankings of the reviewers at their desks, each learnt from the reviewer's own decisions, so that
// reviewers stay blind to each other. They are kept between pages and are only a saving of time: lost, they are made anew
// from the decisions.
type rankings struct {
	mu  sync.Mutex
	all map[rankingKey]*ranking
}

type rankingKey struct{ study, who, stage string }

// mostRankings is how many are kept at once.
const mostRankings = 24

// ranking is one reviewer's.
type ranking struct {
	mu      sync.Mutex
	of      string // fingerprint of the works that it ranks
	works   []source.Work
	place   map[thread.ID]int // of a work, by its first record
	corpus  *screening.Corpus
	model   *screening.Model
	stop    *screening.Stopping
	learnt  []ruling
	reading bool // a person has begun: until then the ranking goes by the study's question alone
}

// ruling is a decision as the model learns it.
type ruling struct {
	at       int
	relevant bool
}

func (rs *rankings) of(k rankingKey) *ranking {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if rs.all == nil {
		rs.all = map[rankingKey]*ranking{}
	}
	r := rs.all[k]
	if r == nil {
		for old := range rs.all { // any will do: it can be made anew
			if len(rs.all) < mostRankings {
				break
			}
			delete(rs.all, old)
		}
		r = &ranking{}
		rs.all[k] = r
	}
	return r
}

// question is what a ranking goes by before anything is decided: what the study asks, its definitions, and what counts.
func question(frame study.Study, p study.Protocol) string {
	parts := []string{frame.Question, frame.Purpose, p.Unit, p.Outcome}
	for _, q := range frame.CoreQuestions {
		parts = append(parts, q.Text)
	}
	for _, d := range frame.Definitions {
		parts = append(parts, d.Term+" "+d.Text)
	}
	for _, c := range p.Include {
		parts = append(parts, c.Text)
	}
	return strings.Join(append(parts, p.Highlight...), "\n")
}

// mostReplayed bounds how many decisions are replayed one by one for the estimate when a ranking is made anew; of more,
// the older ones are learnt at once.
const mostReplayed = 1500

// ranked puts the works that wait in the order in which they are best read, and estimates how much is left to find.
func (v *visit) ranked(x screeningData, s screened, stage string, waiting []source.Work) ([]source.Work, screening.Estimate, error) {
	var none screening.Estimate
	r := v.s.rankings.of(rankingKey{v.Study, v.Account.Name, stage})
	r.mu.Lock()
	defer r.mu.Unlock()
	records := map[thread.ID]store.Item[source.Record]{}
	for _, it := range x.records {
		records[it.Node.ID] = it
	}
	works := x.allWorks()
	print := []string{question(v.Frame, x.protocol)}
	for _, w := range works {
		for _, id := range w.Records {
			print = append(print, string(id), records[id].Node.Print)
		}
		print = append(print, "")
	}
	if of := thread.Content([]byte(strings.Join(print, "\n"))); of != r.of {
		if err := r.begin(works, records, question(v.Frame, x.protocol)); err != nil {
			return nil, none, err
		}
		r.of = of
	}
	// The reviewer's own decisions in the order in which they were made.
	var own []store.Item[source.Screening]
	for _, it := range x.decisions {
		d := it.Object
		if d.Stage == stage && d.Reviewer == v.Account.Name && d.Tool == "" && (d.Decision == source.Include || d.Decision == source.Exclude) {
			own = append(own, it)
		}
	}
	slices.SortFunc(own, func(a, b store.Item[source.Screening]) int {
		return cmp.Or(strings.Compare(a.Node.ChangedAt, b.Node.ChangedAt), strings.Compare(string(a.Node.ID), string(b.Node.ID)))
	})
	var rulings []ruling
	known := map[int]bool{}
	for _, it := range own {
		i, ok := r.place[s.of(it.Object.Record).Records[0]]
		if !ok || known[i] {
			continue
		}
		known[i] = true
		rulings = append(rulings, ruling{i, it.Object.Decision == source.Include})
	}
	if len(r.learnt) > len(rulings) || !slices.Equal(r.learnt, rulings[:len(r.learnt)]) { // something was taken back or changed
		if err := r.begin(works, records, question(v.Frame, x.protocol)); err != nil {
			return nil, none, err
		}
	}
	for i, d := range rulings[len(r.learnt):] {
		if len(rulings)-len(r.learnt)-i <= mostReplayed {
			r.stop.See(r.model, d.at, d.relevant)
		}
		r.model.Learn(d.at, d.relevant)
		if err := v.Ctx.Err(); err != nil {
			r.of = ""
			return nil, none, err
		}
	}
	r.learnt = rulings
	best := make(map[thread.ID]int, len(works))
	for n, i := range r.model.Rank(nil) {
		best[r.works[i].Records[0]] = n
	}
	waiting = slices.Clone(waiting)
	slices.SortStableFunc(waiting, func(a, b source.Work) int {
		place := func(w source.Work) int {
			if n, ok := best[w.Records[0]]; ok {
				return n
			}
			return math.MaxInt
		}
		return cmp.Compare(place(a), place(b))
	})
	return waiting, r.stop.Estimate(r.model), nil
}

// begin makes a ranking from nothing but the texts and the question.
func (r *ranking) begin(works []source.Work, records map[thread.ID]store.Item[source.Record], query string) error {
	texts := make([]screening.Text, len(works))
	r.works, r.place, r.learnt = works, map[thread.ID]int{}, nil
	for i, w := range works {
		r.place[w.Records[0]] = i
		first := records[w.Records[0]].Object
		t := screening.Text{ID: string(w.Records[0]), Title: strings.TrimSpace(first.Title + " " + first.TitleTranslated), Language: first.Language}
		for _, id := range w.Records {
			if o := records[id].Object; o.Abstract != "" || o.AbstractTranslated != "" {
				t.Abstract = strings.TrimSpace(o.Abstract + " " + o.AbstractTranslated)
				break
			}
		}
		texts[i] = t
	}
	var err error
	if r.corpus, err = screening.NewCorpus(texts, screening.Stems); err != nil {
		return fmt.Errorf("compare texts: %w", err)
	}
	r.model = screening.NewModel(r.corpus, screening.Options{})
	r.model.ColdStart(query)
	r.stop = screening.NewStopping(len(works))
	return nil
}

// leastRead is how many works must be read before an estimate means anything.
const leastRead = 30

// estimateWords says in plain words how much of what is relevant is probably found.
func estimateWords(e screening.Estimate, left int) string {
	if e.Read < leastRead || e.Found == 0 {
		return "The works come in the order in which they are likely to matter; each decision makes it better."
	}
	w := fmt.Sprintf("Probably %.0f %% of what matters is found (between %.0f and %.0f %%); about %.0f of the %d that wait still matter.", 100*e.Recall, 100*e.Low, 100*e.High, math.Ceil(e.Remaining-0.5), left)
	w += fmt.Sprintf(" That less than 95 %% is found has, by the test of Callaghan and Müller-Hansen, a p of %s.", two(e.CMH))
	if e.Stop {
		return w + " By the stopping rule you may stop reading here."
	}
	return w
}
