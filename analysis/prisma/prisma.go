// Package prisma holds the flow of a literature review as the PRISMA 2020 statement has it (Page and others 2021, BMJ
// 372:n71, figure 1): what was identified, where it was left on the way, and what was included. It draws the diagram and
// writes the table that the PRISMA 2020 flow diagram tool reads (Haddaway and others 2022, Campbell Systematic Reviews
// 18:e1230).
//
// PRISMA counts three units: records as identified, reports (here works: records that are the same, grouped), and studies.
package prisma

import (
	"fmt"
	"strconv"
	"strings"
)

// Count is a number with what is counted.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Flow is the flow of a review. The zero Flow is one in which nothing has been looked for yet.
type Flow struct {
	// Databases and Registers are the records identified, by source.
	Databases []Count `json:"databases"`
	Registers []Count `json:"registers"`
	// Websites, Organisations and Citations are the records identified by other methods.
	Websites      []Count `json:"websites"`
	Organisations []Count `json:"organisations"`
	Citations     []Count `json:"citations"`

	// Removed before screening, of what databases and registers gave: records of works that were there already, works
	// that a tool set aside, and hits that were not kept.
	Duplicates int `json:"duplicates"`
	Automation int `json:"automation"`
	NotKept    int `json:"not_kept"`
	// OtherDuplicates, OtherAutomation and OtherNotKept are the same of other methods, for which PRISMA has no box.
	OtherDuplicates int `json:"other_duplicates"`
	OtherAutomation int `json:"other_automation"`
	OtherNotKept    int `json:"other_not_kept"`

	// Screened and Excluded are works from databases and registers, on title and abstract.
	Screened int `json:"screened"`
	Excluded int `json:"excluded"`

	// Main is the way of works from databases and registers after screening, Other that of works which no database or
	// register gave.
	Main  Reading `json:"main"`
	Other Reading `json:"other"`

	// Previous are the reports of an earlier version of the review; Included those that are new in this one.
	Previous int `json:"previous"`
	Included int `json:"included"`

	// Waiting are works that nobody has screened yet; Undecided those on which reviewers differ or are unsure, at either
	// stage; Unread those sought of which the full text is not decided on. A finished review has none.
	Waiting   int `json:"waiting"`
	Undecided int `json:"undecided"`
	Unread    int `json:"unread"`
}

// Reading is what became of works whose full text was sought.
type Reading struct {
	Sought       int     `json:"sought"`
	NotRetrieved int     `json:"not_retrieved"`
	Assessed     int     `json:"assessed"`
	Excluded     []Count `json:"excluded"` // by reason
}

// Left is how many were excluded, for any reason.
func (r Reading) Left() int { return sum(r.Excluded) }

func sum(counts []Count) int {
	n := 0
	for _, c := range counts {
		n += c.N
	}
	return n
}

// Identified is how many records databases and registers gave, and how many other methods.
func (f Flow) Identified() (main, other int) {
	return sum(f.Databases) + sum(f.Registers), sum(f.Websites) + sum(f.Organisations) + sum(f.Citations)
}

// Step is a line of the flow as a table: how many got there, and what was left on the way.
type Step struct {
	Name string  `json:"name"`
	N    int     `json:"n"`
	Left []Count `json:"left"`
}

// Steps gives the flow as a table, other methods after databases and registers, without what is not there.
func (f Flow) Steps() []Step {
	main, other := f.Identified()
	some := func(counts ...Count) []Count {
		var out []Count
		for _, c := range counts {
			if c.N > 0 {
				out = append(out, c)
			}
		}
		return out
	}
	out := []Step{
		{"Records identified from databases and registers", main, some(Count{"duplicates", f.Duplicates}, Count{"set aside by tools", f.Automation}, Count{"not kept", f.NotKept})},
		{"Works screened on title and abstract", f.Screened, some(Count{"excluded", f.Excluded})},
		{"Reports sought", f.Main.Sought, some(Count{"not retrieved", f.Main.NotRetrieved})},
		{"Reports assessed", f.Main.Assessed, f.Main.Excluded},
	}
	if other > 0 || f.Other.Sought > 0 {
		out = append(out,
			Step{"Records identified by other methods", other, some(Count{"duplicates", f.OtherDuplicates}, Count{"set aside by tools", f.OtherAutomation}, Count{"not kept", f.OtherNotKept})},
			Step{"Reports sought, found by other methods", f.Other.Sought, some(Count{"not retrieved", f.Other.NotRetrieved})},
			Step{"Reports assessed, found by other methods", f.Other.Assessed, f.Other.Excluded})
	}
	out = append(out, Step{Name: "Included", N: f.Included})
	for _, c := range some(Count{"Not screened yet", f.Waiting}, Count{"Undecided: reviewers differ or are unsure", f.Undecided}, Count{"Full text not read yet", f.Unread}) {
		out = append(out, Step{Name: c.Name, N: c.N})
	}
	return out
}

