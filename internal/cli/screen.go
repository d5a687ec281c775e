package cli

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/screening"
	"throughline/internal/fault"
)

// screen are the commands of prioritised screening.
func (e *env) screen() *cobra.Command {
	c := &cobra.Command{Use: "screen", Short: "Screen records in the order of their likely relevance",
		Long: "Screen records in the order of their likely relevance, learning after each decision.\n\n" + exitHelp, Args: onlyNamed, RunE: showHelp}
	c.AddCommand(e.screenSimulate())
	return c
}

// largest labelled file that is read, unpacked.
const maxLabelledFile = 1 << 30

func (e *env) screenSimulate() *cobra.Command {
	var label, in, out, cold, model string
	var seed uint64
	var live bool
	c := command("simulate LABELLED.csv", "Screen a finished review again and measure how early its relevant records come",
		"  throughline screen simulate labelled.csv --label included --prior-in 21 --prior-out 1697\n"+
			"  throughline screen simulate labelled.csv.gz --cold @question.txt --json\n"+
			"  throughline screen simulate labelled.csv --seed 3 --stop", 1,
		func(ctx context.Context, c *cobra.Command, args []string) error {
			s := screening.Simulation{Options: screening.Options{Seed: seed}, Progress: e.progress("read")}
			features := screening.Stems
			switch model {
			case "throughline":
			case "elas-u4":
				features, s.Ratio, s.Tolerance = screening.Words, 9.8, 1e-4
			default:
				return fault.New(fault.Usage, "--model is %q; expected throughline or elas-u4.", model)
			}
			var err error
			if s.Query, err = textOrFile("--cold", cold); err != nil {
				return err
			}
			l, err := readLabelled(args[0], label)
			if err != nil {
				return err
			}
			if s.Included, err = l.priors("--prior-in", in, true); err != nil {
				return err
			}
			if s.Excluded, err = l.priors("--prior-out", out, false); err != nil {
				return err
			}
			if in == "" && out == "" && s.Query == "" {
				s.Included, s.Excluded = l.draw(seed)
			}
			corpus, err := screening.NewCorpus(l.texts, features)
			if err != nil {
				return fault.New(fault.Invalid, "%s: %s", args[0], sentence(err))
			}
			run, err := screening.Simulate(ctx, corpus, l.labels, s)
			if errors.Is(err, context.Canceled) {
				return err
			}
			if err != nil {
				return fault.New(fault.Invalid, "%s: %s", args[0], sentence(err))
			}
			return e.printRun(l, corpus, s, run, live)
		})
	f := c.Flags()
	f.StringVar(&label, "label", "included", "column of the labels, 1 for relevant and 0 for not")
	f.StringVar(&in, "prior-in", "", "ids of relevant records that are known at the start, with commas between")
	f.StringVar(&out, "prior-out", "", "ids of irrelevant records that are known at the start, with commas between")
	f.StringVar(&cold, "cold", "", "start from the study's question, definitions and criteria: a text, or @FILE")
	f.StringVar(&model, "model", "throughline", "throughline, or elas-u4 for the settings of ASReview's default model")
	f.Uint64Var(&seed, "seed", 1, "of all chance: without priors and without --cold, one relevant and one irrelevant prior are drawn by it")
	f.BoolVar(&live, "stop", false, "also show the estimate of recall after each hundredth of the records")
	c.Long = c.Short + ".\n\nLABELLED.csv (also packed with gzip) has the columns title and abstract, a column of labels, and where there are any id and language.\n" +
		"Without a column id, records are named by their number from 1. Priors are left out of the order and of every figure.\n\n" + exitHelp
	return c
}

// textOrFile gives the value of a flag, or the file that it names after an @.
func textOrFile(flag, value string) (string, error) {
	name, isFile := strings.CutPrefix(value, "@")
	if !isFile {
		return value, nil
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return "", fault.New(fault.Usage, "%s names the file %s, which cannot be read.", flag, name)
	}
	if strings.TrimSpace(string(b)) == "" {
		return "", fault.New(fault.Usage, "%s names the file %s, which is empty.", flag, name)
	}
	return string(b), nil
}

// labelled is a finished review: texts and labels by record.
type labelled struct {
	path   string
	texts  []screening.Text
	labels []bool
	at     map[string]int
}

