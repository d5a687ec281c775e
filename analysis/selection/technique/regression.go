package technique

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/mat"
)

// Coefficient of a linear model.
type Coefficient struct {
	// Name of the variable; empty for the constant.
	Name     string  `json:"name"`
	Estimate float64 `json:"estimate"`
	// Error is the standard error.
	Error float64 `json:"standardError"`
}

// Diagnostic is what the model says of a case. All is as in R's lm and
// influence.measures (Belsley, Kuh and Welsch 1980). NaN, and null in JSON, is
// what is not defined: for a case of leverage 1, and for all when the model
// fits perfectly.
type Diagnostic struct {
	Case      string  `json:"case"`
	Outcome   float64 `json:"outcome"`
	Condition float64 `json:"condition"`
	// Fitted is what the model expects, Residual what was found less that, both
	// in units of the outcome.
	Fitted   float64 `json:"fitted"`
	Residual float64 `json:"residual"`
	// Standardised is the residual over its standard error, e / (s sqrt(1-h))
	// (internally studentised). Studentised has s from the other cases
	// (externally studentised); it is infinite when they fit perfectly.
	Standardised float64 `json:"standardised"`
	Studentised  float64 `json:"studentised"`
	// Leverage is the hat value h, from 1/n to 1.
	Leverage float64 `json:"leverage"`
	// Cook is Cook's D, e^2 h / (p s^2 (1-h)^2), with p coefficients.
	Cook float64 `json:"cook"`
	// DFBeta is how much the coefficient of the condition changes with the
	// case: with it, less without it. DFBetas is that over its standard error
	// with s from the other cases.
	DFBeta  float64 `json:"dfbeta"`
	DFBetas float64 `json:"dfbetas"`
	// Reduced is the residual of the model without the condition: with the
	// controls alone, or with the mean of the outcome when there are none.
	Reduced float64 `json:"reducedResidual"`
}

// MarshalJSON writes null for what is not a number or infinite.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	type plain Diagnostic // without this method
	return json.Marshal(struct {
		plain
		Standardised *float64 `json:"standardised"`
		Studentised  *float64 `json:"studentised"`
		Cook         *float64 `json:"cook"`
		DFBeta       *float64 `json:"dfbeta"`
		DFBetas      *float64 `json:"dfbetas"`
	}{plain(d), finite(d.Standardised), finite(d.Studentised), finite(d.Cook), finite(d.DFBeta), finite(d.DFBetas)})
}

// Fit is a linear model of the outcome by least squares.
type Fit struct {
	Outcome   string   `json:"outcome"`
	Condition string   `json:"condition"`
	Controls  []string `json:"controls"`
	// Coefficients are those of the constant, the condition and the controls.
	Coefficients []Coefficient `json:"coefficients"`
	// Sigma is the standard error of the residuals, in units of the outcome,
	// with DF degrees of freedom; RSquared the share of the variance explained.
	Sigma    float64 `json:"sigma"`
	DF       int     `json:"df"`
	RSquared float64 `json:"rSquared"`
	// Perfect says that all cases lie on the model, so that residuals say nothing.
	Perfect bool `json:"perfect"`
	// Cases in the order of the table, those that have all values.
	Cases   []Diagnostic `json:"cases"`
	LeftOut []LeftOut    `json:"leftOut"`
	// Notes say what a reader should know of the model.
	Notes []string `json:"notes"`
}

// collinear is the smallest singular value, as a share of the largest, at which
// standardised variables still count as different from each other.
const collinear = 1e-7

// perfect is the largest residual, as a share of the largest distance of the
// outcome from its mean, that is nothing but rounding.
const perfect = 1e-11

// Fit regresses the outcome on the condition and the controls, with a constant,
// over the cases that have all values. The variables are centred and scaled,
// and the least squares found from their singular values.
//
// It is an error, which names the variables, when one does not vary or some
// repeat each other, and when there are fewer cases than two more than
// coefficients: nothing would be left to be deviant from.
func (t Table) Fit() (Fit, error) {
	if t.Outcome.Name == "" || t.Condition.Name == "" {
		return Fit{}, errors.New("a model needs an outcome and a condition")
	}
	variables := append([]Variable{t.Outcome, t.Condition}, t.Controls...)
	if err := check(t.Cases, variables); err != nil {
		return Fit{}, err
	}
	rows, left := complete(t.Cases, variables)
	f := Fit{Outcome: t.Outcome.Name, Condition: t.Condition.Name, Controls: []string{}, LeftOut: left, Notes: []string{}}
	for _, z := range t.Controls {
		f.Controls = append(f.Controls, z.Name)
	}
	p := len(variables) // coefficients, with the constant in place of the outcome
	if len(rows) < p+2 {
		return f, fmt.Errorf("%d cases have a value of every variable, and a model of %d variables needs at least %d: leave out controls, or fill in what is missing (%s)", len(rows), p-1, p+2, told(left))
	}
	if err := varied(variables, rows); err != nil {
		return f, err
	}
	y := t.Outcome.at(rows)
	full, err := regress(y, variables[1:], rows)
	if err != nil {
		return f, err
	}
	reduced := model{residual: make([]float64, len(rows))}
	if mean, _ := moments(y); len(t.Controls) == 0 {
		for i := range y {
			reduced.residual[i] = y[i] - mean
		}
	} else if reduced, err = regress(y, t.Controls, rows); err != nil {
		return f, err
	}
	f.DF, f.Perfect = len(rows)-p, full.perfect
	f.Sigma, f.RSquared = math.Sqrt(full.sse/float64(f.DF)), 1-full.sse/full.sst
	for j := range full.estimate {
		name := ""
		if j > 0 {
			name = variables[j].Name
		}
		f.Coefficients = append(f.Coefficients, Coefficient{name, full.estimate[j], f.Sigma * math.Sqrt(full.variance[j])})
	}
	x := t.Condition.at(rows)
	for i, r := range rows {
		d := full.diagnostic(i, p, f.DF)
		d.Case, d.Outcome, d.Condition, d.Fitted, d.Reduced = t.Cases[r], y[i], x[i], y[i]-full.residual[i], reduced.residual[i]
		f.Cases = append(f.Cases, d)
		if whole(d.Leverage) {
			f.Notes = append(f.Notes, fmt.Sprintf("%s has leverage 1: it alone decides a coefficient, and its residual says nothing", d.Case))
		}
	}
	if f.Perfect {
		f.Notes = append(f.Notes, "the model fits every case perfectly")
	}
	return f, nil
}

