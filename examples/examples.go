// Package examples carries the bundled example study, so that the program can show itself wherever it runs.
package examples

import "embed"

// Kleptocracy is the study folder "kleptocracy": an illustration, not findings.
//
//go:embed all:kleptocracy
var Kleptocracy embed.FS
