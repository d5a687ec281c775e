package country

import (
	"encoding/xml"
	"flag"
	"math"
	"os"
	"strings"
	"testing"

	"throughline/internal/fault"
)

var pictures = flag.String("pictures", "", "folder to write the pictures of the tests to")

// Values of the projection: its outline, and that areas keep their proportions.
func TestEqualEarth(t *testing.T) {
	for _, x := range []struct{ in, want point }{{point{0, 0}, point{0, 0}}, {point{180, 0}, point{2.7066299836, 0}}, {point{0, 90}, point{0, 1.3173627592}}, {point{-180, 0}, point{-2.7066299836, 0}}} {
		if got := equalEarth(x.in); math.Abs(got.x-x.want.x) > 1e-6 || math.Abs(got.y-x.want.y) > 1e-6 {
			t.Errorf("%v is at %v; expected %v", x.in, got, x.want)
		}
	}
	for lat := -85.0; lat <= 85; lat += 10 { // the Jacobian is that of the sphere, cos(lat), everywhere
		for _, lon := range []float64{0, 50, -170} {
			const h = 1e-4
			ex, ey := equalEarth(point{lon + h, lat}), equalEarth(point{lon, lat + h})
			o := equalEarth(point{lon, lat})
			area := ((ex.x-o.x)*(ey.y-o.y) - (ex.y-o.y)*(ey.x-o.x)) / (h * h) * (180 / math.Pi) * (180 / math.Pi)
			if want := math.Cos(lat * math.Pi / 180); math.Abs(area/want-1) > 1e-3 {
				t.Errorf("at %g, %g an area is %g times too large", lat, lon, area/want)
			}
		}
	}
}

// Every shape of the map has a country, but for one without a code; and lies where its capital does.
func TestShapes(t *testing.T) {
	land, err := shapes()
	if err != nil {
		t.Fatal(err)
	}
	a := open(t)
	seen := map[string]bool{}
	outside := 0
	var without []string
	for _, s := range land {
		if s.iso3 == "" {
			if s.name != "N. Cyprus" {
				t.Errorf("%s has no code", s.name)
			}
			continue
		}
		if seen[s.iso3] {
			t.Errorf("%s has two shapes", s.iso3)
		}
		seen[s.iso3] = true
		c, err := a.Country(s.iso3)
		if err != nil {
			t.Error(err)
		}
		if c.Capital == "" || c.Lat == 0 && c.Lon == 0 {
			without = append(without, c.ISO3)
			continue
		}
		near := math.Inf(1)
		for _, r := range s.rings {
			for i, p := range r {
				if s.iso3 != "ATA" && math.Abs(p.x-r[(i+1)%len(r)].x) > 40 {
					t.Errorf("%s runs around the world", s.name)
				}
				near = min(near, math.Hypot(p.x-c.Lon, p.y-c.Lat))
			}
			if within(point{c.Lon, c.Lat}, r) {
				near = 0
			}
		}
		if near > 0.6 && c.ISO3 != "VUT" && c.ISO3 != "GNQ" { // on islands that a map of this scale leaves out

			t.Errorf("%s: its capital %s lies %.1f degrees off its land", s.name, c.Capital, near)
		}
		if near > 0 {
			outside++
		}
	}
	if len(land) != 177 || len(seen) != 176 {
		t.Errorf("%d shapes, %d countries", len(land), len(seen))
	}
	if want := "ATA ATF ESH FLK PSE SML TWN"; strings.Join(sortedUnique(without), " ") != want {
		t.Errorf("%v have no place of their capital", sortedUnique(without))
	}
	t.Logf("%d capitals lie just off the simplified land", outside)
}

func within(p point, ring []point) bool {
	in := false
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		if (a.y > p.y) != (b.y > p.y) && p.x < (b.x-a.x)*(p.y-a.y)/(b.y-a.y)+a.x {
			in = !in
		}
	}
	return in
}

// wellFormed checks a picture: XML, a title and a description, ids that exist.
func wellFormed(t *testing.T, name, svg string) {
	t.Helper()
	if *pictures != "" {
		os.WriteFile(*pictures+"/"+name+".svg", []byte(svg), 0o644)
	}
	ids := map[string]bool{}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if tok == nil {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if s, ok := tok.(xml.StartElement); ok {
			for _, at := range s.Attr {
				if at.Name.Local == "id" {
					if ids[at.Value] {
						t.Errorf("%s: the id %s stands twice", name, at.Value)
					}
					ids[at.Value] = true
				}
			}
		}
	}
	for _, part := range strings.Split(svg, "url(#")[1:] {
		if id, _, _ := strings.Cut(part, ")"); !ids[id] {
			t.Errorf("%s: there is no %s", name, id)
		}
	}
	if strings.Count(svg, "<title id=") != 1 || strings.Count(svg, "<desc id=") != 1 || strings.ContainsAny(svg, "\x00") || strings.Contains(svg, "NaN") || strings.Contains(svg, "%!") {
		t.Errorf("%s: %.300s", name, svg)
	}
}

