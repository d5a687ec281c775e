package archive

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/study-folder.md anew")

const (
	schemaDoc   = "../../docs/study-folder.md"
	schemaBegin = "<!-- The schema below is written from the Go types by \"go test ./internal/archive -run Schema -update\". -->\n"
)

// The schema of every file in docs/study-folder.md is written from the Go types and their comments, and so is never out of date.
func TestSchemaIsCurrent(t *testing.T) {
	b, err := os.ReadFile(schemaDoc)
	if err != nil {
		t.Fatal(err)
	}
	prose, old, ok := strings.Cut(string(b), schemaBegin)
	if !ok {
		t.Fatalf("%s has lost its mark %q", schemaDoc, schemaBegin)
	}
	fresh := schema(t)
	if *update {
		if err := os.WriteFile(schemaDoc, []byte(prose+schemaBegin+fresh), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old != fresh {
		t.Errorf("%s is out of date: run \"go test ./internal/archive -run Schema -update\"", schemaDoc)
	}
}

func schema(t *testing.T) string {
	comments := fieldComments(t)
	var out strings.Builder
	for _, f := range layout {
		typ := reflect.TypeOf(f.proto).Elem()
		how := map[format]string{table: "table, one line each", one: "one object", list: "list of objects"}[f.format]
		if f.need {
			how += "; needed"
		}
		fmt.Fprintf(&out, "\n### %s\n\n%s (%s)\n\n", f.path, f.about, how)
		out.WriteString("| name | type | meaning |\n| --- | --- | --- |\n")
		rows(&out, typ, f.skip, "", comments)
	}
	return out.String()
}

func rows(out *strings.Builder, typ reflect.Type, skip []string, prefix string, comments map[string]string) {
	for _, x := range fieldsOf(typ, skip) {
		sf := typ.Field(x.index)
		kind, inner := typeWords(sf.Type)
		if x.omit {
			kind += ", may be left out"
		}
		meaning := comments[typ.PkgPath()+"."+typ.Name()+"."+sf.Name]
		fmt.Fprintf(out, "| %s%s | %s | %s |\n", prefix, x.name, kind, strings.ReplaceAll(meaning, "|", "\\|"))
		if inner != nil {
			rows(out, inner, nil, prefix+x.name+".", comments)
		}
	}
}

func typeWords(t reflect.Type) (string, reflect.Type) {
	switch t.Kind() {
	case reflect.Pointer:
		return typeWords(t.Elem())
	case reflect.Slice:
		w, inner := typeWords(t.Elem())
		return "list of " + w, inner
	case reflect.Struct:
		return "object", t
	case reflect.Int:
		return "whole number", nil
	case reflect.Float64:
		return "number", nil
	case reflect.Bool:
		return "yes or no", nil
	}
	switch t.Name() {
	case "ID":
		return "id", nil
	case "EDTF":
		return "date (EDTF)", nil
	}
	return "text", nil
}

// fieldComments reads the comments of all fields of the types in the layout: "package/path.Type.Field" to its comment.
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	var paths []string
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			visit(typ.Elem())
		case reflect.Struct:
			if !slices.Contains(paths, typ.PkgPath()) {
				paths = append(paths, typ.PkgPath())
			}
			for i := range typ.NumField() {
				visit(typ.Field(i).Type)
			}
		}
	}
	for _, f := range layout {
		visit(reflect.TypeOf(f.proto))
	}
	for _, path := range paths {
		dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		pkgs, err := parser.ParseDir(token.NewFileSet(), strings.TrimSpace(string(dir)), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range pkgs {
			ast.Inspect(p, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok {
					return true
				}
				st, ok := spec.Type.(*ast.StructType)
				if !ok {
					return true
				}
				for _, f := range st.Fields.List {
					text := strings.TrimSpace(f.Comment.Text())
					if text == "" {
						text = strings.TrimSpace(f.Doc.Text())
					}
					for _, name := range f.Names {
						out[path+"."+spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(text), " ")
					}
				}
				return true
			})
		}
	}
	return out
}
