package biblio

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// samples is where real exports lie beside the repository; tests on them are skipped, and say so, where there are none.
const samples = "../../../shared/data/bibliography"

type sample struct {
	file, format string
	records      int // expected by its origin, or else counted; -1 not known
}

func eachSample(t *testing.T) []sample {
	t.Helper()
	f, err := os.Open(filepath.Join(samples, "MANIFEST.csv"))
	if err != nil {
		t.Skipf("no sample files in %s", samples)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	for _, r := range rows[1:] {
		s := sample{file: r[0], format: r[1], records: -1}
		for _, cell := range []string{r[2], r[3]} {
			if n, err := strconv.Atoi(cell); err == nil {
				s.records = n
			}
		}
		all = append(all, s)
	}
	if len(all) < 300 {
		t.Fatalf("the manifest lists %d files", len(all))
	}
	return all
}

func (s sample) bytes(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(samples, s.file))
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(s.file, ".gz") {
		z, err := gzip.NewReader(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if b, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// formatNames are the manifest's words for formats; those that are not read map to nothing.
var formatNames = map[string]Format{"ris": RIS, "bib": BibTeX, "csl-json": CSL, "pubmed-nbib": NBIB, "nbib": NBIB,
	"wos-tagged": WoS, "endnote-xml": EndNoteXML, "endnote-refer": Refer, "csv": CSV, "tsv": TSV, "tab": TSV, "xlsx": XLSX}

// unreadNames are how the others are named when they are refused.
var unreadNames = map[string]string{"rdf": "RDF", "mods": "MODS", "mrc": "MARC", "marcxml": "MARCXML", "refworks-tagged": "RefWorks tagged"}

// otherwise are the samples that are rightly read in another way than the manifest counts, each with the reason.
var otherwise = map[string]struct {
	format  Format
	records int
	why     string
}{
	"asreview/baseline_reference_types.ris":                                             {RIS, 59, "two records hold nothing but TY and ER, and are refused"},
	"asreview/generic_tab.csv":                                                          {TSV, 2, "its columns are divided by tabs"},
	"cff-exports/CSV/_baseline_abstrackr.csv":                                           {CSV, 10, "one of its eleven rows is a sentence, and is refused"},
	"cff-exports/CSV/_baseline_embase.csv":                                              {CSV, 10, "it opens with the search query"},
	"cff-exports/CSV/_baseline_excel.csv":                                               {CSV, 10, "it opens with the search query"},
	"better-bibtex-import/better-bibtex-009.bib":                                        {BibTeX, 2, "an entry without any field is refused; the origin makes a note of it"},
	"better-bibtex-import/jabref-groups-import-does-not-work-717-3-8.bib":               {BibTeX, 4, "the file has four entries; the seven that the origin expects come from elsewhere"},
	"better-bibtex-import/math-markup-to-unicode-not-always-imported-correctly-472.bib": {BibTeX, 2, "the third item of the origin is its note on what it could not read"},
	"citation-js/core_data.json":                                                        {"", 0, "it is a list of test cases"},
	"citation-js/input.json":                                                            {"", 0, "it is a list of test cases"},
	"citation-js/output.json":                                                           {"", 0, "it is a list of test cases"},
}

func TestSamples(t *testing.T) {
	for _, s := range eachSample(t) {
		t.Run(s.file, func(t *testing.T) {
			f, err := Read(s.bytes(t))
			if f.Seen != len(f.Records)+len(f.Refused) {
				t.Errorf("saw %d records, kept %d and refused %d", f.Seen, len(f.Records), len(f.Refused))
			}
			want, known := formatNames[s.format]
			if !known {
				if name := unreadNames[s.format]; err == nil || name == "" || !strings.Contains(err.Error(), name) {
					t.Errorf("is %s; read as %s, %v", s.format, f.Format, err)
				}
				return
			}
			records := s.records
			if o, ok := otherwise[s.file]; ok {
				want, records = o.format, o.records
				if want == "" {
					if err == nil {
						t.Errorf("was read as %s; %s", f.Format, o.why)
					}
					return
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			if f.Format != want {
				t.Errorf("was read as %s, expected %s", f.Format, want)
			}
			if records >= 0 && len(f.Records) != records {
				t.Errorf("kept %d records, expected %d; refused %v", len(f.Records), records, f.Refused)
			}
		})
	}
}

// TestRoundTrips writes what every sample holds in each of our formats, and reads the same again.
func TestRoundTrips(t *testing.T) {
	for _, s := range eachSample(t) {
		f, err := Read(s.bytes(t))
		if err != nil {
			continue
		}
		for _, format := range written {
			t.Run(s.file+" as "+string(format), func(t *testing.T) {
				var b bytes.Buffer
				if err := Write(&b, format, f.Records); err != nil {
					t.Fatal(err)
				}
				again, err := Read(b.Bytes())
				if err != nil {
					t.Fatal(err)
				}
				if again.Format != format {
					t.Fatalf("was read as %s", again.Format)
				}
				if len(again.Notes) > 0 || len(again.Refused) > 0 {
					t.Errorf("remarks %q, refused %v", again.Notes, again.Refused)
				}
				want, got := held(format, f.Records), held(format, again.Records)
				if !reflect.DeepEqual(want, got) {
					d := cmp.Diff(want, got)
					t.Errorf("(-written +read)\n%s", d[:min(len(d), 3000)])
				}
			})
		}
	}
}

// written are the formats that Write makes.
var written = []Format{RIS, BibTeX, CSL, NBIB, CSV, TSV, XLSX}

// held is what of records a format can hold. No format holds the line that a record stood on in another file. Tables hold
// what belongs to one column together, and objects have no order, so that the order of different unknown fields is lost.
func held(f Format, rs []Record) []Record {
	out := slices.Clone(rs)
	for i := range out {
		r := &out[i]
		r.Line = 0
		if f == BibTeX && r.ID == "" { // every entry has a key
			r.ID = "ref-" + strconv.Itoa(i+1)
		}
		if f != CSL { // a particle is told by its small letters
			again := func(n Name) Name { return ParseName(n.String()) }
			r.Authors, r.Editors, r.Contributors = slices.Clone(r.Authors), slices.Clone(r.Editors), slices.Clone(r.Contributors)
			for i := range r.Authors {
				r.Authors[i] = again(r.Authors[i])
			}
			for i := range r.Editors {
				r.Editors[i] = again(r.Editors[i])
			}
			for i := range r.Contributors {
				r.Contributors[i].Name = again(r.Contributors[i].Name)
			}
		}
		switch f {
		case NBIB: // a line that goes on is wrapped text
			r.Abstract, r.AbstractTranslated, r.Credibility = line(r.Abstract), line(r.AbstractTranslated), line(r.Credibility)
			r.Notes, r.Other, r.Labels = slices.Clone(r.Notes), slices.Clone(r.Other), slices.Clone(r.Labels)
			for i := range r.Notes {
				r.Notes[i] = line(r.Notes[i])
			}
			for _, fs := range [][]Field{r.Other, r.Labels} {
				for i := range fs {
					fs[i].Value = line(fs[i].Value)
				}
			}
		}
		switch f {
		case CSL, NBIB, CSV, TSV, XLSX:
			byTag := func(a, b Field) int { return strings.Compare(a.Tag, b.Tag) }
			r.Other, r.Labels, r.Contributors = slices.Clone(r.Other), slices.Clone(r.Labels), slices.Clone(r.Contributors)
			slices.SortStableFunc(r.Other, byTag)
			slices.SortStableFunc(r.Labels, byTag)
			slices.SortStableFunc(r.Contributors, func(a, b Contributor) int { return strings.Compare(a.Role, b.Role) })
		}
	}
	return out
}
