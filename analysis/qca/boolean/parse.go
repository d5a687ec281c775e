package boolean

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxDepth bounds brackets within brackets.
const maxDepth = 200

// SyntaxError says where a text stops being an expression, and why.
type SyntaxError struct {
	// Line and Column are counted from 1; a column is a character.
	Line, Column int
	// Problem is what was found and what was expected.
	Problem string
}

// Error writes "1:5: expected a condition, found ...".
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Problem)
}

// Notation is a way of writing expressions. The zero value is the usual one.
type Notation struct {
	// SmallIsAbsent reads a name in small letters as the absence of the
	// condition, as older publications write: "A*b" is A*~b. Names must then be
	// wholly in capital or wholly in small letters, and a condition cannot be
	// told from another that differs only in that.
	SmallIsAbsent bool
}

// Parse reads an expression in the usual notation; see Notation.Parse.
func Parse(text string, conditions []Condition) (Expr, error) {
	return Notation{}.Parse(text, conditions)
}

// Parse reads an expression over the given conditions:
//
//	A*~B + C          and "*", or "+", not "~"; "~" binds tightest, "+" least
//	~(A + B)*C        brackets
//	A{1} A{1,2} A[1]  levels of a condition; ~A{1} is every other level
//	0 1               the empty set, and all configurations
//	AB~C              without "*", when the name of every given condition is one letter
//
// The signs & · • ∧ (and), | ∨ (or), ! ¬ ∼ (not), as found in publications, are
// read as well. A condition with more than two levels needs its level named;
// A{1} and A{0} of a condition with two are A and ~A.
//
// Without conditions (nil) they are those the text mentions, with as many
// levels as its largest level asks for and at least two; then A{1} alone says
// that A has two levels, so give the list when there are more.
//
// Errors in the text are of type *SyntaxError.
func (n Notation) Parse(text string, conditions []Condition) (Expr, error) {
	if len(text) > MaxText {
		return Expr{}, tooLarge("it has %d bytes, and at most %d are read", len(text), MaxText)
	}
	tokens, err := scan(text)
	if err != nil {
		return Expr{}, err
	}
	e := Expr{conditions: slices.Clone(conditions)}
	if conditions == nil {
		e.deduced = true
		if e.conditions, err = n.deduce(tokens); err != nil {
			return Expr{}, err
		}
	} else if err := checkConditions(conditions); err != nil {
		return Expr{}, err
	}
	p := parser{tokens: tokens, expr: e, index: map[string]int{}, small: n.SmallIsAbsent, letters: conditions != nil}
	for i, c := range e.conditions {
		name := c.Name
		if n.SmallIsAbsent {
			name = strings.ToUpper(name)
			if _, twice := p.index[name]; twice {
				return Expr{}, fmt.Errorf("two conditions are named %q but for capital and small letters, which say presence and absence here: rename one", name)
			}
		}
		p.index[name] = i
		p.letters = p.letters && utf8.RuneCountInString(name) == 1
	}
	root, err := p.sum(0)
	if err != nil {
		return Expr{}, err
	}
	if t := p.peek(); t.kind != end {
		return Expr{}, t.fault("expected \"*\", \"+\" or the end")
	}
	return e.with(root), nil
}

// kind of token; punctuation is its own sign.
type kind rune

const (
	end  kind = 0
	word kind = 'a'
)

type token struct {
	kind         kind
	text         string
	line, column int
}

// fault makes an error at the token.
func (t token) fault(problem string) error {
	found := strconv.Quote(t.text)
	if t.kind == end {
		found = "the end"
	}
	return &SyntaxError{t.line, t.column, problem + ", found " + found}
}

func inName(r rune) bool {
	return r == '_' || r == '.' || unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}

func digits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

