package refiqda

import (
	"bytes"
	"testing"
)

func region(name string, page, x0, y0, x1, y1 int) Selection {
	return Selection{Kind: RegionSelection, Name: name, Page: page, Box: [4]int{x0, y0, x1, y1}}
}

// Pages of an A4 leaf, the words of the first near its top.
func leaves() []Sheet {
	return []Sheet{{Width: 595, Height: 842, Lines: []Line{{Box: [4]float64{70, 700, 300, 712}, Text: "Three officers resigned."}, {Box: [4]float64{70, 680, 300, 692}, Text: "Nobody replaced them."}}},
		{Width: 595, Height: 842, Lines: []Line{{Box: [4]float64{70, 400, 300, 412}, Text: "Pepper granola with lime."}}}}
}

func TestPagesOf(t *testing.T) {
	for _, c := range []struct {
		name   string
		origin string
		own    []Selection
		others []Selection
		want   PageWay
	}{
		{"a page 0, and words from the lower left", "", []Selection{region("Three officers resigned.", 0, 60, 695, 310, 715)}, nil, PageWay{By: "the words there"}},
		{"words on page 1 from the upper left", "", []Selection{region("Three officers…", 1, 60, 127, 310, 147)}, nil, PageWay{First: 1, Top: true, By: "the words there"}},
		{"words on the second page, counted from 0", "", []Selection{region("granola with lime", 1, 60, 395, 310, 415)}, nil, PageWay{By: "the words there"}},
		{"the last page and corners from the upper left of a plane that grows upward", "", []Selection{region("box", 2, 70, 720, 300, 680)}, nil, PageWay{First: 1, By: "the numbers"}},
		{"another PDF of the project has a page 0", "", []Selection{region("box", 1, 70, 720, 300, 680)}, []Selection{region("", 0, 1, 9, 2, 3)}, PageWay{By: "the numbers"}},
		{"nothing but the program", "QualCoder 4.0", []Selection{region("box", 1, 70, 122, 300, 162)}, nil, PageWay{First: 1, Top: true, By: "what the program that wrote it is known to do"}},
		{"nothing at all", "Other", []Selection{region("box", 1, 70, 122, 300, 162)}, nil, PageWay{By: "the standard, and pages from 0 as programs write them"}},
		{"the program is known for something else", "QualCoder 4.0", []Selection{region("box", 0, 70, 122, 300, 162)}, nil, PageWay{Top: true, By: "the numbers, and what the program that wrote it is known to do"}},
	} {
		if got := PagesOf(c.origin, c.own, c.others, leaves()); got != c.want {
			t.Errorf("%s: %+v; expected %+v", c.name, got, c.want)
		}
	}
}

func TestParsePageWay(t *testing.T) {
	for s, want := range map[string]PageWay{"0": {By: "the user"}, "1+upper": {First: 1, Top: true, By: "the user"}, "1+lower": {First: 1, By: "the user"}, "0+upper": {Top: true, By: "the user"}} {
		if got, err := ParsePageWay(s); err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "2", "00", "1+left", "upper"} {
		if got, err := ParsePageWay(s); err == nil {
			t.Errorf("%q is taken as %+v", s, got)
		}
	}
}

// Every place on a page is found again in each way of counting.
func TestRegionAndBack(t *testing.T) {
	sheets := []Sheet{{Width: 595.28, Height: 841.89}, {Width: 612, Height: 100.5}}
	for _, w := range []PageWay{{}, {First: 1}, {Top: true}, {First: 1, Top: true}} {
		for _, c := range [][5]int{{1, 0, 0, 1, 1}, {1, 70, 122, 230, 40}, {2, 5, 10, 600, 90}} {
			var s Selection
			s.Page, s.Box = w.Box(c[0], c[1], c[2], c[3], c[4], sheets[c[0]-1])
			if page, x, y, wide, high, ok := w.Region(s, sheets); !ok || [5]int{page, x, y, wide, high} != c {
				t.Errorf("%v: %v became %+v and then %d, %d, %d, %d, %d (%t)", w, c, s, page, x, y, wide, high, ok)
			}
		}
	}
	for _, s := range []Selection{region("", 2, 1, 1, 5, 5), region("", 0, 1, 1, 700, 5), region("", 0, 1, -20, 5, 5), region("", 0, 5, 5, 5, 9), region("", -1, 1, 1, 5, 5)} {
		if _, _, _, _, _, ok := (PageWay{}).Region(s, sheets); ok {
			t.Errorf("%+v is on a page", s)
		}
	}
}

// TestTranscriptPlaces writes passages of a transcript where no point stands, and reads them where they were; the points that
// were put there tell no other times.
func TestTranscriptPlaces(t *testing.T) {
	g := func(s string) string { return NewGUID("test", s) }
	text := "Q: When 🟦?\nA: Then, and never again.\n"
	span := func(name string, from, to int) Selection {
		return Selection{GUID: g(name), Kind: SpanOfTranscript, Start: from, End: to, Quote: string([]rune(text)[from:to]), Codings: []Coding{{GUID: g(name + "c"), Code: g("code")}}}
	}
	p := Project{Name: "P", Codes: []Code{{GUID: g("code"), Name: "Code", Codable: true}}, Sources: []Source{{GUID: g("a"), Kind: AudioSource, Name: "r.wav", File: "r.wav",
		Transcripts: []Transcript{{Source: Source{GUID: g("t"), Kind: TextSource, Name: "r", Text: text, HasText: true, Selections: []Selection{span("s1", 3, 11), span("s2", 14, 18), span("s3", 11, 36)}},
			Sync: []SyncPoint{{GUID: g("y"), Time: 1500, Position: 11}}}}}}}
	for _, profile := range Profiles() {
		var b bytes.Buffer
		if _, err := Write(&b, p, WriteOptions{Profile: profile.Name, File: originals}); err != nil {
			t.Fatal(err)
		}
		valid(t, "Project-mrt2019.xsd", qde(t, b.Bytes()))
		back, err := Open(bytes.NewReader(b.Bytes()), int64(b.Len()), ReadOptions{})
		if err != nil || len(back.Losses) > 0 {
			t.Fatalf("%v, %+v", err, back.Losses)
		}
		if profile.suit != nil { // there it is a text, at the same places
			for i, x := range back.Project.Sources[1].Selections {
				if w := p.Sources[0].Transcripts[0].Selections[i]; x.Start != w.Start || x.End != w.End || len(x.Codings) != 1 {
					t.Errorf("%s: %+v; expected %d to %d", profile.Name, x, w.Start, w.End)
				}
			}
			continue
		}
		got := back.Project.Sources[0].Transcripts[0]
		for i, x := range got.Selections {
			if w := p.Sources[0].Transcripts[0].Selections[i]; x.Start != w.Start || x.End != w.End || len(x.Codings) != 1 {
				t.Errorf("%s: %+v; expected %d to %d", profile.Name, x, w.Start, w.End)
			}
		}
		var times []int
		for _, y := range got.Sync {
			times = append(times, y.Time)
		}
		if len(times) != 5 || times[0] != -1 || times[1] != 1500 || times[4] != 1500 {
			t.Errorf("%s: the times are %v", profile.Name, times)
		}
	}
	// One file that two sources play is in the package once.
	two := p
	two.Sources = append(two.Sources[:1:1], Source{GUID: g("b"), Kind: AudioSource, Name: "again", File: "r.wav"})
	var b bytes.Buffer
	if _, err := Write(&b, two, WriteOptions{File: originals}); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b.Bytes(), []byte("bytes of r.wav")); n != 1 {
		t.Errorf("the file is there %d times", n)
	}
}
