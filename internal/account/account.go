// Package account makes and checks passwords.
package account

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"throughline/internal/fault"
)

// Shortest and Longest are the lengths of a password in characters. The upper end keeps a sign-in from being made to hash
// megabytes.
const (
	Shortest = 12
	Longest  = 256
)

// Parameters of Argon2id (RFC 9106), at the strength that OWASP's cheat sheet names for a server of little memory.
const (
	memory  = 19 * 1024 // KiB
	passes  = 2
	threads = 1
	saltLen = 16
	keyLen  = 32
)

// common are passwords that are long enough and tried first all the same; the name itself is refused as well. They are
// compared without case, digits at the end, spaces and punctuation.
const common = ` password passwordpassword passwort qwertyuiop qwertyuiopasdf qwertyuiopas qwertyqwerty iloveyouiloveyou letmeinletmein adminadmin
administrator administratoradministrator welcomewelcome changeme changemechangeme changemenow secretsecret abcdefghijkl abcdefghijklm abcdefghijklmnop
aaaaaaaaaaaa monkeymonkey dragondragon footballfootball baseballbaseball sunshinesunshine princessprincess trustnoone trustnooneever mypassword
thisismypassword correcthorsebatterystaple throughline throughlinethroughline kleptocracy asdfghjkl asdfghjklasdf qazwsxedcrfv zxcvbnmzxcvbnm zaqxswcde `

// CheckNew notes why a password may not be taken. It never repeats the password.
func CheckNew(ps *fault.Problems, field, name, password string) {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password):
		ps.Add(field, "is not text")
	case n < Shortest:
		ps.Add(field, "has %d characters; choose at least %d. Four or five words that do not belong together are easy to remember", n, Shortest)
	case n > Longest:
		ps.Add(field, "has %d characters; choose at most %d", n, Longest)
	case easy(name, password):
		ps.Add(field, "is one of those that are tried first. Four or five words that do not belong together are easy to remember")
	}
}

func easy(name, password string) bool {
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	if len(distinct) < 4 {
		return true
	}
	folded := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || r == '.' || r == '!' || r == '?' || r == '*' || r == '#' {
			return -1
		}
		return r
	}, strings.ToLower(password))
	stem := strings.TrimRight(folded, "0123456789")
	return stem == "" || strings.Contains(common, " "+stem+" ") || strings.Contains(common, "\n"+stem+" ") || name != "" && strings.ReplaceAll(stem, strings.ReplaceAll(name, "-", ""), "") == ""
}

// HashPassword gives the encoded hash of a password: algorithm, parameters, salt and key in one text.
func HashPassword(password string) (string, error) {
	salt := make([]byte, saltLen)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make salt: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, passes, memory, threads, keyLen)
	e := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads, e.EncodeToString(salt), e.EncodeToString(key)), nil
}

// CheckPassword tells whether a password is the one that was hashed. A hash that cannot be read fits no password.
func CheckPassword(encoded, password string) bool {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || utf8.RuneCountInString(password) > Longest {
		return false
	}
	var version int
	var m, t uint32
	var p uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &m, &t, &p); err != nil || m > 1<<20 || t == 0 || t > 64 || p == 0 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, t, m, p, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// NewPassword makes a password of 100 random bits, in groups that can be read out: "k7mq2-…". It has no 0 and no 1, which
// are taken for letters.
func NewPassword() string {
	t := strings.ToLower(rand.Text())
	return t[:5] + "-" + t[5:10] + "-" + t[10:15] + "-" + t[15:20]
}
