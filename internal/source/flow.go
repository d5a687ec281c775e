package source

import (
	"cmp"
	"slices"
	"strings"

	"throughline/analysis/prisma"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// FlowOf counts the PRISMA flow: it is derived from what was done and never typed in. A work's decision at a stage is the
// one its reviewers agree on over all its records. A work counts as found by databases and registers when any of its records
// was. Works found by other methods have no screening of their own in PRISMA: of those that were decided on, all count as
// sought, and those excluded on title and abstract as excluded after assessment, with their reason. A record that no search
// is named for counts by what it is: news and web pages as found on websites, reports at organisations, the rest by
// citations.
func FlowOf(searches []Search, records []Record, works []Work, screenings []Screening, protocol study.Protocol) prisma.Flow {
	var f prisma.Flow
	search := map[thread.ID]Search{}
	for _, s := range searches {
		search[s.ID] = s
	}
	kept := map[thread.ID]int{}
	route := map[thread.ID]string{}
	loose := map[string]int{}
	for _, r := range records {
		s, ok := search[r.Search]
		switch {
		case ok:
			kept[s.ID]++
			route[r.ID] = cmp.Or(s.Route, "database")
			continue
		case r.Type == "news" || r.Type == "web":
			route[r.ID] = "website"
		case r.Type == "report":
			route[r.ID] = "organisation"
		default:
			route[r.ID] = "citations"
		}
		loose[route[r.ID]]++
	}
	list := map[string]*[]prisma.Count{"database": &f.Databases, "register": &f.Registers, "website": &f.Websites, "organisation": &f.Organisations, "citations": &f.Citations}
	add := func(route, name string, n int) {
		at := list[route]
		if i := slices.IndexFunc(*at, func(c prisma.Count) bool { return c.Name == name }); i >= 0 {
			(*at)[i].N += n
		} else if n > 0 {
			*at = append(*at, prisma.Count{Name: name, N: n})
		}
	}
	for _, s := range searches {
		r := cmp.Or(s.Route, "database")
		add(r, s.Source, max(s.Hits, kept[s.ID]))
		if dropped := max(0, s.Hits-kept[s.ID]); isMain(r) {
			f.NotKept += dropped
		} else {
			f.OtherNotKept += dropped
		}
	}
	for _, r := range Routes {
		if loose[r] > 0 {
			add(r, "found without a search", loose[r])
		}
	}

	decisions := map[thread.ID][]Screening{}
	for _, s := range screenings {
		decisions[s.Record] = append(decisions[s.Record], s)
	}
	at := func(w Work, stage string) (together, why string, byTool bool) {
		var all []Screening
		byTool = true
		for _, r := range w.Records {
			for _, d := range decisions[r] {
				if d.Stage == stage {
					all = append(all, d)
					byTool = byTool && d.Tool != ""
				}
			}
		}
		together = Agreed(all)
		for _, d := range all { // the reason of what settled it, otherwise the first
			if d.Decision == Exclude && together == Exclude && (why == "" || d.Settles) {
				why = d.Reason
			}
		}
		return together, why, byTool && len(all) > 0
	}
	criteria := map[string]string{}
	for _, c := range slices.Concat(protocol.Include, protocol.Exclude) {
		criteria[c.ID] = c.Text
	}
	exclude := func(to *prisma.Reading, why string) {
		name := cmp.Or(criteria[why], why, "no reason given")
		if i := slices.IndexFunc(to.Excluded, func(c prisma.Count) bool { return c.Name == name }); i >= 0 {
			to.Excluded[i].N++
		} else {
			to.Excluded = append(to.Excluded, prisma.Count{Name: name, N: 1})
		}
	}
	grouped := map[thread.ID]bool{}
	for _, w := range works {
		for _, r := range w.Records {
			grouped[r] = true
		}
	}
	for _, r := range records { // what nobody has grouped yet is a work of its own
		if !grouped[r.ID] {
			works = append(slices.Clip(works), Work{Records: []thread.ID{r.ID}})
		}
	}
	for _, w := range works {
		main, others := 0, 0
		for _, r := range w.Records {
			if isMain(route[r]) {
				main++
			} else {
				others++
			}
		}
		reading := &f.Other
		if main > 0 {
			reading = &f.Main
			f.Duplicates += main - 1
			f.OtherDuplicates += others
		} else {
			f.OtherDuplicates += others - 1
		}
		early, why, byTool := at(w, TitleAbstract)
		switch {
		case early == "":
			f.Waiting++
			continue
		case byTool && early == Exclude && main > 0:
			f.Automation++
			continue
		case byTool && early == Exclude:
			f.OtherAutomation++
			continue
		case main > 0:
			f.Screened++
		default:
			reading.Sought++
		}
		switch {
		case early == Unsure:
			f.Undecided++
			continue
		case early == Exclude && main > 0:
			f.Excluded++
			continue
		case early == Exclude:
			reading.Assessed++
			exclude(reading, why)
			continue
		case main > 0:
			reading.Sought++
		}
		late, why, _ := at(w, FullText)
		switch late {
		case "":
			f.Unread++
		case Unsure:
			f.Undecided++
		case NotRetrieved:
			reading.NotRetrieved++
		case Exclude:
			reading.Assessed++
			exclude(reading, why)
		case Include:
			reading.Assessed++
			f.Included++
		}
	}
	for _, r := range []*prisma.Reading{&f.Main, &f.Other} {
		slices.SortStableFunc(r.Excluded, func(a, b prisma.Count) int { return cmp.Or(b.N-a.N, strings.Compare(a.Name, b.Name)) })
	}
	return f
}

// isMain tells databases and registers from other methods.
func isMain(route string) bool { return route == "database" || route == "register" }
