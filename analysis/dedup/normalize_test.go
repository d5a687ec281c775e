package dedup

import "testing"

func TestNormalize(t *testing.T) {
	for _, tt := range []struct{ name, a, b string }{
		{"case and punctuation", "Anti-Corruption: A Review!", "anti corruption a review"},
		{"accents", "Démocratie à l’épreuve", "democratie a l'epreuve"},
		{"decomposed", "Re\u0301sume\u0301", "Résumé"},
		{"compatibility", "ﬁnancial ① Ｘ", "financial 1 x"},
		{"sharp s", "STRASSE", "Straße"},
		{"Polish, Nordic", "Łódź Øresund", "lodz oresund"},
		{"Turkish capital", "İSTANBUL", "istanbul"},
		{"Greek final sigma", "ΛΟΓΟΣ", "λόγος"},
		{"tags and references", "The <i>E. coli</i> &amp; me <sub>2</sub>", "the e coli and me 2"},
		{"Armenian case and ligature", "ԱՐԵՎ և ԿՅԱՆՔ", "արև եւ կյանք"},
		{"Armenian marks inside a word", "Ինչո՞ւ", "ինչու"},
		{"Arabic points and tatweel", "الفَسَادُ في الدّولـــة", "الفساد في الدولة"},
		{"Arabic hamza", "أزمة", "ازمة"},
		{"Hebrew points", "שָׁלוֹם", "שלום"},
		{"Hangul stays whole", "부패 방지", "부패 방지"},
		{"joiners", "می\u200cخواهم", "میخواهم"},
		{"soft hyphen", "anti\u00adcorruption", "anticorruption"},
	} {
		if a, b := Normalize(tt.a), Normalize(tt.b); a != b || a == "" {
			t.Errorf("%s: %q and %q differ", tt.name, a, b)
		}
	}
	for _, tt := range []struct{ name, a, b string }{
		{"Thai vowels", "การทุจริต", "การทจรต"},
		{"Thai tones", "ไม่", "ไม"},
		{"Japanese voicing", "が", "か"},
		{"Hindi vowels", "की", "का"},
		{"digits", "part 1", "part 2"},
		{"less than is not a tag", "p < i and b > c", "p c"},
	} {
		if a, b := Normalize(tt.a), Normalize(tt.b); a == b {
			t.Errorf("%s: %q and %q are the same", tt.name, tt.a, tt.b)
		}
	}
	if got, want := Normalize("การทุจริต"), "การทุจริต"; got != want {
		t.Errorf("Thai: %q, want %q", got, want)
	}
	if got := Normalize(" … ?! "); got != "" {
		t.Errorf("only punctuation: %q", got)
	}
	for _, s := range []string{"İSTANBUL", "ǅ ﬃ ΐ", "การทุจริต", "가각", "ＡＢ", "e\u0301ŵ"} {
		if once := Normalize(s); Normalize(once) != once {
			t.Errorf("%q: twice is %q, once %q", s, Normalize(once), once)
		}
	}
}

func TestNormalizeDOI(t *testing.T) {
	for _, tt := range []struct{ doi, want string }{
		{"10.1000/ABC", "10.1000/abc"},
		{"https://doi.org/10.1000/abc", "10.1000/abc"},
		{"http://dx.doi.org/10.1000/ABC", "10.1000/abc"},
		{"HTTPS://DOI.ORG/10.1000/abc?utm=x#y", "10.1000/abc"},
		{"doi:10.1000/abc", "10.1000/abc"},
		{"DOI: 10.1000/abc", "10.1000/abc"},
		{"doi 10.1000/abc.", "10.1000/abc"},
		{"10.1000/abc [doi]", "10.1000/abc"},
		{"https://doi.org/10.1016%2FS0140-6736(05)12345", "10.1016/s0140-6736(05)12345"},
		{"10.1016/S0140-6736(05)1", "10.1016/s0140-6736(05)1"},
		{"(10.1000/abc)", ""},
		{"10.1000/abc).", "10.1000/abc"},
		{"10.1016/0001(90)", "10.1016/0001(90)"},
		{"10.1002/(SICI)1&lt;1::AID&gt;3.0.CO;2-#", "10.1002/(sici)1<1::aid>3.0.co;2-#"},
		{"", ""}, {"n/a", ""}, {"10.1000", ""}, {"https://example.org/10.1000/abc", ""}, {"1234-5678", ""},
	} {
		if got := NormalizeDOI(tt.doi); got != tt.want {
			t.Errorf("NormalizeDOI(%q) = %q, want %q", tt.doi, got, tt.want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"Anti-Corruption: A <i>Review</i>!", "İSTANBUL &amp; ΐ", "การทุจริต", "[A study] LA: Chi", "e\u0301", "&lt;b&gt;", "S12-S18", "Adeli K.Lewis G. F.", "iii-viii", "(((", "[]]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Normalize(s)
		if fast, ok := plainASCII(s); ok && fast != once {
			t.Errorf("%q: %q by the short way, %q by the long", s, fast, once)
		}
		if d := NormalizeDOI(s); d != "" && NormalizeDOI(d) != d {
			t.Errorf("DOI %q: %q, twice %q", s, d, NormalizeDOI(d))
		}
		if p := newPages(s); p.compare(p) == differ && p.first != "1" {
			t.Errorf("pages %q differ from themselves: %+v", s, p)
		}
		r := Record{ID: "a", Title: s, Authors: []string{s}, Journal: s, Volume: s, Issue: s, Pages: s, DOI: s, Serial: s, Abstract: s, Type: s}
		q := r
		q.ID = "b"
		if _, err := Works([]Record{r, q}, Options{}); err != nil {
			t.Error(err)
		}
	})
}