func readLabelled(path, label string) (*labelled, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	defer f.Close()
	b := bufio.NewReader(f)
	var in io.Reader = b
	if head, _ := b.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fault.New(fault.Invalid, "%s begins like a file packed with gzip, but is damaged.", path)
		}
		in = z
	}
	return parseLabelled(&io.LimitedReader{R: in, N: maxLabelledFile}, path, label)
}

// parseLabelled reads a labelled table; path is what messages call it. All that is wrong is told in one go.
func parseLabelled(in io.Reader, path, label string) (*labelled, error) {
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s:1: is not a table in CSV: the first line names the columns.", path)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff") // spreadsheets write the mark of UTF-8
	for i, h := range header {
		header[i] = strings.TrimSpace(h)
	}
	find := func(name string) int { return slices.Index(header, name) }
	id, title, abstract, language, decided := find("id"), find("title"), find("abstract"), find("language"), find(label)
	if decided < 0 {
		return nil, fault.New(fault.Usage, "--label names %q, which is no column of %s; it has %s.", label, path, strings.Join(header, ", "))
	}
	if title < 0 && abstract < 0 {
		return nil, fault.New(fault.Invalid, "%s:1: has neither a column title nor a column abstract; it has %s.", path, strings.Join(header, ", "))
	}
	l := &labelled{path: path, at: map[string]int{}}
	lines := []int{}
	var wrong fault.Problems
	add := func(line int, column, format string, args ...any) {
		wrong = append(wrong, fault.Problem{File: path, Line: line, Field: column, Message: fmt.Sprintf(format, args...)})
	}
	for n, relevant := 1, 0; ; n++ {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			if len(wrong) == 0 && relevant == 0 {
				return nil, fault.New(fault.Invalid, "%s: column %s: no record is relevant, so there is nothing to find.", path, label)
			}
			if len(wrong) == 0 && relevant == len(l.labels) {
				return nil, fault.New(fault.Invalid, "%s: column %s: every record is relevant, so there is nothing to rank.", path, label)
			}
			return l, wrong.Err()
		}
		if pe := (*csv.ParseError)(nil); errors.As(err, &pe) {
			add(pe.Line, "", "cannot be read further: a quote inside a cell is written twice, and the cell stands in quotes")
			return nil, wrong
		}
		if err != nil {
			add(lastLine(lines), "", "cannot be read further: the file is damaged")
			return nil, wrong
		}
		line, _ := r.FieldPos(0)
		if len(cells) != len(header) {
			add(line, "", "has %d cells, but the header has %d columns", len(cells), len(header))
			continue
		}
		cell := func(i int) string {
			if i < 0 {
				return ""
			}
			return strings.TrimSpace(cells[i])
		}
		t := screening.Text{ID: strconv.Itoa(n), Title: cell(title), Abstract: cell(abstract), Language: cell(language)}
		if id >= 0 {
			t.ID = cell(id)
		}
		switch before, twice := l.at[t.ID]; {
		case t.ID == "":
			add(line, "id", "is empty; each record needs an id of its own")
		case twice:
			add(line, "id", "is %q, which stands in line %d already", t.ID, lines[before])
		}
		if t.Title == "" && t.Abstract == "" {
			add(line, "title", "and abstract are empty; leave the record out or give it a text")
		}
		v := cell(decided)
		if v != "0" && v != "1" {
			add(line, label, "is %q; expected 1 for relevant or 0 for not", v)
		}
		relevant += len(v) * strings.Count(v, "1")
		l.at[t.ID] = len(l.texts)
		l.texts, l.labels, lines = append(l.texts, t), append(l.labels, v == "1"), append(lines, line)
	}
}

func lastLine(lines []int) int {
	if len(lines) == 0 {
		return 1
	}
	return lines[len(lines)-1]
}

