package biblio

import (
	"io"
	"slices"
)

// Write writes records in a format: RIS, BibTeX, CSL, NBIB, CSV, TSV or XLSX. Read gives back the same records, as far as
// docs/methods/references.md says that the format can hold them.
func Write(w io.Writer, format Format, records []Record) error {
	records = slices.Clone(records)
	for i := range records {
		records[i].finish()
	}
	switch format {
	case RIS:
		return writeRIS(w, records)
	case BibTeX:
		return writeBibTeX(w, records)
	case NBIB:
		return writeNBIB(w, records)
	case CSL:
		return writeCSL(w, records)
	case CSV:
		return writeTable(w, records, ',')
	case XLSX:
		return writeXLSX(w, records)
	case TSV:
		return writeTable(w, records, '\t')
	}
	return wrong("%s is not written; choose RIS, BibTeX, CSL-JSON, PubMed (nbib), CSV, TSV or XLSX", format.Name())
}
