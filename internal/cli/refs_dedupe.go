package cli

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"throughline/analysis/dedup"
	"throughline/exchange/biblio"
	"throughline/internal/fault"
)

// dedupeMemory is from where on memory is saved at the cost of time: a million records with abstracts need most of it.
const dedupeMemory = 7 << 29

// refsDedupe groups the records of files by the works they are, and deletes none.
func (e *env) refsDedupe() *cobra.Command {
	var out, decisions string
	c := command("dedupe FILE...", "Group records of files that are the same work; nothing is deleted",
		"  throughline refs dedupe scopus.ris wos.csv pubmed.nbib -o works.csv\n  throughline refs dedupe all.csv --decisions decisions.csv -o works.csv", 0,
		func(ctx context.Context, c *cobra.Command, args []string) error {
			var o dedup.Options
			if decisions != "" {
				var err error
				if o, err = readDecisions(decisions); err != nil {
					return err
				}
			}
			if debug.SetMemoryLimit(-1) == math.MaxInt64 { // not set by the user
				defer debug.SetMemoryLimit(debug.SetMemoryLimit(dedupeMemory))
			}
			records, refused, err := readDedupe(ctx, args)
			if err != nil {
				return err
			}
			for _, p := range refused {
				fmt.Fprintf(e.err, "%s: refused: %s\n", strings.TrimSuffix(fault.Problem{File: p.File, Line: p.Line}.String(), ": "), p.Message)
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			found, err := dedup.Works(records, o)
			if err != nil {
				return fault.New(fault.Invalid, "%s", sentence(err))
			}
			told := tellDedupe(records, found, len(refused))
			if out == "" && !e.json {
				return writeWorks(e.out, records, found)
			}
			if out != "" {
				var b bytes.Buffer
				if err := writeWorks(&b, records, found); err != nil {
					return err
				}
				if err := os.WriteFile(out, b.Bytes(), 0o644); err != nil {
					return fault.Wrap(fault.Unavailable, err, "%s cannot be written. Check the folder, and that the disk has room.", out)
				}
			}
			return e.print(told, func(w io.Writer) {
				fmt.Fprintln(w, "source\trecords\talone\tshared with others")
				for _, s := range told.Sources {
					fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", s.Source, s.Records, s.Alone, s.Records-s.Alone)
				}
				fmt.Fprintf(w, "%d record(s) are %d work(s); %d record(s) repeat another; %d pair(s) are doubtful.\n", told.Records, len(found.Groups), told.Records-len(found.Groups), len(found.Doubtful))
				if found.Unasked > 0 {
					fmt.Fprintf(w, "%d more pair(s) are doubtful, too, but less likely to be one work.\n", found.Unasked)
				}
				fmt.Fprintf(w, "%s holds them all, the doubtful pairs last and best first.\n", out)
			})
		})
	c.Long = `Group records of files that are the same work. Nothing is deleted: each record stays with its
database, and each merge gives its reason.

Files are read as "throughline refs check" reads them, packed with gzip or not. The result is CSV:
record_id, work_id, decision, score, reason. Each record has one row with the decision "same" and its
work. Behind these, best first, each doubtful pair has a row with the decision "doubtful": a record,
the work that it may belong to, and why a person should look. A record is named by its own id where
no other record has it, else by file:number, counted from 1.

What a person decides is kept in a table with the columns record_id, other_id, decision, where the
decision is "never" or "always", and given with --decisions: these pairs are never, or always, one
work, and are not asked about again.

` + exitHelp
	c.Args = someFiles
	c.Flags().StringVarP(&out, "output", "o", "", "the file to write (default: standard output)")
	c.Flags().StringVar(&decisions, "decisions", "", "a table of what people decided: record_id, other_id, never or always")
	return c
}

// readDedupe reads the records of files.
func readDedupe(ctx context.Context, paths []string) ([]dedup.Record, fault.Problems, error) {
	var records []dedup.Record
	var places []string // file:number
	var refused fault.Problems
	for i, path := range paths {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if slices.Contains(paths[:i], path) {
			return nil, nil, fault.New(fault.Usage, "The file %s is given twice.", path)
		}
		f, err := readPacked(path)
		if err != nil {
			return nil, nil, err
		}
		records = slices.Grow(records, len(f.Records))
		for i := range f.Records {
			r := &f.Records[i]
			var authors []string
			for _, n := range r.Authors {
				authors = append(authors, dedupeName(n))
			}
			records = append(records, dedup.Record{ID: r.ID, Source: path, Type: cmp.Or(r.TypeAs, r.Type), Authors: authors, Title: r.Title, Year: r.Issued.Year,
				Journal: cmp.Or(r.Container, r.ContainerShort), Volume: r.Volume, Issue: r.Issue, Pages: r.Pages, DOI: r.DOI, Serial: strings.TrimSpace(r.ISSN + " " + r.ISBN), Abstract: r.Abstract})
			places = append(places, path+":"+strconv.Itoa(i+1))
		}
		for _, r := range f.Refused {
			refused = append(refused, fault.Problem{File: path, Line: r.Line, Message: r.Why})
		}
	}
	if len(records) == 0 {
		return nil, nil, fault.New(fault.Invalid, "%s: no record can be read.", strings.Join(paths, ", "))
	}
	times := make(map[string]int, len(records))
	for i := range records {
		times[records[i].ID]++
	}
	for i := range records {
		if id := records[i].ID; id == "" || times[id] > 1 {
			records[i].ID = places[i]
		}
	}
	return records, refused, nil
}

func dedupeName(n biblio.Name) string {
	if n.Literal != "" {
		return n.Literal
	}
	family := strings.TrimSpace(n.Particle + " " + n.Family)
	if n.Given == "" {
		return family
	}
	return family + ", " + n.Given
}

// readPacked reads a file of references, packed with gzip or not.
func readPacked(path string) (biblio.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return biblio.File{}, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	defer f.Close()
	var magic [2]byte
	if n, _ := f.ReadAt(magic[:], 0); n < 2 || magic != [2]byte{0x1f, 0x8b} {
		return readRefs(path, "")
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return biblio.File{}, fault.New(fault.Invalid, "%s: the file is packed with gzip, but damaged.", path)
	}
	b, err := io.ReadAll(io.LimitReader(z, biblio.MaxBytes+1))
	if err != nil {
		return biblio.File{}, fault.New(fault.Invalid, "%s: the file is packed with gzip, but damaged.", path)
	}
	got, err := biblio.Read(b)
	if be := (*biblio.Error)(nil); errors.As(err, &be) {
		return got, fault.New(fault.Invalid, "%s: %s.", path, be.Message)
	}
	return got, err
}

// readDecisions reads what people decided of pairs of records.
func readDecisions(path string) (dedup.Options, error) {
	var o dedup.Options
	f, err := os.Open(path)
	if err != nil {
		return o, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	var wrong fault.Problems
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return o, fault.New(fault.Invalid, "%s: is not a table in CSV: %s.", path, err)
		}
		if first {
			if len(row) != 3 || strings.TrimPrefix(row[0], "\ufeff") != "record_id" || row[1] != "other_id" || row[2] != "decision" {
				return o, fault.New(fault.Invalid, "%s:1: the first line must name the columns record_id, other_id, decision.", path)
			}
			continue
		}
		switch {
		case len(row) != 3 || row[0] == "" || row[1] == "":
			wrong = append(wrong, fault.Problem{File: path, Line: line, Message: "expected record_id, other_id and decision"})
		case row[2] == "never":
			o.Never = append(o.Never, [2]string{row[0], row[1]})
		case row[2] == "always":
			o.Always = append(o.Always, [2]string{row[0], row[1]})
		default:
			wrong = append(wrong, fault.Problem{File: path, Line: line, Field: "decision", Message: fmt.Sprintf("is %q; expected never or always", row[2])})
		}
	}
	return o, wrong.Err()
}

