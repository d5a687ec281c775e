package cli

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	coalitions "throughline/analysis/coalition"
	coalition "throughline/analysis/coalition/picture"
	"throughline/analysis/process"
	course "throughline/analysis/process/picture"
	"throughline/internal/cases"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// caseRoom holds the commands on what happened inside one case.
func (e *env) caseRoom() *cobra.Command {
	c := &cobra.Command{Use: "case", Short: "Inside one case: its timeline, order, tests and coalition",
		Long: "Look inside one case of a study in the database.\n\n" + exitHelp}
	c.AddCommand(e.caseTimeline(), e.caseOrder(), e.caseTests(), e.caseCoalition())
	return c
}

// inCase runs a command on a case, named by its id with or without "case-". The picture goes to the file of --svg.
func (e *env) inCase(use, short, example string, pictures []string, run func(ctx context.Context, s *store.Store, slug string, c cases.Case, picture string) (any, func(io.Writer), string, error)) *cobra.Command {
	var name, svg, kind string
	c := command(use, short, example, 1, func(ctx context.Context, _ *cobra.Command, args []string) error {
		if svg != "" && !slices.Contains(pictures, kind) {
			return fault.New(fault.Usage, "--picture is %q; expected one of: %s.", kind, strings.Join(pictures, ", "))
		}
		s, err := e.openExisting(ctx)
		if err != nil {
			return err
		}
		defer s.Close()
		slug, err := onlyStudy(ctx, s, name)
		if err != nil {
			return err
		}
		id := thread.ID(args[0])
		if id.Kind() != thread.Case {
			id = thread.ID(thread.Case.Prefix() + args[0])
		}
		it, err := store.Get[cases.Case](ctx, s, slug, id)
		if fault.Of(err) == fault.NotFound {
			all, lerr := store.All[cases.Case](ctx, s, slug, store.Filter{})
			if lerr != nil {
				return lerr
			}
			var ids []string
			for _, x := range all {
				ids = append(ids, string(x.Object.ID))
			}
			return fault.New(fault.Usage, "There is no case %q in the study %q; it has %s.", args[0], slug, strings.Join(ids, ", "))
		}
		if err != nil {
			return err
		}
		told, people, drawn, err := run(ctx, s, slug, it.Object, kind)
		if err != nil {
			return err
		}
		if svg != "" {
			if drawn == "" {
				return fault.New(fault.Invalid, "There is nothing to draw for %s yet.", it.Object.ID)
			}
			if err := os.WriteFile(svg, []byte(drawn), 0o644); err != nil {
				return fault.Wrap(fault.Unavailable, err, "%s cannot be written. Check the folder, and that the disk has room.", svg)
			}
		}
		return e.print(told, people)
	})
	c.Flags().StringVar(&name, "study", "", "which study, when there are several")
	c.Flags().StringVar(&svg, "svg", "", "also draw a picture into this file")
	c.Flags().StringVar(&kind, "picture", pictures[0], "which picture: "+strings.Join(pictures, ", "))
	return c
}

// courseOf reads what happened in a case and works out its order.
func courseOf(ctx context.Context, s *store.Store, slug string, c thread.ID) ([]cases.Event, []cases.Prerequisite, cases.Course, error) {
	events, err := store.All[cases.Event](ctx, s, slug, store.Filter{Case: c})
	if err != nil {
		return nil, nil, cases.Course{}, err
	}
	answers, err := store.All[cases.Prerequisite](ctx, s, slug, store.Filter{Case: c})
	if err != nil {
		return nil, nil, cases.Course{}, err
	}
	es := store.Objects(events)
	slices.SortFunc(es, cases.EventOrder)
	k, err := cases.NewCourse(es, store.Objects(answers))
	if err != nil {
		err = fault.Wrap(fault.Invalid, err, "The order of the events of %s cannot be worked out: %s.", c, err)
	}
	return es, store.Objects(answers), k, err
}

type eventTold struct {
	ID       thread.ID `json:"id"`
	Date     string    `json:"date"`
	End      string    `json:"end,omitempty"`
	When     string    `json:"when"`
	Earliest string    `json:"earliest"`
	Latest   string    `json:"latest"`
	Lane     string    `json:"lane"`
	Title    string    `json:"title"`
}

