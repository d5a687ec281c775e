package web

import (
	"bufio"
	"cmp"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/exchange/refiqda"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/peer"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
	"throughline/internal/transfer"
)

// exchangePage brings projects of other programs in, and writes one for them.
type exchangePage struct {
	Trouble  string
	Action   string
	Out      string
	Cases    []option
	Case     string
	Language string
	Profiles []option
	Largest  int
	Done     *exchanged
}

// exchanged tells what came in, and what did not.
type exchanged struct {
	Counts    []option // how many, of what; empty: nothing new
	Coders    []option // name in the file, handle
	Losses    []lossLine
	All       int
	Documents string // address of those that came in; empty: there are none
}

// lossLine is a sort of loss with how often it occurs.
type lossLine struct {
	N    int
	Item string
	Name string   // of the first
	More []string // names of the others
	What string
}

func (exchangePage) template() string { return "exchange" }

// largestProject is the most bytes that a project may have over the web; the command takes larger ones.
const largestProject = 256 << 20

func (s *Server) exchange() section {
	lead := Of(study.Manage).By(study.Lead) // coders of the project become members, and what leaves is the whole study
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/exchange", Policy: lead, Handle: exchangeRoom},
			{Pattern: "POST /s/{study}/exchange", Policy: lead, Largest: largestProject + 1<<20, Handle: exchangeRoom},
			{Pattern: "POST /s/{study}/exchange/out", Policy: lead, Handle: giveProject},
		},
		Pages: []page{exchangePage{}},
	}
}

func (v *visit) exchangePage() (exchangePage, error) {
	p := exchangePage{Action: v.at("exchange"), Out: v.at("exchange", "out"), Cases: []option{{"", "none, or several"}}, Largest: largestProject >> 20}
	names, err := v.caseNames()
	if err != nil {
		return p, err
	}
	for id, n := range names {
		p.Cases = append(p.Cases, option{string(id), n})
	}
	sortOptions(p.Cases[1:])
	for _, x := range refiqda.Profiles() {
		p.Profiles = append(p.Profiles, option{x.Name, x.Name})
	}
	return p, nil
}

func exchangeRoom(v *visit) error {
	v.crumb("Documents", v.at("documents"))
	p, err := v.exchangePage()
	if err != nil {
		return err
	}
	if v.R.Method != http.MethodPost {
		return v.render("Other programs", p)
	}
	p.Case, p.Language = v.R.FormValue("case"), strings.TrimSpace(v.R.FormValue("language"))
	again := func(err error) error {
		p.Trouble, v.status = fault.Message(err), http.StatusUnprocessableEntity
		return v.render("Other programs", p)
	}
	f, head, err := v.R.FormFile("files")
	if err != nil {
		return again(fault.New(fault.Invalid, "No file came with it. Choose one."))
	}
	defer f.Close()
	in, err := v.bringProject(f, head.Size, clean(filepath.Base(head.Filename)), p.Case, p.Language)
	if k := fault.Of(err); k == fault.Invalid || k == fault.Conflict || k == fault.Usage {
		return again(err)
	}
	if err != nil {
		return err
	}
	p.Done = &exchanged{All: len(in.Losses), Losses: lossLines(in.Losses)}
	for _, what := range []string{"documents", "codes", "passages", "codings", "memos", "groups", "members"} {
		if n := in.Counts[what]; n > 0 {
			p.Done.Counts = append(p.Done.Counts, option{strconv.Itoa(n), what})
		}
	}
	if in.Counts["documents"] > 0 {
		p.Done.Documents = v.at("documents") + "?kind=" + document.Material
	}
	for name, handle := range in.Coders {
		p.Done.Coders = append(p.Done.Coders, option{name, handle})
	}
	sortOptions(p.Done.Coders)
	return v.render("Other programs", p)
}

