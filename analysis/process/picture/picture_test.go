package picture

import (
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"

	"throughline/analysis/process"
)

const hostile = `"><script>alert(1)</script> & نص <b>`

func wellFormed(t *testing.T, name, svg string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		_, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	if !strings.Contains(svg, "<title id=") || !strings.Contains(svg, "<desc id=") || strings.Contains(svg, "<script>") || strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Errorf("%s has no title or description, a script, or a place that is no number:\n%.600s", name, svg)
	}
	if dir := os.Getenv("PICTURES"); dir != "" {
		if err := os.WriteFile(dir+"/"+name+".svg", []byte(svg), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPictures(t *testing.T) {
	spans := []process.Span{
		{ID: "a", Label: "Rise in electricity prices planned", Lane: "window", Start: "2015~"},
		{ID: "b", Label: "General assembly", Lane: "movement", Start: "2015-07", End: "2015-09"},
		{ID: "c", Label: "Two-term president becomes prime minister", Lane: "window", Start: "2018/2018-04-23"},
		{ID: "d", Label: hostile, Lane: "state", Start: "2018-04-23"},
		{ID: "e", Label: "Protests", Lane: "movement", Start: "2018-04", End: ".."},
		{ID: "f", Label: "Before it all", Lane: "economy", Start: "../2016"},
		{ID: "g", Label: "Elected", Lane: "state", Start: "2018-05-08"},
		{ID: "h", Label: "Later", Lane: "state", Start: "2018-05/.."},
	}
	lanes := []string{"window", "movement", "state", "economy", "international"}
	wellFormed(t, "timeline", Timeline(spans, lanes, 760, "Timeline"))
	wellFormed(t, "timeline-narrow", Timeline(spans, lanes, 390, "Timeline"))
	wellFormed(t, "timeline-empty", Timeline(nil, lanes, 760, hostile))
	wellFormed(t, "timeline-days", Timeline([]process.Span{{ID: "a", Lane: "state", Start: "2018-04-23"}, {ID: "b", Lane: "state", Start: "2018-04-24"}}, lanes, 760, "Days"))
	s, err := process.Sequence(spans, []process.Prerequisite{{Event: "d", Needs: "e", Answer: process.Yes, Evidence: 1}, {Event: "e", Needs: "c", Answer: process.Yes}, {Event: "g", Needs: "d", Answer: process.Yes}, {Event: "e", Needs: "a", Answer: process.Unsure}, {Event: "b", Needs: "a", Answer: process.Yes}, {Event: "g", Needs: "c", Answer: process.Yes}})
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "graph", Graph(spans, s, "Prerequisites"))
	wellFormed(t, "graph-empty", Graph(spans, process.Structure{}, "None"))
	tests := []process.Test{{ID: "1", Trace: hostile, Certainty: process.High, Uniqueness: process.Low, Result: process.Found}, {ID: "2", Certainty: process.High, Uniqueness: process.Low, Result: process.Absent}, {ID: "3", Certainty: process.Low, Uniqueness: process.High}, {ID: "4", Certainty: process.Middling, Uniqueness: process.Middling, Result: process.Found}, {ID: "5", Certainty: process.High, Uniqueness: process.High, Result: process.Found}}
	wellFormed(t, "square", Square(tests, "Tests"))
	p := process.Chance{Low: 0.4, Best: 0.6, High: 0.8}
	w, err := process.Weigh([]string{"h", "r"}, []float64{0.5, 0.5}, []process.Evidence{{ID: "t1", Found: true, If: map[string]process.Chance{"h": p, "r": {Low: 0.05, Best: 0.1, High: 0.3}}}, {ID: "t2", If: map[string]process.Chance{"h": p, "r": {Low: 0.1, Best: 0.2, High: 0.3}}}})
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "decibels", Decibels(w.Weights["r"], w.Sum["r"], map[string]string{"t1": "Minutes name the tariff as the reason", "t2": hostile}, "Weights"))
}
