package country

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
)

// Size of the map in units of the picture.
const (
	mapWidth = 960.0
	mapScale = mapWidth / (2 * 2.7067)
	mapTop   = 8.0
	south    = -57.0 // nobody campaigns further south
	nearest  = 0.8   // points closer than this are one
	dot      = 6.8   // radius of the circle with a number
)

// onMap gives the place of a point in degrees.
func onMap(p point) point {
	e, top := equalEarth(p), equalEarth(point{0, 84})
	return point{mapWidth/2 + e.x*mapScale, mapTop + (top.y-e.y)*mapScale}
}

// disclaimer stands under every map.
const disclaimer = "Borders: Natural Earth, 1:110m, as of today; no opinion on disputed territory. Projection: Equal Earth (areas keep their proportions)."

// Map draws the world with the countries that candidates come from, as SVG: hatched where there are candidates of which none
// is feasible, cross-hatched where some are feasible, black where some are selected; in a circle on the capital the number of
// candidates, in a black one that of those selected too. Countries without a place on the map are named under it. The title
// stands in the picture's title, its numbers in the description.
func (a *Atlas) Map(title string, counts map[string]Count) (string, error) {
	land, err := shapes()
	if err != nil {
		return "", err
	}
	var total Count
	countries := 0
	var told []string
	for _, iso3 := range slices.Sorted(maps.Keys(counts)) {
		c, n := a.countries[iso3], counts[iso3]
		if c.ISO3 == "" {
			return "", fault.New(fault.Invalid, "The map has no country %q; expected three letters such as ARM (ISO 3166-1 alpha-3).", iso3)
		}
		if !n.valid() {
			return "", fault.New(fault.Invalid, "%s: %s; expected each number to be part of the one before.", c.Name, n)
		}
		if n.Universe == 0 {
			continue
		}
		countries++
		total.Universe, total.Feasible, total.Selected = total.Universe+n.Universe, total.Feasible+n.Feasible, total.Selected+n.Selected
		told = append(told, fmt.Sprintf("%s %d, %d, %d", c.Name, n.Universe, n.Feasible, n.Selected))
	}
	d := &drawing{defs: patterns}
	drawn := map[string]bool{}
	var plain strings.Builder
	middle := map[string]point{}
	var filled []string
	for _, s := range land {
		if s.iso3 == "ATA" {
			continue
		}
		path, at := s.path()
		drawn[s.iso3] = true
		middle[s.iso3] = at
		if n := counts[s.iso3]; s.iso3 != "" && n.Universe > 0 {
			filled = append(filled, fmt.Sprintf(`<path d="%s" %s stroke="#222" stroke-width=".7"><title>%s: %s</title></path>`, path, n.fill(), esc(a.countries[s.iso3].Name), n))
		} else {
			plain.WriteString(path)
		}
	}
	d.add(`<path d="%s" %s stroke="#9a9a9a" stroke-width=".5"/>`, plain.String(), noneFill)
	for _, f := range filled {
		d.add("%s", f)
	}
	var dots []place
	var off []string
	for _, iso3 := range slices.Sorted(maps.Keys(counts)) {
		n, c := counts[iso3], a.countries[iso3]
		if n.Universe == 0 {
			continue
		}
		at := place{count: n, name: c.Name}
		switch {
		case c.Capital != "" && (c.Lat != 0 || c.Lon != 0):
			at.from = onMap(point{c.Lon, c.Lat})
		case drawn[iso3]:
			at.from = middle[iso3]
		default:
			off = append(off, fmt.Sprintf("%s %d", c.Name, n.Universe))
			continue
		}
		at.to = at.from
		dots = append(dots, at)
	}
	apart(dots)
	for _, p := range dots {
		if math.Hypot(p.to.x-p.from.x, p.to.y-p.from.y) > 3 {
			d.add(`<path d="M%.1f %.1fL%.1f %.1f" stroke="#000" stroke-width=".9"/><circle cx="%.1f" cy="%.1f" r="1.6"/>`, p.from.x, p.from.y, p.to.x, p.to.y, p.from.x, p.from.y)
		}
	}
	for _, p := range dots {
		p.draw(d)
	}
	y := onMap(point{0, south}).y + 8
	x := 8.0
	for _, k := range []struct{ fill, words string }{
		{universeFill, "candidates, none feasible"}, {feasibleFill, "feasible, none selected"}, {selectedFill, "some selected"}, {noneFill, "no candidate"},
	} {
		d.add(`<rect x="%.1f" y="%.1f" width="20" height="13" %s stroke="#222" stroke-width=".7"/>`, x, y, k.fill)
		d.text(x+26, y+11, "", ` font-size="12"`, k.words)
		x += 26 + textWidth(k.words, 12) + 14
	}
	for _, k := range []struct {
		count Count
		words string
	}{{Count{3, 0, 0}, "number of candidates"}, {Count{3, 3, 1}, "selected of candidates"}} {
		p := place{to: point{x + 12, y + 6.5}, count: k.count}
		x += p.draw(d) + 6
		d.text(x, y+11, "", ` font-size="12"`, k.words)
		x += textWidth(k.words, 12) + 14
	}
	y += 32
	if len(off) > 0 {
		for _, l := range wrapped("Not on the map: "+strings.Join(off, ", ")+".", 12, mapWidth-16) {
			d.text(8, y, "", ` font-size="12"`, l)
			y += 15
		}
	}
	d.text(8, y, "", ` font-size="11" fill="#444"`, disclaimer)
	description := fmt.Sprintf("World map of %s in %s: %s.", counted(total.Universe, "candidate", "candidates"), counted(countries, "country", "countries"), total)
	if len(told) > 0 {
		description += " By country, candidates, feasible and selected: " + strings.Join(told, "; ") + "."
	}
	return d.done(mapWidth, math.Ceil(y+8), title, description), nil
}

