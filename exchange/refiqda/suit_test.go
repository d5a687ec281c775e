package refiqda

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type element struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Kids    []element  `xml:",any"`
	Text    string     `xml:",chardata"`
}

func (e element) attr(name string) string { return attr(xml.StartElement{Attr: e.Attrs}, name) }

func (e element) all(name string) (out []element) {
	for _, k := range e.Kids {
		if k.XMLName.Local == name {
			out = append(out, k)
		}
	}
	return out
}

func (e element) say(name string) string {
	for _, k := range e.all(name) {
		return k.Text
	}
	return ""
}

// byQualCoder reads a package as the importer of QualCoder does, by its rules and not by ours, and tells what it keeps. What it
// would stop at is an error.
func byQualCoder(t *testing.T, data []byte) []string {
	t.Helper()
	var root element
	if err := xml.Unmarshal(qde(t, data), &root); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	body := func(path string) []rune {
		f, err := z.Open("sources/" + strings.TrimPrefix(path, "internal://"))
		if err != nil {
			t.Errorf("stops: %v", err)
			return nil
		}
		b, _ := io.ReadAll(f)
		if bytes.HasPrefix(b, []byte("\ufeff")) || bytes.Contains(b, []byte("\r")) {
			t.Errorf("%s: a byte order mark or a line end that is counted otherwise", path)
		}
		return []rune(string(b))
	}
	var out []string
	keep := func(parts ...string) { out = append(out, strings.Join(parts, " | ")) }
	once := map[string]bool{}
	name := func(sort, s string) string {
		if once[sort+s] || s == "" {
			t.Errorf("the %s %q is there twice, or has no name", sort, s)
		}
		once[sort+s] = true
		return s
	}
	dated := func(e element) {
		if e.attr("creationDateTime") == "" {
			t.Errorf("stops at a %s without a time", e.XMLName.Local)
		}
	}
	users := map[string]string{"": "default"}
	for _, list := range root.all("Users") {
		for _, u := range list.all("User") {
			users[u.attr("guid")] = u.attr("name")
		}
	}
	cases := map[string]string{}
	for _, list := range root.all("Cases") {
		for _, c := range list.all("Case") {
			if slices.ContainsFunc(c.Attrs, func(a xml.Attr) bool { return a.Name.Local == "name" }) {
				cases[c.attr("guid")] = name("case ", c.attr("name"))
			}
		}
	}
	codes := map[string]string{}
	var tree func(e element, under string)
	tree = func(e element, under string) {
		for _, c := range e.all("Code") {
			n := name("code ", c.attr("name"))
			codes[c.attr("guid")] = n
			if cases[c.attr("guid")] == "" {
				keep("code", under+n, c.say("Description"))
			}
			tree(c, under+n+" > ")
		}
	}
	tree(root.all("CodeBook")[0].all("Codes")[0], "")
	variables, ofCase := map[string]string{}, map[string]bool{}
	for _, list := range root.all("Variables") {
		for _, v := range list.all("Variable") {
			variables[v.attr("guid")] = name("variable ", v.attr("name"))
		}
	}
	values := func(e element, of string) {
		for _, v := range e.all("VariableValue") {
			n := variables[v.Kids[0].attr("targetGUID")]
			name("value of "+of, n)
			if ofCase[n] != (strings.HasPrefix(of, "case ")) {
				t.Errorf("%s is a variable of cases and of sources", n)
			}
			value := ""
			if len(v.Kids) > 1 {
				value = v.Kids[1].Text
			}
			keep("value", of, n, value)
		}
	}
	for _, list := range root.all("Cases") {
		for _, c := range list.all("Case") {
			for _, v := range c.all("VariableValue") {
				if cases[c.attr("guid")] != "" {
					ofCase[variables[v.Kids[0].attr("targetGUID")]] = true
				}
			}
		}
		for _, c := range list.all("Case") {
			if n := cases[c.attr("guid")]; n != "" {
				values(c, "case "+n)
			} else {
				values(c, "source of a case")
			}
		}
	}
	codings := func(where string, e element, words, memo string) {
		seen := map[string]bool{}
		for _, c := range e.all("Coding") {
			code := c.Kids[0].attr("targetGUID")
			if c.Kids[0].XMLName.Local != "CodeRef" || codes[code] == "" {
				t.Errorf("%s: a coding with no code", where)
			}
			if seen[code] {
				t.Errorf("%s: the code %s twice by one coder", where, codes[code])
			}
			seen[code] = true
			if n := cases[code]; n != "" {
				keep("of case", n, where, words)
			} else {
				keep("coding", where, words, codes[code], users[e.attr("creatingUser")], memo)
			}
		}
	}
	text := func(e element, n string) {
		runes := body(e.attr("plainTextPath"))
		keep("text", n, e.say("Description"))
		for _, x := range e.all("PlainTextSelection") {
			from, _ := strconv.Atoi(x.attr("startPosition"))
			to, _ := strconv.Atoi(x.attr("endPosition"))
			words := string(runes[from:to])
			if len(x.all("Coding")) == 0 {
				name("annotation ", fmt.Sprint(n, from, to, x.attr("creatingUser")))
				keep("annotation", n, words, x.say("Description"))
			}
			codings(n, x, words, x.say("Description"))
		}
		values(e, n)
	}
	for _, e := range root.all("Sources")[0].Kids {
		n := e.attr("name")
		switch e.XMLName.Local {
		case "TextSource":
			text(e, name("source ", n))
			continue
		case "PDFSource":
			if !strings.HasSuffix(n, ".pdf") {
				n += ".pdf"
			}
			name("source ", n)
			for _, r := range e.all("Representation") {
				text(r, n)
			}
			continue
		}
		name("source ", n)
		if strings.ContainsAny(n, `/\:*?"<>|`) {
			t.Errorf("%q is no name of a file everywhere", n)
		}
		keep(strings.ToLower(e.XMLName.Local), n, e.say("Description"))
		values(e, n)
		if len(e.all("Transcript")) > 0 {
			t.Errorf("%s has a transcript, whose codings move", n)
		}
		for _, x := range e.all("PictureSelection") {
			dated(x)
			codings(n, x, x.attr("firstX")+","+x.attr("firstY")+" "+x.attr("secondX")+","+x.attr("secondY"), x.attr("name"))
		}
		for _, x := range append(e.all("AudioSelection"), e.all("VideoSelection")...) {
			codings(n, x, x.attr("begin")+" to "+x.attr("end"), x.say("Description"))
		}
		switch e.XMLName.Local { // an empty transcript
		case "AudioSource":
			name("source ", n+".txt")
		case "VideoSource":
			name("source ", n+".transcribed")
		}
	}
	for _, list := range root.all("Notes") {
		for _, n := range list.all("Note") {
			dated(n)
			keep("journal", name("note ", n.attr("name")), string(body(n.attr("plainTextPath"))))
		}
	}
	slices.Sort(out)
	return out
}

