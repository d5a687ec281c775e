package biblio

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/exchange/tabular"
	"throughline/internal/pattern"
)

// Style is a way to cite.
type Style string

const (
	APA       Style = "apa"       // APA, 7th edition
	Chicago   Style = "chicago"   // Chicago author-date, 17th edition
	Harvard   Style = "harvard"   // Cite Them Right
	Vancouver Style = "vancouver" // NLM, Citing Medicine
)

// Citation is how a record is cited. Italics stand in <i> and </i>, as CSL-JSON has them; all else is plain text, so
// that "<" and "&" in it are to be escaped where it becomes HTML.
type Citation struct {
	ID     string
	Entry  string // in the list of references
	InText string
}

// Cite renders records, in English, for the list of references and in the text. Works of one year whose authors are
// cited alike are told apart by a letter after the year, in the order of their titles; Vancouver numbers them as given.
// Laws, cases and other sorts with rules of their own are rendered plainly: for those, and other styles, write CSL-JSON.
func Cite(style Style, records []Record) ([]Citation, error) {
	if !slices.Contains([]Style{APA, Chicago, Harvard, Vancouver}, style) {
		return nil, wrong("there is no style %q; there are apa, chicago, harvard and vancouver", style)
	}
	out := make([]Citation, len(records))
	alike := map[string][]int{}
	cs := make([]citing, len(records))
	for i, r := range records {
		cs[i] = newCiting(style, r)
		key := cs[i].inText()
		alike[key] = append(alike[key], i)
	}
	for _, group := range alike {
		if len(group) > 1 && style != Vancouver {
			slices.SortStableFunc(group, func(a, b int) int { return strings.Compare(records[a].Title, records[b].Title) })
			for n, i := range group {
				cs[i].letter = letter(n)
			}
		}
	}
	for i, r := range records {
		out[i] = Citation{r.ID, cs[i].entry(), cs[i].inText()}
		if style == Vancouver {
			out[i].InText = "(" + strconv.Itoa(i+1) + ")"
		}
	}
	return out, nil
}

// letter is a, b, … z, aa, ab, …
func letter(n int) string { return strings.ToLower(tabular.Letters(n)) }

// citing is a record on its way to be cited.
type citing struct {
	Record
	style  Style
	letter string // after the year
	people []Name // who stand first
	edited bool   // they are editors
	etal   bool   // more of them are not named
	genre  string
}

func newCiting(style Style, r Record) citing {
	c := citing{Record: r, style: style, people: r.Authors}
	if len(c.people) == 0 && r.Type != "chapter" && r.Type != "paper-conference" {
		c.people, c.edited = r.Editors, len(r.Editors) > 0
	}
	if n := len(c.people); n > 1 && (c.people[n-1].Literal == "others" || strings.EqualFold(c.people[n-1].Literal, "et al.")) {
		c.people, c.etal = c.people[:n-1], true
	}
	for _, f := range r.Other {
		if f.Tag == "genre" || f.Tag == "type" && r.Type == "thesis" {
			c.genre = f.Value
		}
	}
	for _, d := range []*Date{&c.Issued, &c.Accessed} { // a month that is none is not said
		if d.Month < 0 || d.Month > 12 {
			d.Month = 0
		}
		if d.Season < 0 || d.Season > 4 {
			d.Season = 0
		}
	}
	c.Title, c.Container, c.Publisher = smart(c.Title), smart(c.Container), smart(c.Publisher)
	return c
}

// named is how a name is written: turned round, with initials, or both.
func (c citing) named(n Name, turned bool) string {
	if n.Literal != "" || n.Family == "" {
		return smart(or(n.Literal, n.Given))
	}
	family, given := smart(strings.TrimSpace(n.Particle+" "+n.Family)), n.Given
	switch c.style {
	case APA:
		given = initialsOf(given, ". ", true)
	case Harvard:
		given = initialsOf(given, ".", true)
	case Vancouver:
		return strings.TrimSpace(family + " " + initialsOf(given, "", false) + " " + n.Suffix)
	case Chicago:
		given = smart(given)
		if turned && n.Particle != "" {
			family, given = smart(n.Family), strings.TrimSpace(given+" "+n.Particle)
		}
	}
	if turned {
		s := family
		if given != "" {
			s += ", " + given
		}
		if n.Suffix != "" {
			s += ", " + n.Suffix
		}
		return s
	}
	return strings.TrimSpace(strings.TrimSpace(given+" "+family) + " " + n.Suffix)
}

