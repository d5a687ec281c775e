package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"throughline/exchange/biblio"
	"throughline/internal/chain"
	"throughline/internal/fault"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/thread"
)

// largestUpload is the most that may be sent at once, in bytes.
const largestUpload = 256 << 20

// uploadPage asks for files of references and for the search that gave them.
type uploadPage struct {
	Problem string
	Source  string
	Query   string
	On      string
	Note    string
	Route   string
	Routes  []option
	Recent  []link // imports under way and lately ended
}

func (uploadPage) template() string { return "upload" }

// intakePage shows an import: under way, failed, or done with a report to act on.
type intakePage struct {
	Running bool
	Phase   string
	Done    int
	Total   int
	Cancel  string // address
	Problem string
	Again   string
	Report  *chain.Report
	Unread  int // refused in all files
	Desk    string
	List    string
}

func (intakePage) template() string { return "intake" }

func (s *Server) intake() section {
	return section{
		Routes: []Route{
			{Pattern: "GET /s/{study}/literature/import", Policy: Of(study.Edit), Handle: showUpload},
			{Pattern: "POST /s/{study}/literature/import", Policy: Of(study.Edit), Largest: largestUpload, Handle: upload},
			{Pattern: "GET /s/{study}/import/{name}", Policy: Of(study.Edit), Handle: showIntake},
			{Pattern: "POST /s/{study}/import/{name}/cancel", Policy: Of(study.Edit), Handle: cancelIntake},
		},
		Pages: []page{uploadPage{}, intakePage{}},
	}
}

// jobs are the imports under way and the last that ended. What they report is told from memory: what they did is in the
// study.
type jobs struct {
	mu   sync.Mutex
	all  map[string]*job
	last []string // in the order in which they began
	wg   sync.WaitGroup
	stop context.CancelFunc
	ctx  context.Context
}

// mostJobs is how many imports are remembered.
const mostJobs = 50

type job struct {
	mu     sync.Mutex
	study  string
	title  string
	cancel context.CancelFunc
	phase  string
	done   int
	total  int
	ended  bool
	err    error
	report chain.Report
}

func newJobs() *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{all: map[string]*job{}, ctx: ctx, stop: stop}
}

// begin starts an import in the name of the server, which outlives the request that asked for it.
func (j *jobs) begin(slug, title string, run func(ctx context.Context, progress func(string, int, int)) (chain.Report, error)) string {
	name := strings.ToLower(rand.Text())
	ctx, cancel := context.WithCancel(j.ctx)
	x := &job{study: slug, title: title, cancel: cancel, phase: chain.Reading}
	j.mu.Lock()
	j.all[name] = x
	j.last = append(j.last, name)
	for len(j.last) > mostJobs && j.all[j.last[0]].over() {
		delete(j.all, j.last[0])
		j.last = j.last[1:]
	}
	j.mu.Unlock()
	j.wg.Go(func() {
		defer cancel()
		report, err := run(ctx, func(phase string, done, total int) {
			x.mu.Lock()
			x.phase, x.done, x.total = phase, done, total
			x.mu.Unlock()
		})
		x.mu.Lock()
		x.ended, x.report, x.err = true, report, err
		x.mu.Unlock()
	})
	return name
}

func (x *job) over() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.ended
}

// recent are the imports of a study that are remembered, the latest first.
func (j *jobs) recent(v *visit) []link {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []link
	for _, name := range slices.Backward(j.last) {
		if x := j.all[name]; x.study == v.Study {
			out = append(out, link{x.title, v.at("import", name)})
		}
	}
	return out
}

func (j *jobs) find(slug, name string) (*job, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	x := j.all[name]
	if x == nil || x.study != slug {
		return nil, fault.New(fault.NotFound, "Nothing is known of such an import any more. What it brought stands in the literature.")
	}
	return x, nil
}

// Close ends what goes on in the background: imports under way are cancelled, and leave nothing behind.
func (s *Server) Close() {
	s.jobs.stop()
	s.jobs.wg.Wait()
}

func routeOptions() []option {
	words := map[string]string{"database": "a database", "register": "a register", "website": "a website", "organisation": "an organisation", "citations": "citation searching"}
	var out []option
	for _, r := range source.Routes {
		out = append(out, option{r, words[r]})
	}
	return out
}

func (v *visit) today() string { return v.s.clock().UTC().Format(time.DateOnly) }

func showUpload(v *visit) error {
	v.crumb("Literature", v.at("literature"))
	return v.render("Import references", uploadPage{On: v.today(), Routes: routeOptions(), Route: "database", Recent: v.s.jobs.recent(v)})
}

