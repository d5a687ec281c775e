package archive

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"throughline/internal/fault"
)

// field is a field of a Go type as files know it: by the name in its json tag.
type field struct {
	name  string
	index int
	omit  bool // left out of YAML when empty
	used  bool // left out of tables when every line has it empty: its tag is column:"used"
}

func fieldsOf(t reflect.Type, skip []string) []field {
	var out []field
	for i := range t.NumField() {
		name, opts, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name == "" || name == "-" || slices.Contains(skip, name) {
			continue
		}
		out = append(out, field{name: name, index: i, omit: strings.Contains(opts, "omitempty"), used: t.Field(i).Tag.Get("column") == "used"})
	}
	return out
}

// entry is one object read from a file, with where its parts stand.
type entry struct {
	value any            // pointer to the Go type
	file  string         //
	line  int            // where it begins
	lines map[string]int // line of a field, by name, nested names joined by dots
}

// at gives the line of a field, or of the nearest thing around it.
func (e entry) at(name string) int {
	for name != "" {
		if l, ok := e.lines[name]; ok {
			return l
		}
		name = name[:max(0, strings.LastIndexByte(name, '.'))]
	}
	return e.line
}

func (e entry) problem(field, format string, args ...any) fault.Problem {
	return fault.Problem{File: e.file, Line: e.at(field), Field: field, Message: fmt.Sprintf(format, args...)}
}

const listSeparator = " | "

// readTable reads CSV. The header names the fields in any order; a column may be missing, none may be unknown.
// Whole tells that no line was lost.
func readTable(path string, data []byte, proto any, skip []string, ps *fault.Problems) (out []entry, whole bool) {
	add := func(line int, column, format string, args ...any) {
		*ps = append(*ps, fault.Problem{File: path, Line: line, Field: column, Message: fmt.Sprintf(format, args...)})
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord = -1
	header, err := r.Read()
	if err != nil {
		add(1, "", "is not a table: %s", csvProblem(err))
		return nil, false
	}
	whole = true
	t := reflect.TypeOf(proto).Elem()
	fields := fieldsOf(t, skip)
	columns := make([]int, len(header))
	var names []string
	for _, f := range fields {
		names = append(names, f.name)
	}
	seen := map[string]bool{}
	for i, h := range header {
		columns[i] = -1
		for j, f := range fields {
			if f.name == h {
				columns[i] = j
			}
		}
		if columns[i] < 0 {
			add(1, h, "is not a column of this table; expected some of: %s", strings.Join(names, ", "))
		} else if seen[h] {
			add(1, h, "stands twice in the header")
		}
		seen[h] = true
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, whole
		}
		if err != nil {
			var pe *csv.ParseError
			line := 0
			if errors.As(err, &pe) {
				line = pe.Line
			}
			add(line, "", "cannot be read further: %s", csvProblem(err))
			return out, false
		}
		line, _ := r.FieldPos(0)
		if len(cells) != len(header) {
			add(line, "", "has %d cells, but the header has %d columns; a cell with a comma in it needs quotes around it", len(cells), len(header))
			whole = false
			continue
		}
		v := reflect.New(t)
		e := entry{value: v.Interface(), file: path, line: line, lines: map[string]int{}}
		for i, cell := range cells {
			if columns[i] < 0 {
				continue
			}
			f := fields[columns[i]]
			e.lines[f.name], _ = r.FieldPos(i)
			if msg := setText(v.Elem().Field(f.index), cell); msg != "" {
				add(e.lines[f.name], f.name, "%s", msg)
			}
		}
		out = append(out, e)
	}
}

func csvProblem(err error) string {
	var pe *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return "it is empty; the first line names the columns"
	case errors.As(err, &pe):
		return pe.Err.Error() + " (a quote inside a cell is written twice, and the cell stands in quotes)"
	}
	return err.Error()
}

