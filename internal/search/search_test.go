package search

import (
	"strings"
	"testing"

	"throughline/internal/fault"
)

func TestTokens(t *testing.T) {
	for text, want := range map[string]string{
		"The Protesters' café — 3rd!": "the protesters cafe 3rd", "Știri, ÎNȚELEGE": "stiri intelege", "الشَّارِع أمام": "الشارع امام", "Ժողովուրդը": "ժողովուրդը", "don’t stop": "dont stop",
		"民众走上": "民众 众走 走上 上", "ผู้คน": "ผู้ค คน น", "": "", "a民b": "a 民 b", "Straße": "strasse",
		"STRAẞE": "strasse", "ΠΟΛΙΣ πόλις": "πολισ πολισ", "İstanbul ISPARTA ısparta": "istanbul isparta isparta", "Łódź, smørrebrød, œuvre": "lodz smorrebrod oeuvre",
		"l’État qu'elle, dell'unità": "l etat qu elle dell unita", "d'Arcy O'Neill don't aujourd'hui c'mon": "d arcy oneill dont aujourdhui cmon",
		"مدرسة على کتاب ایران ٢٠١١ ۱۳۹۹": "مدرسه علي كتاب ايران 2011 1399", "محـــمد": "محمد", "か\u3099く": "がく く", "cafe\u0301 café": "cafe cafe",
	} {
		var got []string
		r := []rune(text)
		for _, x := range Tokens(text) {
			got = append(got, x.Text)
			if x.From < 0 || x.To > len(r) || x.From >= x.To {
				t.Errorf("%q: %+v", text, x)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %q; expected %q", text, strings.Join(got, " "), want)
		}
	}
}

func TestFind(t *testing.T) {
	text := "The Police came to the square at noon. Protesters sang; ประชาชนออกมาบนท้องถนน. 民众走上街头。 قال الشاهد"
	for query, want := range map[string]bool{
		"police": true, "POLICE square": true, "police army": false, "police OR army": true, "police NOT army": true, "police -square": false, `"came to the"`: true, `"to came"`: false, "protest*": true, "test*": false,
		"protesers~": true, "protsters~": true, "protstes~": false, "protstes~2": true, "police NEAR/5 square": true, "square NEAR/5 police": true, "police NEAR/2 square": false, "(army OR police) (noon OR night)": true,
		"ประชาชน": true, "ท้องถนน": true, "ตำรวจ": false, "街头": true, "街": true, "走街": false, "头": true, "الشاهد": true, `"ประชาชน" police`: true, "“came to”": true, `"noon protesters" NEAR/3 square`: true,
		"protest* NEAR/5 noon": true, "protest* NEAR/5 came": false, "(army OR police) NEAR/5 square": true, "(army OR noon) NEAR/2 came": false, "»came to«": true, "«came to»": true, "「came to」": true, "lang:en AND police": true, `"a:b" OR police`: true, "10:30 OR police": true,
	} {
		a, err := Parse(query)
		if err != nil {
			t.Errorf("%s: %v", query, err)
			continue
		}
		got, at := a.Query.Find(text)
		if got != want {
			t.Errorf("%s: %t; expected %t (%+v)", query, got, want, a.Query)
		}
		if got && len(at) == 0 {
			t.Errorf("%s: nothing is highlighted", query)
		}
	}
	a, err := Parse("lang:th case:case-a protest* kind:report source:doc-x code:code-y")
	if err != nil || a.Lang[0] != "th" || a.Case[0] != "case-a" || a.Kind[0] != "report" || a.Source[0] != "doc-x" || a.Code[0] != "code-y" || a.Query.Op != Word {
		t.Errorf("%+v, %v", a, err)
	}
	for query, says := range map[string]string{"": "no word", "(a": "closed", "a)": "closes nothing", `"a`: "not closed", "NOT a": "must not", "-a": "must not", "a OR": "OR", "OR a": "OR", "a NEAR/99 b": "1 to 50", "NEAR a": "NEAR", "NOT": "NOT", "lang:": "value", "AND a": "AND", "a AND": "AND", "a AND OR b": "AND", "(a AND) b": "AND", "*a": "at the end", "a*b": "at the end", "a~3": "two", "a~b": "two", "co-op~": "single word", "民众走~": "single word", "author:x": "no filter author:", "a~ NEAR b": "fuzzy", "a OR NOT b": "must not", "»a": "not closed", "!!": "no word", strings.Repeat("(", 60) + "a": "brackets"} {
		if _, err := Parse(query); fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), says) {
			t.Errorf("%q: %v; expected words with %q", query, err, says)
		}
	}
}

func TestHint(t *testing.T) {
	for query, want := range map[string]bool{"police or army": true, "police ODER army": true, "police OR army": false, `police "or" army`: false, "police": false} {
		a, err := Parse(query)
		if err != nil || strings.Contains(a.Hint, "capital letters") != want {
			t.Errorf("%s: %q, %v", query, a.Hint, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`a "b c" OR (d~ NEAR/3 e*) -f lang:th`, "ประ 民 ((", "NOT NOT a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Parse(s)
		if err != nil {
			return
		}
		a.Query.Find("some text ประชาชน")
	})
}
