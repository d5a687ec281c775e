package document

import (
	"strings"
	"testing"
)

func TestAreasAreMediaFragments(t *testing.T) {
	for _, s := range []string{"xywh=10,20,300,200", "page=2&xywh=72,90,200,40", "t=12.5,20", "t=0,0.25", "xywh=0,0,1,1"} {
		a, err := ParseArea(s)
		if err != nil || a.String() != s {
			t.Errorf("%s is read as %v, %v", s, a, err)
		}
	}
	if a, err := ParseArea("xywh=pixel:1,2,3,4"); err != nil || a != (Area{X: 1, Y: 2, Width: 3, Height: 4}) {
		t.Errorf("pixel: %v, %v", a, err)
	}
	for _, s := range []string{"", "page=2", "xywh=1,2,3", "xywh=1,2,0,4", "t=5,5", "t=5", "t=9,2", "xywh=1,2,3,4&t=1,2", "page=1&t=1,2", "&xywh=1,2,3,4", "percent:1"} {
		if a, err := ParseArea(s); err == nil {
			t.Errorf("%q is read as %v", s, a)
		}
	}
}

func TestAreasLieInWhatIsShown(t *testing.T) {
	picture := Document{Media: "x", MediaType: "image/png", Width: 100, Height: 50}
	talk := Document{Media: "x", MediaType: "audio/mpeg", Length: 60_000}
	paper := Document{Format: "pdf", Pages: 3}
	for _, c := range []struct {
		d    Document
		area string
		want bool
	}{
		{picture, "xywh=0,0,100,50", true}, {picture, "xywh=1,0,100,50", false}, {picture, "t=1,2", false}, {picture, "page=1&xywh=0,0,1,1", false},
		{talk, "t=0,60", true}, {talk, "t=0,90", false}, {talk, "xywh=0,0,1,1", false}, {paper, "page=3&xywh=1,1,9,9", true}, {paper, "page=4&xywh=1,1,9,9", false}, {paper, "xywh=1,1,9,9", false},
	} {
		a, err := ParseArea(c.area)
		if err != nil || c.d.Shows(a) != c.want {
			t.Errorf("%s in %+v: want %v (%v)", c.area, c.d, c.want, err)
		}
	}
}

func TestClocks(t *testing.T) {
	for s, want := range map[string]int{"1:02:03.5": 3723500, "62:03": 3723000, "0:00": 0, "93.5": 93500, "7": 7000, "00:00:05,250": 5250} {
		if got, err := ParseClock(s); err != nil || got != want {
			t.Errorf("%s is %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "x", "1:60", "1:61:00", "-1", "1:2:3:4"} {
		if got, err := ParseClock(s); err == nil {
			t.Errorf("%q is read as %d", s, got)
		}
	}
	for _, ms := range []int{0, 500, 59_999, 3_600_000, 86_399_123} {
		if got, err := ParseClock(Clock(ms)); err != nil || got != ms {
			t.Errorf("%d is written %s and read %d, %v", ms, Clock(ms), got, err)
		}
	}
}

// TestTimesKeepToTheirWords corrects a transcript and looks whether its times still stand at the words they stood at.
func TestTimesKeepToTheirWords(t *testing.T) {
	old := Text{Document: "doc-a", Version: 1, Body: grown(60)}
	var marks []Mark
	want := map[int]string{}
	at := 0
	for i, p := range strings.SplitAfter(old.Body, "\n\n") {
		marks = append(marks, Mark{at, i * 9000})
		want[i*9000] = strings.Fields(p + " x")[0]
		at += len([]rune(p))
	}
	marks = marks[:len(marks)-1]
	now := Text{Document: "doc-a", Version: 2, Body: "A preface.\n\n" + strings.ReplaceAll(old.Body, "broad", "very broad")}
	got := Remark(old, now, marks)
	if len(got) < len(marks)*95/100 {
		t.Fatalf("%d of %d times were found again", len(got), len(marks))
	}
	r := []rune(now.Body)
	for _, m := range got {
		if word := strings.Fields(string(r[m.At:]) + " x")[0]; word != want[m.Time] {
			t.Errorf("%s stands at %q, want %q", Clock(m.Time), word, want[m.Time])
		}
	}
	var d Document
	d.SetMarks(got)
	if back := d.Marks(); len(back) != len(got) || back[3] != got[3] {
		t.Errorf("kept as %v, read as %v", d.Times[3], back[3])
	}
	if ms, ok := TimeAt(got, got[2].At+5); !ok || ms != got[2].Time {
		t.Errorf("the words after the third time are said at %d, %v", ms, ok)
	}
	if _, ok := TimeAt(got, 0); ok {
		t.Error("what stands before the first time has a time")
	}
}

// FuzzArea reads any fragment; what is read is written, and read again, as the same.
func FuzzArea(f *testing.F) {
	for _, s := range []string{"xywh=10,20,300,200", "page=2&xywh=72,90,200,40", "t=12.5,20", "xywh=pixel:1,2,3,4", "t=npt:1,2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseArea(s)
		if err != nil || a.None() {
			return
		}
		if again, err := ParseArea(a.String()); err != nil || again != a {
			t.Errorf("%q is %+v, written %q, read again %+v, %v", s, a, a.String(), again, err)
		}
	})
}
