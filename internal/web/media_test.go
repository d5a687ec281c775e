package web

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"throughline/internal/browser"
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// placard is a picture with a dark square in it, from 30 to 60 percent both ways.
func placard(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{240, 235, 220, 255}
			if x >= w*3/10 && x < w*6/10 && y >= h*3/10 && y < h*6/10 {
				c = color.RGBA{20, 40, 90, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tone is a recording of so many seconds: WAV, 8 kHz, 8 bits.
func tone(seconds int) []byte {
	const rate = 8000
	var b bytes.Buffer
	n := uint32(seconds * rate)
	b.WriteString("RIFF")
	binary.Write(&b, binary.LittleEndian, 36+n)
	b.WriteString("WAVEfmt ")
	for _, x := range []any{uint32(16), uint16(1), uint16(1), uint32(rate), uint32(rate), uint16(1), uint16(8)} {
		binary.Write(&b, binary.LittleEndian, x)
	}
	b.WriteString("data")
	binary.Write(&b, binary.LittleEndian, n)
	for i := range int(n) {
		b.WriteByte(byte(128 + 40*math.Sin(float64(i)/8)))
	}
	return b.Bytes()
}

// paper is a PDF of so many pages with a line on each.
func paper(pages int) []byte {
	var b bytes.Buffer
	var at []int
	obj := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.4\n")
	obj("<</Type/Catalog/Pages 2 0 R>>")
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 4+2*i)
	}
	obj(fmt.Sprintf("<</Type/Pages/Count %d/Kids[%s]>>", pages, kids))
	obj("<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>")
	for i := range pages {
		obj(fmt.Sprintf("<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>", 5+2*i))
		text := fmt.Sprintf("BT /F 14 Tf 40 340 Td (The ministry published contract number %d.) Tj ET 40 200 120 60 re f", i+1)
		obj(fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(text), text))
	}
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF", len(at)+1, x)
	return b.Bytes()
}

// takenIn uploads a file as a new document and gives its id.
func (b *visitor) takenIn(name string, content []byte) string {
	b.s.t.Helper()
	r := b.upload("/s/coded/documents/new", map[string]string{"title": "A " + name, "record": "ref-one", "language": "en"}, map[string]string{name: string(content)})
	if _, after, told := strings.Cut(r.Body.String(), `<a class="button" href="`); r.Code == 200 && told { // what is to be known of it comes first
		to, _, _ := strings.Cut(after, `"`)
		return to
	}
	if r.Code != 303 {
		b.s.t.Fatalf("%s was not taken in: %d %s", name, r.Code, r.Body)
	}
	return r.Header().Get("Location")
}