func (e *env) caseTimeline() *cobra.Command {
	return e.inCase("timeline CASE", "The events of a case in order, with dates that may be uncertain",
		"  throughline case timeline case-armenia --svg timeline.svg\n  throughline case timeline armenia --json", []string{"timeline"},
		func(ctx context.Context, s *store.Store, slug string, c cases.Case, _ string) (any, func(io.Writer), string, error) {
			events, _, k, err := courseOf(ctx, s, slug, c.ID)
			if err != nil {
				return nil, nil, "", err
			}
			told := []eventTold{}
			for _, x := range events {
				told = append(told, eventTold{x.ID, string(x.Date), string(x.End), x.When(), x.Date.Earliest(), x.Date.Latest(), x.Lane, x.Title})
			}
			svg := ""
			if len(events) > 0 {
				svg = course.Timeline(k.Spans, cases.LaneOrder(), 760, "Timeline: "+c.Name)
			}
			return told, func(w io.Writer) {
				for _, x := range told {
					fmt.Fprintf(w, "%s\t%s\t%s\n", x.When, x.Lane, x.Title)
				}
			}, svg, nil
		})
}

type orderTold struct {
	Events         []string            `json:"events"`
	Before         [][]process.Verdict `json:"before"` // [i][j]: that the ith began before the jth
	Contradictions []string            `json:"contradictions"`
	Spark          *process.Spark      `json:"spark,omitempty"`
	Edges          []process.Edge      `json:"edges"`
	Reduced        []process.Edge      `json:"reduced"` // without those that follow
	Next           *process.Question   `json:"next,omitempty"`
	Open           int                 `json:"open"`
}

