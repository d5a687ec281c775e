package dedup

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first asked for: the program starts twice for each file that it
// reads, and all of them together took as long as reading a short one.
func pattern(s string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s) })
}