// bringProject reads a project, a codebook, or a list of codings, and adds what it holds to the study.
func (v *visit) bringProject(f interface {
	io.Reader
	io.ReaderAt
}, size int64, name, inCase, language string) (transfer.Intake, error) {
	var none transfer.Intake
	taken, err := v.store().IDs(v.Ctx, v.Study)
	if err != nil {
		return none, err
	}
	if inCase != "" && !taken[thread.ID(inCase)] {
		return none, fault.New(fault.Invalid, "There is no such case in the study.")
	}
	members, err := store.All[study.Member](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return none, err
	}
	codes, err := store.All[coding.Code](v.Ctx, v.store(), v.Study, store.Filter{})
	if err != nil {
		return none, err
	}
	key, err := v.store().SealKey(v.Ctx, v.Study)
	if err != nil {
		return none, err
	}
	o := transfer.Options{Case: thread.ID(inCase), Language: cmp.Or(language, "und"), By: v.Member.Handle, SealKey: key, On: v.s.clock().UTC().Format("2006-01-02"), Members: store.Objects(members), Codes: store.Objects(codes), Taken: taken}
	var in transfer.Intake
	var staged []string
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".tsv", ".xlsx", ".json", ".jsonld", ".html", ".htm":
		b, err := io.ReadAll(f)
		if err != nil {
			return none, err
		}
		rows, losses, err := transfer.ReadCodings(name, b)
		if err != nil {
			return none, fault.New(fault.Invalid, "The file cannot be read: %s.", strings.TrimSuffix(err.Error(), "."))
		}
		whole, err := v.store().Bundle(v.Ctx, v.Study)
		if err != nil {
			return none, err
		}
		in = transfer.FromRows(whole, rows, o)
		in.Losses = append(losses, in.Losses...)
	default:
		p, err := v.project(f, size, name)
		if err != nil {
			return none, err
		}
		_ = http.NewResponseController(v.w).SetWriteDeadline(v.s.clock().Add(longestUpload)) // files are read one after another
		in = transfer.FromProject(p.Project, p.Losses, o)
		files, kept, err := transfer.TakeFiles(v.Ctx, v.store(), v.s.files, v.Study, p, in.Files, nil)
		if err != nil {
			return none, err
		}
		in.Settle(files)
		staged = kept
	}
	if len(in.Objects) == 0 {
		return in, nil
	}
	_, err = v.store().Add(v.Ctx, v.Member.Handle, v.Study, in.Objects, in.Texts, nil, staged...)
	return in, err
}