// list writes counts as the tool reads them: "Scopus, 120; Web of Science, 80". What the format parts entries by is no part
// of a name.
func list(counts []Count) string {
	var parts []string
	for _, c := range counts {
		parts = append(parts, fmt.Sprintf("%s, %d", strings.NewReplacer(",", " ", ";", " ").Replace(c.Name), c.N))
	}
	return strings.Join(parts, "; ")
}

// Records gives the flow as the lines of the CSV file that the PRISMA 2020 flow diagram tool reads, the header first. The
// identifiers of lines and boxes are that tool's.
func (f Flow) Records() [][]string {
	n := strconv.Itoa
	reasons := func(counts []Count) string {
		if len(counts) == 0 {
			return "0"
		}
		return list(counts)
	}
	title := func(node, box, text string) []string { return []string{"NA", node, box, text, text, text, "", "0"} }
	row := func(data, node, box, text, value string) []string {
		return []string{data, node, box, text, text, text, "", value}
	}
	const (
		main  = " (databases and registers)"
		other = " (other methods)"
	)
	return [][]string{
		{"data", "node", "box", "description", "boxtext", "tooltips", "url", "n"},
		title("node4", "prevstud", "Previous studies"),
		row("previous_studies", "node5", "box1", "Studies included in previous version of review", n(f.Previous)),
		row("previous_reports", "NA", "box1", "Reports of studies included in previous version of review", n(f.Previous)),
		title("node6", "newstud", "Identification of new studies via databases and registers"),
		row("database_results", "node7", "box2", "Databases", n(sum(f.Databases))),
		row("database_specific_results", "NA", "box2", "Specific Databases", list(f.Databases)),
		row("register_results", "NA", "box2", "Registers", n(sum(f.Registers))),
		row("register_specific_results", "NA", "box2", "Specific Registers", list(f.Registers)),
		title("node16", "othstud", "Identification of new studies via other methods"),
		row("website_results", "node17", "box11", "Websites", n(sum(f.Websites))),
		row("organisation_results", "", "box11", "Organisations", n(sum(f.Organisations))),
		row("citations_results", "NA", "box11", "Citation searching", n(sum(f.Citations))),
		row("duplicates", "node8", "box3", "Duplicate records", n(f.Duplicates)),
		row("excluded_automatic", "NA", "box3", "Records marked as ineligible by automation tools", n(f.Automation)),
		row("excluded_other", "NA", "box3", "Records removed for other reasons", n(f.NotKept)),
		row("records_screened", "node9", "box4", "Records screened"+main, n(f.Screened)),
		row("records_excluded", "node10", "box5", "Records excluded"+main, n(f.Excluded)),
		row("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval"+main, n(f.Main.Sought)),
		row("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved"+main, n(f.Main.NotRetrieved)),
		row("other_sought_reports", "node18", "box12", "Reports sought for retrieval"+other, n(f.Other.Sought)),
		row("other_notretrieved_reports", "node19", "box13", "Reports not retrieved"+other, n(f.Other.NotRetrieved)),
		row("dbr_assessed", "node13", "box8", "Reports assessed for eligibility"+main, n(f.Main.Assessed)),
		row("dbr_excluded", "node14", "box9", "Reports excluded"+main, reasons(f.Main.Excluded)),
		row("other_assessed", "node20", "box14", "Reports assessed for eligibility"+other, n(f.Other.Assessed)),
		row("other_excluded", "node21", "box15", "Reports excluded"+other, reasons(f.Other.Excluded)),
		row("new_studies", "node15", "box10", "New studies included in review", n(f.Included)),
		row("new_reports", "NA", "box10", "Reports of new included studies", n(f.Included)),
		row("total_studies", "node22", "box16", "Total studies included in review", n(f.Previous+f.Included)),
		row("total_reports", "NA", "box16", "Reports of total included studies", n(f.Previous+f.Included)),
		row("identification", "node1", "identification", "Identification", "0"),
		row("screening", "node2", "screening", "Screening", "0"),
		row("included", "node3", "included", "Included", "0"),
		row("total_studies_ma", "node23", "box17", "Total studies included in meta-analysis", "0"),
		row("total_reports_ma", "NA", "box17", "Reports of total included studies in meta-analysis", "0"),
	}
}
