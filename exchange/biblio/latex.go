package biblio

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// accents give the combining mark of an accent command.
var accents = map[string]string{"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307", `"`: "\u0308",
	"r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328", "b": "\u0331", "t": "\u0361", "h": "\u0309",
	"textcommabelow": "\u0326", "ocirc": "\u030a", "overline": "\u0305", "hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}

// symbols give what a command without argument stands for.
var symbols = map[string]string{"ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
	"i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "ng": "ŋ", "NG": "Ŋ", "S": "§", "P": "¶", "SS": "SS",
	"copyright": "©", "textcopyright": "©", "pounds": "£", "textsterling": "£", "euro": "€", "texteuro": "€", "EUR": "€", "dag": "†", "ddag": "‡",
	"textendash": "–", "textemdash": "—", "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“", "textquotedblright": "”",
	"textquotesingle": "'", "textquotedbl": `"`, "quotesinglbase": "‚", "quotedblbase": "„", "guillemotleft": "«", "guillemotright": "»", "guilsinglleft": "‹", "guilsinglright": "›",
	"ldots": "…", "dots": "…", "textellipsis": "…", "textbackslash": `\`, "textasciitilde": "~", "textasciicircum": "^", "textunderscore": "_", "textless": "<", "textgreater": ">",
	"textbar": "|", "textbraceleft": "{", "textbraceright": "}", "textdegree": "°", "textregistered": "®", "texttrademark": "™", "textperiodcentered": "·",
	"textexclamdown": "¡", "textquestiondown": "¿", "textmu": "µ", "textbullet": "•", "slash": "/", "textdollar": "$", "textasteriskcentered": "∗",
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
	"xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
	"Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "times": "×", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "neq": "≠", "approx": "≈", "sim": "∼",
	"infty": "∞", "rightarrow": "→", "leftarrow": "←", "to": "→", "cdot": "⋅", "circ": "∘", "langle": "⟨", "rangle": "⟩", "textlangle": "⟨", "textrangle": "⟩", "ell": "ℓ", "partial": "∂", "quad": " ", "qquad": " ", "thinspace": " ", "enspace": " ", "space": " ", "prime": "′"}

// tags give the sign that CSL writes round what a command sets off.
var tags = map[string][2]string{"emph": {"<i>", "</i>"}, "textit": {"<i>", "</i>"}, "mkbibemph": {"<i>", "</i>"}, "textsl": {"<i>", "</i>"}, "textbf": {"<b>", "</b>"},
	"textsuperscript": {"<sup>", "</sup>"}, "textsubscript": {"<sub>", "</sub>"}, "enquote": {"“", "”"}, "mkbibquote": {"“", "”"},
	"url": {}, "path": {}, "text": {}, "textrm": {}, "textsf": {}, "texttt": {}, "textup": {}, "textnormal": {}, "mbox": {}, "ensuremath": {}, "textsc": {}, "uppercase": {},
	"underline": {}, "foreignlanguage": {}, "lowercase": {}, "MakeUppercase": {}, "citation": {}}

// switches are commands that set off the rest of their group.
var switches = map[string][2]string{"em": {"<i>", "</i>"}, "it": {"<i>", "</i>"}, "itshape": {"<i>", "</i>"}, "sl": {"<i>", "</i>"}, "bf": {"<b>", "</b>"}, "bfseries": {"<b>", "</b>"},
	"sc": {}, "rm": {}, "sf": {}, "tt": {}, "scshape": {}, "normalfont": {}, "relax": {}, "protect": {}, "noopsort": {}, "bibstring": {}, "newblock": {}}

// tex reads a value as LaTeX would set it: accents, dashes, quotes and simple markup become Unicode and the tags of CSL,
// braces go. Mathematics beyond single signs and commands that are not known stay as they are written.
func tex(s string) string {
	if !strings.ContainsAny(s, "\\{}$~-`'\n\r") {
		return s
	}
	t := &texReader{s: s}
	t.group(false, 0)
	return norm.NFC.String(t.out.String())
}

type texReader struct {
	s   string
	i   int
	out strings.Builder
}

