package archive

import (
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"

	"throughline/internal/cases"
	"throughline/internal/coding"
	"throughline/internal/document"
	"throughline/internal/fault"
	"throughline/internal/fieldwork"
	"throughline/internal/pattern"
	"throughline/internal/source"
	"throughline/internal/store"
	"throughline/internal/study"
	"throughline/internal/synthesis"
	"throughline/internal/thread"
)

// Limits of a study folder. They are far above any study and far below what would hurt a small machine.
const (
	maxFile   = 64 << 20
	maxFolder = 1 << 30
	maxFiles  = 20000
)

// Read reads a study folder. All mistakes of the folder are told in one go, as fault.Problems with file, line and field;
// with a mistake anywhere there is no bundle.
func Read(dir string) (store.Bundle, error) {
	if fi, err := os.Stat(dir); err != nil || !fi.IsDir() {
		return store.Bundle{}, fault.New(fault.Usage, "There is no study folder at %s.", dir)
	}
	return ReadFS(os.DirFS(dir), dir)
}

// ReadFS does what Read does, in a file system; name is what messages call the folder.
func ReadFS(fsys fs.FS, name string) (store.Bundle, error) {
	files, err := load(fsys, name)
	if err != nil {
		return store.Bundle{}, err
	}
	r := reader{files: files, texts: map[thread.ID]document.Text{}, objects: map[thread.ID]entry{}}
	r.all()
	r.problems.Sort()
	if err := r.problems.Err(); err != nil {
		return store.Bundle{}, err
	}
	return r.bundle, nil
}

// load reads the files of a folder into memory, refusing what is too large or no plain file.
func load(fsys fs.FS, name string) (map[string][]byte, error) {
	if _, err := fs.Stat(fsys, "study.yaml"); err != nil {
		return nil, fault.New(fault.Invalid, "%s is not a study folder: it has no study.yaml. docs/study-folder.md tells what belongs in one.", name)
	}
	files := map[string][]byte{}
	var ps fault.Problems
	total := int64(0)
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return fault.Wrap(fault.Unavailable, err, "The study folder cannot be read.")
		}
		if p != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if !d.Type().IsRegular() {
			ps = append(ps, fault.Problem{File: p, Message: "is not a plain file; links and devices are not followed"})
			return nil
		}
		if strings.HasPrefix(p, filesFolder+"/") { // read one at a time by TakeFiles
			if !fileName().MatchString(d.Name()) || path.Dir(p) != filesFolder {
				ps = append(ps, fault.Problem{File: p, Message: "does not belong there: files are named by their SHA-256"})
			}
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		total += info.Size()
		switch {
		case info.Size() > maxFile:
			ps = append(ps, fault.Problem{File: p, Message: fmt.Sprintf("is %d MiB large; a file of a study folder may have %d MiB", info.Size()>>20, maxFile>>20)})
			return nil
		case total > maxFolder || len(files) >= maxFiles:
			return fault.New(fault.Invalid, "The study folder is too large: it may have %d files and %d MiB.", maxFiles, maxFolder>>20)
		}
		b, err := fs.ReadFile(fsys, p)
		if err != nil {
			ps = append(ps, fault.Problem{File: p, Message: "cannot be read; check its permissions"})
			return nil
		}
		files[p] = b
		return nil
	})
	if err != nil {
		return nil, err
	}
	ps.Sort()
	return files, ps.Err()
}

type reader struct {
	files    map[string][]byte
	problems fault.Problems
	bundle   store.Bundle
	objects  map[thread.ID]entry
	order    []thread.ID
	texts    map[thread.ID]document.Text
	codings  []entry
	used     map[string]bool
	torn     map[thread.Kind]bool // some objects of the kind could not be read: what names one of them may be right
	lost     map[thread.ID]bool   // passages that stand in the folder, but not where they should
}

func (r *reader) all() {
	r.used, r.torn, r.lost = map[string]bool{}, map[thread.Kind]bool{}, map[thread.ID]bool{}
	for _, f := range layout {
		r.file(f)
	}
	r.documents()
	r.segments()
	r.references()
	r.rules()
	r.seal()
	for name := range r.files {
		if !r.used[name] {
			r.problems = append(r.problems, fault.Problem{File: name, Message: "does not belong in a study folder; docs/study-folder.md lists what does"})
		}
	}
	if s, ok := r.get("study").(*study.Study); ok {
		r.bundle.Slug = s.Slug
	}
	for _, id := range r.order {
		r.bundle.Objects = append(r.bundle.Objects, reflect.ValueOf(r.objects[id].value).Elem().Interface().(thread.Object))
	}
}

