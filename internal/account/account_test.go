package account

import (
	"strings"
	"testing"

	"throughline/internal/fault"
)

func TestPassword(t *testing.T) {
	h, err := HashPassword("four words on paper")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("encoded without its parameters: %s", h)
	}
	if !CheckPassword(h, "four words on paper") {
		t.Error("the password does not fit its own hash")
	}
	again, _ := HashPassword("four words on paper")
	if again == h {
		t.Error("two hashes of one password are the same: no salt")
	}
	for _, wrong := range []struct{ hash, password string }{
		{h, "four words on Paper"}, {h, ""}, {"", ""}, {"x", "x"}, {h[:len(h)-4], "four words on paper"},
		{strings.Replace(h, "m=19456", "m=99999999", 1), "four words on paper"}, {strings.Replace(h, "t=2", "t=0", 1), "four words on paper"},
	} {
		if CheckPassword(wrong.hash, wrong.password) {
			t.Errorf("%q fits %q", wrong.password, wrong.hash)
		}
	}
}

func TestNewPasswordIsAccepted(t *testing.T) {
	seen := map[string]bool{}
	for range 50 {
		p := NewPassword()
		var ps fault.Problems
		CheckNew(&ps, "password", "lead", p)
		if ps.Err() != nil || seen[p] || len(p) != 23 {
			t.Errorf("made %q: %v", p, ps)
		}
		seen[p] = true
	}
}

func TestCheckNew(t *testing.T) {
	for _, bad := range []string{"", "short", "elevenchars", "password1234", "Password-Password", "123456789012", "aaaaaaaaaaaaaaaa", "lead-lead-lead", "researcher-1", "qwertyuiop12", "abababababab", strings.Repeat("ab cd", 60), "aaaa\xff bbbb cccc"} {
		var ps fault.Problems
		CheckNew(&ps, "password", map[bool]string{true: "lead", false: "researcher"}[strings.HasPrefix(bad, "lead")], bad)
		if len(ps) == 0 {
			t.Errorf("%q was taken", bad)
		}
		if bad != "" && strings.Contains(ps.Error(), bad) {
			t.Errorf("the message repeats %q", bad)
		}
	}
	var ps fault.Problems
	CheckNew(&ps, "password", "lead", "candle river seventeen moth")
	if len(ps) > 0 {
		t.Error(ps)
	}
}
