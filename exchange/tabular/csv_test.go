package tabular_test

import (
	"bytes"
	"testing"

	"throughline/exchange/tabular"
)

// What a spreadsheet would run is written as a text; what the caller gave stays as it was.
func TestWriteCSV(t *testing.T) {
	in := [][]string{{"case", "~A"}, {"=1+1", "@cmd"}, {" +1", "a,\"b\"\nc"}, {"＝1", "0.5"}}
	var b bytes.Buffer
	if err := tabular.WriteCSV(&b, in); err != nil {
		t.Fatal(err)
	}
	want := "case,~A\n'=1+1,'@cmd\n' +1,\"a,\"\"b\"\"\nc\"\n'＝1,0.5\n"
	if b.String() != want {
		t.Errorf("got %q, expected %q", b.String(), want)
	}
	if in[1][0] != "=1+1" {
		t.Error("the table that was given has changed")
	}
}
