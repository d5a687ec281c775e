package publish

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"sort"
	"strings"
	"unicode"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// secrets is what no published file may hold, and the last gate before anything is written.
type secrets struct {
	key    string            // the study's seal key
	words  map[string]string // ids, codes, salts, keys -> what it is, in words
	texts  []string          // interviews that may not be quoted, normalised
	quotes []string          // passages of these, normalised
	names  []string          // people who may not be named, normalised
	own    string            // the study's own questions, normalised: an interviewer speaks them too
}

func newSecrets(b store.Bundle, e study.Edition) *secrets {
	s := &secrets{key: b.SealKey, words: map[string]string{}}
	add := func(word, what string) {
		if word != "" {
			s.words[word] = what
		}
	}
	add(b.SealKey, "the key of sealed citations")
	c := newConsents(b)
	var own strings.Builder
	for _, o := range b.Objects {
		switch o := o.(type) {
		case fieldwork.Informant:
			add(string(o.ID), "the id of an informant")
			if looksLikeCode(o.ID.Rest()) {
				add(o.ID.Rest(), "the code of an informant")
			}
		case fieldwork.Interview:
			add(string(o.ID), "the id of an interview")
			if looksLikeCode(o.ID.Rest()) {
				add(o.ID.Rest(), "the code of an interview")
			}
		case study.Member:
			if o.Handle != e.SignedBy && looksLikeCode(o.Handle) {
				add(o.Handle, "the handle of a member")
			}
		case cases.Actor:
			if n := normal(o.Name); o.Person && n != "" {
				s.names = append(s.names, " "+n+" ")
			}
		case document.Document:
			if _, protected := c.of(o.ID); protected {
				add(string(o.ID), "the id of an interview's document")
			}
		case coding.Segment:
			i, protected := c.of(o.Anchor.Document)
			if !protected {
				continue
			}
			add(string(o.ID), "the id of an interview's passage")
			add(document.SealOf(b.SealKey, o.ID, o.Anchor.Quote).Salt, "the salt of a sealed citation")
			if !i.Consent.MayQuote() {
				if q := normal(o.Anchor.Quote); len([]rune(q)) >= shortest {
					s.quotes = append(s.quotes, q)
				}
			}
		case study.Study:
			own.WriteString(o.Question + "\n" + o.Purpose + "\n" + o.Approach + "\n")
			for _, q := range o.CoreQuestions {
				own.WriteString(q.Text + "\n")
			}
		case fieldwork.Guide:
			own.WriteString(o.Intro + "\n")
			for _, q := range o.Questions {
				own.WriteString(q.Text + "\n" + strings.Join(q.Probes, "\n") + "\n")
			}
		}
	}
	s.own = normal(own.String())
	for _, t := range b.Texts {
		if i, protected := c.of(t.Document); protected && !i.Consent.MayQuote() {
			s.texts = append(s.texts, normal(t.Body))
		}
	}
	return s
}

// looksLikeCode tells whether a word can only be a code: it has letters and digits. A pseudonym that is a plain word is
// kept back in its id alone, for the word itself may stand in any sentence.
func looksLikeCode(w string) bool {
	return len(w) >= 3 && strings.ContainsAny(w, "0123456789") && strings.IndexFunc(w, unicode.IsLetter) >= 0
}

// public is the id under which an object is published: its own, or, when that would tell a code, one made from it with the
// study's key.
func (s *secrets) public(id thread.ID) string {
	if _, found := s.find(string(id)); !found {
		return string(id)
	}
	m := hmac.New(sha256.New, []byte(s.key))
	m.Write([]byte("public " + id))
	return id.Kind().Prefix() + "x" + hex.EncodeToString(m.Sum(nil))[:12]
}

// find looks for a secret among the parts of an id-like word.
func (s *secrets) find(word string) (what string, found bool) {
	if what, ok := s.words[word]; ok {
		return what, true
	}
	if !strings.ContainsAny(word, "-.") {
		return "", false
	}
	cuts := []int{-1}
	for i, r := range word {
		if r == '-' || r == '.' {
			cuts = append(cuts, i)
		}
	}
	cuts = append(cuts, len(word))
	for i := range cuts {
		// Ids have few parts; a longer run is no id.
		for j := i + 1; j < len(cuts) && j-i <= 24; j++ {
			if what, ok := s.words[word[cuts[i]+1:cuts[j]]]; ok {
				return what, true
			}
		}
	}
	return "", false
}

