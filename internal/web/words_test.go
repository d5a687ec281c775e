package web

import (
	"strings"
	"testing"

	"throughline/internal/fieldwork"
)

// TestWords counts what a member may read on the page, and in files leaves out whoever did not agree to be quoted.
func TestWords(t *testing.T) {
	t.Parallel()
	arm, rou := strings.ToLower(armWords), strings.ToLower(rouWords)
	s := newSite(t)
	in := find[fieldwork.Interview](s, "int-arm-1").Object
	in.Consent.Quote = false
	s.put("lead", in)
	b := s.as("lead")
	page := b.get("/s/alpha/words?by=case&longer=4&least=1").Body.String()
	has(t, page, "coalition", arm, rou, `href="/s/alpha/search?q=%22coalition%22"`, "Armenia", `href="/s/alpha/words/file/words.csv?by=case&amp;least=1&amp;longer=4"`)
	if strings.Contains(page, ">held<") {
		t.Error("a word of four letters is listed")
	}
	file := b.get("/s/alpha/words/file/words.csv?by=case&longer=4&least=1").Body.String()
	has(t, file, "coalition,2,", rou, "(not counted: no consent to quote),,,1")
	if strings.Contains(file, arm) {
		t.Errorf("words without consent leave: %s", file)
	}
	has(t, b.get("/s/alpha/words?case=case-romania&least=1&without=coalition,+broad").Body.String(), rou, "case%3Acase-romania")
	has(t, b.get("/s/alpha/words?compare=case-romania&least=1").Body.String(), "Log-likelihood", "−", "First what sets")
	has(t, b.get("/s/alpha/words?compare=case-romania&language=ro&least=1").Body.String(), "cannot be set apart", "!Log-likelihood")
	if r := b.get("/s/alpha/words/file/words.xlsx"); r.Code != 200 || !strings.HasPrefix(r.Body.String(), "PK") {
		t.Errorf("xlsx: %d", r.Code)
	}
	if r := b.get("/s/alpha/words/file/words.doc"); r.Code != 404 {
		t.Errorf("a file that is not there: %d", r.Code)
	}
	if page := s.as("team-arm").get("/s/alpha/words?least=1&longer=0").Body.String(); strings.Contains(page, rou) || !strings.Contains(page, arm) {
		t.Error("a country team reads words of another case")
	}
	in.Consent.Withdrawn = "2026-05-01"
	s.put("lead", in)
	if page := b.get("/s/alpha/words?least=1&longer=0").Body.String(); strings.Contains(page, arm) {
		t.Error("words of who withdrew are counted")
	}
}