// priors finds the records that a flag names.
func (l *labelled) priors(flag, ids string, relevant bool) ([]int, error) {
	var out []int
	for id := range strings.SplitSeq(ids, ",") {
		if id = strings.TrimSpace(id); id == "" {
			continue
		}
		i, ok := l.at[id]
		switch {
		case !ok:
			return nil, fault.New(fault.Usage, "%s names %q, which is no id in %s.", flag, id, l.path)
		case l.labels[i] != relevant:
			return nil, fault.New(fault.Usage, "%s names %q, whose label in %s is %d.", flag, id, l.path, map[bool]int{true: 1, false: 0}[l.labels[i]])
		case slices.Contains(out, i):
			return nil, fault.New(fault.Usage, "%s names %q twice.", flag, id)
		}
		out = append(out, i)
	}
	return out, nil
}

// draw gives one relevant and one irrelevant record by chance.
func (l *labelled) draw(seed uint64) (in, out []int) {
	for _, i := range rand.New(rand.NewPCG(seed, 0)).Perm(len(l.labels)) {
		if l.labels[i] && in == nil {
			in = []int{i}
		} else if !l.labels[i] && out == nil {
			out = []int{i}
		}
	}
	return in, out
}

// printedRun is a simulated screening with ids.
type printedRun struct {
	PriorIn  []string `json:"prior_in"`
	PriorOut []string `json:"prior_out"`
	Cold     bool     `json:"cold"`
	screening.Metrics
	Stopping  []screening.Stop     `json:"stopping"`
	Estimates []screening.Estimate `json:"estimates,omitempty"`
	Languages map[string]int       `json:"languages"`
	Order     []string             `json:"order"`
}

func (e *env) printRun(l *labelled, corpus *screening.Corpus, s screening.Simulation, run screening.Run, live bool) error {
	ids := func(is []int) []string {
		out := make([]string, len(is))
		for k, i := range is {
			out[k] = l.texts[i].ID
		}
		return out
	}
	p := printedRun{PriorIn: ids(s.Included), PriorOut: ids(s.Excluded), Cold: s.Query != "", Metrics: run.Metrics, Stopping: run.Stops, Order: ids(run.Order), Languages: map[string]int{}}
	for i := range corpus.Len() {
		p.Languages[corpus.Language(i)]++
	}
	if live {
		p.Estimates = run.Live
	}
	return e.print(p, func(w io.Writer) {
		fmt.Fprintf(w, "%d records, %d of them relevant, without the priors\n", p.Records, p.Relevant)
		fmt.Fprintf(w, "Known at the start: relevant %s; irrelevant %s\n\n", or(strings.Join(p.PriorIn, ", "), "none"), or(strings.Join(p.PriorOut, ", "), "none"))
		fmt.Fprintf(w, "n at 95 %%\t%d\trecords read until 95 %% of the relevant are found\n", p.NAt95)
		fmt.Fprintf(w, "n at 100 %%\t%d\t\n", p.NAt100)
		for _, f := range []struct {
			name string
			x    float64
			what string
		}{{"WSS@95", p.WSS95, "work saved over reading at random, at 95 % recall"}, {"WSS@100", p.WSS100, ""}, {"RRF@5", p.RRF5, "share of the relevant in the first 5 % of the records"},
			{"RRF@10", p.RRF10, ""}, {"RRF@20", p.RRF20, ""}, {"ATD", p.ATD, "mean position of a relevant record"}, {"loss", p.Loss, "0 is perfect, chance about 0.5"}, {"nDCG", p.NDCG, ""}} {
			fmt.Fprintf(w, "%s\t%.4f\t%s\n", f.name, f.x, f.what)
		}
		fmt.Fprintf(w, "\nRule of stopping\tread\trecall\tsaved\n")
		for _, st := range p.Stopping {
			fmt.Fprintf(w, "%s\t%d\t%.3f\t%.3f\n", st.Rule, st.Read, st.Recall, st.Saved)
		}
		if live {
			fmt.Fprintf(w, "\nread\tfound\trecall\tfrom\tto\tCMH p\tstop\n")
			for _, x := range p.Estimates {
				fmt.Fprintf(w, "%d\t%d\t%.3f\t%.3f\t%.3f\t%.3f\t%v\n", x.Read, x.Found, x.Recall, x.Low, x.High, x.CMH, map[bool]string{true: "yes", false: "no"}[x.Stop])
			}
		}
		fmt.Fprintf(w, "\nFirst: %s\nThe whole order is in --json.\n", strings.Join(p.Order[:min(10, len(p.Order))], ", "))
	})
}
