package biblio

import (
	"strings"

	"throughline/internal/pattern"
)

// Pasted is the format of a list of citations in running text.
const Pasted Format = "pasted"

var (
	numbering = pattern.Late(`^\s*(?:\[\d{1,4}\]|\(\d{1,4}\)|\d{1,4}[.)])\s+`)
	bullet    = pattern.Late(`^\s*[•*–-]\s+`)
	aDOI      = pattern.Late(`(?i)\b10\.\d{3,9}/[^\s"<>]+[^\s"<>.,;)\]]`)
	anURL     = pattern.Late(`https?://[^\s"<>]+[^\s"<>.,;)\]]`)
	yearParen = pattern.Late(`\((?:[^()]*\D)?(1[5-9]\d\d|20\d\d)[a-z]?\b[^()]*\)[.:,]?|\((?:n\.d\.|no date)[^()]*\)[.:,]?`)
	plainYear = pattern.Late(`\b(1[5-9]\d\d|20\d\d)[a-z]?\b`)
	inQuotes  = pattern.Late(`[“"«„]([^“”"«»„]{8,})[”"»“]`)
	sentence  = pattern.Late(`^(.{8,}?[.?!])(?:\s+\p{Lu}|\s*$|\s+\d)`)
	inverted  = pattern.Late(`^(\p{L}[^,]*), ((?:\p{Lu}\.?[ -]?)+)$`)
)

// Paste reads a pasted list of citations as well as running text allows: it is split into references; DOI, address, year,
// authors and title are guessed. Every record keeps the text it was made from and the label "check", for a person to look
// at. A text that is in one of the formats of Read is read as that.
func Paste(text string) File {
	if f, err := Read([]byte(text)); err == nil && len(f.Records) > 0 {
		return f
	}
	f := File{Format: Pasted, Encoding: "UTF-8", LineEnds: lineEnds(text)}
	for _, p := range references(text) {
		raw := line(p.text)
		doi, url := aDOI().FindString(raw), anURL().FindString(raw)
		year := plainYear().FindString(anURL().ReplaceAllString(raw, ""))
		if doi == "" && url == "" && year == "" {
			f.refuse(p.line, "no year, DOI or address is in it, so it is not taken for a reference: %q", short(raw))
			continue
		}
		f.keep(pasted(raw, doi, url, p.line))
	}
	return f
}

type passage struct {
	text string
	line int
}

// references splits a list: at numbers or bullets where lines begin with them, else at blank lines, else at each line.
func references(text string) []passage {
	var lines []passage
	marked, blank, filled := 0, false, 0
	sc := &scanner{rest: text}
	for sc.next() {
		l := strings.TrimRight(sc.text, " \t")
		lines = append(lines, passage{l, sc.line})
		switch {
		case strings.TrimSpace(l) == "":
			blank = blank || filled > 0
			continue
		case numbering().MatchString(l) || bullet().MatchString(l):
			marked++
		}
		filled++
	}
	var out []passage
	fresh := true
	for _, l := range lines {
		isMarked := numbering().MatchString(l.text) || bullet().MatchString(l.text)
		switch {
		case strings.TrimSpace(l.text) == "":
			fresh = true
			continue
		case marked > 1:
			fresh = isMarked || len(out) == 0
		case !blank:
			fresh = len(out) == 0 || !strings.HasPrefix(l.text, " ") && !strings.HasPrefix(l.text, "\t") // a hanging indent goes on
		}
		l.text = bullet().ReplaceAllString(numbering().ReplaceAllString(l.text, ""), "")
		if fresh {
			out = append(out, l)
		} else {
			out[len(out)-1].text += " " + strings.TrimSpace(l.text)
		}
		fresh = false
	}
	return out
}

func pasted(raw, doi, url string, at int) Record {
	r := Record{Line: at, Type: "document", DOI: doi, Labels: []Field{{"check", "made from pasted text"}}, Other: []Field{{"pasted", raw}}}
	if !strings.Contains(url, "doi.org/10.") {
		r.URL = url
	}
	body := anURL().ReplaceAllString(aDOI().ReplaceAllString(raw, ""), "")
	who, rest := "", body
	if loc := yearParen().FindStringIndex(body); loc != nil && loc[0] > 0 { // Author (2001). Title.
		who, rest = body[:loc[0]], strings.TrimSpace(body[loc[1]:])
		if m := plainYear().FindStringSubmatch(body[loc[0]:loc[1]]); m != nil {
			r.Issued = ParseDate(m[1])
		}
	} else if m := plainYear().FindStringSubmatchIndex(body); m != nil {
		r.Issued = ParseDate(body[m[2]:m[3]])
		if m[1] < len(body)-10 && m[0] > 0 && m[0] < len(body)/2 && strings.HasPrefix(body[m[1]:], ".") { // Author. 2001. Title.
			who, rest = body[:m[0]], strings.TrimSpace(body[m[1]+1:])
		} else if s := sentence().FindStringSubmatch(body); s != nil { // Author AB. Title. Journal. 2001;
			who, rest = s[1], strings.TrimSpace(body[len(s[1]):])
		}
	}
	if m := inQuotes().FindStringSubmatch(body); m != nil {
		r.Title = m[1]
		if i := strings.Index(body, m[0]); who == "" || i < len(who) {
			who = body[:i]
		}
	} else if m := sentence().FindStringSubmatch(rest); m != nil {
		r.Title = m[1]
	} else {
		r.Title = rest
	}
	r.Title = strings.TrimRight(line(r.Title), ".,")
	if r.Title == "" {
		r.Title = raw
	}
	r.Authors = pastedNames(strings.TrimRight(strings.TrimSpace(who), ",:("))
	return r
}

// pastedNames splits the authors of a citation: "Doe, J., & Roe, R. A." and "Doe J, Roe RA".
func pastedNames(s string) []Name {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 2000 {
		return nil
	}
	etal := false
	for _, end := range []string{"et al.", "et al", "and others"} {
		if rest, ok := strings.CutSuffix(s, end); ok {
			s, etal = strings.TrimRight(rest, ", "), true
			break
		}
	}
	s = strings.NewReplacer(", & ", ", ", " & ", ", ", ", and ", ", ", " and ", ", ", "; ", ", ").Replace(s)
	parts := strings.Split(s, ", ")
	var ns []Name
	for i := 0; i < len(parts); i++ {
		p := strings.TrimSpace(parts[i])
		if i+1 < len(parts) && inverted().MatchString(p+", "+strings.TrimSpace(parts[i+1])) || i == 0 && len(parts) == 2 && len(strings.Fields(p)) == 1 {
			given := strings.TrimSpace(parts[i+1])
			if w := given[strings.LastIndex(given, " ")+1:]; len([]rune(w)) > 2 && strings.Count(w, ".") == 1 {
				given = strings.TrimSuffix(given, ".") // the full stop ends the list
			}
			ns = append(ns, makeName(p, given, ""))
			i++
			continue
		}
		n := shortAuthor(strings.TrimSuffix(p, "."))
		if n.Literal != "" && i > 0 && len(strings.Fields(p)) > 1 && len(strings.Fields(p)) < 5 { // Jane Doe
			n = bibPerson(strings.TrimSuffix(p, "."))
		}
		ns = append(ns, n)
	}
	if etal {
		ns = append(ns, Name{Literal: "others"})
	}
	return ns
}