// initialsOf shortens given names; parts in small letters, such as "von", stay.
func initialsOf(given, dot string, hyphen bool) string {
	var out strings.Builder
	for _, w := range strings.FieldsFunc(strings.ReplaceAll(given, ".", ". "), unicode.IsSpace) {
		for i, part := range strings.Split(w, "-") {
			first, _ := utf8.DecodeRuneInString(part)
			switch {
			case part == "" || part == ".":
			case unicode.IsLower(first) && i > 0:
				if !hyphen {
					out.WriteString(" " + part)
				}
			case unicode.IsLower(first):
				if s := out.String(); s != "" && !strings.HasSuffix(s, " ") {
					out.WriteByte(' ')
				}
				out.WriteString(part + " ")
			case unicode.IsLetter(first):
				if i > 0 && hyphen {
					s := strings.TrimSuffix(out.String(), " ")
					out.Reset()
					out.WriteString(s + "-")
				}
				out.WriteString(string(first) + dot)
			}
		}
	}
	return strings.TrimSpace(out.String())
}

// list joins the names at the head of an entry.
func (c citing) list() string {
	ns := c.people
	most, shown := 20, 19
	switch c.style {
	case Chicago:
		most, shown = 10, 7
	case Harvard:
		most, shown = 3, 1
	case Vancouver:
		most, shown = 6, 6
	}
	etal := c.etal
	last := ""
	if len(ns) > most {
		if c.style == APA && !etal {
			last = c.named(ns[len(ns)-1], true)
		} else {
			etal = true
		}
		ns = ns[:shown]
	}
	var all []string
	for i, n := range ns {
		all = append(all, c.named(n, c.style != Chicago || i == 0))
	}
	switch {
	case last != "":
		return strings.Join(all, ", ") + ", … " + last
	case etal && c.style == Harvard:
		return strings.Join(all, ", ") + " <i>et al.</i>"
	case etal:
		return strings.Join(all, ", ") + ", et al."
	case c.style == Vancouver:
		return strings.Join(all, ", ")
	case c.style == APA:
		return and(all, ", & ", ", & ")
	case c.style == Harvard:
		return and(all, " and ", " and ")
	}
	return and(all, ", and ", ", and ")
}

// and joins a list: two by one word, more by commas and another before the last.
func and(all []string, two, more string) string {
	if len(all) == 2 {
		return all[0] + two + all[1]
	}
	if len(all) < 2 {
		return strings.Join(all, "")
	}
	return strings.Join(all[:len(all)-1], ", ") + more + all[len(all)-1]
}

// year is the year, or what stands for it.
func (c citing) year() string {
	if c.Issued.Year > 0 {
		return strconv.Itoa(c.Issued.Year) + c.letter
	}
	switch c.style {
	case APA:
		if c.letter != "" {
			return "n.d.-" + c.letter
		}
		return "n.d."
	case Harvard:
		return "no date" + c.letter
	case Chicago:
		return "n.d." + c.letter
	}
	return ""
}

func (c citing) inText() string {
	var all []string
	for _, n := range c.people {
		all = append(all, or(smart(n.Literal), smart(strings.TrimSpace(n.Particle+" "+n.Family))))
	}
	most := 3
	if c.style == APA {
		most = 2
	}
	who := ""
	switch {
	case len(all) == 0:
		who = c.nobody()
	case (len(all) > most || c.etal) && c.style == Harvard:
		who = all[0] + " <i>et al.</i>"
	case len(all) > most || c.etal:
		who = all[0] + " et al."
	case c.style == APA:
		who = and(all, " & ", ", & ")
	case c.style == Chicago:
		who = and(all, " and ", ", and ")
	default:
		who = and(all, " and ", " and ")
	}
	switch {
	case c.style == Chicago:
		return "(" + who + " " + c.year() + ")"
	case strings.HasSuffix(who, "”"): // the comma goes within
		return "(" + strings.TrimSuffix(who, "”") + ",” " + c.year() + ")"
	}
	return "(" + who + ", " + c.year() + ")"
}

