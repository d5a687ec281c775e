package publish

import (
	"strings"
	"testing"
)

// A whole text that stands as a passage is published by its beginning.
func TestCited(t *testing.T) {
	whole := strings.TrimSpace(strings.Repeat("ประท้วง ", 250))
	if got := cited(whole); got != whole {
		t.Errorf("%d characters are cut to %d", len([]rune(whole)), len([]rune(got)))
	}
	if got := cited(whole + " and more"); got != whole+" […]" {
		t.Errorf("cut to %q", got[len(got)-40:])
	}
}