func (t *texReader) group(inside bool, depth int) {
	closing := ""
	for t.i < len(t.s) {
		c := t.s[t.i]
		rest := t.s[t.i:]
		switch {
		case c == '}':
			t.i++
			if inside {
				t.out.WriteString(closing)
				return
			}
		case c == '{':
			t.i++
			if depth < maxDepth {
				t.group(true, depth+1)
			}
		case c == '\\':
			if end := t.command(depth); end != "" {
				closing = end + closing
			}
		case c == '$':
			t.maths()
		case c == '~':
			t.out.WriteByte(' ')
			t.i++
		case strings.HasPrefix(rest, "---"):
			t.put("—", 3)
		case strings.HasPrefix(rest, "--"):
			t.put("–", 2)
		case strings.HasPrefix(rest, "``"):
			t.put("“", 2)
		case strings.HasPrefix(rest, "''"):
			t.put("”", 2)
		case c == '\n' || c == '\r':
			t.newline()
		default:
			t.out.WriteByte(c)
			t.i++
		}
	}
	t.out.WriteString(closing)
}

func (t *texReader) put(s string, n int) {
	t.out.WriteString(s)
	t.i += n
}

// newline is a blank; a blank line parts paragraphs.
func (t *texReader) newline() {
	start := t.i
	for t.i < len(t.s) && strings.IndexByte(" \t\r\n", t.s[t.i]) >= 0 {
		t.i++
	}
	gap := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(t.s[start:t.i])
	if strings.Count(gap, "\n") > 1 {
		t.out.WriteByte('\n')
	} else {
		t.out.WriteByte(' ')
	}
}

