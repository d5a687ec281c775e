package archive

import (
	"throughline/internal/cases"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// Pseudonymise takes the names of actors that are persons out of a bundle, with the addresses that lead to them, and tells
// how many there were. Their ids change too where they hold a name; ties and events follow.
func Pseudonymise(b *store.Bundle) int {
	byCase := map[thread.ID][]cases.Actor{}
	for _, o := range b.Objects {
		if a, ok := o.(cases.Actor); ok {
			byCase[a.Case] = append(byCase[a.Case], a)
		}
	}
	name, id := map[thread.ID]string{}, map[thread.ID]thread.ID{}
	for c, actors := range byCase {
		for old, n := range cases.Pseudonyms(actors, b.SealKey) {
			name[old] = n
			id[old] = thread.ID(thread.Actor.Prefix() + c.Rest() + "-p" + n[len("Person A"):])
		}
	}
	if len(name) == 0 {
		return 0
	}
	anew := func(old thread.ID) thread.ID {
		if n, ok := id[old]; ok {
			return n
		}
		return old
	}
	for i, o := range b.Objects {
		switch o := o.(type) {
		case cases.Actor:
			if n, ok := name[o.ID]; ok {
				o.ID, o.Name, o.Source, o.Records = id[o.ID], n, nil, nil
				b.Objects[i] = o
			}
		case cases.Tie:
			from, to := anew(o.From), anew(o.To)
			if from != o.From || to != o.To {
				o.Source, o.Records = nil, nil
			}
			o.From, o.To = from, to
			b.Objects[i] = o
		case cases.Event:
			actors := make([]thread.ID, len(o.Actors))
			for j, a := range o.Actors {
				actors[j] = anew(a)
			}
			if len(actors) > 0 {
				o.Actors = actors
				b.Objects[i] = o
			}
		}
	}
	return len(name)
}
