package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"throughline/exchange/refiqda"
	"throughline/internal/coding"
	"throughline/internal/fault"
	"throughline/internal/peer"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
	"throughline/internal/transfer"
)

// qda are the commands on projects and codebooks of other programs for qualitative analysis.
func (e *env) qda() *cobra.Command {
	c := &cobra.Command{Use: "qda", Short: "Look into, import and export projects and codebooks of other programs",
		Long: "Look into, import and export projects (QDPX) and codebooks (QDC) of NVivo, ATLAS.ti, MAXQDA, QualCoder, Taguette\nand other programs for qualitative analysis, and tell item by item what does not come along. Databases of Taguette\n(.sqlite3) and projects of QualCoder (a folder .qda, packed or not) come in too.\n\n" + exitHelp, Args: onlyNamed, RunE: showHelp}
	c.AddCommand(e.qdaInspect(), e.qdaImport(), e.qdaExport())
	return c
}

// counting are the flags by which a person overrides how positions are counted.
func counting(c *cobra.Command, to *[]string) {
	c.Flags().StringArrayVar(to, "positions", nil, "how positions are counted, where the program finds it out wrongly: code-points, utf-16 or utf-8,\nwith +crlf2, +bom, +inclusive; for one source as GUID=utf-16+crlf2")
}

// several is the flag by which one of several projects is chosen.
func several(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "project", "", "which project, by name or number, where a database of Taguette has several")
}

func conventions(flags []string) (map[string]refiqda.Convention, error) {
	out := map[string]refiqda.Convention{}
	for _, f := range flags {
		guid, way, ok := strings.Cut(f, "=")
		if !ok {
			guid, way = "", f
		}
		c, err := refiqda.ParseConvention(way)
		if err != nil {
			return nil, fault.New(fault.Usage, "--positions: %s.", err)
		}
		out[strings.ToLower(strings.Trim(guid, "{}"))] = c
	}
	return out, nil
}