func scan(text string) ([]token, error) {
	var tokens []token
	line, column := 1, 1
	for i := 0; i < len(text); {
		r, width := utf8.DecodeRuneInString(text[i:])
		start, at := i, column
		if r == utf8.RuneError && width <= 1 {
			return nil, &SyntaxError{line, column, "the text is not valid UTF-8"}
		}
		i += width
		column++
		switch {
		case r == '\n':
			line, column = line+1, 1
			continue
		case unicode.IsSpace(r):
			continue
		case inName(r):
			for i < len(text) {
				r, width := utf8.DecodeRuneInString(text[i:])
				if !inName(r) {
					break
				}
				i += width
				column++
			}
			tokens = append(tokens, token{word, text[start:i], line, at})
			continue
		}
		k := kind(r)
		switch r {
		case '&', '·', '•', '∧':
			k = '*'
		case '|', '∨':
			k = '+'
		case '!', '¬', '∼':
			k = '~'
		case '*', '+', '~', '(', ')', '{', '}', '[', ']', ',':
		default:
			return nil, &SyntaxError{line, at, fmt.Sprintf("%q has no meaning here: write \"~\" for not, \"*\" for and, \"+\" for or", r)}
		}
		tokens = append(tokens, token{k, text[start:i], line, at})
	}
	return append(tokens, token{end, "", line, column}), nil
}

// deduce lists the conditions a text mentions.
func (n Notation) deduce(tokens []token) ([]Condition, error) {
	var found []Condition
	place := map[string]int{}
	current, inside := -1, false
	for _, t := range tokens {
		switch {
		case t.kind == '{' || t.kind == '[':
			inside = true
		case t.kind != word:
			inside = inside && t.kind == ','
		case inside:
			// What is wrong with a level is told by the parser.
			if l, err := strconv.Atoi(t.text); err == nil && current >= 0 && l < MaxLevels {
				found[current].Levels = max(found[current].Levels, l+1)
			}
		case !digits(t.text):
			name := t.text
			if n.SmallIsAbsent {
				name = strings.ToUpper(name)
			}
			i, ok := place[name]
			if !ok {
				i = len(found)
				if i == MaxConditions {
					return nil, tooLarge("there are more than %d conditions", MaxConditions)
				}
				place[name] = i
				found = append(found, Condition{Name: name, Levels: 2})
			}
			current = i
		}
	}
	slices.SortFunc(found, byName)
	return found, nil
}