// TestQualCoder writes a project with all that QualCoder's importer stops at or loses when it is written as the standard does,
// and finds that it keeps it.
func TestQualCoder(t *testing.T) {
	g := func(s string) string { return NewGUID("test", s) }
	coding := func(n, code, user string, notes ...string) Coding {
		return Coding{GUID: g("coding " + n), Code: g(code), User: g(user), Notes: notes}
	}
	note := func(n, name, text string) Source {
		return Source{GUID: g(n), Kind: TextSource, Name: name, Text: text, HasText: true, User: g("ana")}
	}
	p := Project{Name: "T", Origin: "Throughline", Memos: []string{g("n9"), g("n10")},
		Users:     []User{{g("ana"), "ana", ""}, {g("bo"), "bo", ""}},
		Codes:     []Code{{GUID: g("a"), Name: "A", Codable: true, Description: "What A is", Notes: []string{g("n1")}}, {GUID: g("a2"), Parent: g("a"), Name: "Other", Codable: true}, {GUID: g("b"), Name: "B", Codable: true}, {GUID: g("b2"), Parent: g("b"), Name: "Other", Codable: true}, {GUID: g("a3"), Name: "A", Codable: true}},
		Variables: []Variable{{GUID: g("v1"), Name: "country", Type: "Text"}, {GUID: g("v2"), Name: "country", Type: "Text"}, {GUID: g("v3"), Name: "long", Type: "Boolean"}},
		Cases: []Case{{GUID: g("case"), Name: "Armenia", Values: []Value{{g("v1"), "AM"}}, Sources: []string{g("text"), g("talk"), g("mural")}, Selections: []string{g("s3")}}, {GUID: g("case2"), Name: "Armenia"},
			{GUID: g("nameless"), Values: []Value{{g("v3"), "1"}}, Sources: []string{g("text2")}}},
		Sources: []Source{
			{GUID: g("text"), Kind: TextSource, Name: "Report", Text: "One 🟦 line.\nTwo lines.\n", HasText: true, Notes: []string{g("n2"), g("n3")}, Values: []Value{{g("v1"), "AM"}, {g("v1"), "GE"}, {g("v2"), "x"}}, Codings: []Coding{coding("whole", "b", "bo")},
				Selections: []Selection{{GUID: g("s1"), Kind: TextSelection, Start: 4, End: 10, User: g("ana"), Notes: []string{g("n4")}, Codings: []Coding{coding("1", "a", "ana"), coding("2", "a", "bo"), coding("3", "a2", "ana", g("n5"))}},
					{GUID: g("s2"), Kind: TextSelection, Start: 12, End: 15, Description: "look here"}, {GUID: g("s2b"), Kind: TextSelection, Start: 12, End: 15, Description: "and here"}}},
			{GUID: g("text2"), Kind: TextSource, Name: "Report", Text: "Three.", HasText: true, Selections: []Selection{{GUID: g("s3"), Kind: TextSelection, Start: 0, End: 5, Codings: []Coding{coding("4", "b2", "bo")}}}},
			{GUID: g("mural"), Kind: PictureSource, Name: "Mural: left/right", File: "x.PNG", Width: 40, Height: 30, Text: "A wall.", HasText: true, Notes: []string{g("n6")}, Codings: []Coding{coding("5", "a", "ana")},
				Selections: []Selection{{GUID: g("s4"), Kind: RegionSelection, Name: "A fist", Box: [4]int{1, 2, 3, 4}, Notes: []string{g("n7")}, Codings: []Coding{coding("6", "a3", "ana")}}, {GUID: g("s5"), Kind: TextSelection, Start: 2, End: 6, Codings: []Coding{coding("7", "a", "ana")}}}},
			{GUID: g("talk"), Kind: AudioSource, Name: "Report", File: "y.wav", Length: 9000, Codings: []Coding{coding("8", "b", "ana")}, Selections: []Selection{{GUID: g("s6"), Kind: TimeSelection, Name: "A pause", Begin: 10, Stop: 20, Notes: []string{g("n8")}, Codings: []Coding{coding("9", "a", "ana"), coding("10", "a", "bo")}}},
				Transcripts: []Transcript{{Source: Source{GUID: g("tr"), Kind: TextSource, Name: "Report.wav.txt", Text: "Q: When?\nA: Then.\n", HasText: true, Selections: []Selection{{GUID: g("s7"), Kind: SpanOfTranscript, Start: 3, End: 7, Codings: []Coding{coding("11", "b", "ana")}}, {GUID: g("s8"), Kind: SpanOfTranscript, Start: -1, End: -1, Begin: 30, Stop: 40, Codings: []Coding{coding("12", "b", "ana")}}}},
					Sync: []SyncPoint{{g("y1"), 0, 0}}}}},
			{GUID: g("decree"), Kind: PDFSource, Name: "Decree", File: "z.pdf", Description: "of 2019", Values: []Value{{g("v2"), "y"}}},
			{GUID: g("decree2"), Kind: PDFSource, Name: "Decree.pdf", File: "w.pdf", Text: "Article one.", HasText: true, Selections: []Selection{{GUID: g("s9"), Kind: TextSelection, Start: 0, End: 7, Codings: []Coding{coding("13", "a", "bo")}}}},
		},
		Notes: []Source{note("n1", "m", "memo on A"), note("n2", "m", "memo on the report"), note("n3", "m", "another"), note("n4", "m", "memo on words"), note("n5", "m", "memo on a coding"), note("n6", "m", "memo on the mural"), note("n7", "m", "memo on a fist"), note("n8", "m", "memo on a pause"), note("n9", "Plan", "what to do"), note("n10", "Plan", "what else")},
	}
	before := NewGUID("x", qdeOf(t, p))
	var b bytes.Buffer
	losses, err := Write(&b, p, WriteOptions{Profile: "qualcoder", Users: true, File: originals})
	if err != nil {
		t.Fatal(err)
	}
	if NewGUID("x", qdeOf(t, p)) != before {
		t.Error("writing changed the project")
	}
	valid(t, "Project-mrt2019.xsd", qde(t, b.Bytes()))
	want := []string{
		"annotation | Report | Two | look here\n\nand here",
		"audiosource | Report.wav | ",
		"code | A | What A is\n\nmemo on A", "code | A (2) | ", "code | A > A / Other | ", "code | B | ", "code | B > B / Other | ",
		"coding | Decree (2).pdf | Article | A | bo | ",
		"coding | Mural- left-right | wall | A | ana | ",
		"coding | Mural- left-right.png | 0,0 40,30 | A | ana | ",
		"coding | Mural- left-right.png | 1,2 3,4 | A (2) | ana | A fist\n\nmemo on a fist",
		"coding | Report | One 🟦 line.\nTwo lines.\n | B | bo | ",
		"coding | Report | 🟦 line | A / Other | ana | memo on a coding",
		"coding | Report | 🟦 line | A | ana | memo on words",
		"coding | Report | 🟦 line | A | bo | ",
		"coding | Report (2) | Three | B / Other | bo | ",
		"coding | Report.wav | 0 to 9000 | B | ana | ",
		"coding | Report.wav | 10 to 20 | A | ana | A pause\n\nmemo on a pause",
		"coding | Report.wav | 10 to 20 | A | bo | A pause",
		"coding | Report.wav | 30 to 40 | B | ana | ",
		"coding | Report.wav.txt (2) | When | B | ana | ",
		"journal | Plan (2) | what else", "journal | Plan | what to do",
		"of case | Armenia | Mural: left/right | A wall.", "of case | Armenia | Report (2) | Three", "of case | Armenia | Report | One 🟦 line.\nTwo lines.\n", "of case | Armenia | Report.wav.txt (2) | Q: When?\nA: Then.\n",
		"picturesource | Mural- left-right.png | memo on the mural",
		"text | Decree (2).pdf | ", "text | Decree.pdf | of 2019", "text | Mural: left/right | ", "text | Report (2) | ", "text | Report | memo on the report\n\nanother", "text | Report.wav.txt (2) | ",
		"value | Decree.pdf | country (2) | y", "value | Report | country (2) | x", "value | Report | country | AM; GE", "value | case Armenia | country (case) | AM", "value | source of a case | long | true",
	}
	for i, w := range want {
		want[i] = strings.Replace(w, "coding | Mural- left-right | wall", "coding | Mural: left/right | wall", 1)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, byQualCoder(t, b.Bytes())); diff != "" {
		t.Error(diff)
	}
	for _, w := range []string{"is called A / Other", "stands in the memo", "its times", "reads no texts of pictures", "is called Armenia (2)", "is called Decree (2).pdf"} {
		if !slices.ContainsFunc(losses, func(l Loss) bool { return strings.Contains(l.What, w) }) {
			t.Errorf("nothing tells %q", w)
		}
	}
	// What comes back into a study has its places, and no date that nobody gave.
	again, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), ReadOptions{})
	if err != nil || len(again.Losses) > 0 {
		t.Fatalf("%v, %+v", err, again.Losses)
	}
	for _, s := range again.Project.Sources {
		if s.Name == "Decree.pdf" && (s.Description != "of 2019" || len(s.Values) != 1) {
			t.Errorf("what is said of a PDF comes back as %q, %v", s.Description, s.Values)
		}
		for _, x := range s.Selections {
			if x.Created != "" {
				t.Errorf("%s: a date that nobody gave: %s", s.Name, x.Created)
			}
		}
	}
}

func qdeOf(t *testing.T, p Project) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := Write(&b, p, WriteOptions{Users: true, File: originals}); err != nil {
		t.Fatal(err)
	}
	return string(qde(t, b.Bytes()))
}
