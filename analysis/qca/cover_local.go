package qca

import "slices"

// localShare and localMost say how many swaps are tried: the cube of the rows over the one, at most the other. The
// smallest covers of random tables with 250 rows came up within so many.
const (
	localShare = 16
	localMost  = 200_000
)

// local looks for a small cover of the open rows by local search with weights on the rows (Gao, Yao, Weise and Li 2015,
// European Journal of Operational Research 246:750-761, the algorithm RWLS). From a greedy cover columns are dropped until something is
// uncovered, then swapped; rows that stay uncovered weigh more and more, which leads away from where nothing gets better. A
// column may come back only when something around it has changed. It draws the same numbers every time.
//
// Is is false when some row has no column.
func (s *search) local(l *level, steps int) (best []int, is bool) {
	m := len(l.columns)
	if l.open.empty() {
		return nil, true
	}
	rowsOf, byRow := make([][]int, m), make([][]int, s.rows)
	for i := range m {
		for r := range s.mask(l, i).all {
			rowsOf[i] = append(rowsOf[i], r)
			byRow[r] = append(byRow[r], i)
		}
	}
	open := slices.Collect(l.open.all)
	weight, covers := make([]int, s.rows), make([]int, s.rows)
	score, stamp, gone := make([]int, m), make([]int, m), make([]int, m)
	changed := make([]int, s.rows) // when a column of the row came or went
	in := make([]bool, m)
	var taken, bare, place []int // columns taken; rows uncovered and their places there
	place = make([]int, s.rows)
	for _, r := range open {
		if len(byRow[r]) == 0 {
			return nil, false
		}
		weight[r] = 1
		place[r] = len(bare)
		bare = append(bare, r)
		for _, c := range byRow[r] {
			score[c]++
		}
	}
	other := func(r, not int) int {
		for _, c := range taken {
			if c != not && s.mask(l, c).has(r) {
				return c
			}
		}
		return -1
	}
	now := 0
	work := 0
	add := func(j int) {
		for _, r := range rowsOf[j] {
			covers[r]++
			changed[r] = now
			switch covers[r] {
			case 1:
				work += len(byRow[r])
				for _, c := range byRow[r] {
					if c != j {
						score[c] -= weight[r]
					}
				}
				last := bare[len(bare)-1]
				bare[place[r]] = last
				place[last] = place[r]
				bare = bare[:len(bare)-1]
			case 2:
				score[other(r, j)] += weight[r]
			}
		}
		score[j] = -score[j]
		in[j], stamp[j] = true, now
		taken = append(taken, j)
	}
	drop := func(j int) {
		at := slices.Index(taken, j)
		taken[at] = taken[len(taken)-1]
		taken = taken[:len(taken)-1]
		for _, r := range rowsOf[j] {
			covers[r]--
			changed[r] = now
			switch covers[r] {
			case 0:
				work += len(byRow[r])
				for _, c := range byRow[r] {
					if c != j {
						score[c] += weight[r]
					}
				}
				place[r] = len(bare)
				bare = append(bare, r)
			case 1:
				score[other(r, j)] -= weight[r]
			}
		}
		score[j] = -score[j]
		in[j], stamp[j], gone[j] = false, now, now
	}
	for len(bare) > 0 {
		top := 0
		for j := range m {
			if !in[j] && (in[top] || score[j] > score[top]) {
				top = j
			}
		}
		add(top)
	}
	draw := newDraws(1, 0)
	tabu := -1
	leave := func(forbid int) int {
		out := -1
		for _, j := range taken {
			if j != forbid && (out < 0 || score[j] > score[out] || score[j] == score[out] && (stamp[j] < stamp[out] || stamp[j] == stamp[out] && j < out)) {
				out = j
			}
		}
		return out
	}
	for now = 1; now <= steps; now++ {
		for len(bare) == 0 {
			best = best[:0]
			for _, j := range taken {
				best = append(best, l.columns[j])
			}
			if len(taken) == 1 {
				return best, true
			}
			drop(leave(-1))
		}
		if j := leave(tabu); j >= 0 {
			drop(j)
		}
		r := bare[draw.below(uint64(len(bare)))]
		pick := -1
		for _, j := range byRow[r] {
			fresh := false
			for _, q := range rowsOf[j] {
				if changed[q] > gone[j] {
					fresh = true
					break
				}
			}
			if (fresh || gone[j] == 0) && (pick < 0 || score[j] > score[pick] || score[j] == score[pick] && stamp[j] < stamp[pick]) {
				pick = j
			}
		}
		if pick < 0 {
			pick = byRow[r][draw.below(uint64(len(byRow[r])))]
		}
		add(pick)
		tabu = pick
		for _, r := range bare {
			weight[r]++
			for _, c := range byRow[r] {
				score[c]++
			}
			work += len(byRow[r])
		}
		work += len(byRow[r]) * 2
	}
	*s.work -= work
	return best, true
}