func (e *env) caseOrder() *cobra.Command {
	return e.inCase("order CASE", "Which event began before which, and what could not have been without what",
		"  throughline case order case-armenia --svg prerequisites.svg\n  throughline case order armenia --json", []string{"prerequisites"},
		func(ctx context.Context, s *store.Store, slug string, c cases.Case, _ string) (any, func(io.Writer), string, error) {
			_, _, k, err := courseOf(ctx, s, slug, c.ID)
			if err != nil {
				return nil, nil, "", err
			}
			t := orderTold{Events: []string{}, Before: k.Matrix.Verdicts, Contradictions: []string{}, Spark: k.Spark, Edges: k.Structure.Edges, Reduced: k.Structure.Reduced, Next: k.Structure.Next, Open: k.Structure.Open}
			label := map[string]string{}
			for i, x := range k.Spans {
				t.Events = append(t.Events, x.ID)
				label[x.ID] = fmt.Sprintf("%d. %s", i+1, x.Label)
			}
			for _, x := range k.Contradictions {
				t.Contradictions = append(t.Contradictions, x.Words)
			}
			svg := ""
			if len(t.Reduced) > 0 {
				svg = course.Graph(k.Spans, k.Structure, "Prerequisites: "+c.Name)
			}
			return t, func(w io.Writer) {
				if k.Spark != nil {
					fmt.Fprintf(w, "%s\n", k.Spark.Words)
					if len(k.Spark.Missing) > 0 {
						fmt.Fprintf(w, "To say more, find out: %s.\n", strings.Join(k.Spark.Missing, "; "))
					}
				}
				for _, x := range t.Contradictions {
					fmt.Fprintf(w, "Cannot all be true: %s.\n", x)
				}
				sign := map[process.Verdict]string{process.Certain: "yes", process.Possible: "?", process.Impossible: "-"}
				fmt.Fprint(w, "began before")
				for i := range k.Spans {
					fmt.Fprintf(w, "\t%d", i+1)
				}
				fmt.Fprintln(w)
				for i, x := range k.Spans {
					fmt.Fprint(w, label[x.ID])
					for j := range k.Spans {
						v := sign[t.Before[i][j]]
						if i == j {
							v = "."
						}
						fmt.Fprintf(w, "\t%s", v)
					}
					fmt.Fprintln(w)
				}
				for _, x := range t.Edges {
					word := "needed"
					if !x.Sure {
						word = "perhaps needed"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\n", label[x.Event], word, label[x.Needs])
				}
				if t.Next != nil {
					fmt.Fprintf(w, "%d question(s) open; next: could %q have happened without %q?\n", t.Open, label[t.Next.Event], label[t.Next.Needs])
				}
			}, svg, nil
		})
}

type hypothesisTold struct {
	ID      thread.ID         `json:"id"`
	Title   string            `json:"title"`
	Rivals  []thread.ID       `json:"rivals"`
	Verdict string            `json:"verdict"`
	Tests   []testTold        `json:"tests"`
	Weights *process.Weighing `json:"weights,omitempty"` // with all that they were made from
	Weighed string            `json:"not_weighed,omitempty"`
}

type testTold struct {
	ID      string         `json:"id"`
	Trace   string         `json:"trace"`
	Kind    process.Kind   `json:"kind"`
	Result  process.Result `json:"result"`
	Says    string         `json:"says"`
	Rivals  string         `json:"rivals,omitempty"`
	Counts  bool           `json:"counts"`
	Late    bool           `json:"late,omitempty"`
	Caution string         `json:"caution,omitempty"`
}

func (e *env) caseTests() *cobra.Command {
	return e.inCase("tests CASE", "The hypotheses of a case, their tests, and how they stand",
		"  throughline case tests case-armenia\n  throughline case tests armenia --json", []string{"square"},
		func(ctx context.Context, s *store.Store, slug string, c cases.Case, _ string) (any, func(io.Writer), string, error) {
			all, err := store.All[cases.Hypothesis](ctx, s, slug, store.Filter{Case: c.ID})
			if err != nil {
				return nil, nil, "", err
			}
			told := []hypothesisTold{}
			var every []process.Test
			for _, it := range all {
				h := it.Object
				sum, tests, err := h.Judged()
				if err != nil {
					return nil, nil, "", fault.Wrap(fault.Invalid, err, "The tests of %s cannot be judged: %s.", h.ID, err)
				}
				every = append(every, tests...)
				x := hypothesisTold{ID: h.ID, Title: h.Title, Rivals: h.Rivals, Verdict: sum.Words, Tests: []testTold{}}
				for _, r := range sum.Readings {
					x.Tests = append(x.Tests, testTold{r.Test.ID, r.Test.Trace, r.Kind, r.Test.Result, r.Words, r.Rivals, r.Counts, r.Late, r.Caution})
				}
				var rivals []cases.Hypothesis
				for _, o := range all {
					if slices.Contains(h.Rivals, o.Object.ID) {
						rivals = append(rivals, o.Object)
					}
				}
				w, why := h.Weighed(rivals)
				if x.Weighed = why; why == "" {
					x.Weights = &w
				}
				told = append(told, x)
			}
			svg := ""
			if len(every) > 0 {
				svg = course.Square(every, "Tests: "+c.Name)
			}
			return told, func(w io.Writer) {
				if len(told) == 0 {
					fmt.Fprintf(w, "%s has no hypotheses yet.\n", c.ID)
				}
				for _, h := range told {
					fmt.Fprintf(w, "%s: %s\n", h.Title, h.Verdict)
					for _, t := range h.Tests {
						fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", t.ID, t.Kind, t.Says, t.Caution)
					}
					if h.Weights != nil {
						for _, p := range h.Weights.Posteriors {
							fmt.Fprintf(w, "  probability of %s: %.3f (%.3f to %.3f), prior %.2f\n", p.Hypothesis, p.Best, p.Low, p.High, p.Prior)
						}
					}
				}
			}, svg, nil
		})
}

type coalitionTold struct {
	coalitions.Report
	Diversity    []diversityTold         `json:"diversity"`
	Decapitation coalitions.Decapitation `json:"decapitation"`
	Outside      *coalitions.Summary     `json:"outside,omitempty"` // what may leave
}

type diversityTold struct {
	Attribute string             `json:"attribute"`
	Shares    map[string]float64 `json:"shares"`
	Known     int                `json:"known"`
	Unknown   int                `json:"unknown"`
	Effective float64            `json:"effective"`
	Typical   float64            `json:"typical"`
	Blau      float64            `json:"blau"`
	IQV       float64            `json:"iqv"`
	Unbiased  *float64           `json:"unbiased"`
	Shannon   float64            `json:"shannon"`
	Evenness  float64            `json:"evenness"`
}

func (e *env) caseCoalition() *cobra.Command {
	var named bool
	c := e.inCase("coalition CASE", "The shape of a case's coalition: measures with their intervals",
		"  throughline case coalition case-armenia --svg network.svg\n  throughline case coalition armenia --picture decapitation --svg curve.svg --json", []string{"network", "decapitation", "measures", "shares"},
		func(ctx context.Context, s *store.Store, slug string, c cases.Case, picture string) (any, func(io.Writer), string, error) {
			as, err := store.All[cases.Actor](ctx, s, slug, store.Filter{Case: c.ID})
			if err != nil {
				return nil, nil, "", err
			}
			ts, err := store.All[cases.Tie](ctx, s, slug, store.Filter{Case: c.ID})
			if err != nil {
				return nil, nil, "", err
			}
			frame, err := frameOf(ctx, s, slug)
			if err != nil {
				return nil, nil, "", err
			}
			n := cases.Coalition(store.Objects(as), store.Objects(ts))
			if len(n.Actors) == 0 {
				return nil, nil, "", fault.New(fault.Invalid, "%s has no actors in a coalition yet.", c.ID)
			}
			outside, err := n.Aggregate(frame.SmallestCell(), 1)
			if err != nil {
				return nil, nil, "", fault.Wrap(fault.Invalid, err, "The coalition of %s cannot be measured: %s.", c.ID, err)
			}
			whole := n
			if !named { // what is printed or drawn may leave: nobody is named
				n = n.Pseudonymise(frame.SmallestCell(), binary.LittleEndian.Uint64(random(8)))
				if picture != "network" && picture != "decapitation" {
					return nil, nil, "", fault.New(fault.Usage, "The picture %q shows small groups; it is for the team alone: add --with-names.", picture)
				}
			}
			r, err := whole.Measure(1)
			if err != nil {
				return nil, nil, "", fault.Wrap(fault.Invalid, err, "The coalition of %s cannot be measured: %s.", c.ID, err)
			}
			if !named { // and only what no small group can be worked out of
				r.Measures = outside.Measures
			}
			t := coalitionTold{Report: r, Decapitation: n.Decapitation(), Outside: &outside}
			var ds []coalitions.Diversity
			for _, a := range []string{"sector", "gender", "age", "class"} {
				d := whole.Diversity(a)
				ds = append(ds, d)
				if !named {
					continue
				}
				x := diversityTold{d.Attribute, d.Shares, d.Known, d.Unknown, d.Effective, d.Typical, d.Blau, d.IQV, nil, d.Shannon, d.Evenness}
				if !math.IsNaN(d.Unbiased) {
					x.Unbiased = &d.Unbiased
				}
				t.Diversity = append(t.Diversity, x)
			}
			var svg string
			switch picture {
			case "network":
				svg = coalition.Network(n, named, 760, "Coalition: "+c.Name)
			case "decapitation":
				svg = coalition.Decapitation(t.Decapitation, "What remains when the top actors leave: "+c.Name)
			case "measures":
				svg = coalition.Whiskers(r.Measures, "Measures of the coalition: "+c.Name)
			case "shares":
				svg = coalition.Shares(ds, "Who is in the coalition: "+c.Name)
			}
			return t, func(w io.Writer) {
				fmt.Fprintf(w, "%d actor(s), %d tie(s); intervals: %s.\n", r.Actors, r.Ties, r.How)
				fmt.Fprintln(w, "measure\tvalue\tleast\tmost\t")
				for _, m := range r.Measures {
					if m.Undefined != "" {
						fmt.Fprintf(w, "%s\tnone\t\t\t%s\n", m.Name, m.Undefined)
						continue
					}
					fmt.Fprintf(w, "%s\t%.3f\t%.3f\t%.3f\t%s\n", m.Name, m.Value, m.Low, m.High, m.Words)
				}
				fmt.Fprint(w, "still connected after 0, 1, 2, … have left")
				for _, x := range t.Decapitation.Remain {
					fmt.Fprintf(w, "\t%.0f%%", x*100)
				}
				fmt.Fprintln(w)
			}, svg, nil
		})
	c.Flags().BoolVar(&named, "with-names", false, "name the actors: for the team alone")
	return c
}

// frameOf gives the frame of a study.
func frameOf(ctx context.Context, s *store.Store, slug string) (study.Study, error) {
	it, err := store.Get[study.Study](ctx, s, slug, "study")
	return it.Object, err
}