// TestParts codes parts of a picture, a page and a recording without script, and looks at what is shown of them.
func TestParts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	lead, coder := s.as("lead"), s.as("coder-a")
	if body := coder.get(lead.takenIn("long.pdf", paper(3)) + "/parts?page=2").Body.String(); !strings.Contains(body, "Page 2 of 3") || !strings.Contains(body, `name="page" value="2"></label>`) {
		t.Error("of a long PDF no page can be named")
	}
	for _, c := range []struct {
		name, file string
		content    []byte
		form       url.Values
		area       string
		wrong      map[string]string
	}{
		{"picture", "placard.png", placard(t, 800, 600), url.Values{"left": {"30"}, "top": {"30 %"}, "width": {"30,0"}, "height": {"30"}}, "xywh=240,180,240,180", map[string]string{"left": "x", "width": "0", "height": "-3", "top": "101"}},
		{"page", "paper.pdf", paper(2), url.Values{"page": {"2"}, "left": {"10"}, "top": {"35"}, "width": {"50"}, "height": {"20"}}, "page=2&xywh=30,140,150,80", map[string]string{"left": "", "page": "9"}},
		{"recording", "talk.wav", tone(12), url.Values{"from": {"0:02.5"}, "until": {"0:07"}}, "t=2.5,7", map[string]string{"from": "soon", "until": "0:01"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc := lead.takenIn(c.file, c.content)
			page := coder.get(doc).Body.String()
			if !strings.Contains(page, doc+"/parts") {
				t.Fatalf("the document does not lead to its parts: %s", page)
			}
			send := url.Values{"says": {"A dark square."}, "codes": {"code-tactics", "code-memory"}}
			for k, v := range c.form {
				send[k] = v
			}
			for k, v := range c.wrong {
				bad := url.Values{}
				for k, v := range send {
					bad[k] = v
				}
				bad.Set(k, v)
				if r := coder.post(doc+"/parts", bad); r.Code != 422 && r.Code != 404 {
					t.Errorf("%s = %q: %d", k, v, r.Code)
				}
			}
			for _, k := range []string{"says", "codes"} {
				bad := url.Values{}
				for k, v := range send {
					bad[k] = v
				}
				bad.Del(k)
				if r := coder.post(doc+"/parts", bad); r.Code != 422 {
					t.Errorf("without %s: %d", k, r.Code)
				}
			}
			r := coder.post(doc+"/parts", send)
			if r.Code != 303 {
				t.Fatalf("not coded: %d %s", r.Code, r.Body)
			}
			to, err := url.Parse(r.Header().Get("Location"))
			if err != nil {
				t.Fatal(err)
			}
			seg := to.Query().Get("segment")
			it, err := store.Get[coding.Segment](context.Background(), s.st, "coded", thread.ID(seg))
			if err != nil || it.Object.Anchor.Area.String() != c.area || it.Object.Anchor.Quote != "A dark square." {
				t.Errorf("kept as %+v, %v; want %s", it.Object, err, c.area)
			}
			if page := coder.get(to.RequestURI()).Body.String(); !strings.Contains(page, "A dark square.") || !strings.Contains(page, "Mémoire") {
				t.Errorf("the part is not on its page: %s", page)
			}
			if r := coder.post(doc+"/parts", send); r.Code != 422 || !strings.Contains(r.Body.String(), "already") {
				t.Errorf("the same again: %d", r.Code)
			}
			// The thread shows the part itself, described and not quoted.
			th := coder.get("/s/coded/thread/" + seg).Body.String()
			if !strings.Contains(th, "described") || !strings.Contains(th, "A dark square.") {
				t.Errorf("the thread does not show it: %s", th)
			}
			if c.name != "recording" {
				r := coder.get(doc + "/part?segment=" + seg)
				m, err := png.Decode(r.Body)
				if r.Code != 200 || err != nil {
					t.Fatalf("the picture of the part: %d, %v", r.Code, err)
				}
				if R, G, B, _ := m.At(m.Bounds().Dx()/2, m.Bounds().Dy()/2).RGBA(); R+G+B > 0x9000*3/2 {
					t.Errorf("the middle of the part is not dark: %x %x %x of %v", R, G, B, m.Bounds())
				}
				if r := coder.get(doc + "/part?segment=seg-none"); r.Code != 404 {
					t.Errorf("no part: %d", r.Code)
				}
			} else if !strings.Contains(th, "/play#t=2.5,7") {
				t.Errorf("the thread does not play it: %s", th)
			}
			// Described otherwise, undone, done again.
			change := url.Values{"segment": {seg}, "do": {"says"}, "text": {"Somebody speaks."}}
			if r := coder.post(doc+"/passage", change); r.Code != 303 {
				t.Errorf("other words: %d", r.Code)
			}
			for _, do := range []string{"move", "split", "join"} {
				if r := coder.post(doc+"/passage", url.Values{"segment": {seg}, "do": {do}, "passage": {"x"}, "second": {"y"}}); r.Code != 422 {
					t.Errorf("%s of a part: %d", do, r.Code)
				}
			}
			coder.post(doc+"/undo", nil)
			if it, _ := store.Get[coding.Segment](context.Background(), s.st, "coded", thread.ID(seg)); it.Object.Anchor.Quote != "A dark square." {
				t.Errorf("undone it says %q", it.Object.Anchor.Quote)
			}
			coder.post(doc+"/undo", nil)
			if _, err := store.Get[coding.Segment](context.Background(), s.st, "coded", thread.ID(seg)); err == nil {
				t.Error("the part stands after its coding was undone")
			}
			coder.post(doc+"/redo", nil)
			if _, err := store.Get[coding.Segment](context.Background(), s.st, "coded", thread.ID(seg)); err != nil {
				t.Errorf("done again: %v", err)
			}
			if c, err := s.st.Check(context.Background()); err != nil || len(c.Faults) > 0 {
				t.Errorf("%v, %v", c.Faults, err)
			}
		})
	}
}

