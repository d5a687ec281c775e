// Package house keeps the rules by which the rooms of the program may import each other.
package house

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "throughline"

type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	GoFiles    []string
}

// rooms lists our own packages, without their tests.
func rooms(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,GoFiles", module+"/...").Output()
	if err != nil {
		var ee *exec.ExitError
		if errors.As(err, &ee) {
			t.Fatalf("go list: %s", ee.Stderr)
		}
		t.Fatal(err)
	}
	var all []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.ImportPath = strings.TrimPrefix(p.ImportPath, module+"/")
		all = append(all, p)
	}
	if len(all) < 15 {
		t.Fatalf("go list found %d packages: the rules would hold for nothing", len(all))
	}
	return all
}

// floors tells how high a room lies: a room imports only rooms on lower floors, or on its own where that is said.
var floors = [][]string{
	{"internal/fault", "internal/pattern"},
	{"internal/thread", "internal/search", "internal/extract/plain"},
	{"internal/study"},
	{"internal/document", "internal/look", "internal/country", "internal/extract"},
	{"internal/source"},
	{"internal/cases", "internal/fieldwork", "internal/coding", "internal/synthesis"},
	{"internal/store", "internal/account"},
	{"internal/store/storetest"},
	{"internal/archive", "internal/chain", "internal/peer", "internal/transfer", "internal/publish", "examples"},
	{"internal/web"},
	{"internal/cli"},
	{"cmd/throughline", "bench"},
}

func floor(room string) int {
	return slices.IndexFunc(floors, func(f []string) bool { return slices.Contains(f, room) })
}

func TestImportsPointDown(t *testing.T) {
	for _, p := range rooms(t) {
		room := p.ImportPath
		pure := strings.HasPrefix(room, "analysis/") || strings.HasPrefix(room, "exchange/")
		if !pure && floor(room) < 0 && room != "internal/house" && room != "internal/browser" {
			t.Errorf("%s has no floor: say in this test where it lies", room)
		}
		for _, imp := range p.Imports {
			ours, isOurs := strings.CutPrefix(imp, module+"/")
			switch {
			case strings.HasPrefix(room, "exchange/") && ours == "exchange/tabular": // their common ground: how tables are written and read
			case pure && ours == "internal/pattern": // a few lines over the standard library
			case pure && isOurs && !strings.HasPrefix(room, ours+"/") && !(ours == "analysis/picture" && strings.HasSuffix(room, "/picture")): // a part may know the package that it is a part of, and pictures share a canvas
				t.Errorf("%s imports %s: analysis and exchange know nothing of the program, nor of each other", room, ours)
			case isOurs && !strings.HasPrefix(ours, "analysis/") && !strings.HasPrefix(ours, "exchange/") && floor(ours) >= floor(room):
				t.Errorf("%s imports %s, which does not lie below it", room, ours)
			case imp == "database/sql" && room != "internal/store" && room != "internal/store/storetest":
				t.Errorf("%s imports database/sql: all SQL is in internal/store", room)
			case imp == "net/http" && !slices.Contains([]string{"internal/web", "internal/cli", "internal/publish", "internal/browser", "bench"}, room):
				t.Errorf("%s imports net/http", room)
			case pure && slices.Contains([]string{"os", "net", "net/http", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "log", "log/slog"}, imp):
				t.Errorf("%s imports %s: an analysis takes values and gives values", room, imp)
			case strings.HasPrefix(room, "exchange/") && (imp == "golang.org/x/net/html" || imp == "golang.org/x/net/html/charset"): // web pages are read as browsers read them, which nothing in the standard library does; the rest of x/net stays out
			case pure && strings.Contains(imp, ".") && !isOurs && !strings.HasPrefix(imp, "golang.org/x/text/") && !strings.HasPrefix(imp, "gonum.org/"):
				t.Errorf("%s imports %s: an analysis builds on the standard library, x/text and gonum alone, an exchange on x/net/html besides", room, imp)
			}
		}
	}
}

// The clock and chance are arguments: only the edges look at the time or draw a number.
func TestClockAndChanceAreArguments(t *testing.T) {
	edges := []string{"internal/cli", "bench", "internal/browser", "internal/store/storetest", "internal/account", "internal/house"}
	for _, p := range rooms(t) {
		if slices.Contains(edges, p.ImportPath) {
			continue
		}
		for _, f := range p.GoFiles {
			file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, f), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, imp := range file.Imports {
				if path := strings.Trim(imp.Path.Value, `"`); path == "math/rand" || path == "math/rand/v2" {
					t.Errorf("%s/%s imports %s", p.ImportPath, f, path)
				}
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && (sel.Sel.Name == "Now" || sel.Sel.Name == "Since") {
						t.Errorf("%s/%s calls time.%s", p.ImportPath, f, sel.Sel.Name)
					}
				}
				if fn, ok := n.(*ast.FuncDecl); ok && fn.Name.Name == "init" && fn.Recv == nil {
					t.Errorf("%s/%s has an init", p.ImportPath, f)
				}
				return true
			})
		}
	}
}

// TestDependenciesAreExplained finds a line in docs/dependencies.md for each direct dependency.
func TestDependenciesAreExplained(t *testing.T) {
	root := filepath.Join("..", "..")
	doc, err := os.ReadFile(filepath.Join(root, "docs", "dependencies.md"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{if not (or .Main .Indirect)}}{{.Path}}{{end}}", "all").Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, module := range strings.Fields(string(out)) {
		n++
		name := strings.TrimPrefix(module, "github.com/chromedp/") // named together
		if !strings.Contains(string(doc), name) {
			t.Errorf("docs/dependencies.md does not say why %s is used", module)
		}
	}
	if n < 5 {
		t.Errorf("go list found %d direct dependencies", n)
	}
}
