// Package selection chooses cases to study from a universe of candidates:
// diverse in region and regime type, with successes and failures.
//
// Diverse case selection is one of the types of Seawright and Gerring (2008,
// Political Research Quarterly 61:294-308). Here it is a greedy choice under
// exact quotas that says, for every case, why it was chosen or not, and claims
// to be the best only when that is proven.
package selection

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Candidate is a case that could be studied.
type Candidate struct {
	// ID is unique among the candidates.
	ID string `json:"id"`
	// Country is needed when the number per country is limited.
	Country string `json:"country"`
	// Region in one scheme for all; empty when not known.
	Region string `json:"region"`
	// Regime is the regime type, best of the year before onset, so that it is
	// not itself changed by the case; empty when not known.
	Regime string `json:"regime"`
	// Success is the outcome as coded; everything else counts as a failure.
	Success bool `json:"success"`
	// Feasible says that the case can be studied: access, safety, sources.
	Feasible bool `json:"feasible"`
	// Why says why it is not feasible.
	Why string `json:"why,omitempty"`
}

// Quota is what a choice must fulfil.
type Quota struct {
	// K is the number of cases to choose.
	K int `json:"k"`
	// MinSuccess and MinFailure are the least numbers of each outcome.
	MinSuccess int `json:"min_success"`
	MinFailure int `json:"min_failure"`
	// MaxPerCountry is the most cases of one country, 0 for no limit.
	MaxPerCountry int `json:"max_per_country"`
	// In are ids that must be chosen, Out ids that must not.
	In  []string `json:"in"`
	Out []string `json:"out"`
}

// Step is one case of the choice, in the order chosen.
type Step struct {
	ID string `json:"id"`
	// Added says in plain words what the case added to those before it.
	Added string `json:"added"`
}

// Choice is a set of cases that fulfils the quota.
type Choice struct {
	// Chosen are ids, sorted.
	Chosen []string `json:"chosen"`
	// Steps are the same cases in the order they were chosen, those of
	// Quota.In first.
	Steps []Step `json:"steps"`
	// Regions and Regimes are how many different ones the choice covers.
	Regions int `json:"regions"`
	Regimes int `json:"regimes"`
	// RegionsOf and RegimesOf are how many there are among the feasible
	// candidates that were not set aside. Empty ones are not counted.
	RegionsOf int `json:"regions_of"`
	RegimesOf int `json:"regimes_of"`
	// Alternates are, for each chosen case, up to three that could take its
	// place with every quota still fulfilled, the one that loses least
	// coverage first. None could take the place of a case without an entry.
	// A case fixed in advance has alternates too, in case access fails.
	Alternates map[string][]string `json:"alternates"`
	// Proven says that no other choice under the same quota covers more
	// regions and regimes together: an upper bound equals what is covered.
	// False means not known, not that there is a better one.
	Proven bool `json:"proven"`
	// WhyNot says in plain words, for each candidate not chosen, why.
	WhyNot map[string]string `json:"why_not"`
}

// Greedy chooses K cases one at a time: first those in Quota.In, then always
// the candidate that adds a new region and a new regime, else a new region,
// else a new regime, else nothing; among equals the first by id. A candidate is
// only taken when the quotas can still be fulfilled afterwards, which is
// decided exactly, not guessed.
//
// Regions and regimes are covered when at least one chosen case has them. With
// covered(In) those of the cases chosen in advance and free = K - |In|,
//
//	bound = min(covered(In) + free, those some case that fits beside In has)
//
// holds for the regions and for the regimes of any choice. When both are
// reached, Proven is true.
//
// The order of the candidates makes no difference. Quotas that cannot be
// fulfilled are an error that says which and why.
func Greedy(c []Candidate, q Quota) (Choice, error) {
	s, err := newState(c, q)
	if err != nil {
		return Choice{}, err
	}
	choice := Choice{Steps: []Step{}, Alternates: map[string][]string{}, WhyNot: map[string]string{}}
	for _, i := range s.open {
		s.regionsOf[s.all[i].Region] = true
		s.regimesOf[s.all[i].Regime] = true
	}
	delete(s.regionsOf, "")
	delete(s.regimesOf, "")
	choice.RegionsOf, choice.RegimesOf = len(s.regionsOf), len(s.regimesOf)

	for _, i := range s.fixed {
		choice.Steps = append(choice.Steps, Step{s.all[i].ID, "fixed in advance; " + s.added(i)})
		s.chosen = append(s.chosen, i)
	}
	regionBound, regimeBound := s.bounds()
	for len(s.chosen) < q.K {
		best := -1
		for _, i := range s.open { // by id, so the first of equals stays
			if slices.Contains(s.chosen, i) || best >= 0 && s.gain(i) <= s.gain(best) {
				continue
			}
			if s.reachable(append(slices.Clone(s.chosen), i)) {
				best = i
			}
		}
		if best < 0 {
			// Cannot be: what newState and every step before found reachable
			// has a next step.
			return Choice{}, errors.New("the choice could not be completed: please report this together with the candidates and the quota")
		}
		choice.Steps = append(choice.Steps, Step{s.all[best].ID, s.added(best)})
		s.chosen = append(s.chosen, best)
	}

	regions, regimes := s.coverage(s.chosen)
	choice.Regions, choice.Regimes = len(regions), len(regimes)
	choice.Proven = choice.Regions == regionBound && choice.Regimes == regimeBound
	for _, i := range s.chosen {
		choice.Chosen = append(choice.Chosen, s.all[i].ID)
		if a := s.alternates(i); len(a) > 0 {
			choice.Alternates[s.all[i].ID] = a
		}
	}
	slices.Sort(choice.Chosen)
	for i, x := range s.all {
		if !slices.Contains(s.chosen, i) {
			choice.WhyNot[x.ID] = s.whyNot(i)
		}
	}
	return choice, nil
}

