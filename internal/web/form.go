package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/thread"
)

// form is a form as it is shown, filled in, and shown again with what is wrong. There is one template for all.
type form struct {
	Action  string   // where it is sent; empty: to the address of the page
	Submit  string   // words on the button
	Cancel  string   // address to leave by; empty: no such link
	Version int64    // of the object it was made from; 0: the object is new
	Fields  []field  //
	General []string // what is wrong with the whole
	Changed string   // somebody else changed the object meanwhile: what to do
}

// Kinds of fields.
const (
	textField     = "text"
	areaField     = "textarea"
	selectField   = "select"
	checksField   = "checks"   // several of the options
	idsField      = "ids"      // ids, one a line
	hiddenField   = "hidden"   //
	passwordField = "password" // never shown again
)

// field is one thing asked for. Name is the name of the object's field, as its Valid() tells it.
type field struct {
	Name     string
	Head     string // heading above it, where a group of fields begins; empty: none
	About    string // a sentence on the group
	Label    string
	Help     string
	Kind     string   // text when empty
	Value    string   // what stands in it; ids and checks: see Values
	Values   []string // of ids and checks
	Options  []option // of select and checks; of text, what it may be: the browser finds it by its words, and who types them means it
	Required bool
	Lang     string // of the text, when it is not the page's
	Complete string // autocomplete, such as current-password
	Errors   []string
	Differs  bool   // on a conflict: what stands now is not what was typed
	Stands   string // on a conflict: what stands now, in words
}

type option struct {
	Value string
	Text  string
}

// options makes options of words that are their own labels.
func options(words ...string) []option {
	out := make([]option, len(words))
	for i, w := range words {
		out[i] = option{w, w}
	}
	return out
}

// idText makes the values of a field of ids.
func idText(ids []thread.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// On tells, for the template, whether an option is chosen; ID is what label and messages refer to; Lines are ids one a
// line; Described names the texts that describe the field.
func (f field) On(value string) bool {
	if f.Kind == checksField {
		return slices.Contains(f.Values, value)
	}
	return f.Value == value
}

func (f field) ID() string    { return "f-" + strings.NewReplacer(".", "-", "_", "-").Replace(f.Name) }
func (f field) Lines() string { return strings.Join(f.Values, "\n") }

func (f field) Described() string {
	var ids []string
	if f.Help != "" {
		ids = append(ids, f.ID()+"-help")
	}
	if len(f.Errors) > 0 {
		ids = append(ids, f.ID()+"-error")
	}
	if f.Differs {
		ids = append(ids, f.ID()+"-stands")
	}
	return strings.Join(ids, " ")
}

// words is the field's value as people read it.
func (f field) words() string {
	label := func(v string) string {
		for _, o := range f.Options {
			if o.Value == v {
				return o.Text
			}
		}
		return v
	}
	if f.Kind != checksField && f.Kind != idsField {
		return label(f.Value)
	}
	var out []string
	for _, v := range f.Values {
		out = append(out, label(v))
	}
	return strings.Join(out, ", ")
}

// Wrong lists, for the summary at the top, the fields with a mistake.
func (f form) Wrong() []field {
	var out []field
	for _, x := range f.Fields {
		if len(x.Errors) > 0 {
			out = append(out, x)
		}
	}
	return out
}

// Failed tells whether anything is wrong.
func (f form) Failed() bool { return len(f.General) > 0 || len(f.Wrong()) > 0 }

// read fills the form in with what was sent.
func (f *form) read(r *http.Request) {
	if n, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64); err == nil && n >= 0 {
		f.Version = n
	}
	f.Fields = slices.Clone(f.Fields)
	for i := range f.Fields {
		x := &f.Fields[i]
		switch x.Kind {
		case checksField:
			x.Values = inOrder(r.PostForm[x.Name], x.Values)
		case idsField:
			x.Values = strings.FieldsFunc(clean(r.PostForm.Get(x.Name)), func(c rune) bool { return c == '\n' || c == ' ' || c == ',' || c == '|' || c == '\t' })
		default:
			x.Value = clean(r.PostForm.Get(x.Name))
			if x.Kind != passwordField {
				x.Value = meant(strings.TrimSpace(x.Value), x.Options)
			}
		}
	}
}

// meant gives the value of the one option whose words were typed in place of it.
func meant(typed string, options []option) string {
	value := typed
	for _, o := range options {
		switch {
		case o.Value == typed:
			return typed
		case typed == "" || !strings.EqualFold(o.Text, typed):
		case value != typed:
			return typed // two have these words
		default:
			value = o.Value
		}
	}
	return value
}

// inOrder gives what was ticked in the order in which it stood, and what is new after it: a browser sends boxes in the
// order of the page, and an order that nobody touched is no change.
func inOrder(ticked, stood []string) []string {
	var out []string
	for _, s := range stood {
		if slices.Contains(ticked, s) {
			out = append(out, s)
		}
	}
	for _, s := range ticked {
		if !slices.Contains(stood, s) {
			out = append(out, s)
		}
	}
	return out
}

// clean gives a typed text as we keep it: lines ended by LF, valid UTF-8, no NUL.
func clean(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n"), "\x00", "")
}

// text, list, ids and number give what stands in a field.
func (f form) text(name string) string { return f.field(name).Value }
func (f form) list(name string) []string {
	return slices.Clone(f.field(name).Values)
}
func (f form) ids(name string) []thread.ID {
	var out []thread.ID
	for _, s := range f.field(name).Values {
		out = append(out, thread.ID(s))
	}
	return out
}

// number gives a whole number; an empty field is 0. What is no number is noted.
func (f form) number(ps *fault.Problems, name string) int {
	s := f.text(name)
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		ps.Add(name, "is not a whole number")
	}
	return n
}