// blindStudy makes the study of coding blind, and adds a second coder.
func blindStudy(s *site) {
	s.t.Helper()
	err := s.st.Write(context.Background(), "lead", func(tx *store.Tx) error {
		if err := tx.Put("coded", study.Protocol{ID: "protocol", Unit: "u", Outcome: "o", BlindCoding: true}, 0); err != nil {
			return err
		}
		if err := tx.PutAccount(store.Account{Name: "coder-b", Secret: secret(s.t)}, true); err != nil {
			return err
		}
		return tx.Put("coded", study.Member{ID: "member-coder-b", Handle: "coder-b", Role: study.Coder}, 0)
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// part codes a part of a picture and gives its id.
func (b *visitor) part(doc, says string) string {
	b.s.t.Helper()
	r := b.post(doc+"/parts", url.Values{"left": {"30"}, "top": {"30"}, "width": {"30"}, "height": {strconv.Itoa(10 + len(says))}, "says": {says}, "codes": {"code-memory"}, "memo": {"Thought of " + says}})
	to, err := url.Parse(r.Header().Get("Location"))
	if r.Code != 303 || err != nil {
		b.s.t.Fatalf("not coded: %d %s", r.Code, r.Body)
	}
	return to.Query().Get("segment")
}

// TestBlindParts keeps the picture of a part of another coder, and what was written of it, from coders while coding is blind.
func TestBlindParts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	blindStudy(s)
	lead, a, b := s.as("lead"), s.as("coder-a"), s.as("coder-b")
	doc := lead.takenIn("placard.png", placard(t, 800, 600))
	theirs, own := a.part(doc, "Theirs: a placard."), b.part(doc, "My placard.")
	picture := func(who *visitor, seg string) int { return who.get(doc + "/part?segment=" + seg).Code }
	for _, x := range []struct {
		who  *visitor
		seg  string
		want int
	}{{a, theirs, 200}, {b, own, 200}, {b, theirs, 404}, {a, own, 404}, {lead, theirs, 200}, {lead, own, 200}} {
		if got := picture(x.who, x.seg); got != x.want {
			t.Errorf("the picture of %s answers %d; expected %d", x.seg, got, x.want)
		}
	}
	for _, x := range []struct {
		who       *visitor
		see, hide []string
	}{
		{a, []string{"Theirs: a <mark>placard</mark>.", "Thought of Theirs"}, []string{"My <mark>", "Thought of My"}},
		{b, []string{"My <mark>placard</mark>.", "Thought of My"}, []string{"Theirs"}},
		{lead, []string{"My <mark>placard</mark>.", "Theirs: a <mark>placard</mark>."}, nil},
	} {
		page := x.who.get("/s/coded/search?q=placard").Body.String()
		for _, w := range x.see {
			if !strings.Contains(page, w) {
				t.Errorf("%q is not found", w)
			}
		}
		for _, w := range x.hide {
			if strings.Contains(page, w) {
				t.Errorf("%q is found by another", w)
			}
		}
	}
	// Both code one part: each sees the part, and their own thoughts of it alone.
	if r := b.post(doc+"/parts", url.Values{"left": {"30"}, "top": {"30"}, "width": {"30"}, "height": {strconv.Itoa(10 + len("Theirs: a placard."))}, "says": {"x"}, "codes": {"code-memory"}, "memo": {"My thought of that placard."}}); r.Code != 303 {
		t.Fatalf("coded by both: %d %s", r.Code, r.Body)
	}
	if page := b.get("/s/coded/search?q=placard").Body.String(); !strings.Contains(page, "Theirs: a <mark>") || !strings.Contains(page, "My thought of that") || strings.Contains(page, "Thought of Theirs") {
		t.Errorf("of a part that both coded: %s", page)
	}
}

// TestPartsAreSearched finds what was written about parts, marked as a description and never as a quote, and only by who may
// read their document.
func TestPartsAreSearched(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	lead := s.as("lead")
	doc := lead.takenIn("placard.png", placard(t, 800, 600))
	seg := lead.part(doc, "A zebra on a placard.")
	for _, path := range []string{"/s/coded/search?q=zebra", "/s/coded/search?q=zebra&as=lines"} {
		page := lead.get(path).Body.String()
		for _, want := range []string{"0 paragraphs found, and 2 descriptions and memos of parts", "A <mark>zebra</mark> on a placard. <span class=\"quiet\" lang=\"en\">(part of the picture; described)", "(memo of lead on: part of the picture)", doc + "/parts?segment=" + seg} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: %q is not there", path, want)
			}
		}
		if strings.Contains(page, "Nothing has these words") || strings.Contains(page, "blockquote") {
			t.Errorf("%s: %s", path, page)
		}
	}
	if page := lead.get("/s/coded/search?q=zebra+code:response").Body.String(); strings.Contains(page, "<mark>zebra") {
		t.Error("found by a code that it does not have")
	}
	if page := lead.get("/s/coded/search?q=zebra+code:none"); page.Code != 422 {
		t.Errorf("by a code that is not there: %d", page.Code)
	}
	// A team of another country does not find it.
	err := s.st.Write(context.Background(), "lead", func(tx *store.Tx) error {
		it, err := store.Get[document.Document](context.Background(), tx, "coded", thread.ID(strings.TrimPrefix(doc, "/s/coded/document/")))
		if err != nil {
			return err
		}
		var objects []thread.Object
		for x, iso := range map[string]string{"a": "ARM", "b": "GEO"} {
			objects = append(objects, cases.Candidate{ID: thread.ID("cand-" + x), Name: x, Country: x, ISO3: iso, Start: 2018, Outcome: "success", RegimeBefore: cases.Regimes[1], Region: "Europe", Feasible: true},
				cases.Case{ID: thread.ID("case-" + x), Candidate: thread.ID("cand-" + x), Name: x, Summary: "s"})
		}
		for _, o := range objects {
			if err := tx.Put("coded", o, 0); err != nil {
				return err
			}
		}
		d := it.Object
		d.Case = "case-a"
		if err := tx.Put("coded", d, store.Any); err != nil {
			return err
		}
		g, err := store.Get[coding.Segment](context.Background(), tx, "coded", thread.ID(seg))
		if err != nil {
			return err
		}
		g.Object.Case = "case-a"
		if err := tx.Put("coded", g.Object, store.Any); err != nil {
			return err
		}
		for name, c := range map[string]thread.ID{"team-a": "case-a", "team-b": "case-b"} {
			if err := tx.PutAccount(store.Account{Name: name, Secret: secret(t)}, true); err != nil {
				return err
			}
			if err := tx.Put("coded", study.Member{ID: study.MemberID(name), Handle: name, Role: study.CountryTeam, Cases: []thread.ID{c}}, 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"team-a": true, "team-b": false} {
		if got := strings.Contains(s.as(name).get("/s/coded/search?q=zebra").Body.String(), "<mark>zebra</mark> on"); got != want {
			t.Errorf("%s finds it: %t", name, got)
		}
	}
}

// TestPlayedFromAnywhere asks for the middle of a recording, as players do, and looks at how it is given.
func TestPlayedFromAnywhere(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	coded(s)
	lead := s.as("lead")
	content := tone(300) // several parts in the database
	doc := lead.takenIn("long.wav", content)
	r := httptest.NewRequest("GET", doc+"/play", nil)
	r.Header.Set("Range", "bytes=1500000-1500009")
	w := lead.do(r)
	if w.Code != 206 || !bytes.Equal(w.Body.Bytes(), content[1500000:1500010]) || w.Header().Get("Content-Range") == "" {
		t.Errorf("%d %v %x", w.Code, w.Header(), w.Body.Bytes())
	}
	for k, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Type": "audio/", "Content-Security-Policy": "sandbox"} {
		if got := w.Header().Get(k); !strings.Contains(got, want) {
			t.Errorf("%s is %q", k, got)
		}
	}
	// A transcript with times is played from them.
	srt := "1\n00:00:01,000 --> 00:00:04,000\nWe began in the square.\n\n2\n00:00:05,500 --> 00:00:09,000\nThen the students came.\n"
	doc = lead.takenIn("talk.srt", []byte(srt))
	if r := lead.upload(doc+"/media", nil, map[string]string{"talk.wav": string(tone(12))}); r.Code != 303 {
		t.Fatalf("the recording was not put beside the text: %d %s", r.Code, r.Body)
	}
	page := lead.get(doc).Body.String()
	for _, want := range []string{"<audio", doc + "/play#t=1\"", doc + "/play#t=5.5\"", ">0:05<"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s: %s", want, page)
		}
	}
	if r := lead.upload(doc+"/media", nil, map[string]string{"x.png": "<svg onload=alert(1)>"}); r.Code != 422 {
		t.Errorf("a text called a picture: %d", r.Code)
	}
	// A picture whose header lies about where it was taken is kept without it.
	doc = lead.takenIn("placard.png", placard(t, 40, 30))
	it, err := store.Get[document.Document](context.Background(), s.st, "coded", thread.ID(doc[strings.LastIndex(doc, "/")+1:]))
	if err != nil || it.Object.Width != 40 || it.Object.Height != 30 || it.Object.File != "" {
		t.Errorf("%+v, %v", it.Object, err)
	}
}

// TestPartsInABrowser draws a part with the pointer, makes another with the keyboard alone, and takes the ends of a stretch
// from the player.
func TestPartsInABrowser(t *testing.T) {
	s := newSite(t)
	coded(s)
	lead := s.as("lead")
	picture, pages, talk := lead.takenIn("placard.png", placard(t, 800, 600)), lead.takenIn("paper.pdf", paper(2)), lead.takenIn("talk.wav", tone(12))
	server := httptest.NewServer(s.srv)
	t.Cleanup(server.Close)
	b := browser.Open(t)
	open := func(width, height int) *browser.Page {
		p := b.Page(width, height)
		p.Goto(server.URL + "/sign-in")
		p.Fill("#f-name", "coder-a")
		p.Fill("#f-password", password)
		p.Load(func() { p.Press("Enter") })
		return p
	}
	p := open(1280, 900)
	calm := func(name string) {
		t.Helper()
		for _, v := range p.Axe() {
			t.Errorf("%s: %s", name, v)
		}
		if c := p.Console(); len(c) > 0 {
			t.Errorf("%s says to the console: %v", name, c)
		}
		var over int
		p.Eval("document.documentElement.scrollWidth - document.documentElement.clientWidth", &over)
		if over > 0 {
			t.Errorf("%s runs off the side by %d pixels", name, over)
		}
		if dir := os.Getenv("THROUGHLINE_TEST_PICTURES"); dir != "" {
			p.Screenshot(filepath.Join(dir, "parts-"+name+".png"), true)
		}
	}
	areas := func(doc string) (out []string) {
		segs, err := store.All[coding.Segment](context.Background(), s.st, "coded", store.Filter{Owner: thread.ID(doc[strings.LastIndex(doc, "/")+1:])})
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range segs {
			out = append(out, it.Object.Anchor.Area.String())
		}
		slices.Sort(out)
		return out
	}
	save := func(says string) {
		p.Fill("[name=says]", says)
		p.Eval(`document.querySelector("[name=codes][value=code-tactics]").click()`, nil)
		p.Load(func() { p.Eval(`document.querySelector("form.form").requestSubmit()`, nil) })
	}
	for _, doc := range []string{picture, pages} {
		p.Goto(server.URL + doc + "/parts")
		p.Drag(".canvas img", 0.25, 0.25, 0.5, 0.75)
		save("Drawn with the pointer.")
		p.Eval(`document.querySelector("part-canvas").focus()`, nil)
		for range 5 {
			p.Press("ArrowLeft")
		}
		p.Press("Shift+ArrowDown")
		p.Press("Enter")
		save("Made with the keyboard.")
		calm(doc[strings.LastIndex(doc, "/")+1:])
		if got := areas(doc); len(got) != 2 {
			t.Errorf("%s has the parts %v", doc, got)
		} else if doc == picture {
			var a document.Area
			for _, s := range got {
				x, _ := document.ParseArea(s)
				if x.X < 250 && x.Y < 200 {
					a = x
				}
			}
			if a.X < 196 || a.X > 204 || a.Y < 146 || a.Y > 154 || a.Width < 190 || a.Width > 210 || a.Height < 290 || a.Height > 310 {
				t.Errorf("drawn from a quarter to a half and to three quarters of 800 × 600, the part is %v (%v)", a, got)
			}
		}
	}
	p.Goto(server.URL + talk + "/parts")
	p.Eval(`document.querySelector("audio").currentTime = 2.5`, nil)
	p.Eval(`document.querySelectorAll("form.form button[type=button]")[0].click()`, nil)
	p.Eval(`document.querySelector("audio").currentTime = 6`, nil)
	p.Eval(`document.querySelectorAll("form.form button[type=button]")[1].click()`, nil)
	save("A tone.")
	if got := areas(talk); !slices.Equal(got, []string{"t=2.5,6"}) {
		t.Errorf("the recording has the parts %v", got)
	}
	calm("recording")
	p = open(360, 740)
	p.Goto(server.URL + talk + "/parts")
	calm("recording-narrow")
	p.Goto(server.URL + picture + "/parts")
	calm("picture-narrow")
}

// TestScansAreRecognised brings a PDF in that is a picture of a page.
func TestScansAreRecognised(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tesseract"); err != nil {
		t.Skip("skipped: tesseract (Debian: tesseract-ocr) is not installed, so no picture is read")
	}
	s := newSite(t)
	coded(s)
	page, err := here{}.Picture(context.Background(), paper(1), 1, 150)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var pic bytes.Buffer
	if err := jpeg.Encode(&pic, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	var at []int
	obj := func(head string, stream []byte) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s", len(at), head)
		if stream != nil {
			fmt.Fprintf(&b, "\nstream\n%s\nendstream", stream)
		}
		b.WriteString("\nendobj\n")
	}
	b.WriteString("%PDF-1.4\n")
	obj("<</Type/Catalog/Pages 2 0 R>>", nil)
	obj("<</Type/Pages/Count 1/Kids[3 0 R]>>", nil)
	obj("<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Resources<</XObject<</I 4 0 R>>>>/Contents 5 0 R>>", nil)
	obj(fmt.Sprintf("<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceRGB/Filter/DCTDecode/Length %d>>", m.Bounds().Dx(), m.Bounds().Dy(), pic.Len()), pic.Bytes())
	draw := []byte("q 300 0 0 400 0 0 cm /I Do Q")
	obj(fmt.Sprintf("<</Length %d>>", len(draw)), draw)
	x := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer <</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF", len(at)+1, x)
	lead := s.as("lead")
	doc := lead.takenIn("scan.pdf", b.Bytes())
	if page := lead.get(doc).Body.String(); !strings.Contains(page, "ministry published contract") || !strings.Contains(page, "recognised by a machine") {
		t.Errorf("the scan came in as %s", page)
	}
}
