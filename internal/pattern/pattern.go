// Package pattern keeps regular expressions that are compiled when they are first asked for. The program starts twice for each
// file that it reads, and compiling all of them took as long as reading a short one.
package pattern

import (
	"regexp"
	"sync"
)

// Late gives what compiles s once, when it is first called; it panics where s is none, as regexp.MustCompile does.
func Late(s string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s) })
}