// openQDA opens a package, a codebook, or a project in a database. The file stays open until done is called.
func (e *env) openQDA(ctx context.Context, path, project string, positions []string) (p *refiqda.Package, done func(), err error) {
	ways, err := conventions(positions)
	if err != nil {
		return nil, nil, err
	}
	data, name, err := database(path)
	if err != nil {
		return nil, nil, err
	}
	if data != nil {
		p, err = e.peerProject(ctx, path, data, peer.Asked{Name: name, Project: project, Ways: ways})
		return p, func() {}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	fi, err := f.Stat()
	if err != nil || fi.IsDir() {
		f.Close()
		return nil, nil, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	p, err = refiqda.Open(f, fi.Size(), refiqda.ReadOptions{Convention: ways})
	if err != nil {
		f.Close()
		if errors.Is(err, refiqda.ErrFormat) {
			return nil, nil, fault.New(fault.Invalid, "%s: %s.", path, strings.TrimPrefix(err.Error(), refiqda.ErrFormat.Error()+": "))
		}
		return nil, nil, fault.Wrap(fault.Unavailable, err, "%s cannot be read.", path)
	}
	return p, func() { f.Close() }, nil
}

// qdaTold is what is told of a file.
type qdaTold struct {
	File       string         `json:"file"`
	Kind       string         `json:"kind"` // project, codebook
	Name       string         `json:"name"`
	Origin     string         `json:"origin"`
	Counts     map[string]int `json:"counts"`
	Users      []qdaUser      `json:"users"`
	Codes      []qdaCode      `json:"codes"`
	Sources    []qdaSource    `json:"sources"`
	Selections []qdaSelection `json:"selections"`
	Cases      []qdaCase      `json:"cases"`
	Variables  []qdaVariable  `json:"variables"`
	Notes      []qdaNote      `json:"notes"`
	Sets       []qdaSet       `json:"sets"`
	Losses     []refiqda.Loss `json:"losses"`           // of reading the file
	Import     []refiqda.Loss `json:"losses_on_import"` // that bringing it into a study adds
}

type qdaUser struct {
	GUID string `json:"guid"`
	Name string `json:"name"`
}

type qdaCode struct {
	GUID        string `json:"guid"`
	Parent      string `json:"parent,omitempty"`
	Name        string `json:"name"`
	Path        string `json:"path"` // names from the top, divided by " > "
	Color       string `json:"color,omitempty"`
	Codable     bool   `json:"codable"`
	Description string `json:"description,omitempty"`
}

type qdaSource struct {
	GUID       string              `json:"guid"`
	Name       string              `json:"name"`
	Kind       string              `json:"kind"`
	Of         string              `json:"of,omitempty"` // for a transcript: the recording
	Characters int                 `json:"characters"`   // code points; 0: no text
	Positions  *refiqda.Convention `json:"positions,omitempty"`
	Selections int                 `json:"selections"`
	File       string              `json:"file,omitempty"`
	Missing    bool                `json:"missing,omitempty"`
}

type qdaSelection struct {
	GUID       string      `json:"guid"`
	Source     string      `json:"source"` // GUID
	SourceName string      `json:"source_name"`
	Kind       string      `json:"kind"`
	Start      *int        `json:"start,omitempty"` // code points from 0, in text with LF and without byte order mark
	End        *int        `json:"end,omitempty"`   // after the last character
	Quote      string      `json:"quote,omitempty"`
	Page       *int        `json:"page,omitempty"`
	Box        *[4]int     `json:"box,omitempty"`
	Begin      *int        `json:"begin_ms,omitempty"`
	Stop       *int        `json:"end_ms,omitempty"`
	Codes      []string    `json:"codes"` // paths
	Codings    []qdaCoding `json:"codings"`
}

type qdaCoding struct {
	GUID  string `json:"guid"`
	Code  string `json:"code"` // GUID
	Path  string `json:"path"`
	Coder string `json:"coder,omitempty"`
}

type qdaCase struct {
	GUID    string            `json:"guid"`
	Name    string            `json:"name"`
	Sources []string          `json:"sources"`
	Values  map[string]string `json:"values"`
}

type qdaVariable struct {
	GUID string `json:"guid"`
	Name string `json:"name"`
	Type string `json:"type"`
}

type qdaNote struct {
	GUID       string `json:"guid"`
	Name       string `json:"name"`
	Characters int    `json:"characters"`
}

type qdaSet struct {
	GUID  string   `json:"guid"`
	Name  string   `json:"name"`
	Codes []string `json:"codes"`
}

func tellQDA(path string, p *refiqda.Package) qdaTold {
	pr := p.Project
	t := qdaTold{File: path, Kind: "project", Name: pr.Name, Origin: pr.Origin, Counts: map[string]int{}, Users: []qdaUser{}, Codes: []qdaCode{}, Sources: []qdaSource{}, Selections: []qdaSelection{}, Cases: []qdaCase{}, Variables: []qdaVariable{}, Notes: []qdaNote{}, Sets: []qdaSet{},
		Losses: p.Losses, Import: []refiqda.Loss{}}
	if pr.Codebook {
		t.Kind = "codebook"
	}
	if t.Losses == nil {
		t.Losses = []refiqda.Loss{}
	}
	for _, c := range pr.Counts() {
		t.Counts[c.What] = c.N
	}
	users := map[string]string{}
	for _, u := range pr.Users {
		users[u.GUID] = u.Name
		t.Users = append(t.Users, qdaUser{u.GUID, u.Name})
	}
	paths := map[string]string{}
	for g, names := range pr.Paths() {
		paths[g] = strings.Join(names, " > ")
	}
	for _, c := range pr.Codes {
		t.Codes = append(t.Codes, qdaCode{c.GUID, c.Parent, c.Name, paths[c.GUID], c.Color, c.Codable, c.Description})
	}
	for _, s := range pr.Sources {
		t.tellSource(s, "", users, paths)
	}
	variables := map[string]string{}
	for _, v := range pr.Variables {
		variables[v.GUID] = v.Name
		t.Variables = append(t.Variables, qdaVariable{v.GUID, v.Name, v.Type})
	}
	for _, c := range pr.Cases {
		k := qdaCase{c.GUID, c.Name, append([]string{}, c.Sources...), map[string]string{}}
		for _, v := range c.Values {
			k.Values[variables[v.Variable]] = v.Value
		}
		t.Cases = append(t.Cases, k)
	}
	for _, n := range pr.Notes {
		t.Notes = append(t.Notes, qdaNote{n.GUID, n.Name, len([]rune(n.Text))})
	}
	for _, s := range pr.Sets {
		t.Sets = append(t.Sets, qdaSet{s.GUID, s.Name, append([]string{}, s.Codes...)})
	}
	in := transfer.FromProject(pr, nil, transfer.Options{By: "lead", Language: "und"})
	t.Import = append(t.Import, in.Losses...)
	return t
}

func (t *qdaTold) tellSource(s refiqda.Source, of string, users, paths map[string]string) {
	told := qdaSource{GUID: s.GUID, Name: s.Name, Kind: s.Kind, Of: of, Selections: len(s.Selections), File: s.File, Missing: s.Missing}
	if s.HasText {
		c := s.Convention
		told.Characters, told.Positions = len([]rune(s.Text)), &c
	}
	t.Sources = append(t.Sources, told)
	for _, x := range s.Selections {
		sel := qdaSelection{GUID: x.GUID, Source: s.GUID, SourceName: s.Name, Kind: x.Kind, Quote: x.Quote, Codes: []string{}, Codings: []qdaCoding{}}
		switch x.Kind {
		case refiqda.RegionSelection:
			sel.Box = &x.Box
			if s.Kind == refiqda.PDFSource {
				sel.Page = &x.Page
			}
		case refiqda.TimeSelection:
			sel.Begin, sel.Stop = &x.Begin, &x.Stop
		case refiqda.SpanOfTranscript:
			sel.Begin, sel.Stop = &x.Begin, &x.Stop
		}
		if x.Start >= 0 && (x.Kind == refiqda.TextSelection || x.Kind == refiqda.SpanOfTranscript) {
			sel.Start, sel.End = &x.Start, &x.End
		}
		for _, c := range x.Codings {
			sel.Codes = append(sel.Codes, paths[c.Code])
			sel.Codings = append(sel.Codings, qdaCoding{c.GUID, c.Code, paths[c.Code], users[c.User]})
		}
		t.Selections = append(t.Selections, sel)
	}
	for _, tr := range s.Transcripts {
		t.tellSource(tr.Source, s.GUID, users, paths)
	}
}

func (e *env) qdaInspect() *cobra.Command {
	var positions []string
	var project string
	c := command("inspect FILE", "Tell what a project or a codebook of another program holds, and what would be lost",
		"  throughline qda inspect interviews.qdpx\n  throughline qda inspect interviews.qdpx --json\n  throughline qda inspect nvivo.qdpx --positions utf-16+crlf2\n  throughline qda inspect taguette.sqlite3\n  throughline qda inspect interviews.qda", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			p, done, err := e.openQDA(ctx, args[0], project, positions)
			if err != nil {
				return err
			}
			defer done()
			t := tellQDA(args[0], p)
			return e.print(t, func(w io.Writer) {
				fmt.Fprintf(w, "%s: a %s%s%s\n", args[0], t.Kind, quoted(" named ", t.Name), quoted(", written by ", t.Origin))
				for _, c := range p.Project.Counts() {
					if c.N > 0 {
						fmt.Fprintf(w, "  %s\t%d\n", c.What, c.N)
					}
				}
				for _, s := range t.Sources {
					if s.Positions != nil {
						fmt.Fprintf(w, "  %s\t%d characters\t%d selections\tpositions: %s (decided by %s)\n", s.Name, s.Characters, s.Selections, s.Positions, s.Positions.By)
					}
				}
				printLosses(w, "Lost on reading", t.Losses)
				printLosses(w, "What would not come along into a study", t.Import)
			})
		})
	counting(c, &positions)
	several(c, &project)
	return c
}

func quoted(before, s string) string {
	if s == "" {
		return ""
	}
	return before + fmt.Sprintf("%q", s)
}

// printLosses tells losses, those of one sort together.
func printLosses(w io.Writer, title string, losses []refiqda.Loss) {
	if len(losses) == 0 {
		fmt.Fprintf(w, "%s: nothing\n", title)
		return
	}
	fmt.Fprintf(w, "%s: %d\n", title, len(losses))
	type sort struct{ item, what string }
	count, first := map[sort]int{}, map[sort]string{}
	var order []sort
	for _, l := range losses {
		k := sort{l.Item, l.What}
		if count[k]++; count[k] == 1 {
			order, first[k] = append(order, k), l.Name
		}
	}
	for _, k := range order {
		name := first[k]
		if count[k] > 1 {
			name = fmt.Sprintf("%s and %d more", name, count[k]-1)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", k.item, name, k.what)
	}
}

func (e *env) qdaImport() *cobra.Command {
	var positions, coders []string
	var name, kase, language, by, fresh, report, project, regions string
	c := command("import FILE", "Bring a project or a codebook of another program into a study",
		"  throughline qda import interviews.qdpx\n  throughline qda import interviews.qdpx --study kleptocracy --case case-armenia --json\n  throughline qda import codebook.qdc --new \"My study\"\n  throughline qda import taguette.sqlite3 --study kleptocracy\n  throughline qda import interviews.qda --study kleptocracy", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			p, done, err := e.openQDA(ctx, args[0], project, positions)
			if err != nil {
				return err
			}
			defer done()
			o := transfer.Options{Case: thread.ID(kase), Language: language, Coders: map[string]string{}, By: by, On: e.clock().UTC().Format("2006-01-02"), Taken: map[thread.ID]bool{}}
			if regions != "" {
				w, err := refiqda.ParsePageWay(regions)
				if err != nil {
					return fault.New(fault.Usage, "--regions: %s.", err)
				}
				o.Pages = &w
			}
			for _, x := range coders {
				n, h, ok := strings.Cut(x, "=")
				if !ok {
					return fault.New(fault.Usage, "--coder is %q; expected \"NAME IN THE FILE=handle\".", x)
				}
				o.Coders[n] = h
			}
			s, err := e.open(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug := ""
			if fresh != "" {
				if slug, err = e.begin(ctx, s, fresh, by); err != nil {
					return err
				}
			} else if slug, err = onlyStudy(ctx, s, name); err != nil {
				return err
			}
			members, err := store.All[study.Member](ctx, s, slug, store.Filter{})
			if err != nil {
				return err
			}
			if o.SealKey, err = s.SealKey(ctx, slug); err != nil {
				return err
			}
			o.Members = store.Objects(members)
			if !slices.ContainsFunc(o.Members, func(m study.Member) bool { return m.Handle == by }) {
				i := slices.IndexFunc(o.Members, func(m study.Member) bool { return m.Role == study.Lead })
				if i < 0 {
					return fault.New(fault.Usage, "The study has no lead. Say with --by whose import this is.")
				}
				o.By = o.Members[i].Handle
			}
			codes, err := store.All[coding.Code](ctx, s, slug, store.Filter{})
			if err != nil {
				return err
			}
			o.Codes = store.Objects(codes)
			if o.Taken, err = s.IDs(ctx, slug); err != nil {
				return err
			}
			if kase != "" && !o.Taken[thread.ID(kase)] {
				return fault.New(fault.Usage, "There is no case %q in the study %s.", kase, slug)
			}
			in := transfer.FromProject(p.Project, p.Losses, o)
			p.Project = refiqda.Project{} // it is taken in, and large
			box, err := e.sandbox("")
			if err != nil {
				return err
			}
			files, staged, err := transfer.TakeFiles(ctx, s, box, slug, p, in.Files, e.progress("Reading files"))
			if err != nil {
				return err
			}
			in.Settle(files)
			added, err := s.Add(ctx, o.By, slug, in.Objects, in.Texts, e.progress("Importing"), staged...)
			if err != nil {
				return err
			}
			if in.Losses == nil {
				in.Losses = []refiqda.Loss{}
			}
			if report != "" {
				if err := writeLosses(report, in.Losses); err != nil {
					return err
				}
			}
			return e.print(map[string]any{"study": slug, "counts": in.Counts, "import": added, "files": len(staged), "regions": append([]transfer.Regions{}, in.Regions...), "coders": in.Coders, "losses": in.Losses}, func(w io.Writer) {
				fmt.Fprintf(w, "Brought into the study %q: %d documents, %d codes, %d passages, %d codings, %d memos, %d groups, %d new members.\n", slug, in.Counts["documents"], in.Counts["codes"], in.Counts["passages"], in.Counts["codings"], in.Counts["memos"], in.Counts["groups"], in.Counts["members"])
				if len(staged) > 0 {
					fmt.Fprintf(w, "With them came %d pictures, recordings and originals.\n", len(staged))
				}
				for _, r := range in.Regions {
					fmt.Fprintf(w, "Regions of %s: %s (decided by %s).\n", r.Name, r.Way, r.By)
				}
				fmt.Fprintln(w, "Its documents are protected until somebody says where they come from. Their titles were taken over: see that none is a person's name.")
				printLosses(w, "What did not come along", in.Losses)
			})
		})
	counting(c, &positions)
	several(c, &project)
	f := c.Flags()
	f.StringVar(&name, "study", "", "which study, when there are several")
	f.StringVar(&fresh, "new", "", "make a new study with this title")
	f.StringVar(&kase, "case", "", "the case that the documents are about, such as case-armenia")
	f.StringVar(&language, "language", "und", "language of texts whose script does not tell, such as en; und: not determined")
	f.StringVar(&by, "by", "lead", "handle of the member who brings it in")
	f.StringVar(&regions, "regions", "", "how regions of PDF files are counted, where the program finds it out wrongly: 0 or 1, the number\nof the first page, with +upper where they are counted from the upper left corner")
	f.StringArrayVar(&coders, "coder", nil, "whose codings a user's are, as \"NAME IN THE FILE=handle\"; otherwise handles are made from the names")
	f.StringVar(&report, "report", "", "write what did not come along to this file, as CSV")
	return c
}

// begin makes an empty study, to be described later.
func (e *env) begin(ctx context.Context, s *store.Store, title, lead string) (string, error) {
	slug := transfer.Slug(title)
	if slug == "" {
		return "", fault.New(fault.Usage, "The title %q has no letter of a to z to make an address from; add a word that has.", title)
	}
	if _, err := s.SealKey(ctx, slug); err == nil {
		return "", fault.New(fault.Conflict, "There is a study %q already. Bring the file into it with --study %s, or choose another title.", slug, slug)
	}
	_, err := e.bring(ctx, s, store.Bundle{Slug: slug, Objects: []thread.Object{
		study.Study{ID: "study", Slug: slug, Title: title, Purpose: transfer.Unwritten, Question: transfer.Unwritten, RegionScheme: "un"},
		study.Protocol{ID: "protocol", Unit: transfer.Unwritten, Outcome: transfer.Unwritten},
		study.Member{ID: study.MemberID(lead), Handle: lead, Role: study.Lead},
	}}, nil, false)
	return slug, err
}

func writeLosses(path string, losses []refiqda.Loss) error {
	var b bytes.Buffer
	if err := transfer.WriteLosses(&b, losses); err != nil {
		return err
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fault.Wrap(fault.Unavailable, err, "The report %s cannot be written.", path)
	}
	return nil
}

func (e *env) qdaExport() *cobra.Command {
	var out, name, profile, kase, report string
	var interviews, memos, coders, files bool
	var names []string
	for _, p := range refiqda.Profiles() {
		names = append(names, p.Name)
	}
	c := command("export -o FILE.qdpx", "Write a study's documents, codes and codings for another program",
		"  throughline qda export -o study.qdpx\n  throughline qda export -o study.qdpx --profile nvivo --coders\n  throughline qda export -o study.qdpx --files\n  throughline qda export -o codebook.qdc", 0,
		func(ctx context.Context, _ *cobra.Command, _ []string) error {
			ext := strings.ToLower(filepath.Ext(out))
			if out == "" || ext != ".qdpx" && ext != ".qdc" {
				return fault.New(fault.Usage, "Say where to with -o FILE.qdpx for a project, or -o FILE.qdc for the codebook alone.")
			}
			if !slices.Contains(names, profile) {
				return fault.New(fault.Usage, "There is no profile %q; there are: %s.", profile, strings.Join(names, ", "))
			}
			s, err := e.openExisting(ctx)
			if err != nil {
				return err
			}
			defer s.Close()
			slug, err := onlyStudy(ctx, s, name)
			if err != nil {
				return err
			}
			b, err := s.Part(ctx, slug, transfer.Given)
			if err != nil {
				return err
			}
			counts, err := s.Counts(ctx, slug)
			if err != nil {
				return err
			}
			o := transfer.GiveOptions{Interviews: interviews, Memos: memos, Coders: coders, Case: thread.ID(kase), Counts: counts, Pages: refiqda.Profiles()[slices.Index(names, profile)].Pages}
			if files && ext == ".qdpx" {
				box, err := e.sandbox("")
				if err != nil {
					return err
				}
				if o.Files, err = transfer.FilesAt(ctx, s, box, slug, b, interviews); err != nil {
					return err
				}
			}
			p, losses := transfer.ToProject(b, o)
			if found := transfer.Check(b, p); len(found) > 0 {
				return fault.New(fault.Forbidden, "Nothing was written: names that must not leave stand in what would (%s). Put a pseudonym in their place first.", strings.Join(found, "; "))
			}
			written, err := writeQDA(out, ext == ".qdc", p, refiqda.WriteOptions{Profile: profile, Users: true, File: func(entry string) (io.ReadCloser, error) {
				f, err := store.OpenFile(ctx, s, slug, strings.TrimSuffix(entry, filepath.Ext(entry)))
				return io.NopCloser(f), err
			}})
			if err != nil {
				return err
			}
			losses = append(append([]refiqda.Loss{}, losses...), written...)
			if report != "" {
				if err := writeLosses(report, losses); err != nil {
					return err
				}
			}
			told := map[string]int{}
			for _, c := range p.Counts() {
				told[c.What] = c.N
			}
			return e.print(map[string]any{"study": slug, "file": out, "profile": profile, "counts": told, "losses": losses}, func(w io.Writer) {
				fmt.Fprintf(w, "Wrote %s: %d codes, %d documents, %d passages, %d codings.\n", out, told["codes"], told["sources"], told["selections"], told["codings"])
				printLosses(w, "What stayed behind", losses)
			})
		})
	f := c.Flags()
	f.StringVarP(&out, "out", "o", "", "file to write: .qdpx or .qdc")
	f.StringVar(&name, "study", "", "which study, when there are several")
	f.StringVar(&profile, "profile", "standard", "the program that it is for: "+strings.Join(names, ", "))
	f.StringVar(&kase, "case", "", "documents of this case alone")
	f.BoolVar(&interviews, "interviews", false, "protected documents too: interviews whose informants agreed to coding, and material not placed yet")
	f.BoolVar(&memos, "memos", false, "memos too: they can quote interviews, whatever they are on")
	f.BoolVar(&files, "files", false, "pictures, recordings and PDF originals too; of protected documents only with --interviews, and their PDF never")
	f.BoolVar(&coders, "coders", false, "handles of coders as they are, in place of Coder 1, Coder 2")
	f.StringVar(&report, "report", "", "write what stayed behind to this file, as CSV")
	return c
}

// writeQDA writes beside the file and puts it in place when it is whole.
func writeQDA(out string, codebook bool, p refiqda.Project, o refiqda.WriteOptions) ([]refiqda.Loss, error) {
	f, err := os.CreateTemp(filepath.Dir(out), ".qda-*")
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s cannot be written. Check that the folder is there and that you may write in it.", out)
	}
	defer os.Remove(f.Name())
	w := bufio.NewWriterSize(f, 1<<16)
	var losses []refiqda.Loss
	if codebook {
		losses, err = refiqda.WriteCodebook(w, p, o)
	} else {
		losses, err = refiqda.Write(w, p, o)
	}
	if err != nil {
		f.Close()
		return nil, fault.New(fault.Invalid, "%s", upperFirst(err.Error())+".")
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s cannot be written. Check that the disk has room.", out)
	}
	if err := os.Rename(f.Name(), out); err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s cannot be written.", out)
	}
	return losses, nil
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