// inspect looks through everything that is about to be written, names of files included, and refuses when a secret is in it.
func (s *secrets) inspect(files []file) error {
	var ps fault.Problems
	for _, f := range files {
		found := map[string]bool{}
		scan := func(text []byte) {
			start := -1
			for i := 0; i <= len(text); i++ {
				if i < len(text) && idByte(text[i]) {
					if start < 0 {
						start = i
					}
					continue
				}
				if start >= 0 && i-start >= 3 {
					word := strings.Trim(strings.ToLower(string(text[start:i])), "-.")
					if what, ok := s.find(word); ok {
						found[what] = true
					}
				}
				start = -1
			}
		}
		scan([]byte(f.name))
		scan(f.body)
		whats := make([]string, 0, len(found))
		for w := range found {
			whats = append(whats, w)
		}
		sort.Strings(whats)
		for _, w := range whats {
			ps = append(ps, fault.Problem{File: f.name, Message: "would show " + w})
		}
	}
	if len(ps) == 0 {
		return nil
	}
	ps.Sort()
	return fault.Wrap(fault.Invalid, ps, "Nothing was published: %s would show %s. Take it out of the text that this page is made from.", ps[0].File, strings.TrimPrefix(ps[0].Message, "would show "))
}

func idByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '.'
}

// Lengths, in characters, from which words count as repeated from an interview.
const (
	shortest = 32 // of a coded passage, whole
	block    = 48 // of a run anywhere in an interview; runs of twice this length are always found
)

// prose is text that people wrote, and what it stands in.
type prose struct {
	id   thread.ID
	text string
}

// repeats refuses texts that give again, word for word, what an informant did not agree to have quoted, or that name a
// person of a coalition.
func (s *secrets) repeats(written []prose) error {
	blocks := map[string]bool{}
	for _, t := range s.texts {
		r := []rune(t)
		for i := 0; i+block <= len(r); i += block {
			if b := string(r[i : i+block]); !strings.Contains(s.own, b) {
				blocks[b] = true
			}
		}
	}
	if len(blocks)+len(s.quotes)+len(s.names) == 0 {
		return nil
	}
	var ps fault.Problems
	said := map[thread.ID]bool{}
	for _, w := range written {
		if said[w.id] {
			continue
		}
		text := normal(w.text)
		hit := false
		for _, n := range s.names {
			if strings.Contains(" "+text+" ", n) {
				said[w.id] = true
				ps.Add(string(w.id), "names a person who is among the actors of a case; tell it without the name")
				break
			}
		}
		if said[w.id] {
			continue
		}
		for _, q := range s.quotes {
			if strings.Contains(text, q) {
				hit = true
				break
			}
		}
		for r, i := []rune(text), 0; !hit && i+block <= len(r); i++ {
			hit = blocks[string(r[i:i+block])]
		}
		if hit {
			said[w.id] = true
			ps.Add(string(w.id), "repeats the words of an interview that may not be quoted; tell it in other words")
		}
	}
	if len(ps) == 0 {
		return nil
	}
	ps.Sort()
	return ps
}

// normal gives a text in which only its words count: lower case, everything else than letters, marks and digits one space.
func normal(s string) string {
	var b strings.Builder
	space := true
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
			space = false
		} else if !space {
			b.WriteByte(' ')
			space = true
		}
	}
	return strings.TrimSpace(b.String())
}

// consents tells which documents are an informant's words, and what the informant agreed to.
type consents struct {
	documents  map[thread.ID]document.Document
	interviews map[thread.ID]fieldwork.Interview
}

func newConsents(b store.Bundle) consents {
	c := consents{map[thread.ID]document.Document{}, map[thread.ID]fieldwork.Interview{}}
	for _, o := range b.Objects {
		switch o := o.(type) {
		case document.Document:
			c.documents[o.ID] = o
		case fieldwork.Interview:
			c.interviews[o.ID] = o
		}
	}
	return c
}

// of gives the interview that a document holds the words of, also when it is only a translation of its transcript. An
// interview that cannot be found allows nothing.
func (c consents) of(doc thread.ID) (fieldwork.Interview, bool) {
	for range 8 {
		d, ok := c.documents[doc]
		switch {
		case !ok:
			return fieldwork.Interview{}, false
		case d.Interview != "":
			return c.interviews[d.Interview], true
		case d.Translates == "":
			return fieldwork.Interview{}, d.Kind == document.Transcript || d.Kind == document.Material
		}
		doc = d.Translates
	}
	return fieldwork.Interview{}, true
}
