package web

import (
	"encoding/json"
	"fmt"
	"strings"

	"throughline/internal/store"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// changedView is in what a result differs from the one before.
type changedView struct {
	Since string // "the result that lead had computed until 3 March 2026"
	Lines []string
}

// mostLooked is how many entries of the journal are looked through for an earlier result.
const mostLooked = 40

// changed finds the result before the one that stands, and tells in what they differ; nil when there is none, or nothing
// differs.
func (v *visit) changed(a synthesis.Analysis, names caseNames, letters map[string]string, letter []string) (*changedView, error) {
	if a.Result == nil {
		return nil, nil
	}
	entries, err := v.store().Journal(v.Ctx, v.Study, store.JournalFilter{ID: a.ID, Most: mostLooked})
	if err != nil {
		return nil, err
	}
	stands, err := json.Marshal(a.Result)
	if err != nil {
		return nil, fmt.Errorf("encode result: %w", err)
	}
	for _, e := range entries {
		var was synthesis.Analysis
		if json.Unmarshal([]byte(e.Was), &was) != nil || was.Result == nil {
			continue
		}
		if old, err := json.Marshal(was.Result); err != nil || string(old) == string(stands) {
			continue
		}
		out := &changedView{Since: fmt.Sprintf("the result that stood until %s", day(e.At))}
		for _, c := range a.Changes(was) {
			if l := changeWords(c, names, letters, letter); l != "" {
				out.Lines = append(out.Lines, l)
			}
		}
		if len(out.Lines) == 0 {
			return nil, nil
		}
		return out, nil
	}
	return nil, nil
}

// changeWords says a change in words; nothing when it is about a case that the member may not see.
func changeWords(c synthesis.Change, names caseNames, letters map[string]string, letter []string) string {
	combination := func(configuration string) string {
		return formulaWords(configurationFormula(configuration, letter), letters)
	}
	name := names[thread.ID(c.Case)]
	switch {
	case c.What == "row" && c.Gone:
		return fmt.Sprintf("No case shows the combination of %s any more.", combination(c.Configuration))
	case c.What == "row":
		return fmt.Sprintf("The combination of %s is seen now; it %s.", combination(c.Configuration), outputSays(c.Is))
	case c.What == "output":
		return fmt.Sprintf("The combination of %s now %s; before, it %s.", combination(c.Configuration), outputSays(c.Is), outputSays(c.Was))
	case c.What == "case" && name == "":
		return ""
	case c.What == "case" && c.Gone:
		return fmt.Sprintf("%s is in no combination any more.", name)
	case c.What == "case" && c.Was == "":
		return fmt.Sprintf("%s is new, in the combination of %s.", name, combination(c.Is))
	case c.What == "case":
		return fmt.Sprintf("%s has moved to the combination of %s.", name, combination(c.Is))
	case c.What == "model" && c.Gone:
		return fmt.Sprintf("The %s solution %s stands no more.", c.Kind, c.Formula)
	case c.What == "model":
		return fmt.Sprintf("New %s solution: %s.", c.Kind, c.Formula)
	}
	return fmt.Sprintf("The %s solution %s stays, with %s; before, %s.", c.Kind, c.Formula, c.Is, c.Was)
}

func outputSays(o string) string {
	switch o {
	case "1":
		return "goes with the outcome"
	case "0":
		return "does not go with the outcome"
	case "C":
		return "is contradictory"
	}
	return "has too few cases to say"
}

// configurationFormula writes a configuration, a digit for each condition, as a term.
func configurationFormula(configuration string, letter []string) string {
	var parts []string
	for i, r := range configuration {
		if i >= len(letter) {
			break
		}
		switch r {
		case '1':
			parts = append(parts, letter[i])
		case '0':
			parts = append(parts, "~"+letter[i])
		default:
			parts = append(parts, fmt.Sprintf("%s{%c}", letter[i], r))
		}
	}
	return strings.Join(parts, "*")
}