// upload takes the files in and starts the import; the page of the import then tells how far it is.
func upload(v *visit) error {
	v.crumb("Literature", v.at("literature"))
	form := v.R.MultipartForm
	get := func(name string) string { return strings.TrimSpace(clean(v.R.PostForm.Get(name))) }
	p := uploadPage{Source: get("source"), Query: get("query"), On: get("on"), Note: get("note"), Route: get("route"), Routes: routeOptions()}
	refuse := func(format string, args ...any) error {
		p.Problem = fmt.Sprintf(format, args...)
		v.status = http.StatusUnprocessableEntity
		return v.render("Import references", p)
	}
	search := source.Search{ID: madeID(thread.Search, "", p.Source+" "+p.On), Source: p.Source, On: p.On, Query: p.Query, Note: p.Note, Route: p.Route}
	if search.ID == "" {
		search.ID = thread.ID(thread.Search.Prefix() + "import-" + p.On)
	}
	if search.Query == "" {
		search.Query = "imported"
	}
	if err := search.Valid(); err != nil {
		return refuse("%s", fault.Message(err))
	}
	var files []chain.Upload
	if form != nil {
		for _, h := range form.File["files"] {
			f, err := h.Open()
			if err != nil {
				return fmt.Errorf("open upload: %w", err)
			}
			b, err := io.ReadAll(f)
			f.Close()
			if err != nil {
				return fmt.Errorf("read upload: %w", err)
			}
			if len(b) > 0 {
				files = append(files, chain.Upload{Name: h.Filename, Bytes: b})
			}
		}
	}
	if text := clean(v.R.PostForm.Get("text")); strings.TrimSpace(text) != "" {
		files = append(files, chain.Upload{Name: "what was pasted", Bytes: []byte(text), Pasted: true})
	}
	if len(files) == 0 {
		return refuse("Choose at least one file, or paste what a database gave you.")
	}
	s, slug, who, log := v.store(), v.Study, v.Account.Name, v.s.log
	name := v.s.jobs.begin(slug, search.Source+", "+day(search.On), func(ctx context.Context, progress func(string, int, int)) (chain.Report, error) {
		report, err := chain.TakeIn(ctx, s, slug, who, search, files, progress)
		if err != nil && fault.Of(err) == fault.Internal && ctx.Err() == nil {
			log.Error("import failed", "study", slug, "err", err)
		}
		return report, err
	})
	return v.to(v.at("import", name))
}

func showIntake(v *visit) error {
	x, err := v.s.jobs.find(v.Study, v.R.PathValue("name"))
	if err != nil {
		return err
	}
	v.crumb("Literature", v.at("literature"))
	x.mu.Lock()
	defer x.mu.Unlock()
	p := intakePage{Running: !x.ended, Done: x.done, Total: x.total, Cancel: v.at("import", v.R.PathValue("name"), "cancel"), Again: v.at("literature", "import"), Desk: v.at("screening"), List: v.at("literature")}
	p.Phase = map[string]string{chain.Reading: "Reading the files", chain.Saving: "Saving the records", chain.Grouping: "Grouping records that are the same"}[x.phase]
	switch {
	case !x.ended:
		v.w.Header().Set("Refresh", "1")
	case fault.Of(x.err) == fault.Invalid || fault.Of(x.err) == fault.Conflict || fault.Of(x.err) == fault.Unavailable:
		p.Problem = fault.Message(x.err)
	case x.err != nil && x.report.Search != "":
		p.Problem = "The records are saved, but grouping those that are the same was cut off. It is made up for when the chain runs next."
	case x.err != nil:
		p.Problem = "It was cancelled, or something went wrong on our side. Nothing of it was kept."
	default:
		p.Report = &x.report
		for _, f := range x.report.Files {
			p.Unread += len(f.Refused)
		}
	}
	return v.render("Import", p)
}

func cancelIntake(v *visit) error {
	x, err := v.s.jobs.find(v.Study, v.R.PathValue("name"))
	if err != nil {
		return err
	}
	x.cancel()
	return v.to(v.at("import", v.R.PathValue("name")))
}

// exported are the records that the member may see as references for other programs, with what became of them.
func (v *visit) exported(x screeningData) []biblio.Record {
	s := newScreened(store.Objects(x.works), store.Objects(x.decisions), x.protocol)
	var out []biblio.Record
	for _, it := range x.records {
		if !v.sees(it.Node) {
			continue
		}
		w := s.of(it.Object.ID)
		s.blind(v, w, x.protocol.Reviewers())
		b := it.Object.Reference()
		_, words := s.standing(w)
		b.Labels = append(b.Labels, biblio.Field{Tag: "THROUGHLINE-RECORD", Value: string(it.Object.ID)}, biblio.Field{Tag: "THROUGHLINE-SCREENING", Value: words})
		if w.ID != "" {
			b.Labels = append(b.Labels, biblio.Field{Tag: "THROUGHLINE-WORK", Value: string(w.ID)})
		}
		for _, stage := range []string{source.TitleAbstract, source.FullText} {
			all, _ := s.at(w, stage)
			for _, d := range all {
				value := d.Decision + " by " + d.Reviewer
				if d.Reason != "" {
					value += ": " + cmp.Or(s.criteria[d.Reason], d.Reason)
				}
				b.Labels = append(b.Labels, biblio.Field{Tag: "THROUGHLINE-" + strings.ToUpper(stage), Value: value})
			}
		}
		out = append(out, b)
	}
	return out
}

// referenceFiles are the formats in which records are taken along.
var referenceFiles = []struct {
	name, words, sort string
	format            biblio.Format
}{
	{"records.ris", "RIS, for reference managers and review tools", "application/x-research-info-systems", biblio.RIS},
	{"records.bib", "BibTeX", textSort, biblio.BibTeX},
	{"records.json", "CSL-JSON", "application/json", biblio.CSL},
	{"records.csv", "CSV", csvSort, biblio.CSV},
	{"records.xlsx", "a workbook (XLSX)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", biblio.XLSX},
}
