// Package cases holds the universe of candidate cases, the selection, and what happened inside each selected case: its
// events and their order, its hypotheses and tests, its coalition.
package cases
