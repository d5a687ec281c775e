package store

import (
	"strings"

	"throughline/internal/thread"
)

// What an object last saw of what it rests on stands in its own row, as one text: role, id and print of each link, with
// spaces between, which none of them has. So a walk searches the table of links for the way alone, and each object brings
// its links along; to search for those too, or to hand over a row for each, took a third of its time.

func joinSeen(below []thread.Below) string {
	var s strings.Builder
	s.Grow(len(below) * 128)
	for i, b := range below {
		if i > 0 {
			s.WriteByte(' ')
		}
		for _, part := range [...]string{string(b.Role), " ", string(b.To), " ", b.Print} {
			s.WriteString(part)
		}
	}
	return s.String()
}

// eachSeen calls f for each link of such a text, with the print that was seen.
func eachSeen(s string, f func(thread.Below)) {
	for s != "" {
		var role, to, print string
		role, s, _ = strings.Cut(s, " ")
		to, s, _ = strings.Cut(s, " ")
		print, s, _ = strings.Cut(s, " ")
		f(thread.Below{Link: thread.Link{To: thread.ID(to), Role: thread.Role(role)}, Print: print})
	}
}
