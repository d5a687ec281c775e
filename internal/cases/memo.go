package cases

import (
	"fmt"
	"slices"
	"strings"

	"throughline/internal/thread"
)

// Account is what a selection answers for: the rules, what they led to, and who signed it.
type Account struct {
	Method     string      `json:"method"`
	Rules      []string    `json:"rules"`
	Candidates int         `json:"candidates"`
	Choosable  int         `json:"choosable"`
	Chosen     []Candidate `json:"chosen"`
	Proven     bool        `json:"proven"`
	Levels     []Level     `json:"levels"`
	Alternates []Alternate `json:"alternates"`
	Barred     []Candidate `json:"barred"`  // cannot be studied
	Changed    bool        `json:"changed"` // the universe or the rules are not those that the choice was made from
	Inputs     string      `json:"inputs"`  // fingerprint of what the choice was made from
	Memo       string      `json:"memo"`
	SignedBy   string      `json:"signed_by"`
	SignedOn   string      `json:"signed_on"`

	names map[thread.ID]string
}

// Account gives the account of a selection over the universe as it stands.
func (s Selection) Account(universe []Candidate, facts []Fact) (Account, error) {
	a := Account{Method: s.Method, Candidates: len(universe), Proven: s.Proven, Levels: s.Levels, Alternates: s.Alternates, Inputs: s.Inputs, Memo: s.Memo, SignedBy: s.SignedBy, SignedOn: s.SignedOn, names: map[thread.ID]string{}}
	print, err := Fingerprint(s.Question(universe, facts))
	if err != nil {
		return a, err
	}
	a.Changed = s.Inputs != "" && s.Inputs != print
	a.Rules = s.Rules()
	for _, c := range universe {
		a.names[c.ID] = c.Label()
		switch {
		case slices.Contains(s.Chosen, c.ID):
			a.Chosen = append(a.Chosen, c)
		case !c.Feasible:
			a.Barred = append(a.Barred, c)
		}
		if c.Feasible {
			a.Choosable++
		}
	}
	return a, nil
}

// Rules are the limits and the distances of a selection, in words.
func (s Selection) Rules() []string {
	out := []string{fmt.Sprintf("cases to choose: %d", s.K)}
	if s.MinSuccess > 0 {
		out = append(out, fmt.Sprintf("at least %d succeeded", s.MinSuccess))
	}
	if s.MinFailure > 0 {
		words := "failed"
		if s.Partial == "failure" {
			words = "failed or only partly succeeded"
		}
		out = append(out, fmt.Sprintf("at least %d %s", s.MinFailure, words))
	}
	if s.MaxPerCountry > 0 {
		out = append(out, fmt.Sprintf("at most %d of one country", s.MaxPerCountry))
	}
	for _, u := range s.Quotas {
		switch {
		case u.High == 0:
			out = append(out, fmt.Sprintf("at least %d: %s", u.Low, u.Name))
		case u.Low == 0:
			out = append(out, fmt.Sprintf("at most %d: %s", u.High, u.Name))
		default:
			out = append(out, fmt.Sprintf("%d to %d: %s", u.Low, u.High, u.Name))
		}
	}
	if n := len(s.In); n > 0 {
		out = append(out, fmt.Sprintf("%d fixed in advance", n))
	}
	if n := len(s.Out); n > 0 {
		out = append(out, fmt.Sprintf("%d set aside in advance", n))
	}
	return out
}

// Markdown is the memo as a text to print and sign.
func (a Account) Markdown() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Selection of cases\n")
	line("%d candidates, of which %d can be studied.\n", a.Candidates, a.Choosable)
	line("Method: %s.\n", a.Method)
	line("## Rules\n")
	for _, r := range a.Rules {
		line("- %s", r)
	}
	line("\n## The choice\n")
	if len(a.Chosen) == 0 {
		line("No cases have been chosen yet.")
		return b.String()
	}
	line("| case | region | regime type the year before | outcome | if access fails | that loses |")
	line("| --- | --- | --- | --- | --- | --- |")
	cell := func(s string) string { return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s) }
	for _, c := range a.Chosen {
		instead, cost := "nobody fits", ""
		for _, x := range a.Alternates {
			if x.For == c.ID {
				instead, cost = a.names[x.Instead], x.Cost
			}
		}
		line("| %s | %s | %s | %s | %s | %s |", cell(c.Label()), cell(c.Region), c.RegimeBefore, c.Outcome, cell(instead), cell(cost))
	}
	if a.Proven {
		line("\nNo other choice is better under the same rules: proven by exhaustive search.")
	} else {
		line("\nIt is not proven that no other choice is better.")
	}
	if len(a.Levels) > 0 {
		line("\n| level | reached | no choice passes | |")
		line("| --- | --- | --- | --- |")
		for _, l := range a.Levels {
			proof := "proven"
			if !l.Proven {
				proof = "not proven"
			}
			line("| %s | %.6g | %.6g | %s |", l.Name, l.Value, l.Bound, proof)
		}
	}
	if a.Changed {
		line("\n**The candidates or the rules changed since this choice was made.**")
	}
	if len(a.Barred) > 0 {
		line("\n## Candidates that cannot be studied\n")
		for _, c := range a.Barred {
			line("- %s: %s", c.Label(), c.Access)
		}
	}
	line("\n## Why these cases\n")
	if a.Memo == "" {
		line("Not written yet.")
	} else {
		line("%s", a.Memo)
	}
	if a.SignedBy != "" {
		line("\nSigned by %s%s.", a.SignedBy, map[bool]string{true: " on " + a.SignedOn}[a.SignedOn != ""])
	} else {
		line("\nNot signed.")
	}
	line("\nFingerprint of what the choice was made from: %s", a.Inputs)
	return b.String()
}