// nobody is what stands in the text where no author is known.
func (c citing) nobody() string {
	news := c.Type == "article-newspaper" || c.Type == "article-magazine"
	title := c.cased(c.Title)
	switch {
	case c.style != APA && news && c.Container != "":
		return "<i>" + c.Container + "</i>"
	case c.style == APA && !c.ownTitle():
		return quoted(titleCase(c.Title, c.Language))
	case c.style == APA:
		return "<i>" + titleCase(c.Title, c.Language) + "</i>"
	case c.ownTitle() && c.style != Chicago || c.Type == "book":
		return "<i>" + title + "</i>"
	}
	return quoted(title)
}

// ownTitle tells whether the work stands alone, so that its title is in italics.
func (c citing) ownTitle() bool {
	return !slices.Contains([]string{"article-journal", "article-magazine", "article-newspaper", "chapter", "paper-conference", "post-weblog", "post", "entry-encyclopedia", "entry-dictionary", "review"}, c.Type)
}

func (c citing) cased(s string) string {
	if c.style == Chicago {
		return titleCase(s, c.Language)
	}
	return s
}

func quoted(s string) string {
	return "“" + strings.NewReplacer("“", "‘", "”", "’").Replace(s) + "”"
}

// stop ends a sentence, unless a sign does so already; within quotes and tags it goes before their end.
func stop(s string) string {
	tail := ""
	for _, end := range []string{"</i>", "”", "’"} {
		if strings.HasSuffix(s, end) && end != "’" {
			s, tail = strings.TrimSuffix(s, end), end+tail
		}
	}
	switch {
	case s == "":
		return tail
	case strings.ContainsRune(".?!", rune(s[len(s)-1])):
		return s + tail
	case tail == "</i>":
		return s + tail + "."
	}
	return s + "." + tail
}

// sentences joins parts, each ended by a full stop.
func sentences(parts ...string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, stop(p))
		}
	}
	return strings.Join(all, " ")
}

func italic(s string) string {
	if s == "" {
		return ""
	}
	return "<i>" + s + "</i>"
}

func (c citing) doi() string {
	if strings.HasPrefix(c.DOI, "10.") {
		return "https://doi.org/" + c.DOI
	}
	return ""
}

func (c citing) link() string { return or(c.doi(), c.URL) }

// house is "Place: Publisher".
func (c citing) house() string {
	if c.Place != "" && c.Publisher != "" {
		return c.Place + ": " + c.Publisher
	}
	return or(c.Publisher, c.Place)
}

// pages is a range as the style writes it.
func (c citing) pages() string { return pageRange(c.Pages, c.style) }

var twoPages = pattern.Late(`^(\d+)-(\d+)$`)

func pageRange(p string, style Style) string {
	m := twoPages().FindStringSubmatch(p)
	if m == nil {
		return strings.ReplaceAll(p, "-", "–")
	}
	a, b := m[1], m[2]
	full := b
	if len(b) < len(a) {
		full = a[:len(a)-len(b)] + b
	}
	same := 0
	for same < len(a) && len(a) == len(full) && same < len(full)-1 && a[same] == full[same] {
		same++
	}
	switch style {
	case APA:
		b = full
	case Vancouver: // as few figures as can be
		b = full[same:]
	case Chicago: // The Chicago Manual of Style, 17th edition, 9.61
		n, _ := strconv.Atoi(a)
		switch {
		case n < 100 || n%100 == 0 || len(a) != len(full) || len(a) == 4 && same < 2:
			b = full
		case n%100 < 10:
			b = full[same:]
		default:
			b = full[min(same, len(full)-2):]
		}
	}
	return a + "–" + b
}

