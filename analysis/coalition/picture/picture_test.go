package picture

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"throughline/analysis/coalition"
)

func wellFormed(t *testing.T, name, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if !strings.Contains(svg, "<title id=") || !strings.Contains(svg, "<desc id=") || strings.Contains(svg, "<script>") || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Errorf("%s has no title or description, a script, or a place that is no number:\n%.600s", name, svg)
	}
	if dir := os.Getenv("PICTURES"); dir != "" {
		if err := os.WriteFile(dir+"/"+name+".svg", []byte(svg), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPictures(t *testing.T) {
	var n coalition.Network
	for i, s := range []string{"labour", "media", "business", "youth", "church", "media", "labour", "business", "ngo", "", "media", "youth"} {
		n.Actors = append(n.Actors, coalition.Actor{ID: fmt.Sprintf("A%02d", i+1), Label: fmt.Sprintf("Association %d of %s", i+1, s), Sector: s, Mix: map[string]map[string]float64{"gender": {"women": 60, "men": 40}}})
	}
	n.Actors[3].Surety, n.Actors[5].Label = 0.4, `"><script>alert(1)</script> نص`
	for _, p := range [][2]int{{0, 1}, {0, 2}, {0, 3}, {0, 4}, {1, 5}, {5, 6}, {6, 7}, {7, 8}, {2, 8}, {4, 9}, {3, 4}} {
		n.Ties = append(n.Ties, coalition.Tie{From: n.Actors[p[0]].ID, To: n.Actors[p[1]].ID, Directed: p[0] == 5})
	}
	n.Ties[4].Surety = 0.5
	r, err := n.Measure(1)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "network", Network(n, true, 720, "Network"))
	wellFormed(t, "network-narrow", Network(n, false, 380, "Network"))
	wellFormed(t, "network-one", Network(coalition.Network{Actors: n.Actors[:1]}, true, 380, "One"))
	wellFormed(t, "decapitation", Decapitation(n.Decapitation(), "What remains"))
	wellFormed(t, "whiskers", Whiskers(r.Measures, "Measures"))
	wellFormed(t, "shares", Shares([]coalition.Diversity{n.Diversity("sector"), n.Diversity("gender"), n.Diversity("age")}, "Who"))
	// Without labels nothing that names anybody is drawn.
	if svg := Network(n.Pseudonymise(2, 3), false, 500, "Network"); strings.Contains(svg, "Association") {
		t.Error("a name is drawn")
	}
}