// project reads a project of another program: a package or a codebook here, a database in the process that reads files.
func (v *visit) project(f interface {
	io.Reader
	io.ReaderAt
}, size int64, name string) (*refiqda.Package, error) {
	inside, isFile, err := peer.Find(f, size)
	if err != nil {
		return nil, err
	}
	if isFile || inside != nil {
		folder := strings.TrimSuffix(name, filepath.Ext(name))
		var data []byte
		if isFile {
			data, err = io.ReadAll(f)
		} else {
			data, folder, err = inside()
		}
		if err != nil {
			return nil, err
		}
		p, err := peer.Ask(v.Ctx, v.s.files, data, peer.Asked{Name: folder})
		return &refiqda.Package{Project: p.Project, Losses: p.Losses}, err
	}
	p, err := refiqda.Open(f, size, refiqda.ReadOptions{})
	if errors.Is(err, refiqda.ErrFormat) {
		hint := ""
		if !slices.Contains([]string{".qdpx", ".qdc", ".zip"}, strings.ToLower(filepath.Ext(name))) {
			hint = " A text, a picture or a recording comes in under Documents, New document."
		}
		return nil, fault.New(fault.Invalid, "The file cannot be read: %s.%s", strings.TrimPrefix(err.Error(), refiqda.ErrFormat.Error()+": "), hint)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// lossLines puts losses of one sort together.
func lossLines(losses []refiqda.Loss) []lossLine {
	var out []lossLine
	at := map[[2]string]int{}
	for _, l := range losses {
		k := [2]string{l.Item, l.What}
		if i, ok := at[k]; ok {
			out[i].N++
			if l.Name != "" {
				out[i].More = append(out[i].More, l.Name)
			}
			continue
		}
		at[k] = len(out)
		out = append(out, lossLine{N: 1, Item: l.Item, Name: l.Name, What: l.What})
	}
	slices.SortStableFunc(out, func(a, b lossLine) int { return b.N - a.N })
	return out
}

// giveProject writes the study for another program. What stays behind is told by a file beside the project on request; here
// the person is asked before: the answer is the package itself.
func giveProject(v *visit) error {
	get := func(name string) string { return v.R.PostForm.Get(name) }
	b, err := v.store().Part(v.Ctx, v.Study, transfer.Given)
	if err != nil {
		return err
	}
	counts, err := v.store().Counts(v.Ctx, v.Study)
	if err != nil {
		return err
	}
	give := transfer.GiveOptions{Interviews: get("interviews") != "", Memos: get("memos") != "", Coders: get("coders") != "", Case: thread.ID(get("case")), Counts: counts}
	o := refiqda.WriteOptions{Profile: get("profile"), Users: true}
	if !slices.ContainsFunc(refiqda.Profiles(), func(x refiqda.Profile) bool { return x.Name == o.Profile }) {
		o.Profile = "standard"
	}
	give.Pages = refiqda.Profiles()[slices.IndexFunc(refiqda.Profiles(), func(x refiqda.Profile) bool { return x.Name == o.Profile })].Pages
	what := get("what")
	list := map[string]string{"table": ".xlsx", "annotations": ".jsonld"}[what] // of codings, without what they are on
	if get("files") != "" && what != "codebook" && list == "" {
		if give.Files, err = transfer.FilesAt(v.Ctx, v.store(), v.s.files, v.Study, b, give.Interviews); err != nil {
			return err
		}
		o.File = func(entry string) (io.ReadCloser, error) {
			f, err := store.OpenFile(v.Ctx, v.store(), v.Study, strings.TrimSuffix(entry, filepath.Ext(entry)))
			return io.NopCloser(f), err
		}
	}
	p, losses := transfer.ToProject(b, give)
	if found := transfer.Check(b, p); len(found) > 0 {
		page, err := v.exchangePage()
		if err != nil {
			return err
		}
		page.Trouble, v.status = "Nothing was written: names that must not leave stand in what would ("+strings.Join(found, "; ")+"). Put a pseudonym in their place first.", http.StatusForbidden
		return v.render("Other programs", page)
	}
	// With recordings a package may be larger than memory.
	out, err := os.CreateTemp("", "throughline-*")
	if err != nil {
		return fault.Wrap(fault.Unavailable, err, "There is no place for the file in between. Check that the disk has room.")
	}
	defer os.Remove(out.Name())
	defer out.Close()
	write, name, sort := refiqda.Write, v.Study+".qdpx", "application/octet-stream"
	switch {
	case what == "codebook":
		write, name = refiqda.WriteCodebook, v.Study+".qdc"
	case list != "":
		write, name = func(w io.Writer, p refiqda.Project, _ refiqda.WriteOptions) ([]refiqda.Loss, error) {
			_, err := transfer.WriteCodings(w, list, v.Study, p)
			return nil, err
		}, v.Study+"-codings"+list
	}
	w := bufio.NewWriter(out)
	written, err := write(w, p, o)
	if err != nil {
		return err
	}
	if what == "losses" {
		if err := out.Truncate(0); err != nil {
			return err
		}
		if _, err := out.Seek(0, io.SeekStart); err != nil {
			return err
		}
		w.Reset(out)
		if err := transfer.WriteLosses(w, append(losses, written...)); err != nil {
			return err
		}
		name, sort = v.Study+"-losses.csv", "text/csv; charset=utf-8"
	}
	if err := w.Flush(); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", sort)
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_ = http.NewResponseController(v.w).SetWriteDeadline(v.s.clock().Add(longestUpload))
	http.ServeContent(v.w, v.R, "", time.Time{}, out)
	return nil
}