var monthShort = strings.Fields("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")

// longDate is "June 23, 2015", shortDay "23 June".
func longDate(d Date) string {
	switch {
	case d.Year == 0:
		return ""
	case d.Month == 0:
		return strconv.Itoa(d.Year)
	case d.Day == 0:
		return monthWords[d.Month-1] + " " + strconv.Itoa(d.Year)
	}
	return fmt.Sprintf("%s %d, %d", monthWords[d.Month-1], d.Day, d.Year)
}

func shortDay(d Date) string {
	if d.Month == 0 {
		return ""
	}
	if d.Day == 0 {
		return monthWords[d.Month-1]
	}
	return strconv.Itoa(d.Day) + " " + monthWords[d.Month-1]
}

func ordinal(edition string) string {
	n, err := strconv.Atoi(edition)
	if err != nil {
		return strings.TrimSuffix(strings.TrimSuffix(edition, " ed."), " edition")
	}
	end := "th"
	if n%100 < 11 || n%100 > 13 {
		end = map[int]string{1: "st", 2: "nd", 3: "rd"}[n%10]
	}
	return edition + or(end, "th")
}

func (c citing) entry() string {
	switch c.style {
	case APA:
		return c.apa()
	case Chicago:
		return c.chicago()
	case Harvard:
		return c.harvard()
	}
	return c.vancouver()
}

// dated are the types that APA gives with month and day.
var dated = []string{"article-newspaper", "article-magazine", "webpage", "post-weblog", "post", "broadcast", "motion_picture", "interview", "speech"}

func (c citing) apa() string {
	who := c.list()
	if c.edited {
		who += map[bool]string{true: " (Ed.)", false: " (Eds.)"}[len(c.people) == 1 && !c.etal]
	}
	when := c.year()
	if slices.Contains(dated, c.Type) && c.Issued.Month > 0 && c.Issued.Year > 0 {
		when += ", " + strings.TrimSpace(monthWords[c.Issued.Month-1]+" "+strings.TrimPrefix(strconv.Itoa(c.Issued.Day), "0"))
	}
	title := c.Title
	var extra []string
	if c.Type == "book" && c.Edition != "" {
		extra = append(extra, ordinal(c.Edition)+" ed.")
	}
	if c.Number != "" && c.ownTitle() {
		extra = append(extra, "No. "+c.Number)
	}
	for _, f := range c.Other {
		if f.Tag == "version" {
			extra = append(extra, "Version "+f.Value)
		}
	}
	if c.ownTitle() {
		title = italic(title)
	}
	if len(extra) > 0 {
		title += " (" + strings.Join(extra, ", ") + ")"
	}
	switch {
	case c.Type == "thesis" && c.genre != "":
		title += " [" + c.genre + "]"
	case c.Type == "dataset":
		title += " [Dataset]"
	}
	rest := ""
	switch {
	case c.Type == "chapter" || c.Type == "paper-conference" && len(c.Editors) > 0:
		in := "In "
		if len(c.Editors) > 0 {
			var all []string
			for _, n := range c.Editors {
				all = append(all, c.named(n, false))
			}
			in += and(all, " & ", ", & ") + map[bool]string{true: " (Ed.), ", false: " (Eds.), "}[len(all) == 1]
		}
		in += italic(c.Container)
		if c.Pages != "" {
			in += " (" + pp(c.Pages) + c.pages() + ")"
		}
		rest = sentences(in, c.Publisher)
	case !c.ownTitle():
		rest = italic(c.Container)
		if c.Volume != "" {
			rest += ", " + italic(c.Volume)
		}
		if c.Issue != "" {
			rest += map[bool]string{true: "(", false: ", ("}[c.Volume != ""] + strings.ReplaceAll(c.Issue, "-", "–") + ")"
		}
		if c.Pages != "" {
			rest += ", " + c.pages()
		}
		if rest != "" {
			rest = stop(rest)
		}
	case c.Type == "webpage":
		rest = sentences(c.Container)
	default:
		rest = sentences(or(c.Publisher, c.Container))
	}
	link := c.link()
	if link != "" && c.Issued.Year == 0 && c.Accessed.Year > 0 && c.doi() == "" {
		link = "Retrieved " + longDate(c.Accessed) + ", from " + link
	}
	head := stop(who) + " (" + when + "). " + stop(title)
	if who == "" {
		head = stop(title) + " (" + when + ")."
	}
	return strings.Join(slices.DeleteFunc([]string{head, rest, link}, func(s string) bool { return s == "" }), " ")
}

