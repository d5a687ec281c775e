package store_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/store"
	"throughline/internal/store/storetest"
)

func TestCountryTables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, c store.Config) {
		ctx := context.Background()
		s := storetest.Open(t, c)
		table := func(name, version, value string) country.Table {
			return country.Table{Dataset: country.Dataset{Name: name, Title: "Côte d’Ivoire’s own", Version: version, Licence: "CC BY 4.0", Cite: "c", Origin: "o",
				Attributes: []country.Attribute{{Name: "cpi", Words: "Corruption perceptions", Kind: country.Number, Max: 100}}, From: 2020, To: 2020, Countries: 1, Rows: 1},
				CSV: "iso3,year,cpi\nCIV,2020," + value + "\n"}
		}
		put := func(x country.Table) error {
			return s.Write(ctx, "lead", func(t *store.Tx) error { return t.PutTable(x) })
		}
		value := func() string {
			t.Helper()
			tables, err := s.Tables(ctx)
			if err != nil {
				t.Fatal(err)
			}
			a, err := country.Open(tables...)
			if err != nil {
				t.Fatal(err)
			}
			c, err := a.Value("CIV", "cpi", 2020)
			if err != nil {
				return err.Error()
			}
			return c.Value
		}
		if tables, err := s.Tables(ctx); err != nil || len(tables) != 0 {
			t.Errorf("%v, %v", tables, err)
		}
		first, second := table("cpi", "2020", "36"), table("other", "2021", "40")
		for _, x := range []country.Table{first, second} {
			if err := put(x); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Tables(ctx)
		if d := cmp.Diff([]country.Table{first, second}, got); d != "" || err != nil {
			t.Errorf("%v\n%s", err, d)
		}
		if v := value(); v != "40" {
			t.Errorf("the last table gives %s", v)
		}
		if err := put(table("cpi", "2022", "37")); err != nil { // read anew, it lies on top
			t.Fatal(err)
		}
		if v := value(); v != "37" {
			t.Errorf("the table read anew gives %s", v)
		}
		if err := put(table("bad name", "1", "1")); fault.Of(err) != fault.Invalid {
			t.Error(err)
		}
		if err := put(table("cpi", "2023", "many")); fault.Of(err) != fault.Invalid {
			t.Error(err)
		}
		drop := func(name string) error {
			return s.Write(ctx, "lead", func(t *store.Tx) error { return t.DropTable(name) })
		}
		if err := drop("cpi"); err != nil {
			t.Fatal(err)
		}
		if v := value(); v != "40" {
			t.Errorf("what lay below gives %s", v)
		}
		if err := drop("cpi"); fault.Of(err) != fault.NotFound {
			t.Error(err)
		}
		if _, err := s.Check(ctx); err != nil {
			t.Error(err)
		}
	})
}
