package country

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"sync"
)

// shape is the land of a country on the map: rings of points in degrees, east and north, each closed.
type shape struct {
	iso3  string // empty: the map has a shape for it, we have no country
	name  string
	rings [][]point
}

type point struct{ x, y float64 }

// unplaced are shapes that carry no code in the map's file.
var unplaced = map[string]string{"Kosovo": "XKX", "Somaliland": "SML"}

// shapes reads the map that the program carries (TopoJSON, format 1.0: arcs are differences, quantized by a transform, and
// each border stands once), once.
var shapes = sync.OnceValues(func() ([]shape, error) {
	b, err := unpacked("data/world-map/countries.json.gz")
	if err != nil {
		return nil, err
	}
	var topo struct {
		Transform struct{ Scale, Translate [2]float64 }
		Arcs      [][][2]float64
		Objects   struct {
			Countries struct {
				Geometries []struct {
					Type       string
					ID         string
					Properties struct{ Name string }
					Arcs       json.RawMessage
				}
			}
		}
	}
	if err := json.Unmarshal(b, &topo); err != nil {
		return nil, fmt.Errorf("read built-in map: %w", err)
	}
	arcs := make([][]point, len(topo.Arcs))
	for i, arc := range topo.Arcs {
		var x, y float64
		for _, d := range arc {
			x, y = x+d[0], y+d[1]
			arcs[i] = append(arcs[i], point{x*topo.Transform.Scale[0] + topo.Transform.Translate[0], y*topo.Transform.Scale[1] + topo.Transform.Translate[1]})
		}
	}
	codes := map[int]string{}
	base, err := builtIn()
	if err != nil {
		return nil, err
	}
	for _, t := range base {
		if _, ok := t.column["m49"]; ok {
			for k, row := range t.rows {
				if n, err := strconv.Atoi(t.of(row, "m49")); err == nil {
					codes[n] = k.iso3
				}
			}
		}
	}
	ring := func(parts []int) ([]point, error) {
		var out []point
		for _, p := range parts {
			i := p
			if p < 0 {
				i = ^p
			}
			if i >= len(arcs) {
				return nil, fmt.Errorf("read built-in map: there is no arc %d", p)
			}
			a := arcs[i]
			for j := range a {
				at := a[j]
				if p < 0 {
					at = a[len(a)-1-j]
				}
				if j > 0 || len(out) == 0 { // an arc begins where the one before ends
					out = append(out, at)
				}
			}
		}
		return out, nil
	}
	var out []shape
	for _, g := range topo.Objects.Countries.Geometries {
		s := shape{name: g.Properties.Name, iso3: unplaced[g.Properties.Name]}
		if n, err := strconv.Atoi(g.ID); err == nil {
			s.iso3 = codes[n]
		}
		var polygons [][][]int
		var err error
		switch g.Type {
		case "Polygon":
			polygons = make([][][]int, 1)
			err = json.Unmarshal(g.Arcs, &polygons[0])
		case "MultiPolygon":
			err = json.Unmarshal(g.Arcs, &polygons)
		}
		if err != nil {
			return nil, fmt.Errorf("read built-in map, %s: %w", s.name, err)
		}
		for _, p := range polygons {
			for _, parts := range p {
				r, err := ring(parts)
				if err != nil {
					return nil, err
				}
				s.rings = append(s.rings, cut(r)...)
			}
		}
		out = append(out, s)
	}
	return out, nil
})

// cut divides a ring that crosses the 180th meridian into one on each side of it.
func cut(ring []point) [][]point {
	west, east := ring[0].x, ring[0].x
	for i := 1; i < len(ring); i++ { // longitudes without a leap
		switch d := ring[i].x - ring[i-1].x; {
		case d > 180:
			ring[i].x -= 360
		case d < -180:
			ring[i].x += 360
		}
		west, east = min(west, ring[i].x), max(east, ring[i].x)
	}
	if west >= -180 && east <= 180 || ring[0] != ring[len(ring)-1] { // the ring around the pole stays as it is
		return [][]point{ring}
	}
	var out [][]point
	for _, turn := range []float64{0, 360, -360} {
		part := beside(beside(shifted(ring, turn), 1), -1)
		if len(part) > 2 {
			out = append(out, part)
		}
	}
	return out
}

func shifted(ring []point, by float64) []point {
	out := make([]point, len(ring))
	for i, p := range ring {
		out[i] = point{p.x + by, p.y}
	}
	return out
}

// beside is what of a ring lies on the near side of the 180th meridian: west of it for side 1, east of it for side -1
// (Sutherland and Hodgman 1974).
func beside(ring []point, side float64) []point {
	var out []point
	for i, q := range ring {
		p := ring[(i+len(ring)-1)%len(ring)]
		in, was := side*q.x <= 180, side*p.x <= 180
		if in != was {
			t := (side*180 - p.x) / (q.x - p.x)
			out = append(out, point{side * 180, p.y + t*(q.y-p.y)})
		}
		if in {
			out = append(out, q)
		}
	}
	return out
}

// equalEarth projects degrees to the plane, x east and y north, in which areas keep their proportions (Šavrič, Patterson and
// Jenny 2018, The Equal Earth map projection, IJGIS 33:454-465, equations 7 to 10). x reaches ±2.7066, y ±1.3173.
func equalEarth(p point) point {
	const a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
	t := math.Asin(math.Sqrt(3) / 2 * math.Sin(p.y*math.Pi/180))
	t2 := t * t
	t6 := t2 * t2 * t2
	return point{
		2 * math.Sqrt(3) * p.x * math.Pi / 180 * math.Cos(t) / (3 * (a1 + 3*a2*t2 + t6*(7*a3+9*a4*t2))),
		t * (a1 + a2*t2 + t6*(a3+a4*t2)),
	}
}