// state is a choice being made. Candidates are indices into all.
type state struct {
	all                  []Candidate // sorted by id
	q                    Quota
	out                  map[string]bool
	fixed                []int // chosen in advance
	open                 []int // feasible and not set aside, in the order of all
	chosen               []int
	regionsOf, regimesOf map[string]bool
}

func newState(c []Candidate, q Quota) (*state, error) {
	s := &state{all: slices.Clone(c), q: q, out: map[string]bool{}, regionsOf: map[string]bool{}, regimesOf: map[string]bool{}}
	slices.SortStableFunc(s.all, func(a, b Candidate) int { return cmp.Compare(a.ID, b.ID) })
	var bad []string
	add := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	at := map[string]int{}
	for i, x := range c {
		if x.ID == "" {
			add("candidate number %d has no id: give it one", i+1)
		}
	}
	for i, x := range s.all {
		if _, twice := at[x.ID]; twice && x.ID != "" {
			add("the id %q is used by more than one candidate: give each its own", x.ID)
		}
		at[x.ID] = i
		if x.Country == "" && q.MaxPerCountry > 0 {
			add("candidate %q has no country, and the cases per country are limited: fill it in or lift the limit", x.ID)
		}
	}
	if q.K < 1 {
		add("%d cases are asked for: ask for at least 1", q.K)
	}
	if q.MinSuccess < 0 || q.MinFailure < 0 || q.MaxPerCountry < 0 {
		add("a quota is below zero: use 0 for no quota")
	}
	if q.K >= 1 && q.MinSuccess+q.MinFailure > q.K {
		add("%s and %s do not fit into %s: ask for more cases or lower a quota", count(q.MinSuccess, "success"), count(q.MinFailure, "failure"), count(q.K, "case"))
	}
	for _, id := range q.Out {
		if _, ok := at[id]; !ok {
			add("%q is set aside but is not among the candidates", id)
		}
		s.out[id] = true
	}
	in := map[string]bool{}
	for _, id := range q.In {
		i, ok := at[id]
		switch {
		case in[id]:
			continue // said twice, meant once
		case !ok:
			add("%q is fixed in advance but is not among the candidates", id)
		case s.out[id]:
			add("%q is both fixed in advance and set aside: decide for one", id)
		case !s.all[i].Feasible:
			add("%q is fixed in advance but is not feasible%s", id, because(s.all[i]))
		default:
			s.fixed = append(s.fixed, i)
		}
		in[id] = true
	}
	if len(bad) > 0 {
		return nil, errors.New(strings.Join(bad, "; "))
	}
	slices.Sort(s.fixed)
	for i, x := range s.all {
		if x.Feasible && !s.out[x.ID] {
			s.open = append(s.open, i)
		}
	}
	return s, s.infeasible()
}

// room is what can still be added to a set of cases: successes, failures, and
// both together.
type room struct{ successes, failures, both int }

// left computes the room beside a set exactly. ok is false when the set itself
// has too many cases of a country.
//
// Of one country with s successes, f failures and m places left, a and b can be
// added whenever a <= min(s,m), b <= min(f,m) and a+b <= min(s+f,m): an integer
// polymatroid. Sums of integer polymatroids have the sums of those limits and
// no others (Edmonds 1970), so three totals decide for all countries at once.
func (s *state) left(set []int) (r room, ok bool) {
	used := map[string]int{}
	in := make(map[int]bool, len(set))
	for _, i := range set {
		used[s.all[i].Country]++
		in[i] = true
	}
	type country struct{ successes, failures int }
	by := map[string]country{}
	for _, i := range s.open {
		if in[i] {
			continue
		}
		x := s.all[i]
		n := by[x.Country]
		if x.Success {
			n.successes++
		} else {
			n.failures++
		}
		by[x.Country] = n
	}
	ok = true
	for name, n := range by {
		places := n.successes + n.failures
		if s.q.MaxPerCountry > 0 {
			places = max(0, s.q.MaxPerCountry-used[name])
		}
		r.successes += min(n.successes, places)
		r.failures += min(n.failures, places)
		r.both += min(n.successes+n.failures, places)
	}
	for _, n := range used {
		if s.q.MaxPerCountry > 0 && n > s.q.MaxPerCountry {
			ok = false
		}
	}
	return r, ok
}