// pp is "p." for one page and "pp." for several.
func pp(pages string) string {
	if strings.ContainsAny(pages, "-,") {
		return "pp. "
	}
	return "p. "
}

func (c citing) chicago() string {
	who := c.list()
	if c.edited {
		who += map[bool]string{true: ", ed.", false: ", eds."}[len(c.people) == 1 && !c.etal]
	}
	title := c.cased(c.Title)
	container := italic(c.cased(c.Container))
	news := c.Type == "article-newspaper" || c.Type == "article-magazine"
	link := c.link()
	house := c.house()
	outlet := false // stands in the author's place
	if who == "" {
		switch {
		case news && container != "":
			who, outlet = container, true
		case c.Type == "book":
			who, title = italic(title), ""
		default:
			who, title = quoted(title), ""
		}
	}
	head := stop(who) + " " + stop(c.year())
	if title != "" {
		switch {
		case c.Type == "book":
			title = italic(title)
		case outlet:
			title = strings.TrimSuffix(quoted(title), "”") + ",” " + longDate(c.Issued)
		default:
			title = quoted(title)
		}
	}
	switch {
	case outlet:
		return sentences(head, title, link)
	case news:
		return sentences(head, title, commas(container, longDate(c.Issued)), link)
	case c.Type == "chapter" || c.Type == "paper-conference" && container != "":
		in := "In " + container
		if len(c.Editors) > 0 {
			var all []string
			for _, n := range c.Editors {
				all = append(all, c.named(n, false))
			}
			in += ", edited by " + and(all, " and ", ", and ")
		}
		return sentences(head, title, commas(in, c.pages()), house, link)
	case c.Type == "article-journal" || c.Type == "review":
		place := strings.TrimSpace(container + " " + c.Volume)
		if c.Issue != "" {
			place += " (" + strings.ReplaceAll(c.Issue, "-", "–") + ")"
		}
		if c.Pages != "" {
			place += ": " + c.pages()
		}
		return sentences(head, title, place, link)
	case c.Type == "post-weblog":
		if container != "" {
			container += " (blog)"
		}
		return sentences(head, title, container, longDate(c.Issued), link)
	case c.Type == "webpage" || c.Type == "post":
		when := ""
		switch {
		case c.Issued.Month > 0:
			when = longDate(c.Issued)
		case c.Issued.Year == 0 && c.Accessed.Year > 0:
			when = "Accessed " + longDate(c.Accessed)
		}
		return sentences(head, title, c.Container, when, link)
	case c.Type == "thesis":
		return sentences(head, title, commas(c.genre, c.Publisher), link)
	case c.Type == "book":
		edition := ""
		if c.Edition != "" {
			edition = ordinal(c.Edition) + " ed"
		}
		return sentences(head, title, edition, house, link)
	}
	return sentences(head, title, c.Number, or(house, c.Container), link)
}