func (r *reader) get(id thread.ID) any { return r.objects[id].value }

// file reads every file that matches a line of the layout.
func (r *reader) file(f file) {
	var names []string
	for name := range r.files {
		if ok, _ := path.Match(f.path, name); ok {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	if f.need && len(names) == 0 {
		r.problems = append(r.problems, fault.Problem{File: f.path, Message: "is missing"})
	}
	for _, name := range names {
		r.used[name] = true
		data, err := document.Normalize(r.files[name])
		if err != nil {
			r.problems = append(r.problems, fault.Problem{File: name, Line: 1, Message: fault.Message(err)})
			r.tear(f.kind)
			continue
		}
		var entries []entry
		var whole bool
		switch f.format {
		case table:
			entries, whole = readTable(name, []byte(data), f.proto, f.skip, &r.problems)
		default:
			entries, whole = readYAML(name, []byte(data), f.proto, f.skip, f.format == list, &r.problems)
		}
		if !whole {
			r.tear(f.kind)
		}
		for _, e := range entries {
			if f.fill != nil {
				f.fill(e.value, star(f.path, name))
			}
			r.entry(f, e)
		}
	}
}

// tear notes that objects of a kind are missing for a reason that is told already. What names them is not told too: one
// mistake would hide among hundreds that follow from it.
func (r *reader) tear(k thread.Kind) {
	r.torn[k] = true
	if k == thread.Coding { // codings.csv holds the passages
		r.torn[thread.Segment] = true
	}
}

// misses tells whether an id leads nowhere.
func (r *reader) misses(id thread.ID) bool {
	_, ok := r.objects[id]
	return !ok && !r.torn[id.Kind()] && !r.lost[id]
}

// star is what the asterisk of a pattern stands for in a name.
func star(pattern, name string) string {
	before, after, ok := strings.Cut(pattern, "*")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(name, before), after)
}

var moment = pattern.Late(`^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,6})?Z)?$`)

func (r *reader) entry(f file, e entry) {
	switch v := e.value.(type) {
	case *codingRow:
		r.codings = append(r.codings, e)
	case *confirmationRow:
		if !v.Statement.Kind().IsStatement() {
			r.add(e, "statement", "is %q; expected the id of a statement", string(v.Statement))
		}
		if !moment().MatchString(v.At) {
			r.add(e, "at", "is %q; expected a time in UTC such as 2026-10-01T12:00:00Z", clip(v.At))
		}
		if v.By == "" {
			r.add(e, "by", "must not be empty")
		}
		r.bundle.Confirmations = append(r.bundle.Confirmations, store.Confirmation{Statement: v.Statement, By: v.By, At: v.At, Basis: v.Basis})
	case *basisRow:
		if len(v.Print) != 64 && v.Print != "" {
			r.add(e, "print", "is %q; expected a fingerprint of 64 hexadecimal digits", clip(v.Print))
		}
		r.bundle.Seen = append(r.bundle.Seen, store.Seen{Statement: v.Statement, Role: v.Role, Below: v.Below, Print: v.Print})
	default:
		r.object(e)
	}
}

func (r *reader) add(e entry, field, format string, args ...any) {
	r.problems = append(r.problems, e.problem(field, format, args...))
}

// object keeps an object under its id, with what its own rules say against it.
func (r *reader) object(e entry) {
	o := reflect.ValueOf(e.value).Elem().Interface().(thread.Object)
	if err := o.Valid(); err != nil {
		if ps, ok := err.(fault.Problems); ok {
			for _, p := range ps {
				r.add(e, p.Field, "%s", p.Message)
			}
		} else {
			r.add(e, "", "%s", fault.Message(err))
		}
	}
	id := o.Ref()
	if old, twice := r.objects[id]; twice {
		r.add(e, "id", "%s stands already in %s, line %d", id, old.file, old.line)
		return
	}
	r.objects[id] = e
	r.order = append(r.order, id)
}

// documents joins each document with its text.
func (r *reader) documents() {
	for _, id := range r.order {
		e := r.objects[id]
		d, ok := e.value.(*document.Document)
		if !ok {
			continue
		}
		if d.Version == 0 {
			d.Version = 1
		}
		name := "documents/" + string(id) + ".txt"
		data, ok := r.files[name]
		if !ok {
			r.add(e, "id", "has no text: the file %s is missing", name)
			continue
		}
		r.used[name] = true
		body, err := document.Normalize(data)
		if err == document.ErrEmpty && (d.Media != "" || d.Pages > 0) {
			err = nil
		}
		if err != nil {
			r.problems = append(r.problems, fault.Problem{File: name, Line: 1, Message: fault.Message(err)})
			continue
		}
		d.SHA256 = thread.Content([]byte(body))
		t := document.Text{Document: id, Version: d.Version, Body: body}
		r.texts[id] = t
		r.bundle.Texts = append(r.bundle.Texts, t)
	}
}

// segments makes segments and codings of the lines of codings.csv.
func (r *reader) segments() {
	for _, e := range r.codings {
		c := e.value.(*codingRow)
		text, ok := r.texts[c.Document]
		if !ok {
			if r.misses(c.Document) {
				r.add(e, "document", "names %q, which does not exist in this folder", string(c.Document))
			}
			r.lost[c.Segment] = true
			continue
		}
		d := r.get(c.Document).(*document.Document)
		var a document.Anchor
		var problem fault.Problem
		switch {
		case c.Area != "":
			a, problem = part(*d, *c)
		case c.Version != "":
			a, problem = orphan(*d, *c)
		default:
			a, problem = locate(text, *c)
		}
		if problem.Message != "" {
			r.add(e, problem.Field, "%s", problem.Message)
			r.lost[c.Segment] = true
			continue
		}
		seg := coding.Segment{ID: c.Segment, Case: d.Case, Anchor: a}
		if old, ok := r.objects[c.Segment]; ok {
			if first, ok := old.value.(*coding.Segment); ok && first.Anchor != a {
				r.add(e, "segment", "%s stands at another place in line %d; lines of one passage repeat its document, start, end and quote", c.Segment, old.line)
			}
		} else {
			r.object(entry{value: &seg, file: e.file, line: e.line, lines: e.lines})
		}
		if c.Code == "" && c.Coder == "" {
			continue
		}
		r.object(entry{value: &coding.Coding{Segment: c.Segment, Code: c.Code, Coder: c.Coder, Case: d.Case, Memo: c.Memo}, file: e.file, line: e.line, lines: e.lines})
	}
}

// orphan makes the anchor of a passage that stands in an earlier version of its text alone.
func orphan(d document.Document, c codingRow) (document.Anchor, fault.Problem) {
	version, err := strconv.Atoi(c.Version)
	if err != nil || version < 1 || version >= d.Version {
		return document.Anchor{}, fault.Problem{Field: "version", Message: fmt.Sprintf("is %q; expected an earlier version than that of the document, %d, or nothing for a passage that stands in the text", c.Version, d.Version)}
	}
	start, err1 := strconv.Atoi(c.Start)
	end, err2 := strconv.Atoi(c.End)
	if err1 != nil || err2 != nil {
		return document.Anchor{}, fault.Problem{Field: "start", Message: "start and end are whole numbers; a passage of an earlier version cannot be looked for"}
	}
	return document.Anchor{Document: c.Document, Version: version, Start: start, End: end, Quote: c.Quote, Before: c.Before, After: c.After}, fault.Problem{}
}

// part makes the anchor of a part of a picture, a page or a recording.
func part(d document.Document, c codingRow) (document.Anchor, fault.Problem) {
	area, err := document.ParseArea(c.Area)
	switch {
	case err != nil:
		return document.Anchor{}, fault.Problem{Field: "area", Message: fault.Message(err)}
	case c.Start != "" || c.End != "" || c.Version != "":
		return document.Anchor{}, fault.Problem{Field: "area", Message: "stands beside start, end or version; a passage is in the text or in what is shown or played, not in both"}
	case !d.Shows(area):
		return document.Anchor{}, fault.Problem{Field: "area", Message: fmt.Sprintf("is %s, which is not in what %s shows or plays: documents.csv says how large, how long and how many pages it is", c.Area, d.ID)}
	}
	return document.Anchor{Document: d.ID, Version: d.Version, Quote: c.Quote, Area: area}, fault.Problem{}
}

func locate(t document.Text, c codingRow) (document.Anchor, fault.Problem) {
	if c.Start == "" && c.End == "" {
		a, err := t.Find(c.Quote)
		if err != nil {
			return a, fault.Problem{Field: "quote", Message: fault.Message(err)}
		}
		return a, fault.Problem{}
	}
	start, err1 := strconv.Atoi(c.Start)
	end, err2 := strconv.Atoi(c.End)
	if err1 != nil || err2 != nil {
		return document.Anchor{}, fault.Problem{Field: "start", Message: "start and end are whole numbers, or both empty to have the quote looked for"}
	}
	a, err := t.At(start, end)
	if err != nil {
		return a, fault.Problem{Field: "end", Message: fault.Message(err)}
	}
	if a.Quote != c.Quote {
		return a, fault.Problem{Field: "quote", Message: fmt.Sprintf("does not stand in %s at %d to %d. Correct start and end, or leave both empty to have the quote looked for", c.Document, start, end)}
	}
	return a, fault.Problem{}
}

// references checks that every id an object names exists.
func (r *reader) references() {
	idType := reflect.TypeFor[thread.ID]()
	for _, own := range r.order {
		e := r.objects[own]
		check := func(field string, id thread.ID) {
			if id == "" || id == own {
				return
			}
			if id.Kind() != "" && r.misses(id) {
				r.add(e, field, "names %s, which does not exist in this folder", id)
			}
		}
		var walk func(v reflect.Value, path string)
		walk = func(v reflect.Value, path string) {
			switch {
			case v.Type() == idType:
				check(path, thread.ID(v.String()))
			case v.Kind() == reflect.Slice:
				for i := range v.Len() {
					walk(v.Index(i), path)
				}
			case v.Kind() == reflect.Struct:
				for _, f := range fieldsOf(v.Type(), nil) {
					name := f.name
					if path != "" {
						name = path + "." + name
					}
					walk(v.Field(f.index), name)
				}
			}
		}
		walk(reflect.ValueOf(e.value).Elem(), "")
		for _, l := range reflect.ValueOf(e.value).Elem().Interface().(thread.Object).Links() {
			if l.To.Kind() == thread.Score { // the one link that is made from two ids
				check("conditions", l.To)
			}
		}
	}
	links := map[thread.ID][]thread.Link{}
	for _, id := range r.order {
		links[id] = reflect.ValueOf(r.objects[id].value).Elem().Interface().(thread.Object).Links()
	}
	if _, cycle := thread.Steps(links); cycle != nil {
		var names []string
		for _, id := range cycle {
			names = append(names, string(id))
		}
		r.add(r.objects[cycle[0]], "supports", "rests on itself: %s. Evidence must lead down to a source; take one of these links out", strings.Join(names, " -> "))
	}
}

// rules checks what holds between objects.
func (r *reader) rules() {
	st, _ := r.get("study").(*study.Study)
	pr, _ := r.get("protocol").(*study.Protocol)
	if st == nil || pr == nil {
		return
	}
	in := func(e entry, field, what, id string, n int, known func(int) string) {
		if id == "" {
			return
		}
		var all []string
		for i := range n {
			if known(i) == id {
				return
			}
			all = append(all, known(i))
		}
		r.add(e, field, "is %q; expected %s: %s", id, what, strings.Join(all, ", "))
	}
	member := func(e entry, field, handle string) {
		if handle == "" {
			return
		}
		if r.misses(study.MemberID(handle)) {
			r.add(e, field, "is %q, who is not in members.csv", handle)
		}
	}
	sameCase := func(e entry, field string, c, id thread.ID) {
		if other, ok := r.objects[id]; ok {
			if p := reflect.ValueOf(other.value).Elem().Interface().(thread.Object).Place(); p.Case != c {
				r.add(e, field, "names %s, which belongs to %s", id, p.Case)
			}
		}
	}
	question := func(e entry, field, id string) {
		in(e, field, "a core question of study.yaml", id, len(st.CoreQuestions), func(i int) string { return st.CoreQuestions[i].ID })
	}
	interview := func(seg thread.ID) (*fieldwork.Interview, bool) {
		s, ok := r.get(seg).(*coding.Segment)
		if !ok {
			return nil, false
		}
		d, ok := r.get(s.Anchor.Document).(*document.Document)
		if !ok || d.Interview == "" {
			return nil, false
		}
		i, ok := r.get(d.Interview).(*fieldwork.Interview)
		return i, ok
	}
	leads := 0
	for _, id := range r.order {
		e := r.objects[id]
		switch o := e.value.(type) {
		case *study.Member:
			if o.Role == study.Lead {
				leads++
			}
		case *source.Screening:
			member(e, "reviewer", o.Reviewer)
			in(e, "reason", "an exclusion criterion of protocol.yaml", o.Reason, len(pr.Exclude), func(i int) string { return pr.Exclude[i].ID })
		case *cases.Inclusion:
			member(e, "by", o.By)
			all := append(slices.Clone(pr.Include), pr.Exclude...)
			in(e, "criterion", "a criterion of protocol.yaml", o.Criterion, len(all), func(i int) string { return all[i].ID })
		case *cases.Event:
			for _, a := range o.Actors {
				sameCase(e, "actors", o.Case, a)
			}
		case *cases.Tie:
			sameCase(e, "from", o.Case, o.From)
			sameCase(e, "to", o.Case, o.To)
		case *cases.Prerequisite:
			sameCase(e, "event", o.Case, o.Event)
			sameCase(e, "needs", o.Case, o.Needs)
			member(e, "by", o.By)
		case *cases.Hypothesis:
			for _, h := range o.Rivals {
				sameCase(e, "rivals", o.Case, h)
			}
			for _, t := range o.Tests {
				member(e, "tests.by", t.By)
				member(e, "tests.seen_by", t.SeenBy)
			}
		case *fieldwork.Guide:
			for _, q := range o.Questions {
				for _, a := range q.Answers {
					question(e, "questions.answers", a)
				}
			}
		case *fieldwork.Interview:
			member(e, "interviewer", o.Interviewer)
			if inf, ok := r.get(o.Informant).(*fieldwork.Informant); ok && inf.Case != o.Case {
				r.add(e, "case", "is %s, but the informant belongs to %s", o.Case, inf.Case)
			}
		case *document.Document:
			if i, ok := r.get(o.Interview).(*fieldwork.Interview); ok && i.Case != o.Case {
				r.add(e, "case", "is %q, but the interview belongs to %s", o.Case, i.Case)
			}
			if t, ok := r.get(o.Translates).(*document.Document); ok && t.Interview != o.Interview {
				r.add(e, "interview", "is %q; a translation belongs to the same interview as what it translates, %q", o.Interview, t.Interview)
			}
		case *coding.Coding:
			member(e, "coder", o.Coder)
			if i, ok := interview(o.Segment); ok && !i.Consent.MayCode() {
				r.add(e, "segment", "codes %s, whose informant did not agree to coding", i.ID)
			}
		case *coding.Memo:
			member(e, "by", o.By)
		case *coding.Ruling:
			member(e, "by", o.By)
			sameCase(e, "segment", o.Case, o.Segment)
		case *synthesis.Score:
			if c, ok := r.get(o.Condition).(*synthesis.Condition); ok {
				if err := c.Fits(o.Raw); err != nil {
					r.add(e, "raw", "%s", fault.Message(err))
				}
			}
			for _, h := range o.AgreedBy {
				member(e, "agreed_by", h)
			}
		case *synthesis.Lesson:
			in(e, "insight", "an insight of study.yaml", o.Insight, len(st.Insights), func(i int) string { return st.Insights[i].ID })
		case *synthesis.Recommendation:
			for _, a := range o.Audiences {
				in(e, "audiences", "an audience of study.yaml", a, len(st.Audiences), func(i int) string { return st.Audiences[i].ID })
			}
		case *synthesis.Answer:
			if o.Question != "learning" {
				question(e, "question", o.Question)
			}
		case *study.Edition:
			member(e, "signed_by", o.SignedBy)
		}
		if id.Kind().IsStatement() {
			for _, l := range reflect.ValueOf(e.value).Elem().Interface().(thread.Object).Links() {
				if i, ok := interview(l.To); ok && !i.Consent.MayRest() {
					r.add(e, string(l.Role), "names %s of %s, whose informant did not agree that anything published rests on it", l.To, i.ID)
				}
			}
		}
	}
	if leads == 0 && !r.torn[thread.Member] {
		r.add(r.objects["study"], "", "members.csv names no lead: somebody has to answer for the study")
	}
	for _, c := range r.bundle.Confirmations {
		if r.misses(c.Statement) {
			r.problems = append(r.problems, fault.Problem{File: "confirmations.csv", Field: "statement", Message: fmt.Sprintf("names %s, which does not exist in this folder", c.Statement)})
		}
	}
}

// seal reads the seal key; without one, the importer has a new one made.
func (r *reader) seal() {
	b, ok := r.files[sealFile]
	if !ok {
		return
	}
	r.used[sealFile] = true
	key := strings.TrimSpace(string(b))
	if raw, err := hex.DecodeString(key); err != nil || len(raw) < 32 {
		r.problems = append(r.problems, fault.Problem{File: sealFile, Line: 1, Message: "expected a key of at least 64 hexadecimal digits; remove the file to have a new one made"})
		return
	}
	r.bundle.SealKey = key
}