type parser struct {
	tokens  []token // the last is the end
	at      int     // the token read next
	expr    Expr
	index   map[string]int
	small   bool // small letters say absence
	letters bool // names are single letters, so they can stand side by side
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

func (p *parser) sum(depth int) (*node, error) {
	var kids []*node
	for {
		k, err := p.product(depth)
		if err != nil {
			return nil, err
		}
		kids = append(kids, k)
		if p.peek().kind != '+' {
			return join(or, kids...), nil
		}
		p.next()
	}
}

func (p *parser) product(depth int) (*node, error) {
	var kids []*node
	for {
		k, err := p.factor(depth)
		if err != nil {
			return nil, err
		}
		kids = append(kids, k)
		switch t := p.peek(); {
		case t.kind == '*':
			p.next()
		case p.letters && (t.kind == word || t.kind == '~' || t.kind == '('):
		default:
			return join(and, kids...), nil
		}
	}
}

func (p *parser) factor(depth int) (*node, error) {
	negated := false
	for p.peek().kind == '~' {
		p.next()
		negated = !negated
	}
	var n *node
	var err error
	switch t := p.next(); t.kind {
	case '(':
		if depth == maxDepth {
			return nil, &SyntaxError{t.line, t.column, fmt.Sprintf("more than %d brackets within brackets", maxDepth)}
		}
		if n, err = p.sum(depth + 1); err != nil {
			return nil, err
		}
		if c := p.next(); c.kind != ')' {
			return nil, c.fault(fmt.Sprintf("expected \"*\", \"+\" or the \")\" that closes the bracket of %d:%d", t.line, t.column))
		}
	case word:
		if n, err = p.name(t); err != nil {
			return nil, err
		}
	default:
		return nil, t.fault("expected a condition, \"~\" or \"(\"")
	}
	if negated {
		n = negate(p.expr.conditions, n)
	}
	return n, nil
}

// name reads a condition with its levels, or 0 or 1.
func (p *parser) name(t token) (*node, error) {
	switch t.text {
	case "0":
		return empty, nil
	case "1":
		return full, nil
	}
	i, absent, known := p.find(t.text)
	if !known && p.letters {
		// The first letter alone; the others are read next.
		_, width := utf8.DecodeRuneInString(t.text)
		if rest := t.text[width:]; rest != "" {
			if i, absent, known = p.find(t.text[:width]); known {
				p.at--
				p.tokens[p.at] = token{word, rest, t.line, t.column + 1}
				t.text = t.text[:width]
			}
		}
	}
	if !known {
		return nil, p.unknown(t)
	}
	c := p.expr.conditions[i]
	levels := uint64(2)
	if k := p.peek().kind; k == '{' || k == '[' {
		var err error
		if levels, err = p.levels(c); err != nil {
			return nil, err
		}
	} else if c.levels() > 2 {
		return nil, &SyntaxError{t.line, t.column, fmt.Sprintf("the condition %q has %d levels: say which, as in %s{1}", c.Name, c.levels(), c.Name)}
	}
	if absent {
		levels = ^levels
	}
	return literalOf(p.expr.conditions, i, levels), nil
}

func (p *parser) find(name string) (place int, absent, known bool) {
	if !p.small {
		place, known = p.index[name]
		return place, false, known
	}
	up := strings.ToUpper(name)
	place, known = p.index[up]
	return place, name != up, known && (name == up || name == strings.ToLower(name))
}

func (p *parser) unknown(t token) error {
	if p.small {
		if _, known := p.index[strings.ToUpper(t.text)]; known {
			return &SyntaxError{t.line, t.column, fmt.Sprintf("%q mixes capital and small letters: %q is its presence, %q its absence",
				t.text, strings.ToUpper(t.text), strings.ToLower(t.text))}
		}
	}
	if digits(t.text) {
		return t.fault("expected a condition")
	}
	const most = 12
	var names []string
	for _, c := range p.expr.conditions {
		if strings.EqualFold(c.Name, t.text) {
			return &SyntaxError{t.line, t.column, fmt.Sprintf("there is no condition %q; did you mean %q?", t.text, c.Name)}
		}
		if len(names) == most {
			names = append(names, "...")
			break
		}
		names = append(names, c.Name)
	}
	return &SyntaxError{t.line, t.column, fmt.Sprintf("there is no condition %q: expected one of %s", t.text, strings.Join(names, ", "))}
}

// levels reads {1,2} or [1,2].
func (p *parser) levels(c Condition) (uint64, error) {
	open := p.next()
	closing := kind('}')
	if open.kind == '[' {
		closing = ']'
	}
	var set uint64
	for {
		t := p.next()
		l, err := strconv.Atoi(t.text)
		if t.kind != word || !digits(t.text) {
			return 0, t.fault(fmt.Sprintf("expected a level of %q, a number from 0 to %d", c.Name, c.levels()-1))
		}
		if err != nil || l >= c.levels() {
			return 0, &SyntaxError{t.line, t.column, fmt.Sprintf("%q has no level %s: its levels are 0 to %d", c.Name, t.text, c.levels()-1)}
		}
		set |= 1 << l
		switch t := p.next(); t.kind {
		case ',':
		case closing:
			return set, nil
		default:
			return 0, t.fault(fmt.Sprintf("expected \",\" or %q", closing))
		}
	}
}

// levelsOf lists the levels in a set.
func levelsOf(set uint64) (ls []int) {
	for ; set != 0; set &= set - 1 {
		ls = append(ls, bits.TrailingZeros64(set))
	}
	return ls
}