// command reads a command, and gives what closes the group when it holds for all of it.
func (t *texReader) command(depth int) string {
	start := t.i
	t.i++
	if t.i == len(t.s) {
		t.out.WriteByte('\\')
		return ""
	}
	if c := t.s[t.i]; !isLetter(c) {
		r, size := utf8.DecodeRuneInString(t.s[t.i:])
		t.i += size
		switch {
		case accents[string(r)] != "":
			t.accent(accents[string(r)], depth)
		case strings.ContainsRune(`&%$#_{}`, r):
			t.out.WriteRune(r)
		case r == '\\' || r == ' ' || r == ',' || r == ';' || r == ':' || r == '\n':
			t.out.WriteByte(' ')
		case r == '-' || r == '/' || r == '!' || r == '@':
		default:
			t.out.WriteString(t.s[start:t.i])
		}
		return ""
	}
	for t.i < len(t.s) && isLetter(t.s[t.i]) {
		t.i++
	}
	name := t.s[start+1 : t.i]
	after := t.i
	for t.i < len(t.s) && strings.IndexByte(" \t\r\n", t.s[t.i]) >= 0 {
		t.i++
	}
	switch {
	case symbols[name] != "":
		t.out.WriteString(symbols[name])
		if strings.HasPrefix(t.s[t.i:], "{}") {
			t.i += 2
		}
	case accents[name] != "":
		t.accent(accents[name], depth)
	case name == "par":
		t.out.WriteByte('\n')
	case name == "href" || name == "foreignlanguage":
		t.argument(0, true) // the address or the language
		t.out.WriteString(t.argument(depth, false))
	case name == "url" || name == "path":
		t.out.WriteString(t.argument(0, true))
	default:
		if tag, ok := tags[name]; ok && strings.HasPrefix(t.s[t.i:], "{") {
			t.out.WriteString(tag[0] + t.argument(depth, false) + tag[1])
			return ""
		}
		if tag, ok := switches[name]; ok {
			t.out.WriteString(tag[0])
			return tag[1]
		}
		t.i = after
		if strings.HasPrefix(t.s[t.i:], "{") { // not known: it stays, with its argument
			t.argument(0, true)
		}
		t.out.WriteString(t.s[start:t.i])
	}
	return ""
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// argument reads {…} or a single sign; raw leaves it as it is.
func (t *texReader) argument(depth int, raw bool) string {
	for t.i < len(t.s) && strings.IndexByte(" \t\r\n", t.s[t.i]) >= 0 {
		t.i++
	}
	if t.i == len(t.s) {
		return ""
	}
	if t.s[t.i] != '{' {
		_, size := utf8.DecodeRuneInString(t.s[t.i:])
		t.i += size
		return t.s[t.i-size : t.i]
	}
	open, start := 0, t.i
	for ; t.i < len(t.s); t.i++ {
		switch t.s[t.i] {
		case '{':
			open++
		case '}':
			if open--; open == 0 {
				t.i++
				if inner := t.s[start+1 : t.i-1]; raw || depth >= maxDepth {
					return inner
				}
				sub := &texReader{s: t.s[start+1 : t.i-1]}
				sub.group(false, depth+1)
				return sub.out.String()
			}
		}
	}
	return t.s[start+1:]
}

// accent puts the mark behind the first letter of what follows.
func (t *texReader) accent(mark string, depth int) {
	var a string
	if t.i < len(t.s) && t.s[t.i] == '\\' { // \'\i
		sub := &texReader{s: t.s, i: t.i}
		sub.command(depth)
		a, t.i = sub.out.String(), sub.i
	} else {
		a = t.argument(depth, false)
	}
	a = strings.NewReplacer("ı", "i", "ȷ", "j").Replace(a)
	_, size := utf8.DecodeRuneInString(a)
	if size == 0 {
		t.out.WriteString(strings.Trim(mark, "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030a\u030b\u030c\u0323\u0327\u0328\u0331\u0361\u0309\u0326\u0305"))
		return
	}
	t.out.WriteString(a[:size] + mark + a[size:])
}

// maths turns $…$ into text when it is only signs, and leaves it as it is otherwise.
func (t *texReader) maths() {
	end := strings.IndexByte(t.s[t.i+1:], '$')
	if end < 0 {
		t.put("$", 1)
		return
	}
	inner := t.s[t.i+1 : t.i+1+end]
	plain := ""
	for len(inner) > 0 {
		part, tag := inner, [2]string{}
		switch i := strings.IndexAny(inner, "^_"); {
		case i == 0: // raised or lowered: one sign, or a group
			tag = map[byte][2]string{'^': tags["textsuperscript"], '_': tags["textsubscript"]}[inner[0]]
			sub := &texReader{s: inner, i: 1}
			part = sub.argument(0, true)
			inner = inner[sub.i:]
		case i > 0:
			part, inner = inner[:i], inner[i:]
		default:
			inner = ""
		}
		sub := &texReader{s: part}
		if strings.ContainsAny(part, "^_$") || strings.Count(part, "{") > 50 {
			plain = ""
			break
		}
		sub.group(false, 0)
		if strings.Contains(sub.out.String(), `\`) {
			plain = ""
			break
		}
		plain += tag[0] + sub.out.String() + tag[1]
	}
	if inner == "" && plain != "" {
		t.put(plain, end+2)
		return
	}
	t.put(t.s[t.i:t.i+end+2], end+2)
}

var texSpecial = strings.NewReplacer(`\`, `\textbackslash{}`, `{`, `\textbraceleft{}`, `}`, `\textbraceright{}`, `$`, `\$`, `%`, `\%`, `&`, `\&`, `#`, `\#`, `_`, `\_`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, "---", "-{}-{}-", "--", "-{}-", "``", "`{}`", "''", "'{}'", "\n", "\n\n")

// texTags are written as commands where they are paired.
var texTags = []struct{ open, end, command string }{{"<i>", "</i>", `\textit{`}, {"<b>", "</b>", `\textbf{`}, {"<sup>", "</sup>", `\textsuperscript{`}, {"<sub>", "</sub>", `\textsubscript{`}}

// toTeX writes a text so that tex reads it again.
func toTeX(s string) string {
	var open []string
	var out strings.Builder
	paired := true
	rest := s
	for rest != "" && paired {
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			out.WriteString(texSpecial.Replace(rest))
			break
		}
		out.WriteString(texSpecial.Replace(rest[:i]))
		rest = rest[i:]
		found := false
		for _, t := range texTags {
			if strings.HasPrefix(rest, t.open) {
				open, rest, found = append(open, t.end), rest[len(t.open):], true
				out.WriteString(t.command)
			} else if strings.HasPrefix(rest, t.end) {
				if paired = len(open) > 0 && open[len(open)-1] == t.end; paired {
					open, rest, found = open[:len(open)-1], rest[len(t.end):], true
					out.WriteByte('}')
				}
			}
			if found || !paired {
				break
			}
		}
		if !found && paired {
			out.WriteByte('<')
			rest = rest[1:]
		}
	}
	if !paired || len(open) > 0 {
		return texSpecial.Replace(s)
	}
	return out.String()
}

// lowerFirst tells whether the first letter of a word, past marks and braces, is small.
func lowerFirst(w string) bool {
	for _, r := range w {
		if unicode.IsLetter(r) {
			return unicode.IsLower(r)
		}
	}
	return false
}
