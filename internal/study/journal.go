package study

import "throughline/internal/thread"

// Entry is one change in the journal. Each is chained to the one before by its hash. The content of protected interviews
// stands in it only as a keyed hash.
type Entry struct {
	Chain  string    `json:"chain"`  // slug of the study; empty: the server's own chain
	Seq    int64     `json:"seq"`    // from 1, without gaps
	At     string    `json:"at"`     // UTC, fixed width
	Who    string    `json:"who"`    // handle, or the command that did it
	Action string    `json:"action"` // put, drop, confirm, account
	ID     thread.ID `json:"id"`     // what was changed
	Was    string    `json:"was"`    // its content before; empty: it was not there
	Became string    `json:"became"` // its content after; empty: it is gone
	Prev   string    `json:"prev"`   // hash of the entry before; empty for the first
	Hash   string    `json:"hash"`   // SHA-256 over all of the above
}
