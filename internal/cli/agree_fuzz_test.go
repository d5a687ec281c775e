package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"throughline/internal/fault"
)

// FuzzAgree gives the command tables of any kind: it answers with JSON, or refuses in words.
func FuzzAgree(f *testing.F) {
	for _, s := range []string{"unit,coder,value\n1,a,x\n1,b,x\n", "a;b\n1,5;2\n2;1\n", "coder,code,start,end\na,c,0,5\nb,c,3,9\n", "u\ta\tb\n1\tNA\t.\n", "\xff\xfea\x00,\x00b\x00\n\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file := filepath.Join(t.TempDir(), "ratings.csv")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		var o, x bytes.Buffer
		e := &env{out: &o, err: &x, getenv: func(string) string { return "" }, clock: time.Now}
		root := e.root()
		root.SetArgs([]string{"agree", file, "--json"})
		root.SetOut(&o)
		root.SetErr(&x)
		err := root.ExecuteContext(context.Background())
		if err != nil {
			if k := fault.Of(err); k == fault.Internal || fault.Message(err) == "" {
				t.Fatalf("%v (%v)", err, k)
			}
			return
		}
		if !json.Valid(o.Bytes()) {
			t.Fatalf("no JSON: %.300s", o.Bytes())
		}
	})
}