// told lists cases that are left out, for a message.
func told(left []LeftOut) string {
	if len(left) == 0 {
		return "nothing is"
	}
	var out []string
	for i, l := range left {
		if i == 5 {
			out = append(out, fmt.Sprintf("and %d more cases", len(left)-i))
			break
		}
		out = append(out, l.Case+" lacks "+strings.Join(l.Missing, ", "))
	}
	return strings.Join(out, "; ")
}

// model is a regression with all that diagnostics are made of.
type model struct {
	estimate, variance []float64 // by coefficient, the constant first; the variance without that of the residuals
	residual, leverage []float64 // by case
	first              []float64 // by case: the row of (X'X)^-1 X' of the first variable
	sse, sst           float64   // sums of squares of the residuals, and of the outcome around its mean
	perfect            bool      // all residuals are rounding
}

// regress finds the least squares with a constant. The variables vary.
func regress(y []float64, variables []Variable, rows []int) (model, error) {
	n, k := len(rows), len(variables)
	design := mat.NewDense(n, k, nil)
	mean, sd := make([]float64, k), make([]float64, k)
	for j, v := range variables {
		x := v.at(rows)
		mean[j], sd[j] = moments(x)
		for i := range x {
			design.Set(i, j, (x[i]-mean[j])/sd[j])
		}
	}
	var svd mat.SVD
	if !svd.Factorize(design, mat.SVDThin) {
		return model{}, errors.New("the model cannot be worked out: the values are too far apart in size")
	}
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	s := svd.Values(nil)
	if s[k-1] < collinear*s[0] {
		var repeat []string // those that take part in what vanishes
		for j := range variables {
			if math.Abs(v.At(j, k-1)) > 1e-6 {
				repeat = append(repeat, variables[j].Name)
			}
		}
		return model{}, fmt.Errorf("variables %s repeat each other: each follows from the others, so that their effects cannot be told apart; leave one out", strings.Join(repeat, ", "))
	}
	m := model{estimate: make([]float64, k+1), variance: make([]float64, k+1), residual: make([]float64, n), leverage: make([]float64, n), first: make([]float64, n)}
	centre, _ := moments(y)
	along := make([]float64, k) // the outcome along each singular vector
	spread := 0.0
	for i := range y {
		d := y[i] - centre
		spread = max(spread, math.Abs(d))
		m.sst += d * d
		for c := range k {
			along[c] += u.At(i, c) * d
		}
	}
	m.estimate[0], m.variance[0] = centre, 1/float64(n)
	shift := make([]float64, k) // of the mean along each right singular vector
	for j := range k {
		for c := range k {
			w := v.At(j, c) / (s[c] * sd[j])
			m.estimate[j+1] += w * along[c]
			m.variance[j+1] += w * w
			shift[c] += w * mean[j]
		}
		m.estimate[0] -= m.estimate[j+1] * mean[j]
	}
	for c := range k {
		m.variance[0] += shift[c] * shift[c]
	}
	largest := 0.0
	for i := range y {
		m.residual[i], m.leverage[i] = y[i]-centre, 1/float64(n)
		for c := range k {
			m.residual[i] -= u.At(i, c) * along[c]
			m.leverage[i] += u.At(i, c) * u.At(i, c)
			m.first[i] += v.At(0, c) / (s[c] * sd[0]) * u.At(i, c)
		}
		largest = max(largest, math.Abs(m.residual[i]))
		m.sse += m.residual[i] * m.residual[i]
	}
	if largest <= perfect*spread {
		m.perfect, m.sse, m.residual = true, 0, make([]float64, n)
	}
	return m, nil
}

func whole(leverage float64) bool { return leverage > 1-1e-10 }

// diagnostic of the i-th case in a model of p coefficients and df degrees of freedom.
func (m model) diagnostic(i, p, df int) Diagnostic {
	e, h := m.residual[i], m.leverage[i]
	d := Diagnostic{Residual: e, Leverage: h}
	if m.perfect || whole(h) {
		d.Standardised, d.Studentised, d.Cook, d.DFBeta, d.DFBetas = math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()
		return d
	}
	s2 := m.sse / float64(df)
	own := e * e / (1 - h) // what the sum of squares loses without the case
	others := m.sse - own
	if others < 1e-14*m.sse {
		others = 0
	}
	others /= float64(df - 1)
	d.Standardised = e / math.Sqrt(s2*(1-h))
	d.Studentised = e / math.Sqrt(others*(1-h))
	d.Cook = own * h / (float64(p) * s2 * (1 - h))
	d.DFBeta = m.first[i] * e / (1 - h)
	d.DFBetas = d.DFBeta / math.Sqrt(others*m.variance[1])
	if math.IsNaN(d.Studentised) { // the others fit perfectly, and so does the case
		d.Studentised, d.DFBetas = 0, 0
	}
	return d
}
