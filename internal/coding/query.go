package coding

import (
	"cmp"
	"slices"

	"throughline/internal/document"
	"throughline/internal/thread"
)

// Placed is a coding with its place: what queries are asked of.
type Placed struct {
	Segment  thread.ID
	Code     thread.ID
	Coder    string
	Case     thread.ID
	Document thread.ID
	Start    int // code points
	End      int
	Area     document.Area // of a part of a picture, a page or a recording, which has no Start and End
}

// meets tells whether two passages of one document share a place, or are at most near characters apart. Parts of a picture or
// a page meet where they overlap, parts of a recording in time; near is of characters, so it does not widen them.
func (p Placed) meets(q Placed, near int) bool {
	a, b := p.Area, q.Area
	switch {
	case a.None() != b.None():
		return false
	case a.None():
		return q.Start-near < p.End && p.Start < q.End+near
	case a.To > 0 || b.To > 0:
		return a.From < b.To && b.From < a.To
	}
	return a.Page == b.Page && a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height
}

// Below gives, for each code, itself and all codes below it.
func Below(codes []Code) map[thread.ID]map[thread.ID]bool {
	parent := make(map[thread.ID]thread.ID, len(codes))
	for _, c := range codes {
		parent[c.ID] = c.Parent
	}
	out := make(map[thread.ID]map[thread.ID]bool, len(codes))
	for _, c := range codes {
		for x, n := c.ID, 0; x != "" && n <= len(codes); x, n = parent[x], n+1 {
			if out[x] == nil {
				out[x] = map[thread.ID]bool{}
			}
			if out[x][c.ID] && n > 0 {
				break // a circle
			}
			out[x][c.ID] = true
		}
	}
	return out
}

// Ask is a query on codings: passages with Code (or a code below it) that also have With and do not have Without, on the
// same passage or on one that overlaps it, or within Near characters of it.
type Ask struct {
	Code     thread.ID // empty: any
	With     thread.ID
	Without  thread.ID
	Near     int // characters between the two at most; 0: they overlap
	Case     thread.ID
	Document thread.ID
	Coder    string
}

// Answer gives the passages that a query finds, in the order of documents and places, each with the codings that match.
func (a Ask) Answer(all []Placed, codes []Code) [][]Placed {
	below := Below(codes)
	in := func(code, under thread.ID) bool { return under == "" || below[under][code] }
	byDoc := map[thread.ID][]Placed{}
	for _, p := range all {
		if a.Coder == "" || p.Coder == a.Coder {
			byDoc[p.Document] = append(byDoc[p.Document], p)
		}
	}
	meets := func(p Placed, other thread.ID) bool {
		for _, q := range byDoc[p.Document] {
			if in(q.Code, other) && p.meets(q, a.Near) && !(q.Segment == p.Segment && q.Code == p.Code && q.Coder == p.Coder && other != a.Code) {
				return true
			}
		}
		return false
	}
	found := map[thread.ID][]Placed{}
	for _, p := range all {
		if a.Coder != "" && p.Coder != a.Coder || !in(p.Code, a.Code) || a.Case != "" && p.Case != a.Case || a.Document != "" && p.Document != a.Document {
			continue
		}
		if a.With != "" && !meets(p, a.With) || a.Without != "" && meets(p, a.Without) {
			continue
		}
		found[p.Segment] = append(found[p.Segment], p)
	}
	out := make([][]Placed, 0, len(found))
	for _, ps := range found {
		slices.SortFunc(ps, func(x, y Placed) int { return cmp.Or(cmp.Compare(x.Code, y.Code), cmp.Compare(x.Coder, y.Coder)) })
		out = append(out, ps)
	}
	slices.SortFunc(out, func(x, y []Placed) int {
		return cmp.Or(cmp.Compare(x[0].Document, y[0].Document), x[0].Start-y[0].Start, x[0].End-y[0].End, cmp.Compare(x[0].Segment, y[0].Segment))
	})
	return out
}

// Crossed is a table of how many passages each code has for each value of something else.
type Crossed struct {
	Rows  []thread.ID
	Cols  []string
	Cells [][]int // passages, each counted once in a cell
	Total []int   // passages of each row
}

// Cross counts passages by code and by what of gives for them; a code counts what is below it too. Columns come in the order
// given.
func Cross(all []Placed, codes []Code, cols []string, of func(Placed) []string) Crossed {
	below := Below(codes)
	t := Crossed{Cols: cols}
	at := map[string]int{}
	for i, c := range cols {
		at[c] = i
	}
	above := map[thread.ID][]thread.ID{}
	for up, set := range below {
		for c := range set {
			above[c] = append(above[c], up)
		}
	}
	row := map[thread.ID]int{}
	for i, c := range codes {
		row[c.ID] = i
		t.Rows = append(t.Rows, c.ID)
	}
	type mark struct {
		row, col int
		segment  thread.ID
	}
	seen := map[mark]bool{}
	t.Cells = make([][]int, len(codes))
	t.Total = make([]int, len(codes))
	for i := range t.Cells {
		t.Cells[i] = make([]int, len(cols))
	}
	for _, p := range all {
		values := of(p)
		for _, up := range above[p.Code] {
			r := row[up]
			if m := (mark{r, -1, p.Segment}); !seen[m] {
				seen[m] = true
				t.Total[r]++
			}
			for _, v := range values {
				c, ok := at[v]
				if m := (mark{r, c, p.Segment}); ok && !seen[m] {
					seen[m] = true
					t.Cells[r][c]++
				}
			}
		}
	}
	return t
}

// Together gives, for each coding, the codes of others that overlap it in its document: what Cross needs for codes that
// occur together.
func Together(all []Placed) func(Placed) []string {
	byDoc := map[thread.ID][]Placed{}
	for _, p := range all {
		byDoc[p.Document] = append(byDoc[p.Document], p)
	}
	for _, ps := range byDoc {
		slices.SortFunc(ps, func(a, b Placed) int { return a.Start - b.Start })
	}
	return func(p Placed) []string {
		var out []string
		for _, q := range byDoc[p.Document] {
			if p.Area.None() && q.Area.None() && q.Start >= p.End {
				break
			}
			if q.Code != p.Code && p.meets(q, 0) {
				out = append(out, string(q.Code))
			}
		}
		return out
	}
}
