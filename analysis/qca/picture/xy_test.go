package picture

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// Every name is there and escaped, the drawing is well-formed, and the same points give the same bytes.
func TestXY(t *testing.T) {
	points := []Point{{"Armenia", 0.9, 1}, {"Romania", 0.9, 1}, {"<Lebanon> & co", 0.8, 0.2}, {"Հայաստան", 0.1, 0.3}, {"تونس", 0, 0}, {"Thailand, a very long name that would run off the side of the drawing", 1, 0.6}}
	got, err := XY("COAL*~VIOL", "SUCCESS", points)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := XY("COAL*~VIOL", "SUCCESS", points)
	if got != again {
		t.Error("the same points give another drawing")
	}
	d := xml.NewDecoder(strings.NewReader(got))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := tok.(xml.StartElement); ok {
			for _, a := range s.Attr {
				if a.Name.Local == "style" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("<%s %s>", s.Name.Local, a.Name.Local)
				}
			}
		}
	}
	for _, want := range []string{"Armenia, Romania", "&lt;Lebanon&gt; &amp; co", "Հայաստան", "تونس", "6 cases", "1 of them are more in than out"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in the drawing", want)
		}
	}
	if strings.Count(got, "<circle") != 5 || strings.Count(got, `fill="#fff" stroke`) != 1 {
		t.Error("not one dot for each place, or the deviant case is not hollow")
	}
	if _, err := XY("A", "Y", []Point{{"x", 1.2, 0}}); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("outside: %v", err)
	}
}

func ExampleXY() {
	svg, err := XY("COAL", "SUCCESS", []Point{{"Armenia", 0.8, 1}, {"Lebanon", 0.2, 0.1}})
	fmt.Println(err, strings.Count(svg, "<circle"))
	// Output: <nil> 2
}
