package biblio

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"throughline/exchange/tabular"
	"throughline/internal/pattern"
)

// columns say what the columns of other programs' tables mean, by their names in small letters without blanks and signs.
// Names in the same row are tried in turn, so that of several the first wins and the others are kept beside.
var columns = map[string][]string{
	"id":                  {"id", "key", "recordid", "covidence", "internalid", "lensid", "eid", "ref", "centralid", "utuniqueid", "citationkey"},
	"title":               {"title", "articletitle", "primarytitle", "titles", "documenttitle", "itemtitle", "headline"},
	"title-short":         {"shorttitle"},
	"author":              {"authors", "author", "authornames", "firstauthors", "creators", "authorships", "authorshipsauthordisplayname", "by", "byline"},
	"authorfull":          {"authorfullnames"},
	"editor":              {"editors", "editor", "secondaryauthors"},
	"translator":          {"translator", "translators"},
	"container":           {"journal", "sourcetitle", "journaltitle", "publicationtitle", "journalbook", "publication", "containertitle", "journalname", "secondarytitle", "outlet", "newspaper", "website", "primarylocationsourcedisplayname", "alternatetitle3", "periodical", "source"},
	"container-short":     {"journalabbreviation", "abbreviatedsourcetitle", "journalabbr", "alternatetitle2", "alternatetitle1"},
	"collection":          {"series", "collectiontitle", "seriestitle"},
	"publisher":           {"publisher", "bookpublisher", "institution"},
	"place":               {"place", "placepublished", "location", "city", "publisherlocation"},
	"volume":              {"volume", "vol"},
	"issue":               {"issue", "number", "issuenumber", "no"},
	"edition":             {"edition"},
	"pages":               {"pages", "page", "pagerange"},
	"first":               {"startpage", "firstpage", "pagestart", "bibliofirstpage"},
	"last":                {"endpage", "lastpage", "pageend", "bibliolastpage"},
	"doi":                 {"doi", "doilink"},
	"isbn":                {"isbn", "isbns"},
	"issn":                {"issn", "issns", "eissn"},
	"pmid":                {"pmid", "pubmedid", "medlinepmid"},
	"pmcid":               {"pmcid", "pmc"},
	"url":                 {"url", "link", "externalurl", "plink", "fulltexturl", "articleurl", "urls", "fulltextlink", "embaselink", "doiurl"},
	"language":            {"language", "articlelanguage", "languageoforiginaldocument", "lang"},
	"abstract":            {"abstract", "abstractnote", "notesabstract", "description", "summary"},
	"issued":              {"date", "publicationdate", "datepublished", "dateofpublication", "coverdate", "published", "issued"},
	"year":                {"year", "publicationyear", "publishedyear", "pubyear"},
	"month":               {"month", "publishedmonth"},
	"day":                 {"day", "publishedday"},
	"event":               {"eventdate", "dateofevent", "conferencedate"},
	"accessed":            {"accessdate", "dateaccessed", "accessed", "retrieved"},
	"archived":            {"archived", "archivedcopy", "archiveurl", "archivedurl"},
	"archived-hash":       {"archivedhash", "archivehash", "sha256", "hash"},
	"archived-on":         {"archivedon", "archivedate", "archiveddate"},
	"credibility":         {"credibility", "credibilitynote", "sourcecredibility"},
	"title-translated":    {"translatedtitle", "titletranslated", "titletranslation", "englishtitle"},
	"abstract-translated": {"translatedabstract", "abstracttranslated", "englishabstract"},
	"keyword":             {"keywords", "authorkeywords", "keyword", "manualtags", "tags", "subjects"},
	"note":                {"notes", "note", "extra"},
	"type":                {"itemtype", "typeofreference", "publicationtype", "documenttype", "doctype", "type", "typeofwork", "referencetype"},
	"number":              {"reportnumber"},
	"label":               {"included", "labelincluded", "finalincluded", "label", "decision", "screening", "relevant", "consensus"},
}

var meaning = func() map[string]string {
	m := map[string]string{}
	for what, names := range columns {
		for _, n := range names {
			m[n] = what
		}
	}
	return m
}()

