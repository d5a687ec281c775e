// Package archive reads and writes a study as a folder of plain files: YAML for prose and settings, CSV for tables, text
// files for documents. One fact stands in one place, ids are readable, and the folder can be kept under version control.
// docs/study-folder.md describes it.
package archive

import (
	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fieldwork"
	"throughline/internal/source"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// format is how a file holds its objects.
type format int

const (
	table format = iota // CSV, one object a line
	one                 // YAML, one object
	list                // YAML, a list of objects
)

// file is one kind of file of a study folder.
type file struct {
	path   string                   // "*" stands for a case, or for an object's id
	format format                   //
	kind   thread.Kind              // of the objects in it
	proto  any                      // pointer to the Go type
	skip   []string                 // fields that the folder does not hold, because they stand elsewhere
	fill   func(o any, star string) // sets them
	need   bool                     // a study cannot do without
	about  string                   // what it holds, for the documentation
}

// codingRow is a line of codings.csv: a segment, and what one coder made of it.
type codingRow struct {
	Segment  thread.ID `json:"segment"`  // id of the passage; lines of one passage repeat it with the same place and quote
	Document thread.ID `json:"document"` // where it stands
	Start    string    `json:"start"`    // first character, in Unicode code points from 0; empty, with end: found by its quote
	End      string    `json:"end"`      // after the last character
	Quote    string    `json:"quote"`    // the passage
	Code     thread.ID `json:"code"`     // empty: the passage is not coded, but something rests on it
	Coder    string    `json:"coder"`    // handle of the member
	Memo     string    `json:"memo"`     // what the coder thought

	Version string `json:"version" column:"used"` // of a passage that was not found again: the version of the text in which it last stood; otherwise empty
	Before  string `json:"before" column:"used"`  // of such a passage: what stood before it
	After   string `json:"after" column:"used"`   // and after it

	Area string `json:"area" column:"used"` // of a part of a picture, a page or a recording, in place of start and end, as W3C Media Fragments: xywh=10,20,300,200 or page=2&xywh=72,90,200,40 or t=12.5,20; the quote says what is there
}

// confirmationRow is a line of confirmations.csv.
type confirmationRow struct {
	Statement thread.ID `json:"statement"` // what was confirmed
	By        string    `json:"by"`        // handle
	At        string    `json:"at"`        // UTC, such as 2026-10-01T12:00:00.000000Z
	Basis     string    `json:"basis"`     // fingerprint of what it rested on then; empty: it is confirmed as it stands in this folder
}

// basisRow is a line of basis.csv.
type basisRow struct {
	Statement thread.ID   `json:"statement"` // what was confirmed
	Role      thread.Role `json:"role"`      // supports, contradicts, part-of, uses
	Below     thread.ID   `json:"below"`     // what it rested on
	Print     string      `json:"print"`     // that thing's fingerprint at the time
}

// layout is every file of a study folder, in the order in which a study is built up.
var layout = []file{
	{path: "study.yaml", format: one, kind: thread.Study, proto: &study.Study{}, skip: []string{"id"}, need: true,
		fill: func(o any, _ string) { o.(*study.Study).ID = "study" }, about: "The frame: purpose, approach, questions, insights, audiences, acknowledgement."},
	{path: "protocol.yaml", format: one, kind: thread.Protocol, proto: &study.Protocol{}, skip: []string{"id"}, need: true,
		fill: func(o any, _ string) { o.(*study.Protocol).ID = "protocol" }, about: "What counts, said beforehand, with amendments."},
	{path: "members.csv", format: table, kind: thread.Member, proto: &study.Member{}, skip: []string{"id"}, need: true,
		fill: func(o any, _ string) { m := o.(*study.Member); m.ID = study.MemberID(m.Handle) }, about: "Who is on the study, by handle and role."},
	{path: "searches.csv", format: table, kind: thread.Search, proto: &source.Search{}, about: "Where was looked, with which query."},
	{path: "records.csv", format: table, kind: thread.Record, proto: &source.Record{}, about: "Bibliographic records as found."},
	{path: "works.csv", format: table, kind: thread.Work, proto: &source.Work{}, about: "Which records are the same thing. Computed when missing."},
	{path: "screening.csv", format: table, kind: thread.Screening, proto: &source.Screening{}, about: "Each reviewer's decision on each record, by stage."},
	{path: "universe.csv", format: table, kind: thread.Candidate, proto: &cases.Candidate{}, about: "Candidate cases, each fact with its sources."},
	{path: "inclusions.csv", format: table, kind: thread.Inclusion, proto: &cases.Inclusion{}, about: "The log of decisions on which candidates belong to the universe."},
	{path: "context.csv", format: table, kind: thread.Fact, proto: &cases.Fact{}, about: "Country facts by year, with source."},
	{path: "selection.yaml", format: one, kind: thread.Selection, proto: &cases.Selection{}, skip: []string{"id"},
		fill: func(o any, _ string) { o.(*cases.Selection).ID = "selection" }, about: "How the cases are chosen, and the memo."},
	{path: "cases/*/case.yaml", format: one, kind: thread.Case, proto: &cases.Case{}, skip: []string{"id"},
		fill: func(o any, star string) { o.(*cases.Case).ID = thread.ID(star) }, about: "A selected case; its folder is named for its id."},
	{path: "cases/*/events.csv", format: table, kind: thread.Event, proto: &cases.Event{}, skip: []string{"case"},
		fill: func(o any, star string) { o.(*cases.Event).Case = thread.ID(star) }, about: "What happened in the case, with dates that may be uncertain."},
	{path: "cases/*/actors.csv", format: table, kind: thread.Actor, proto: &cases.Actor{}, skip: []string{"case"},
		fill: func(o any, star string) { o.(*cases.Actor).Case = thread.ID(star) }, about: "Organisations and groups, in the coalition or against it."},
	{path: "cases/*/ties.csv", format: table, kind: thread.Tie, proto: &cases.Tie{}, skip: []string{"case"},
		fill: func(o any, star string) { o.(*cases.Tie).Case = thread.ID(star) }, about: "How actors relate."},
	{path: "cases/*/prerequisites.csv", format: table, kind: thread.Prerequisite, proto: &cases.Prerequisite{}, skip: []string{"case"},
		fill: func(o any, star string) { o.(*cases.Prerequisite).Case = thread.ID(star) }, about: "Which event could not have happened without which."},
	{path: "cases/*/hypotheses.yaml", format: list, kind: thread.Hypothesis, proto: &cases.Hypothesis{}, skip: []string{"case"},
		fill: func(o any, star string) { o.(*cases.Hypothesis).Case = thread.ID(star) }, about: "How things came about, with the traces expected and what looking for them brought."},
	{path: "guide.yaml", format: one, kind: thread.Guide, proto: &fieldwork.Guide{}, skip: []string{"id"},
		fill: func(o any, _ string) { o.(*fieldwork.Guide).ID = "guide" }, about: "The interview guide."},
	{path: "informants.csv", format: table, kind: thread.Informant, proto: &fieldwork.Informant{}, about: "Informants by pseudonym and category. Names and contacts are never here."},
	{path: "interviews/*.yaml", format: one, kind: thread.Interview, proto: &fieldwork.Interview{}, skip: []string{"id"},
		fill: func(o any, star string) { o.(*fieldwork.Interview).ID = thread.ID(star) }, about: "An interview and what the informant agreed to."},
	{path: "documents.csv", format: table, kind: thread.Document, proto: &document.Document{}, skip: []string{"sha256"}, about: "Documents; the text of each is documents/<id>.txt. Their originals, pictures and recordings, when they are there, are files/<sha256>."},
	{path: "codebook.yaml", format: list, kind: thread.Code, proto: &coding.Code{}, about: "Codes, as a tree by their parents."},
	{path: "codings.csv", format: table, kind: thread.Coding, proto: &codingRow{}, about: "Passages, and who gave them which code."},
	{path: "groups.yaml", format: list, kind: thread.Group, proto: &coding.Group{}, about: "Groups of codes, across the tree."},
	{path: "memos.yaml", format: list, kind: thread.Memo, proto: &coding.Memo{}, about: "Memos: what somebody thought of a document, a passage, a code or another thing."},
	{path: "rulings.csv", format: table, kind: thread.Ruling, proto: &coding.Ruling{}, about: "Where coders differed: whether the code holds for the passage, and who settled it."},
	{path: "conditions.yaml", format: list, kind: thread.Condition, proto: &synthesis.Condition{}, about: "What cases are compared by, and how raw values become set memberships."},
	{path: "scores.csv", format: table, kind: thread.Score, proto: &synthesis.Score{}, about: "Each case on each condition, with reason and passages."},
	{path: "analyses.yaml", format: list, kind: thread.Analysis, proto: &synthesis.Analysis{}, about: "Analyses and their frozen results. A result is computed when missing."},
	{path: "findings.yaml", format: list, kind: thread.Finding, proto: &synthesis.Finding{}, about: "What analyses and comparisons show."},
	{path: "takeaways.yaml", format: list, kind: thread.Takeaway, proto: &synthesis.Takeaway{}, about: "What led to success or failure in one case."},
	{path: "lessons.yaml", format: list, kind: thread.Lesson, proto: &synthesis.Lesson{}, about: "Statements across cases, with scope and confidence."},
	{path: "recommendations.yaml", format: list, kind: thread.Recommendation, proto: &synthesis.Recommendation{}, about: "What each audience should do."},
	{path: "answers.yaml", format: list, kind: thread.Answer, proto: &synthesis.Answer{}, about: "Answers to the core questions and the learning question."},
	{path: "editions.yaml", format: list, kind: thread.Edition, proto: &study.Edition{}, about: "Frozen, dated, signed states of the study."},
	{path: "confirmations.csv", format: table, proto: &confirmationRow{}, about: "Who last confirmed which statement, and when."},
	{path: "basis.csv", format: table, proto: &basisRow{}, about: "What each confirmed statement rested on when it was confirmed, by fingerprint."},
}

// sealFile holds the key from which the salts of sealed citations are made. It is made when missing.
const sealFile = "seal.key"