// real gives a number that may have decimals; an empty field is 0. What is no number is noted.
func (f form) real(ps *fault.Problems, name string) float64 {
	s := f.text(name)
	if s == "" {
		return 0
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || x-x != 0 { // the difference is no number for infinities and what is no number
		ps.Add(name, "is %q; expected a number such as 0.75", s)
		return 0
	}
	return x
}

func (f form) field(name string) field {
	for _, x := range f.Fields {
		if x.Name == name {
			return x
		}
	}
	return field{}
}

// tell puts what is wrong beside the fields it is about, and the rest at the top.
func (f *form) tell(err error) {
	ps, ok := asProblems(err)
	if !ok {
		f.General = append(f.General, fault.Message(err))
		return
	}
	for _, p := range ps {
		i := slices.IndexFunc(f.Fields, func(x field) bool { return x.Name == p.Field })
		if i < 0 { // "cases_for.0" and the like belong to the field they begin with
			head, _, _ := strings.Cut(p.Field, ".")
			i = slices.IndexFunc(f.Fields, func(x field) bool { return x.Name == head })
		}
		if i < 0 || f.Fields[i].Kind == hiddenField {
			f.General = append(f.General, p.String())
			continue
		}
		f.Fields[i].Errors = append(f.Fields[i].Errors, p.Message)
	}
}

// compare shows, beside what was typed, what stands now, and takes the version that stands: saving again replaces it.
func (f *form) compare(now form) {
	f.Version = now.Version
	for i := range f.Fields {
		x := &f.Fields[i]
		stands := now.field(x.Name)
		if x.Kind == hiddenField || x.Kind == passwordField || x.Value == stands.Value && slices.Equal(x.Values, stands.Values) {
			continue
		}
		x.Differs, x.Stands = true, stands.words()
	}
}

// formPage is a page that is nothing but a form.
type formPage struct {
	Heading string
	Intro   string
	Open    string // thread page of a statement that does not stand: saving confirms it
	Form    form
}

func (formPage) template() string { return "form" }

// editing is how objects of a type are edited: by one form, for new ones and for those that stand.
type editing[T thread.Object] struct {
	Heading string                                  // of the page
	Intro   string                                  // a sentence above the form; may be empty
	New     bool                                    // the object does not exist yet
	Start   T                                       // what a new object begins as
	Form    func(o T) form                          // the form filled in from an object
	Read    func(f form, o T, ps *fault.Problems) T // the object from what was typed; o is what stands, for all that the form does not ask
	Check   func(tx *store.Tx, o T) error           // more to check in the transaction; may be nil
	Scope   thread.ID                               // where the change can be undone; empty: it cannot
	Also    func(tx *store.Tx, o T) error           // what goes with it in the same transaction; may be nil
	Done    func(o T) string                        // where to go when it is saved
}

// edit shows a form, takes it, and shows it again with what is wrong or with what somebody else wrote meanwhile; nothing
// typed is lost. The handlers of GET and POST are the same.
func edit[T thread.Object](v *visit, e editing[T]) error {
	stands := func() (form, T, error) {
		if e.New {
			return e.Form(e.Start), e.Start, nil
		}
		it, err := store.Get[T](v.Ctx, v.s.store, v.Study, v.Node.ID)
		if err != nil {
			return form{}, it.Object, err
		}
		f := e.Form(it.Object)
		f.Version = it.Version
		return f, it.Object, nil
	}
	f, o, err := stands()
	if err != nil {
		return err
	}
	open := ""
	if !e.New && v.Node.Kind.IsStatement() && v.Node.State() != thread.Standing {
		open = v.at("thread", string(v.Node.ID))
	}
	show := func() error { return v.render(e.Heading, formPage{e.Heading, e.Intro, open, f}) }
	if v.R.Method != http.MethodPost {
		return show()
	}
	f.read(v.R)
	if e.New {
		f.Version = 0
	}
	var ps fault.Problems
	o = e.Read(f, o, &ps)
	if !v.Member.May(v.action, o.Place().Case) {
		ps.Add("case", "is not one of the cases that you work on")
	}
	if err := o.Valid(); err != nil {
		more, _ := asProblems(err)
		ps = append(ps, more...)
	}
	if !e.New && o.Ref() != v.Node.ID {
		ps.Add("id", "cannot be changed")
	}
	if err := ps.Err(); err != nil {
		f.tell(err)
		v.status = http.StatusUnprocessableEntity
		return show()
	}
	err = v.write(func(tx *store.Tx) error {
		if e.Check != nil {
			if err := e.Check(tx, o); err != nil {
				return err
			}
		}
		put := func() error {
			if err := tx.Put(v.Study, o, f.Version); err != nil || e.Also == nil {
				return err
			}
			return e.Also(tx, o)
		}
		if e.Scope != "" {
			return tx.Act(v.Study, e.Scope, e.Heading+": "+o.Label(), put)
		}
		return put()
	})
	switch fault.Of(err) {
	case fault.Invalid:
		f.tell(err)
		v.status = http.StatusUnprocessableEntity
		return show()
	case fault.Conflict:
		v.status = http.StatusConflict
		if e.New {
			f.tell(fault.Problems{{Field: "id", Message: fault.Message(err)}})
			return show()
		}
		now, _, gone := stands()
		if gone != nil {
			return gone
		}
		f.Changed = fault.Message(err)
		f.compare(now)
		return show()
	}
	if err != nil {
		return err
	}
	return v.to(e.Done(o))
}

func asProblems(err error) (fault.Problems, bool) {
	var ps fault.Problems
	ok := errors.As(err, &ps)
	return ps, ok
}

// sortOptions puts options in the order of their words.
func sortOptions(list []option) {
	slices.SortFunc(list, func(a, b option) int { return strings.Compare(a.Text, b.Text) })
}
