package document

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"throughline/internal/thread"
)

// Seal is a sealed citation: it commits to a passage without showing it. Who is given the salt of one passage can check
// that these words stood there when it was published; nobody learns anything of this or any other passage without it.
type Seal struct {
	Salt       string // 32 bytes, hex; kept inside, given to a reviewer for one passage
	Commitment string // SHA-256, hex; published
}

// SealOf makes the seal of a passage. The salt is HMAC-SHA-256 of the segment's id under the study's seal key, so that the
// same study gives the same bytes and no salt has to be stored; the commitment is SHA-256 over salt and words.
func SealOf(key string, segment thread.ID, quote string) Seal {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte("seal " + segment))
	salt := m.Sum(nil)
	return Seal{Salt: hex.EncodeToString(salt), Commitment: commit(salt, quote)}
}

// Opens tells whether a salt and words are those of a published commitment.
func Opens(commitment, salt, quote string) bool {
	b, err := hex.DecodeString(salt)
	return err == nil && len(b) >= 16 && hmac.Equal([]byte(commit(b, quote)), []byte(commitment))
}

func commit(salt []byte, quote string) string {
	h := sha256.New()
	h.Write(salt)
	h.Write([]byte(quote))
	return hex.EncodeToString(h.Sum(nil))
}
