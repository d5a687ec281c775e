package fieldwork

import (
	"strings"
	"testing"
)

// Whatever else was agreed to, withdrawal ends it, and background stays in the background.
func TestConsent(t *testing.T) {
	for _, tt := range []struct {
		name              string
		c                 Consent
		code, quote, rest bool
	}{
		{"nothing", Consent{}, false, false, false},
		{"all", Consent{Code: true, Quote: true, Paraphrase: true}, true, true, true},
		{"quoting alone", Consent{Quote: true}, false, true, true},
		{"other words alone", Consent{Code: true, Paraphrase: true}, true, false, true},
		{"coding alone", Consent{Code: true}, true, false, false},
		{"background", Consent{Code: true, Quote: true, Paraphrase: true, Background: true}, true, false, false},
		{"withdrawn", Consent{Code: true, Quote: true, Paraphrase: true, Withdrawn: "2026-05-01"}, false, false, false},
	} {
		if tt.c.MayCode() != tt.code || tt.c.MayQuote() != tt.quote || tt.c.MayRest() != tt.rest {
			t.Errorf("%s: code %v, quote %v, rest %v", tt.name, tt.c.MayCode(), tt.c.MayQuote(), tt.c.MayRest())
		}
	}
}

func TestValid(t *testing.T) {
	good := Interview{ID: "int-a", Case: "case-a", Informant: "inf-a", Interviewer: "team-a", On: "2026-02-03", Language: "hy", Mode: "call", Where: "capital",
		Consent: Consent{Version: "1", Language: "hy", Mode: "oral", KeepUntil: "2030-01-01"}}
	if err := good.Valid(); err != nil {
		t.Fatal(err)
	}
	for field, spoil := range map[string]func(*Interview){
		"id":                 func(i *Interview) { i.ID = "doc-a" },
		"informant":          func(i *Interview) { i.Informant = "" },
		"on":                 func(i *Interview) { i.On = "3 February" },
		"language":           func(i *Interview) { i.Language = "" },
		"consent.version":    func(i *Interview) { i.Consent.Version = "" },
		"consent.keep_until": func(i *Interview) { i.Consent.KeepUntil = "" },
		"consent.withdrawn":  func(i *Interview) { i.Consent.Withdrawn = "yesterday" },
	} {
		bad := good
		spoil(&bad)
		if err := bad.Valid(); err == nil || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := (Informant{ID: "inf-a", Case: "case-a", Category: "friend"}).Valid(); err == nil || !strings.Contains(err.Error(), "category") {
		t.Errorf("a category that there is not: %v", err)
	}
	if err := (Guide{ID: "guide", Title: "t", Questions: []Question{{ID: "g-1", Text: "How?"}}}).Valid(); err == nil || !strings.Contains(err.Error(), "core question") {
		t.Errorf("a question tied to nothing: %v", err)
	}
}

// The label of an informant is the pseudonym and the category: nothing else of a person has a place.
func TestLabels(t *testing.T) {
	if got := (Informant{ID: "inf-quietriver", Category: "activist"}).Label(); got != "quietriver (activist)" {
		t.Error(got)
	}
	if got := (Interview{ID: "int-arm-a1", Informant: "inf-quietriver", Where: "capital"}).Label(); got != "Interview arm-a1" {
		t.Error(got)
	}
}