// setText puts the text of a cell into a field, and says what was expected when it does not fit.
func setText(v reflect.Value, s string) string {
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Int:
		if s == "" {
			return ""
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return fmt.Sprintf("is %q; expected a whole number", clip(s))
		}
		v.SetInt(int64(n))
	case reflect.Float64:
		if s == "" {
			return ""
		}
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return fmt.Sprintf("is %q; expected a number", clip(s))
		}
		v.SetFloat(x)
	case reflect.Bool:
		switch s {
		case "yes":
			v.SetBool(true)
		case "no", "":
		default:
			return fmt.Sprintf("is %q; expected yes or no", clip(s))
		}
	case reflect.Slice:
		for _, part := range strings.Split(s, listSeparator) {
			if part = strings.TrimSpace(part); part == "" {
				continue
			}
			x := reflect.New(v.Type().Elem()).Elem()
			if msg := setText(x, part); msg != "" {
				return msg
			}
			v.Set(reflect.Append(v, x))
		}
	default:
		return "cannot stand in a table"
	}
	return ""
}

// text is a field as a cell.
func text(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Int:
		if v.Int() == 0 {
			return ""
		}
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Bool:
		return map[bool]string{true: "yes", false: "no"}[v.Bool()]
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = text(v.Index(i))
		}
		return strings.Join(parts, listSeparator)
	}
	return v.String()
}