func TestMap(t *testing.T) {
	a := open(t)
	counts := map[string]Count{"ARM": {3, 2, 1}, "ROU": {2, 2, 1}, "GTM": {1, 1, 1}, "KOR": {1, 1, 1}, "SVK": {1, 1, 0}, "TUN": {1, 1, 0}, "MYS": {1, 1, 1}, "BRA": {12, 6, 0}, "UKR": {5, 0, 0}, "BGR": {2, 2, 0},
		"ZAF": {1, 1, 1}, "LBN": {2, 1, 0}, "RUS": {1, 0, 0}, "THA": {1, 1, 1}, "XKX": {1, 0, 0}, "MLT": {1, 1, 0}, "SGP": {1, 1, 0}, "DDR": {1, 0, 0}, "SRB": {4, 4, 0}, "MKD": {2, 1, 0}, "MDA": {1, 1, 0}, "HUN": {2, 2, 0}, "GEO": {2, 1, 0},
		"MNE": {1, 1, 0}, "BIH": {1, 1, 0}, "ALB": {1, 1, 0}, "ISR": {1, 1, 0}, "PSE": {2, 1, 0}, "JOR": {1, 0, 0}, "SYR": {1, 0, 0}, "FJI": {1, 1, 0}, "USA": {10, 10, 0}, "AUS": {}, "DOM": {1, 1, 0}, "HTI": {2, 0, 0}}
	svg, err := a.Map("Candidates & <cases>", counts)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "map", svg)
	if len(svg) > 100_000 {
		t.Errorf("the map takes %d bytes", len(svg))
	}
	t.Log(len(svg), "bytes")
	for _, want := range []string{"Candidates &amp; &lt;cases&gt;", "Not on the map: German Democratic Republic 1.", "no opinion on disputed territory", "Armenia 3, 2, 1", "in 34 countries", ">1/3<", ">12<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the map lacks %q", want)
		}
	}
	if again, _ := a.Map("Candidates & <cases>", counts); again != svg {
		t.Error("the same numbers give another picture")
	}
	empty, err := a.Map("None", nil)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "map-empty", empty)
	for _, bad := range []map[string]Count{{"ZZZ": {1, 1, 1}}, {"ARM": {1, 2, 0}}, {"ARM": {-1, -1, -1}}, {"ARM": {2, 1, 2}}} {
		if _, err := a.Map("", bad); fault.Of(err) != fault.Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// Even with candidates everywhere no number covers another.
func TestMarksAreApart(t *testing.T) {
	a := open(t)
	counts := map[string]Count{}
	var dots []place
	for _, c := range a.Countries() {
		counts[c.ISO3] = Count{1, 1, 0}
		if c.Capital != "" {
			at := onMap(point{c.Lon, c.Lat})
			dots = append(dots, place{from: at, to: at, count: Count{1, 1, 0}})
		}
	}
	svg, err := a.Map("All", counts)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "map-all", svg)
	apart(dots)
	covered := 0
	for i := range dots {
		for j := range i {
			if math.Abs(dots[i].to.x-dots[j].to.x) < dots[i].half()+dots[j].half()-2 && math.Abs(dots[i].to.y-dots[j].to.y) < 2*dot-2 {
				covered++
			}
		}
	}
	if covered > 0 {
		t.Errorf("%d numbers of %d cover another", covered, len(dots))
	}
}

func TestMatrix(t *testing.T) {
	rows := []string{"Eastern Europe and Central Asia", "Latin America and the Caribbean", "Middle East and North Africa", "Sub-Saharan Africa", "Western Europe and North America", "Asia & <Pacific>"}
	counts := [][]Count{{{4, 1, 0}, {20, 12, 2}, {9, 9, 1}, {2, 2, 1}}, {{}, {3, 1, 0}, {14, 10, 1}, {1, 0, 0}}, {{12, 0, 0}, {6, 3, 0}, {1, 1, 1}, {}}, {{5, 1, 0}, {30, 11, 1}, {8, 5, 0}, {}}, {{}, {}, {}, {6, 6, 0}}, {{3, 0, 0}, {9, 4, 1}, {7, 5, 0}, {2, 2, 1}}}
	svg, err := Matrix("Universe by region and regime", rows, Regimes(), counts)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "matrix", svg)
	for _, want := range []string{"20 · 12 · 2", "142 · 73 · 9", "Asia &amp; &lt;Pacific&gt;"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the matrix lacks %q", want)
		}
	}
	for _, bad := range [][][]Count{nil, {{}}, {{{}, {}, {}}, {{}, {}, {}, {}}, {{}, {}, {}, {}}, {{}, {}, {}, {}}, {{}, {}, {}, {}}, {{}, {}, {}, {}}}, append([][]Count{{{1, 2, 0}, {}, {}, {}}}, counts[1:]...)} {
		if _, err := Matrix("", rows, Regimes(), bad); fault.Of(err) != fault.Invalid {
			t.Errorf("%v: %v", bad, err)
		}
	}
}