// reachable says whether a set can be completed to K cases within the quotas.
func (s *state) reachable(set []int) bool {
	r, ok := s.left(set)
	successes, failures := s.outcomes(set)
	places := s.q.K - len(set)
	needS, needF := max(0, s.q.MinSuccess-successes), max(0, s.q.MinFailure-failures)
	return ok && places >= 0 && needS <= r.successes && needF <= r.failures && needS+needF <= places && places <= r.both
}

func (s *state) outcomes(set []int) (successes, failures int) {
	for _, i := range set {
		if s.all[i].Success {
			successes++
		} else {
			failures++
		}
	}
	return successes, failures
}

// infeasible explains why no choice fulfils the quotas, or is nil.
func (s *state) infeasible() error {
	q := s.q
	if s.reachable(s.fixed) {
		return nil
	}
	successes, failures := s.outcomes(s.open)
	if n := len(s.open); n < q.K {
		return fmt.Errorf("only %s feasible in the universe and not set aside; %d are asked for", are(n, "case"), q.K)
	}
	if successes < q.MinSuccess {
		return fmt.Errorf("only %s feasible in the universe; %d are asked for", are(successes, "success"), q.MinSuccess)
	}
	if failures < q.MinFailure {
		return fmt.Errorf("only %s feasible in the universe; %d are asked for", are(failures, "failure"), q.MinFailure)
	}
	limit := fmt.Sprintf("with at most %s per country", count(q.MaxPerCountry, "case"))
	free, _ := s.left(nil)
	if free.both < q.K {
		return fmt.Errorf("%s only %s can be chosen; %d are asked for", limit, count(free.both, "case"), q.K)
	}
	if free.successes < q.MinSuccess {
		return fmt.Errorf("%s only %s can be chosen; %d are asked for", limit, count(free.successes, "success"), q.MinSuccess)
	}
	if free.failures < q.MinFailure {
		return fmt.Errorf("%s only %s can be chosen; %d are asked for", limit, count(free.failures, "failure"), q.MinFailure)
	}
	// Without the cases fixed in advance the quotas could be fulfilled.
	if n := len(s.fixed); n > q.K {
		return fmt.Errorf("%d cases are fixed in advance but only %d are asked for", n, q.K)
	}
	r, ok := s.left(s.fixed)
	if !ok {
		return fmt.Errorf("the cases fixed in advance break the limit of %s per country", count(q.MaxPerCountry, "case"))
	}
	hasS, hasF := s.outcomes(s.fixed)
	places := q.K - len(s.fixed)
	switch {
	case places > r.both:
		return fmt.Errorf("%s and those fixed in advance only %s can be chosen; %d are asked for", limit, count(len(s.fixed)+r.both, "case"), q.K)
	case q.MinSuccess-hasS > min(places, r.successes):
		return fmt.Errorf("the cases fixed in advance leave room for only %s in all; %d are asked for", count(hasS+min(places, r.successes), "success"), q.MinSuccess)
	case q.MinFailure-hasF > min(places, r.failures):
		return fmt.Errorf("the cases fixed in advance leave room for only %s in all; %d are asked for", count(hasF+min(places, r.failures), "failure"), q.MinFailure)
	}
	return fmt.Errorf("the cases fixed in advance leave %s, too few for both the successes and the failures still asked for", count(places, "place"))
}

// coverage is the regions and regimes of a set.
func (s *state) coverage(set []int) (regions, regimes map[string]bool) {
	regions, regimes = map[string]bool{}, map[string]bool{}
	for _, i := range set {
		if r := s.all[i].Region; r != "" {
			regions[r] = true
		}
		if r := s.all[i].Regime; r != "" {
			regimes[r] = true
		}
	}
	return regions, regimes
}

// bounds are the most regions and regimes any completion can cover.
func (s *state) bounds() (regions, regimes int) {
	coveredR, coveredG := s.coverage(s.chosen)
	fits := slices.Clone(s.chosen)
	for _, i := range s.open {
		if !slices.Contains(s.chosen, i) && s.reachable(append(slices.Clone(s.chosen), i)) {
			fits = append(fits, i)
		}
	}
	possibleR, possibleG := s.coverage(fits)
	free := s.q.K - len(s.chosen)
	return min(len(coveredR)+free, len(possibleR)), min(len(coveredG)+free, len(possibleG))
}

