package tabular

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

func workbook(t testing.TB, rows [][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteXLSX(&b, "Länder & Co", rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRead(t *testing.T) {
	utf16le := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune("land;jahr\nCôte d’Ivoire;2011\n")) {
		utf16le = append(utf16le, byte(u), byte(u>>8))
	}
	want := Table{Header: []string{"land", "jahr"}, HeaderLine: 1, Rows: []Row{{2, []string{"Côte d’Ivoire", "2011"}}}}
	for name, b := range map[string][]byte{
		"commas":      []byte("land,jahr\nCôte d’Ivoire,2011\n"),
		"BOM":         []byte("\xef\xbb\xbfland,jahr\r\nCôte d’Ivoire,2011\r\n"),
		"semicolons":  []byte("land;jahr\nCôte d’Ivoire;2011"),
		"tabs":        []byte("land\tjahr\nCôte d’Ivoire\t2011\n\n\t\n"),
		"short row":   []byte("land,jahr\n\"Côte d’Ivoire\",2011,,\n"),
		"Windows":     []byte("land,jahr\nC\xf4te d\x92Ivoire,2011\n"),
		"UTF-16":      utf16le,
		"workbook":    workbook(t, [][]string{{"land", "jahr"}, {"Côte d’Ivoire", "2011"}}),
		"blank cells": []byte(" land , jahr \n Côte d’Ivoire , 2011 \n"),
	} {
		got, err := Read(b, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(want, Table{Header: got.Header, HeaderLine: got.HeaderLine, Rows: got.Rows, Refused: got.Refused}); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestReadFindsTheHeader(t *testing.T) {
	wanted := func(h []string) bool {
		return strings.Join(h, "|") == "code|value" || strings.Join(h, "|") == "code||value"
	}
	for name, b := range map[string][]byte{
		"text before": []byte("A title, with commas, and more\n\ncode,value\nARM,1\n"),
		"semicolons":  []byte("Title\ncode;value\nARM;1\n"),
		"workbook":    workbook(t, [][]string{{"List, of; economies"}, {}, {"code", "value"}, {"ARM", "1"}}),
	} {
		got, err := Read(b, wanted)
		if err != nil || len(got.Rows) != 1 || got.Rows[0].Cells[0] != "ARM" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, b := range map[string][]byte{"empty": nil, "zeros": make([]byte, 40), "other": []byte("a,b\n1,2\n"), "old workbook": []byte("\xd0\xcf\x11\xe0abc"), "broken workbook": []byte("PK\x03\x04abc"),
		"workbook": workbook(t, [][]string{{"a", "b"}})} {
		_, err := Read(b, wanted)
		if e := (*Error)(nil); !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A decimal comma divides numbers, but not their header; words with commas stand above a table or in it.
func TestReadFindsTheDivider(t *testing.T) {
	for name, x := range map[string]struct {
		in   string
		want []string
		rows int
	}{
		"decimal commas":        {"A;B\n1,5;2,5\n2,0;2,0\n", []string{"A", "B"}, 2},
		"some decimal commas":   {"A;B\n1,5;2\n2;2\n1,5;1,5\n", []string{"A", "B"}, 3},
		"tabs, decimal commas":  {"A\tB\n1,5\t2,5\n2,0\t2,0\n", []string{"A", "B"}, 2},
		"a title":               {"Ratings, of spring\nA;B;C\n1;2;3\n", []string{"A", "B", "C"}, 1},
		"semicolons in cells":   {"unit,value\n1,a; b; c\n2,a; b; c\n3,d\n", []string{"unit", "value"}, 3},
		"commas in quoted ones": {"unit;value\n1;\"a, b\"\n2;\"c, d\"\n", []string{"unit", "value"}, 2},
	} {
		got, err := Read([]byte(x.in), nil)
		if err != nil || len(got.Rows) != x.rows || len(got.Refused) > 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		if d := cmp.Diff(x.want, got.Header); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestReadRefusesBrokenRows(t *testing.T) {
	got, err := Read([]byte("a,b\n1,2,3\n\"x,y\n4,5\n"), nil)
	if err != nil || len(got.Rows) != 1 || len(got.Refused) != 2 || got.Refused[0].Line != 2 || got.Refused[1].Line != 3 {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = Read(workbook(t, [][]string{{"a", "b"}, {"1", "2", "", "4"}, {"1", "2"}}), nil)
	if err != nil || len(got.Rows) != 1 || len(got.Refused) != 1 || got.Refused[0].Line != 2 {
		t.Errorf("%+v, %v", got, err)
	}
}

// Cells that would run keep their text through a workbook, and every row is read or refused.
func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte("a;b\r1;\"2"))
	f.Add(workbook(f, [][]string{{"a", "b"}, {"=1", "_x0041_"}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Read(b, nil)
		if e := (*Error)(nil); err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		for _, r := range got.Rows {
			if len(r.Cells) != len(got.Header) || r.Line < 1 {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func TestWorkbookWithoutEnd(t *testing.T) {
	left := int64(100)
	if _, err := io.ReadAll(&counted{strings.NewReader(strings.Repeat("x", 101)), &left}); err == nil || !strings.Contains(err.Error(), "unpacks to more than") {
		t.Errorf("a workbook that unpacks without end: %v", err)
	}
}