// plainName is a column's name in small letters, without blanks and signs.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// ownMark names the first column of tables that Write makes. In those, cells of several values divide them by "; ", a
// backslash stands before a semicolon or backslash within a value, and an apostrophe before what a spreadsheet would run.
const ownMark = "throughline:id"

// header is the row that names the columns.
type header struct {
	names []string
	what  []string // per column; empty: unknown
	known int      // how many columns are known
	own   bool
	comma byte
	line  int
}

func (h *header) format() Format {
	if h.comma == '\t' {
		return TSV
	}
	return CSV
}

// rank is the place of a column's name among those that mean the same.
func (h *header) rank(i int) int { return slices.Index(columns[h.what[i]], plainName(h.names[i])) }

// makeHeader takes a row as header when it names a title, or two columns that are known.
func makeHeader(cells []string, comma byte, line int) *header {
	h := &header{comma: comma, line: line}
	title := false
	for i, c := range cells {
		c = strings.TrimSpace(strings.TrimPrefix(c, "\ufeff"))
		h.names = append(h.names, c)
		if i == 0 && c == ownMark {
			h.own = true
		}
		what := meaning[plainName(c)]
		h.what = append(h.what, what)
		if what != "" {
			h.known++
			title = title || what == "title"
		}
		if len(c) > 300 && !h.own { // prose
			return nil
		}
	}
	if h.own || title && len(cells) > 1 || h.known >= 3 {
		return h
	}
	return nil
}

// findHeader looks for the header in the first rows, since some exports open with their search query.
func findHeader(s string, comma byte) (*header, *tabular.Scanner) {
	commas := []byte{',', ';', '\t'}
	if comma != 0 {
		commas = []byte{comma}
	}
	var best *header
	var after *tabular.Scanner
	for _, comma := range commas {
		sc := tabular.NewScanner(s, comma)
		for row := 0; row < 40 && sc.Next(); row++ {
			if len(sc.Cells) > tabular.MaxColumns {
				break
			}
			if h := makeHeader(sc.Cells, comma, sc.Line); h != nil && (best == nil || len(h.names) > len(best.names)) {
				copied := *sc
				best, after = h, &copied
				break
			}
		}
	}
	return best, after
}

func (f *File) readCSV(s string) error {
	var comma byte
	if f.Format == TSV {
		comma = '\t'
	}
	h, sc := findHeader(s, comma)
	if h == nil {
		return wrong("the table has no line that names its columns; one of them must be the title")
	}
	f.Format = h.format()
	if h.comma == ';' {
		f.note("its columns are divided by semicolons")
	}
	if h.line > 1 {
		f.note("the columns are named on line %d; what stands before it was passed over", h.line)
	}
	for sc.Next() {
		if sc.Broken {
			f.refuse(sc.Line, "a quote is opened and never closed; a quote within a cell is written twice, and the cell stands in quotes")
			continue
		}
		f.row(h, sc.Cells, sc.Line)
	}
	return nil
}

// row makes a record of a row.
func (f *File) row(h *header, cells []string, line int) {
	for len(cells) > len(h.names) && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if !slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
		return
	}
	if len(cells) > len(h.names) {
		f.refuse(line, "it has %d cells, but the header has %d columns; a cell with a comma in it stands in quotes", len(cells), len(h.names))
		return
	}
	if h.own {
		f.keep(ownRow(h, cells, line))
		return
	}
	f.keep(foreignRow(h, cells, line))
}

var more = pattern.Late(`^(.*) \+\d+$`) // a column that goes on with the one before

func ownRow(h *header, cells []string, line int) Record {
	r := Record{Line: line}
	for i := 0; i < len(cells); i++ {
		name, value := h.names[i], ""
		if i == 0 {
			name = "id"
		}
		value = cells[i]
		for i+1 < len(cells) {
			m := more().FindStringSubmatch(h.names[i+1])
			if m == nil || m[1] != name {
				break
			}
			i++
			value += cells[i]
		}
		value = unguard(value)
		if value == "" {
			continue
		}
		if !several(name) {
			r.set(name, value)
			continue
		}
		for _, v := range splitCell(value) {
			if !r.set(name, v) {
				r.other(name, v)
			}
		}
	}
	return r
}

