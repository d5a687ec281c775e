package refiqda

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// alike reads XML both ways, where the quick one does not give up, and compares what came out.
func alike(t *testing.T, data []byte) (quick bool) {
	t.Helper()
	fast, slow := &reader{limits: Limits{}.orDefault()}, &reader{limits: Limits{}.orDefault()}
	if !fast.quickly(string(data)) {
		return false
	}
	if err := slow.slowly(string(data)); err != nil {
		t.Fatalf("read quickly, but refused slowly: %v", err)
	}
	if !reflect.DeepEqual(fast.p, slow.p) || !reflect.DeepEqual(fast.losses, slow.losses) {
		t.Fatalf("quickly:\n%+v\nslowly:\n%+v", fast.p, slow.p)
	}
	return true
}

const plainHead = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"

// odd are pieces of XML that the quick reader must read as the slow one does, or leave to it.
var odd = []string{
	"<Project name='a&amp;b&#x41;&#10;' />", "<x:Project xmlns:x=\"u\" name=\"n\"><x:Users><x:User guid=\"g\"/></x:Users></x:Project>", "<Project><Description>a &lt; b\n</Description>tail</Project>\n",
	"<Project name=\"a\nb\tc\"></Project >", "<Project name = \"a\"/>", "<Project name=a/>", "<Project a=\"<\"/>", "<Project>&nbsp;</Project>", "<Project>a & b</Project>", "<Project><!-- c --></Project>", "<Project><Description><![CDATA[x]]></Description></Project>",
	"<Project></Projekt>", "<Project>", "</Project>", "<Project/><Project/>", "<Other/>", "<CodeBook origin=\"o\"><Codes><Code guid=\"1\" name=\"n\" color=\"#ABC\"><Description>d</Description></Code></Codes></CodeBook>", "<!DOCTYPE x [<!ENTITY a \"b\">]><Project/>", "<Project>]]></Project>", "<Project \"\"/>", "<Project a='1'b='2'/>", "<Project 1a=\"\"/>", "<a:b:c/>", "<Project>&#0;</Project>", "<Project>&#xD800;</Project>", "<Project>&#+65;</Project>", "<Project>&#1114112;</Project>", "text<Project/>", "<Project><Description>&#13;&#9;</Description></Project>", "",
}

func TestScan(t *testing.T) {
	n := 0
	for _, x := range odd {
		if alike(t, []byte(plainHead+x)) {
			n++
		}
	}
	if n < 6 {
		t.Errorf("%d of %d were read quickly", n, len(odd))
	}
	if alike(t, []byte(plainHead+strings.Repeat("<Project>", 300)+strings.Repeat("</Project>", 300))) {
		t.Error("elements without end were taken")
	}
	// What this package writes is read quickly, and so is what most programs write.
	files, _ := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "refi-qda", "samples", "*", "*.qdpx"))
	for _, f := range files {
		z, err := zip.OpenReader(f)
		if err != nil {
			continue
		}
		for _, e := range z.File {
			if strings.HasSuffix(e.Name, ".qde") {
				r, err := e.Open()
				if err != nil {
					t.Fatal(err)
				}
				b, _ := io.ReadAll(r)
				t.Logf("%s: quickly %v", filepath.Base(f), alike(t, b))
			}
		}
		z.Close()
	}
}

func FuzzScan(f *testing.F) {
	for _, x := range odd {
		f.Add([]byte(plainHead + x))
	}
	if b, err := os.ReadFile("testdata/seed.qde"); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		alike(t, data)
		if i := bytes.IndexByte(data, '<'); i >= 0 {
			alike(t, append([]byte(plainHead), data[i:]...))
		}
	})
}
