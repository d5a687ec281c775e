package cases

import "throughline/analysis/process"

// EDTF is a date that may be uncertain.
type EDTF = process.Date
