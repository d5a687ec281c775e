package refiqda

// Place finishes a project that was not read from a package but put together from what another program keeps: the texts
// are brought to our line ends, the starts and ends of text selections, as that program counts them, to code points, with the
// words of a selection, its name, to check by; and what refers to nothing is taken out. ways say how positions are counted,
// by GUID of a source or "" for all; what they do not say is found out as for a package.
func Place(p Project, ways map[string]Convention) (Project, []Loss) {
	r := &reader{limits: Limits{}.orDefault(), o: ReadOptions{Convention: ways}, p: p}
	for i := range r.p.Sources {
		for k := range r.p.Sources[i].Selections {
			if x := &r.p.Sources[i].Selections[k]; x.Kind == TextSelection {
				x.raw = [2]int{x.Start, x.End}
			}
		}
	}
	return r.finish(&Package{limits: r.limits})
}