// several tells whether a column of ours holds a list.
func several(name string) bool {
	for _, t := range text {
		if t.name == name {
			return false
		}
	}
	for _, d := range dates {
		if d.name == name {
			return false
		}
	}
	return true
}

var cellSpecial = strings.NewReplacer(`\`, `\\`, `;`, `\;`)

func splitCell(s string) []string {
	var all []string
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case s[i] == ';':
			all = append(all, strings.TrimSpace(b.String()))
			b.Reset()
		default:
			b.WriteByte(s[i])
		}
	}
	return append(all, strings.TrimSpace(b.String()))
}

// guard puts an apostrophe before what a spreadsheet would take for a formula; unguard takes it away.
func guard(s string) string {
	if runs(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if rest, ok := strings.CutPrefix(s, "'"); ok && runs(strings.TrimLeft(rest, "'")) {
		return rest
	}
	return s
}

func runs(s string) bool {
	for _, r := range strings.TrimSpace(s) {
		return strings.ContainsRune("=+-@＝＋－＠", r)
	}
	return false
}

// typeWords give the CSL type of words that tables, EndNote and Refer use, without blanks and in small letters.
var typeWords, typeMore = words()

// words makes typeWords, and the set of those words that say more than their type; a star marks them.
func words() (map[string]string, map[string]bool) {
	types, more := map[string]string{}, map[string]bool{}
	for csl, names := range map[string]string{
		"article-journal":        "journalarticle article jour journal articlejournal *review *articleinpress *academicjournal *electronicarticle",
		"article-magazine":       "magazinearticle magazine",
		"article-newspaper":      "newspaperarticle newspaper news newsarticle",
		"article":                "preprint",
		"bill":                   "bill",
		"book":                   "book *editedbook *electronicbook *monograph",
		"broadcast":              "*podcast *radiobroadcast *tvbroadcast *audiovisualmaterial *televisionepisode",
		"chapter":                "booksection bookchapter chapter *electronicbooksection",
		"classic":                "classicalwork *ancienttext",
		"collection":             "serial",
		"dataset":                "dataset *onlinedatabase *aggregateddatabase",
		"document":               "document generic *catalog *grant",
		"entry-dictionary":       "dictionary dictionaryentry",
		"entry-encyclopedia":     "encyclopedia encyclopediaarticle",
		"figure":                 "figure *chartortable *equation",
		"graphic":                "artwork",
		"hearing":                "hearing",
		"interview":              "interview",
		"legal_case":             "case",
		"legislation":            "statute *legalruleorregulation *legislation",
		"manuscript":             "manuscript *unpublishedwork",
		"map":                    "map",
		"motion_picture":         "film filmorbroadcast *videorecording *onlinemultimedia",
		"musical_score":          "music",
		"pamphlet":               "pamphlet",
		"paper-conference":       "conferencepaper conferenceproceedingsarticle *conferenceproceedings",
		"patent":                 "patent",
		"personal_communication": "personalcommunication *letter *email",
		"post":                   "forumpost *socialmedia *discussionforum",
		"post-weblog":            "blogpost blog",
		"report":                 "report *governmentdocument *pressrelease",
		"software":               "computerprogram software",
		"song":                   "audiorecording",
		"speech":                 "presentation",
		"standard":               "standard",
		"thesis":                 "thesis *dissertation",
		"webpage":                "webpage website web",
	} {
		for _, n := range strings.Fields(names) {
			name := strings.TrimPrefix(n, "*")
			types[name], more[name] = csl, n != name
		}
	}
	return types, more
}

func foreignRow(h *header, cells []string, line int) Record {
	r := Record{Line: line}
	var date, first, last []Field
	var year, month, day string
	var rest []int // columns of one text, to be taken in the order of their names
	authorsFull := false
	for i, c := range cells {
		authorsFull = authorsFull || h.what[i] == "authorfull" && strings.TrimSpace(c) != ""
	}
	for i, c := range cells {
		name, what := h.names[i], h.what[i]
		if c = strings.TrimSpace(c); c == "" || name == "" && c == "" {
			continue
		}
		if name == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		f := Field{name, c}
		switch what {
		case "":
			r.other(name, c)
		case "author":
			if authorsFull || len(r.Authors) > 0 {
				r.other(name, c)
			} else {
				r.Authors = names(c)
			}
		case "authorfull":
			r.Authors = names(scopusID().ReplaceAllString(c, ""))
			if scopusID().MatchString(c) {
				r.other(name, c)
			}
		case "editor":
			r.Editors = append(r.Editors, names(c)...)
		case "translator":
			for _, n := range names(c) {
				r.Contributors = append(r.Contributors, Contributor{"translator", n})
			}
		case "keyword":
			r.Keywords = append(r.Keywords, list(c)...)
		case "note":
			r.note(c)
		case "label":
			r.Labels = append(r.Labels, f)
		case "type":
			r.wordType(name, c)
		case "issued":
			date = append(date, f)
		case "event":
			r.Event = ParseDate(c)
		case "accessed":
			r.Accessed = ParseDate(c)
		case "archived-on":
			r.ArchivedOn = ParseDate(c)
		case "year":
			if year == "" {
				year = strings.TrimSuffix(c, ".0")
				date = append(date, Field{name, year})
			} else {
				r.other(name, c)
			}
		case "month":
			month = c
		case "day":
			day = c
		case "first":
			first = append(first, f)
		case "last":
			last = append(last, f)
		case "issn", "isbn":
			for _, n := range list(c) {
				r.serial(name, n)
			}
		default:
			rest = append(rest, i)
		}
	}
	slices.SortStableFunc(rest, func(i, j int) int { return h.rank(i) - h.rank(j) })
	for _, i := range rest {
		for _, t := range text {
			if t.name == h.what[i] {
				r.first(t.of(&r), h.names[i], cells[i])
			}
		}
	}
	if r.Type == "" {
		if r.Type = "document"; r.Container != "" && (r.ISSN != "" || r.Volume != "") {
			r.Type = "article-journal"
		}
	}
	if month != "" || day != "" {
		full := Field{"date", strings.TrimSpace(day + " " + month + " " + year)}
		if n, err := strconv.Atoi(month); err == nil && n >= 1 && n <= 12 {
			d, _ := strconv.Atoi(day)
			y, _ := strconv.Atoi(year)
			full.Value = edtf(y, n, d)
		}
		date = append([]Field{full}, date...)
	}
	for i, f := range date {
		date[i].Value = serialDate(f.Value)
	}
	r.issue(date)
	if a, b := firstOf(first), firstOf(last); r.Pages == "" && a != "" && b != "" && a != b && !strings.Contains(a, "-") {
		r.Pages = a + "-" + b
	} else if r.Pages == "" && a != "" {
		r.Pages = a
	} else {
		for _, f := range append(first, last...) {
			if !strings.Contains(r.Pages, f.Value) {
				r.other(f.Tag, f.Value)
			}
		}
	}
	if r.Title == "" { // some call the only title that they have by another name
		for i, f := range r.Other {
			if p := plainName(f.Tag); p == "displayname" || p == "originaltitle" {
				r.Title, r.Other = f.Value, slices.Delete(r.Other, i, i+1)
				break
			}
		}
	}
	return r
}

var scopusID = pattern.Late(` \(\d{6,}\)`)

// serialDate turns the day number that a workbook keeps for a date into that date.
func serialDate(s string) string {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || n < 20000 || n > 80000 {
		return s
	}
	// Days since 1899-12-30; civil date from day number after Hinnant, "chrono-compatible low-level date algorithms".
	z := int(n) - 25569 + 719468
	era := z / 146097
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d, m, y := doy-(153*mp+2)/5+1, mp+3, yoe+era*400
	if m > 12 {
		m, y = m-12, y+1
	}
	return edtf(y, m, d)
}

// list splits a cell of several values: a list as Python writes it, or divided by | or ;.
func list(s string) []string {
	s = strings.TrimSpace(s)
	if strings.HasPrefix(s, "['") && strings.HasSuffix(s, "']") {
		return strings.Split(s[2:len(s)-2], "', '")
	}
	for _, by := range []string{"|", ";", "\n"} {
		if strings.Contains(s, by) {
			return strings.Split(s, by)
		}
	}
	return []string{s}
}

var (
	shortName  = pattern.Late(`^(\S.*\S|\S) ((?:\p{Lu}\.?-?){1,4})( (?:Jr|Sr|II|III|2nd|3rd)\.?)?\.?$`)
	commaNames = pattern.Late(`^[^,;]+ (?:\p{Lu}\.?[ -]?){1,4}(?:,\s*[^,;]+ (?:\p{Lu}\.?[ -]?){1,4})*\.?(?:,? et al\.?)?$`)
)

// names splits the names in a cell. Lists are divided by ; or | or "and"; "Smith J, Doe A" is a list of two.
func names(s string) []Name {
	parts := list(s)
	switch {
	case len(parts) > 1:
	case strings.Contains(s, " and "):
		parts = strings.Split(s, " and ")
	case strings.Count(s, ",") > 0 && commaNames().MatchString(strings.TrimSpace(s)):
		parts = strings.Split(s, ",")
	}
	var ns []Name
	for _, p := range parts {
		p = line(p)
		if m := shortName().FindStringSubmatch(p); m != nil && !strings.Contains(p, ",") {
			ns = append(ns, makeName(m[1], m[2], strings.TrimSpace(m[3])))
		} else if p != "" {
			ns = append(ns, ParseName(p))
		}
	}
	return ns
}

// table is the records as rows, the header first. Values longer than most go on in further columns.
func table(records []Record, most int) [][]string {
	type column struct {
		name  string
		parts int // how many cells it takes
	}
	place := map[string]int{"id": 0}
	columns := []column{{"id", 1}}
	for _, t := range []string{"type", "title", "author", "issued", "container", "doi", "url", "abstract"} {
		place[t] = len(columns)
		columns = append(columns, column{t, 1})
	}
	values := make([]map[int]string, len(records))
	for i, r := range records {
		values[i] = map[int]string{}
		for _, f := range r.fields() {
			at, ok := place[f.Tag]
			if !ok {
				at = len(columns)
				place[f.Tag] = at
				columns = append(columns, column{f.Tag, 1})
			}
			v := f.Value
			if several(f.Tag) {
				v = cellSpecial.Replace(v)
				if before, ok := values[i][at]; ok {
					v = before + "; " + v
				}
			}
			values[i][at] = v
			columns[at].parts = max(columns[at].parts, len(chunks(guard(v), most)))
		}
	}
	rows := make([][]string, len(records)+1)
	for i, c := range columns {
		for p := range c.parts {
			name := c.name
			if i == 0 {
				name = ownMark
			}
			if p > 0 {
				name = c.name + " +" + strconv.Itoa(p+1)
			}
			rows[0] = append(rows[0], name)
			for j := range records {
				cell := ""
				if cs := chunks(guard(values[j][i]), most); p < len(cs) {
					cell = cs[p]
				}
				rows[j+1] = append(rows[j+1], cell)
			}
		}
	}
	return rows
}

// chunks cuts a text into parts of at most n bytes, between characters; 0 is no limit.
func chunks(s string, n int) []string {
	if n == 0 || len(s) <= n {
		return []string{s}
	}
	var cs []string
	for len(s) > n {
		cut := n
		for cut > n-4 && s[cut]&0xc0 == 0x80 {
			cut--
		}
		cs, s = append(cs, s[:cut]), s[cut:]
	}
	return append(cs, s)
}

func writeTable(out io.Writer, records []Record, comma rune) error {
	w := csv.NewWriter(out)
	w.Comma = comma
	if err := w.WriteAll(table(records, 0)); err != nil {
		return err
	}
	return w.Error()
}
