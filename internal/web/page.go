package web

import (
	"throughline/internal/study"
	"throughline/internal/thread"
)

// page is the address of the page that shows an object on its own. Where there is none, or none that the member may
// open, it is the object's thread page, which every kind has.
func (v *visit) page(id thread.ID) string {
	if id.Kind() == thread.Study {
		return v.at()
	}
	if a, ok := v.s.shows[id.Kind()]; ok && v.may(a, "") {
		return v.at(string(id.Kind()), string(id))
	}
	return v.at("thread", string(id))
}

// sees tells whether the member may see that an object exists, and its label. A country team sees nothing of the cases
// of other teams.
func (v *visit) sees(n thread.Node) bool { return v.may(seeing(n.Kind), n.Case) }

// reads tells whether the member may read the words of a passage or a document: those of protected interviews need more
// than those of public records.
func (v *visit) reads(n thread.Node) bool {
	if n.Protected {
		return v.may(study.ReadRaw, n.Case)
	}
	return v.may(study.Browse, n.Case)
}
