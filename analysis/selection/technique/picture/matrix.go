package picture

import (
	"fmt"
	"math"

	"throughline/analysis/selection/technique"
)

// MostSystems is how many cases a matrix of pairs can show so that it can be read.
const MostSystems = 60

// Matrix draws each pair of systems as a square with the number of clusters in which it reaches a level, the darker the more
// of them: for pairs with the same outcome how different they are (MDSO), for those with different outcomes how similar
// (MSDO), parted by thick lines. Frames stand around the pairs that reach the level in most clusters of their zone. Cases with outcome 1
// come first. It is an error when there are more than MostSystems cases, or the step is below 0, and where the systems cannot
// be compared.
func Matrix(s technique.Systems, step int) (string, error) {
	if step < 0 {
		return "", fmt.Errorf("the step of the level is %d; give 0 or more", step)
	}
	found, err := s.Compare(math.MaxInt)
	if err != nil {
		return "", err
	}
	type square struct {
		reached int
		best    bool
	}
	squares := map[[2]string]square{}
	ones := map[string]bool{}
	for _, z := range found.Zones {
		l := z.Levels[min(step, len(z.Levels)-1)]
		for _, p := range z.Pairs {
			q := square{reached: p.Reached[l.Step]}
			q.best = q.reached == l.Clusters && q.reached > 0
			squares[[2]string{p.A, p.B}], squares[[2]string{p.B, p.A}] = q, q
			ones[p.A], ones[p.B] = z.Outcomes[0] == 1, z.Outcomes[1] == 1
		}
	}
	var cases []string
	first := 0 // with outcome 1
	for _, outcome := range []bool{true, false} {
		for _, id := range s.Cases {
			if one, used := ones[id]; used && one == outcome {
				cases = append(cases, id)
			}
		}
		if outcome {
			first = len(cases)
		}
	}
	if len(cases) > MostSystems {
		return "", fmt.Errorf("there are %d cases, and a matrix of pairs shows at most %d: choose some", len(cases), MostSystems)
	}
	const size = 22.0
	var c canvas
	names := make([]string, len(cases))
	wide := 0.0
	for i, id := range cases {
		names[i] = isolate(id)
		wide = max(wide, width(names[i], small))
	}
	left, top := 10+wide+6, 10+wide+6
	place := func(i int) float64 { return float64(i) * size }
	for i := range cases {
		c.text(left-6, top+place(i)+size/2+4, names[i], style{size: small, anchor: "end"})
		c.text(left+place(i)+size/2+4, top-6, names[i], style{size: small, turned: true})
		for j := range cases {
			if i == j {
				c.line(left+place(j), top+place(i), left+place(j)+size, top+place(i)+size, `stroke="#bbb"`)
				continue
			}
			q := squares[[2]string{cases[i], cases[j]}]
			share := float64(q.reached) / float64(len(s.Clusters))
			grey := 255 - int(185*share)
			c.rect(left+place(j), top+place(i), size, size, fmt.Sprintf(`fill="#%02x%02[1]x%02[1]x" stroke="#bbb" stroke-width="0.5"`, grey))
			ink := "#000"
			if share > 0.6 {
				ink = "#fff"
			}
			c.text(left+place(j)+size/2, top+place(i)+size/2+4, fmt.Sprint(q.reached), style{size: small, anchor: "middle", fill: ink})
		}
	}
	for i := range cases {
		for j := range cases {
			if i != j && squares[[2]string{cases[i], cases[j]}].best {
				c.rect(left+place(j)+1.5, top+place(i)+1.5, size-3, size-3, `fill="none" stroke="#000" stroke-width="2.2"`)
				c.rect(left+place(j)+3, top+place(i)+3, size-6, size-6, `fill="none" stroke="#fff" stroke-width="0.8"`)
			}
		}
	}
	end := place(len(cases))
	c.rect(left, top, end, end, `fill="none" stroke="#000" stroke-width="1"`)
	if first > 0 && first < len(cases) {
		c.line(left+place(first), top-4, left+place(first), top+end, `stroke="#000" stroke-width="2.4"`)
		c.line(left-4, top+place(first), left+end, top+place(first), `stroke="#000" stroke-width="2.4"`)
	}
	note := fmt.Sprintf("Clusters, of %d, that reach level h%d. Within %s 1 and within 0: how different; across: how similar. Framed: the most of each part.", len(s.Clusters), step, s.Outcome.Name)
	for i, l := range wrap(note, small, max(left+end, 440)-20) {
		c.text(10, top+end+20+float64(i)*small*lead, l, style{size: small})
	}
	description := note
	for _, z := range found.Zones {
		l := z.Levels[min(step, len(z.Levels)-1)]
		description += fmt.Sprintf(" %s, outcomes %d and %d: %d clusters by", z.Design, z.Outcomes[0], z.Outcomes[1], l.Clusters)
		for i, p := range l.Pairs[:min(len(l.Pairs), 20)] {
			if i > 0 {
				description += ","
			}
			description += " " + isolate(p[0]) + " and " + isolate(p[1])
		}
		if more := len(l.Pairs) - 20; more > 0 {
			description += fmt.Sprintf(" and %d more", more)
		}
		if len(l.Pairs) == 0 {
			description += " no pair"
		}
		description += "."
	}
	return c.done("Most similar and most different systems", description), nil
}