// dedupeTold is what is told of files that were grouped.
type dedupeTold struct {
	Records int            `json:"records"`
	Works   int            `json:"works"`
	Refused int            `json:"refused"`
	Sources []dedupeSource `json:"sources"`
	dedup.Result
}

// dedupeSource counts for one file, as PRISMA asks for it.
type dedupeSource struct {
	Source  string `json:"source"`
	Records int    `json:"records"`
	Alone   int    `json:"alone"` // of works that no other record has
}

func tellDedupe(records []dedup.Record, found dedup.Result, refused int) dedupeTold {
	told := dedupeTold{Records: len(records), Works: len(found.Groups), Refused: refused, Result: found}
	alone := map[string]bool{}
	for _, g := range found.Groups {
		if len(g.Records) == 1 {
			alone[g.Records[0]] = true
		}
	}
	at := map[string]int{}
	for _, r := range records {
		i, ok := at[r.Source]
		if !ok {
			i = len(told.Sources)
			at[r.Source] = i
			told.Sources = append(told.Sources, dedupeSource{Source: r.Source})
		}
		told.Sources[i].Records++
		if alone[r.ID] {
			told.Sources[i].Alone++
		}
	}
	return told
}

// writeWorks writes a row for each record, sorted by work, and one for each doubtful pair.
func writeWorks(w io.Writer, records []dedup.Record, found dedup.Result) error {
	out := csv.NewWriter(w)
	out.Write([]string{"record_id", "work_id", "decision", "score", "reason"})
	workOf := make(map[string]string, len(records))
	for _, g := range found.Groups {
		for _, id := range g.Records {
			workOf[id] = g.Records[0]
			score, reason := "", ""
			// The merge that speaks of the record itself: the best of them comes first.
			for _, m := range g.Merges {
				if m.A == id || m.B == id {
					other := m.A
					if other == id {
						other = m.B
					}
					score, reason = strconv.Itoa(m.Score), "as "+other+": "+told(m)
					break
				}
			}
			out.Write([]string{id, g.Records[0], "same", score, reason})
		}
	}
	for _, d := range found.Doubtful {
		out.Write([]string{d.B, workOf[d.A], "doubtful", strconv.Itoa(d.Score), "as " + d.A + "? " + d.Doubt + ": " + told(d)})
	}
	out.Flush()
	return out.Error()
}

// told says what two records have in common and what not.
func told(p dedup.Pair) string {
	if len(p.Differs) == 0 {
		return p.Reason
	}
	return p.Reason + "; not " + strings.Join(p.Differs, ", ")
}
