package document

import "testing"

func TestSealOpensWithItsSaltAndWordsAlone(t *testing.T) {
	s := SealOf("key", "seg-1", "ประชาชน said so")
	if !Opens(s.Commitment, s.Salt, "ประชาชน said so") {
		t.Error("the seal does not open")
	}
	other := SealOf("key", "seg-2", "ประชาชน said so")
	if other.Commitment == s.Commitment || other.Salt == s.Salt {
		t.Error("the same words in another place have the same commitment")
	}
	if s != SealOf("key", "seg-1", "ประชาชน said so") {
		t.Error("the same passage has another seal the second time")
	}
	for name, open := range map[string]bool{
		"one letter changed": Opens(s.Commitment, s.Salt, "ประชาชน said sO"),
		"another salt":       Opens(s.Commitment, other.Salt, "ประชาชน said so"),
		"no salt":            Opens(s.Commitment, "", "ประชาชน said so"),
		"a short salt":       Opens(s.Commitment, "00ff", "ประชาชน said so"),
		"no hexadecimal":     Opens(s.Commitment, "zz", "ประชาชน said so"),
	} {
		if open {
			t.Errorf("the seal opens with %s", name)
		}
	}
}