// path is the shape as the d of an SVG path, in whole and tenth units, and the middle of its largest ring.
func (s shape) path() (string, point) {
	var b strings.Builder
	var middle point
	largest := -1.0
	for _, r := range s.rings {
		var kept []point
		for i, p := range r {
			at := onMap(point{p.x, max(p.y, south)})
			at = point{math.Round(at.x*10) / 10, math.Round(at.y*10) / 10}
			if n := len(kept); n > 0 && math.Hypot(at.x-kept[n-1].x, at.y-kept[n-1].y) < nearest && i < len(r)-1 {
				continue
			}
			kept = append(kept, at)
		}
		if len(kept) > 1 && kept[0] == kept[len(kept)-1] {
			kept = kept[:len(kept)-1]
		}
		if len(kept) < 3 {
			if len(s.rings) > 1 {
				continue
			}
			for len(kept) < 3 { // a country is never lost
				kept = append(kept, point{kept[0].x + 0.8*float64(len(kept)), kept[0].y + 0.8})
			}
		}
		area, cx, cy := 0.0, 0.0, 0.0
		for i, p := range kept {
			q := kept[(i+1)%len(kept)]
			cross := p.x*q.y - q.x*p.y
			area, cx, cy = area+cross/2, cx+(p.x+q.x)*cross/6, cy+(p.y+q.y)*cross/6
		}
		if math.Abs(area) > largest && area != 0 {
			largest, middle = math.Abs(area), point{cx / area, cy / area}
		}
		b.WriteString("M" + tenth(kept[0].x) + " " + tenth(kept[0].y) + "l")
		for i := 1; i < len(kept); i++ {
			for j, v := range []float64{kept[i].x - kept[i-1].x, kept[i].y - kept[i-1].y} {
				t := tenth(v)
				if (i > 1 || j > 0) && t[0] != '-' {
					b.WriteByte(' ')
				}
				b.WriteString(t)
			}
		}
		b.WriteByte('z')
	}
	return b.String(), middle
}

// tenth writes a number with at most one decimal, as short as can be.
func tenth(v float64) string {
	s := strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	if rest, ok := strings.CutPrefix(s, "0."); ok {
		return "." + rest
	}
	if rest, ok := strings.CutPrefix(s, "-0."); ok {
		return "-." + rest
	}
	return s
}

// place is a circle with a number.
type place struct {
	from, to point // the capital, and where the circle is drawn
	count    Count
	name     string
}

func (p place) label() string {
	if p.count.Selected > 0 {
		return fmt.Sprintf("%d/%d", p.count.Selected, p.count.Universe)
	}
	return strconv.Itoa(p.count.Universe)
}

// half is half the width of the mark.
func (p place) half() float64 { return max(dot, textWidth(p.label(), 9.5)/2+2.5) }

// draw draws the mark and gives its right end from its middle.
func (p place) draw(d *drawing) float64 {
	w := p.half()
	fill, ink := "#fff", "#000"
	if p.count.Selected > 0 {
		fill, ink = "#000", "#fff"
	}
	name := ""
	if p.name != "" {
		name = "<title>" + esc(p.name+": "+p.count.String()) + "</title>"
	}
	d.add(`<g>%s<rect x="%.1f" y="%.1f" width="%.1f" height="%g" rx="%g" fill="%s" stroke="%s" stroke-width="%g"/><text x="%.1f" y="%.1f" text-anchor="middle" font-size="9.5" font-weight="bold" fill="%s">%s</text></g>`,
		name, p.to.x-w, p.to.y-dot, 2*w, 2*dot, dot, fill, map[bool]string{true: "#fff", false: "#000"}[p.count.Selected > 0], 1.0, p.to.x, p.to.y+3.5, ink, p.label())
	return 12 + w
}

// apart pushes marks away from each other until none covers another, or for a while.
func apart(dots []place) {
	half := make([]float64, len(dots))
	for i, d := range dots {
		half[i] = d.half()
	}
	for range 400 {
		moved := false
		for i := range dots {
			for j := range i {
				a, b := &dots[i], &dots[j]
				dx, dy := a.to.x-b.to.x, a.to.y-b.to.y
				wide, high := half[i]+half[j]+1, 2*dot+1
				if math.Abs(dx) >= wide || math.Abs(dy) >= high {
					continue
				}
				moved = true
				if wide-math.Abs(dx) < high-math.Abs(dy) {
					push := (wide - math.Abs(dx)) / 2 * 0.6
					if dx < 0 || dx == 0 && i%2 == 0 {
						push = -push
					}
					a.to.x, b.to.x = a.to.x+push, b.to.x-push
				} else {
					push := (high - math.Abs(dy)) / 2 * 0.6
					if dy < 0 || dy == 0 && i%2 == 0 {
						push = -push
					}
					a.to.y, b.to.y = a.to.y+push, b.to.y-push
				}
			}
		}
		for i := range dots {
			dots[i].to.x = min(max(dots[i].to.x, half[i]+1), mapWidth-half[i]-1)
			dots[i].to.y = min(max(dots[i].to.y, dot+1), onMap(point{0, south}).y)
		}
		if !moved {
			return
		}
	}
}
