package screening

import "fmt"

// Agreement tells how far two reviewers agree on the records that both decided.
type Agreement struct {
	Records    int       `json:"records"`    // decided by both
	Table      [2][2]int `json:"table"`      // [first][second], 1 for include, 0 for exclude
	Percent    float64   `json:"percent"`    // share of equal decisions, 0 to 1
	Kappa      float64   `json:"kappa"`      // Cohen 1960; 0 when Defined is false
	Defined    bool      `json:"defined"`    // false when both gave all records the same single answer, where kappa is 0/0
	PABAK      float64   `json:"pabak"`      // 2 Percent - 1: prevalence- and bias-adjusted kappa
	Bias       float64   `json:"bias"`       // (b - c)/n: the first includes more often when positive
	Prevalence float64   `json:"prevalence"` // (a - d)/n: near -1 when nearly everything is excluded, which is when kappa misleads
}

// Agree compares two reviewers' decisions, true for include; decisions are paired by place.
//
// Kappa by Cohen 1960 (Educational and Psychological Measurement 20:37-46); PABAK, bias and prevalence index by Byrt, Bishop and
// Carlin 1993 (Journal of Clinical Epidemiology 46:423-429). With a, b, c, d the counts of yes-yes, yes-no, no-yes, no-no:
//
//	p_o = (a+d)/n    p_e = ((a+b)(a+c) + (c+d)(b+d))/n²    kappa = (p_o - p_e)/(1 - p_e)
//	PABAK = 2 p_o - 1    kappa = (PABAK - PI² + BI²)/(1 - PI² + BI²)
func Agree(first, second []bool) (Agreement, error) {
	var g Agreement
	if len(first) != len(second) {
		return g, fmt.Errorf("the first reviewer has %d decisions, the second %d: pair them", len(first), len(second))
	}
	if g.Records = len(first); g.Records == 0 {
		return g, fmt.Errorf("there is no record that both reviewers decided")
	}
	for i := range first {
		g.Table[bit(first[i])][bit(second[i])]++
	}
	a, b, c, d := float64(g.Table[1][1]), float64(g.Table[1][0]), float64(g.Table[0][1]), float64(g.Table[0][0])
	n := a + b + c + d
	g.Percent = (a + d) / n
	g.PABAK = 2*g.Percent - 1
	g.Bias, g.Prevalence = (b-c)/n, (a-d)/n
	chance := ((a+b)*(a+c) + (c+d)*(b+d)) / (n * n)
	if g.Defined = chance < 1; g.Defined {
		g.Kappa = (g.Percent - chance) / (1 - chance)
	}
	return g, nil
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