// commas joins what is there with commas.
func commas(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func (c citing) harvard() string {
	who := c.list()
	if c.edited {
		who += map[bool]string{true: " (ed.)", false: " (eds.)"}[len(c.people) == 1 && !c.etal]
	}
	title := c.Title
	switch {
	case c.Type == "dataset" || c.Type == "article":
		title = quoted(title)
	case c.ownTitle():
		title = italic(title)
	default:
		title = quoted(title)
	}
	news := c.Type == "article-newspaper" || c.Type == "article-magazine"
	container := italic(c.Container)
	if who == "" && news && container != "" {
		who, container = container, ""
	}
	head := strings.TrimSpace(who + " (" + c.year() + ")")
	if who == "" {
		head, title = title+" ("+c.year()+")", ""
	}
	link := ""
	if l := c.link(); l != "" {
		if link = "Available at: " + l; c.doi() == "" && c.Accessed.Year > 0 {
			link += " (Accessed: " + longDate(c.Accessed) + ")"
		}
	}
	pages := ""
	if c.Pages != "" {
		pages = pp(c.Pages) + c.pages()
	}
	issue := c.Volume
	if c.Issue != "" {
		issue += "(" + strings.ReplaceAll(c.Issue, "-", "–") + ")"
	}
	// within joins to the title with a comma, which goes inside its quotes.
	within := func(parts ...string) string {
		rest := commas(parts...)
		if title == "" || rest == "" {
			return strings.TrimSpace(head + " " + title + rest)
		}
		if t, ok := strings.CutSuffix(title, "”"); ok {
			return head + " " + t + ",” " + rest
		}
		return head + " " + title + ", " + rest
	}
	switch {
	case news:
		return sentences(within(container, shortDay(c.Issued), pages), link)
	case c.Type == "post-weblog" || c.Type == "post":
		return sentences(within(container, shortDay(c.Issued)), link)
	case c.Type == "webpage":
		return sentences(within(container), link)
	case c.Type == "article-journal" || c.Type == "review":
		return sentences(within(container, issue, pages), link)
	case c.Type == "chapter":
		in := "in "
		if len(c.Editors) > 0 {
			var all []string
			for _, n := range c.Editors {
				all = append(all, c.named(n, false))
			}
			in += and(all, " and ", " and ") + map[bool]string{true: " (ed.) ", false: " (eds.) "}[len(all) == 1]
		}
		return sentences(within(in+container), commas(c.house(), pages), link)
	case c.Type == "paper-conference":
		return sentences(within(container), commas(c.house(), pages), link)
	}
	edition := ""
	if c.Type == "book" && c.Edition != "" {
		edition = ordinal(c.Edition) + " ed"
	}
	genre := ""
	if c.Type == "thesis" {
		genre = c.genre
	}
	return sentences(strings.TrimSpace(head+" "+title), edition, genre, c.Number, or(c.house(), c.Container), link)
}

func (c citing) vancouver() string {
	who := c.list()
	if c.edited {
		who += map[bool]string{true: ", editor", false: ", editors"}[len(c.people) == 1 && !c.etal]
	}
	online := c.doi() == "" && c.URL != ""
	internet, cited, link := "", "", ""
	switch {
	case c.doi() != "":
		link = "doi:" + c.DOI
	case online:
		internet, link = " [Internet]", "Available from: "+c.URL
		if c.Accessed.Year > 0 {
			cited = " [cited " + nlmDate(c.Accessed) + "]"
		}
	}
	pages := c.pages()
	when := nlmDate(c.Issued)
	tail := func(parts ...string) string {
		s := sentences(append([]string{who}, parts...)...)
		if link != "" {
			s += " " + link
		}
		return s
	}
	switch {
	case !c.ownTitle() && c.Type != "chapter" && c.Type != "paper-conference":
		name := c.Container
		if c.Type == "article-journal" {
			name = or(smart(strings.ReplaceAll(c.ContainerShort, ".", "")), c.Container)
		}
		place := when + cited
		switch {
		case c.Volume != "" || c.Issue != "":
			place += ";" + c.Volume
			if c.Issue != "" {
				place += "(" + strings.ReplaceAll(c.Issue, "-", "–") + ")"
			}
			if pages != "" {
				place += ":" + pages
			}
		case pages != "" && c.Type == "article-newspaper":
			place += ":" + pages
		case pages != "":
			place += ";" + pages
		}
		return tail(c.Title, name+internet, place)
	case c.Type == "chapter" || c.Type == "paper-conference" && c.Container != "":
		in := c.Container
		if len(c.Editors) > 0 {
			var all []string
			for _, n := range c.Editors {
				all = append(all, c.named(n, false))
			}
			in = strings.Join(all, ", ") + map[bool]string{true: ", editor. ", false: ", editors. "}[len(all) == 1] + in
		}
		if pages != "" {
			pages = "p. " + pages
		}
		return tail(c.Title, "In: "+in+internet, semicolon(c.house(), when+cited), pages)
	case c.Type == "webpage" && c.Container != "":
		year := ""
		if c.Issued.Year > 0 {
			year = strconv.Itoa(c.Issued.Year)
		}
		return tail(c.Container+internet, strings.TrimSpace(year+cited), c.Title)
	case c.Type == "webpage":
		return tail(c.Title+internet, strings.TrimSpace(when+cited))
	}
	title := c.Title
	if c.Type == "thesis" && c.genre != "" {
		title += " [" + c.genre + "]"
	}
	edition, number := "", ""
	if c.Type == "book" && c.Edition != "" {
		edition = ordinal(c.Edition) + " ed"
	}
	if c.Number != "" {
		number = "Report no.: " + c.Number
	}
	if c.Type == "dataset" || c.Type == "article" || c.Type == "book" || c.Type == "thesis" {
		when = strings.SplitN(when, " ", 2)[0]
	}
	return tail(title+internet, edition, semicolon(or(c.house(), c.Container), when+cited), number)
}

func semicolon(house, when string) string {
	if house != "" && when != "" {
		return house + "; " + when
	}
	return house + when
}

// nlmDate is "2015 Jun 23".
func nlmDate(d Date) string {
	if d.Year == 0 {
		return ""
	}
	s := strconv.Itoa(d.Year)
	switch {
	case d.Season > 0:
		s += " " + []string{"Spring", "Summer", "Autumn", "Winter"}[d.Season-1]
	case d.Month > 0:
		s += " " + monthShort[d.Month-1]
		if d.Day > 0 {
			s += " " + strconv.Itoa(d.Day)
		}
	}
	return s
}

// smart turns straight quotes into curly ones.
func smart(s string) string {
	if !strings.ContainsAny(s, `'"`) {
		return s
	}
	var out strings.Builder
	before := ' '
	for _, r := range s {
		open := unicode.IsSpace(before) || strings.ContainsRune("([{“‘—–>", before)
		switch {
		case r == '\'' && open && before != '>':
			out.WriteRune('‘')
		case r == '\'':
			out.WriteRune('’')
		case r == '"' && open:
			out.WriteRune('“')
		case r == '"':
			out.WriteRune('”')
		default:
			out.WriteRune(r)
		}
		before = r
	}
	return out.String()
}

// lowWords stay small in a title in title case, except at its ends and after a colon.
var lowWords = strings.Fields("a about above across after against along among amid and around as at before behind below beneath beside between beyond but by down during except for from in inside into like near nor of off on onto or out outside over past per since so than the through throughout till to toward towards under underneath until up upon versus via vs. with within without yet")

var titleWord = pattern.Late(`<[^<>]*>|[^\s<>]+`)

// titleCase writes an English title in title case; one in another language stays as it is.
func titleCase(s, language string) string {
	if l := strings.ToLower(language); l != "" && !strings.HasPrefix(l, "en") {
		return s
	}
	words := 0
	for _, w := range titleWord().FindAllString(s, -1) {
		if w[0] != '<' {
			words++
		}
	}
	n, start := 0, true
	return titleWord().ReplaceAllStringFunc(s, func(w string) string {
		if w[0] == '<' {
			return w
		}
		n++
		first := start
		start = strings.ContainsAny(w[len(w)-1:], ":?!")
		bare := strings.ToLower(strings.Trim(w, `“”‘’.,;:?!()`))
		if !first && n < words && slices.Contains(lowWords, bare) && strings.ToLower(w) == w {
			return w
		}
		if strings.ToLower(w) != w {
			return w // it has capitals of its own
		}
		for i, r := range w {
			if unicode.IsLetter(r) {
				return w[:i] + string(unicode.ToTitle(r)) + w[i+utf8.RuneLen(r):]
			}
			if unicode.IsDigit(r) {
				break
			}
		}
		return w
	})
}