func (s *state) news(i int) (region, regime bool) {
	regions, regimes := s.coverage(s.chosen)
	x := s.all[i]
	return x.Region != "" && !regions[x.Region], x.Regime != "" && !regimes[x.Regime]
}

// gain orders candidates: a new region counts more than a new regime.
func (s *state) gain(i int) int {
	region, regime := s.news(i)
	n := 0
	if region {
		n += 2
	}
	if regime {
		n++
	}
	return n
}

// added says what candidate i adds to those chosen so far.
func (s *state) added(i int) string {
	x := s.all[i]
	var parts []string
	region, regime := s.news(i)
	if region {
		parts = append(parts, "the region "+x.Region)
	}
	if regime {
		parts = append(parts, "the regime type "+x.Regime)
	}
	text := "adds no new region or regime type"
	if len(parts) > 0 {
		text = "adds " + strings.Join(parts, " and ")
	}
	successes, failures := s.outcomes(s.chosen)
	switch {
	case x.Success && successes < s.q.MinSuccess:
		text += fmt.Sprintf("; success %d of the %d asked for", successes+1, s.q.MinSuccess)
	case !x.Success && failures < s.q.MinFailure:
		text += fmt.Sprintf("; failure %d of the %d asked for", failures+1, s.q.MinFailure)
	}
	return text
}

// alternates lists who could take the place of chosen case i.
func (s *state) alternates(i int) []string {
	type option struct {
		id                                 string
		regions, regimes                   int
		sameRegion, sameRegime, sameResult bool
	}
	var options []option
	for _, j := range s.open {
		if slices.Contains(s.chosen, j) {
			continue
		}
		set := slices.Clone(s.chosen)
		set[slices.Index(set, i)] = j
		if !s.reachable(set) {
			continue
		}
		regions, regimes := s.coverage(set)
		a, b := s.all[i], s.all[j]
		options = append(options, option{b.ID, len(regions), len(regimes), a.Region == b.Region, a.Regime == b.Regime, a.Success == b.Success})
	}
	yes := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	slices.SortFunc(options, func(a, b option) int {
		return cmp.Or(
			cmp.Compare(b.regions+b.regimes, a.regions+a.regimes),
			cmp.Compare(b.regions, a.regions),
			// Then the one most like the case it replaces.
			cmp.Compare(yes(b.sameRegion)+yes(b.sameRegime)+yes(b.sameResult), yes(a.sameRegion)+yes(a.sameRegime)+yes(a.sameResult)),
			cmp.Compare(a.id, b.id))
	})
	var ids []string
	for _, o := range options[:min(3, len(options))] {
		ids = append(ids, o.id)
	}
	return ids
}

// whyNot explains, after the choice, why candidate i is not in it.
func (s *state) whyNot(i int) string {
	x := s.all[i]
	if !x.Feasible {
		return "not feasible" + because(x)
	}
	if s.out[x.ID] {
		return "set aside by you"
	}
	var here, sameRegion, sameRegime []string
	for _, j := range s.chosen {
		y := s.all[j]
		if y.Country == x.Country {
			here = append(here, y.ID)
		}
		if y.Region == x.Region {
			sameRegion = append(sameRegion, y.ID)
		}
		if y.Regime == x.Regime {
			sameRegime = append(sameRegime, y.ID)
		}
	}
	if s.q.MaxPerCountry > 0 && len(here) >= s.q.MaxPerCountry {
		slices.Sort(here)
		return fmt.Sprintf("%s already has the %s allowed per country (%s)", x.Country, count(s.q.MaxPerCountry, "case"), strings.Join(here, ", "))
	}
	text := func(what, value string, same []string) string {
		if value == "" {
			return "its " + what + " is not known"
		}
		slices.Sort(same)
		return fmt.Sprintf("its %s %s is covered (%s)", what, value, strings.Join(same, ", "))
	}
	region, regime := s.news(i)
	switch {
	case region && regime:
		return fmt.Sprintf("would add the region %s and the regime type %s, but %s", x.Region, x.Regime, s.full())
	case region:
		return fmt.Sprintf("would add the region %s, but %s", x.Region, s.full())
	case regime:
		return fmt.Sprintf("would add the regime type %s, but %s", x.Regime, s.full())
	}
	return text("region", x.Region, sameRegion) + " and " + text("regime type", x.Regime, sameRegime)
}

func (s *state) full() string {
	return fmt.Sprintf("the %s went to cases that added as much or more, or that the quotas needed", count(s.q.K, "place"))
}

func because(x Candidate) string {
	if x.Why == "" {
		return ""
	}
	return ": " + x.Why
}

// count writes "1 case", "2 cases".
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "s"):
		return fmt.Sprintf("%d %ses", n, noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func are(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " is"
	}
	return count(n, noun) + " are"
}