// writeTable writes CSV with every column, but those that are there only when a line uses them.
func writeTable(proto any, skip []string, values []any) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	fields := slices.DeleteFunc(fieldsOf(reflect.TypeOf(proto).Elem(), skip), func(f field) bool {
		return f.used && !slices.ContainsFunc(values, func(x any) bool { return !reflect.Indirect(reflect.ValueOf(x)).Field(f.index).IsZero() })
	})
	cells := make([]string, len(fields))
	for i, f := range fields {
		cells[i] = f.name
	}
	if err := w.Write(cells); err != nil {
		return nil, err
	}
	for _, x := range values {
		v := reflect.Indirect(reflect.ValueOf(x))
		for i, f := range fields {
			cells[i] = text(v.Field(f.index))
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// readYAML reads one object, or a list of them. Whole tells that none was lost.
func readYAML(path string, data []byte, proto any, skip []string, many bool, ps *fault.Problems) (out []entry, whole bool) {
	var doc yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	if err := dec.Decode(&doc); err != nil {
		line := 1
		what := strings.TrimPrefix(err.Error(), "yaml: ")
		if n, _ := fmt.Sscanf(what, "line %d:", &line); n == 1 {
			_, what, _ = strings.Cut(what, ": ")
		}
		msg := "is empty"
		if !errors.Is(err, io.EOF) {
			msg = "is not well-formed YAML: " + what
		}
		*ps = append(*ps, fault.Problem{File: path, Line: line, Message: msg})
		return nil, false
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		*ps = append(*ps, fault.Problem{File: path, Line: 1, Message: "holds more than one YAML document; expected one"})
		return nil, false
	}
	root := doc.Content[0]
	nodes := []*yaml.Node{root}
	if many {
		if root.Kind != yaml.SequenceNode {
			*ps = append(*ps, fault.Problem{File: path, Line: root.Line, Message: "expected a list, each entry beginning with a hyphen"})
			return nil, false
		}
		nodes = root.Content
	}
	for _, n := range nodes {
		v := reflect.New(reflect.TypeOf(proto).Elem())
		e := entry{value: v.Interface(), file: path, line: n.Line, lines: map[string]int{}}
		d := yamlDecoder{e: &e, ps: ps}
		d.into(n, v.Elem(), "", skip)
		out = append(out, e)
	}
	return out, true
}

type yamlDecoder struct {
	e  *entry
	ps *fault.Problems
}

func (d yamlDecoder) add(n *yaml.Node, path, format string, args ...any) {
	*d.ps = append(*d.ps, fault.Problem{File: d.e.file, Line: n.Line, Field: path, Message: fmt.Sprintf(format, args...)})
}

func (d yamlDecoder) into(n *yaml.Node, v reflect.Value, path string, skip []string) {
	if n.Kind == yaml.AliasNode {
		d.add(n, path, "uses an alias; write the value out")
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if n.Tag == "!!null" {
			return
		}
		v.Set(reflect.New(v.Type().Elem()))
		d.into(n, v.Elem(), path, nil)
	case reflect.Struct:
		if n.Kind != yaml.MappingNode {
			d.add(n, path, "expected keys with values")
			return
		}
		fields := fieldsOf(v.Type(), skip)
		seen := map[string]bool{}
	keys:
		for i := 0; i+1 < len(n.Content); i += 2 {
			k, x := n.Content[i], n.Content[i+1]
			name := k.Value
			if path != "" {
				name = path + "." + name
			}
			if seen[k.Value] {
				d.add(k, name, "stands twice")
				continue
			}
			seen[k.Value] = true
			for _, f := range fields {
				if f.name == k.Value {
					if _, ok := d.e.lines[name]; !ok {
						d.e.lines[name] = k.Line
					}
					d.into(x, v.Field(f.index), name, nil)
					continue keys
				}
			}
			var names []string
			for _, f := range fields {
				names = append(names, f.name)
			}
			d.add(k, name, "is not a key that belongs here; expected some of: %s", strings.Join(names, ", "))
		}
	case reflect.Slice:
		if n.Tag == "!!null" {
			return
		}
		if n.Kind != yaml.SequenceNode {
			d.add(n, path, "expected a list, each entry beginning with a hyphen")
			return
		}
		for _, x := range n.Content {
			item := reflect.New(v.Type().Elem()).Elem()
			d.into(x, item, path, nil)
			v.Set(reflect.Append(v, item))
		}
	default:
		if n.Kind != yaml.ScalarNode {
			d.add(n, path, "expected a single value")
			return
		}
		if n.Tag == "!!null" {
			return
		}
		if v.Kind() == reflect.Bool {
			switch n.Value {
			case "true", "yes":
				v.SetBool(true)
			case "false", "no":
			default:
				d.add(n, path, "is %q; expected true or false", clip(n.Value))
			}
			return
		}
		if v.Kind() == reflect.String {
			v.SetString(strings.TrimRight(n.Value, "\n"))
			return
		}
		if msg := setText(v, n.Value); msg != "" {
			d.add(n, path, "%s", msg)
		}
	}
}

// writeYAML writes one object, or a list of them.
func writeYAML(skip []string, many bool, values []any) ([]byte, error) {
	var root *yaml.Node
	if many {
		root = &yaml.Node{Kind: yaml.SequenceNode}
		for _, x := range values {
			root.Content = append(root.Content, toNode(reflect.Indirect(reflect.ValueOf(x)), skip))
		}
	} else {
		root = toNode(reflect.Indirect(reflect.ValueOf(values[0])), skip)
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(root); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

func toNode(v reflect.Value, skip []string) *yaml.Node {
	switch v.Kind() {
	case reflect.Pointer:
		return toNode(v.Elem(), skip)
	case reflect.Struct:
		n := &yaml.Node{Kind: yaml.MappingNode}
		for _, f := range fieldsOf(v.Type(), skip) {
			x := v.Field(f.index)
			if f.omit && x.IsZero() || x.Kind() == reflect.Slice && x.Len() == 0 {
				continue
			}
			n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: f.name}, toNode(x, nil))
		}
		return n
	case reflect.Slice:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			n.Content = append(n.Content, toNode(v.Index(i), nil))
		}
		return n
	case reflect.Bool:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v.Bool())}
	case reflect.Int:
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(v.Int(), 10)}
	case reflect.Float64:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatFloat(v.Float(), 'f', -1, 64)} // 7 and 7.5 alike, without a tag
	}
	n := &yaml.Node{}
	n.SetString(v.String())
	return n
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
