package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"throughline/internal/country"
	"throughline/internal/fault"
	"throughline/internal/thread"
)

// Tables gives the tables of country context that were imported, the last one last, as country.Open takes them.
func (s *Store) Tables(ctx context.Context) ([]country.Table, error) {
	var out []country.Table
	err := each(ctx, s, func(scan func(...any) error) error {
		var t country.Table
		var about string
		if err := scan(&about, &t.CSV); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(about), &t.Dataset); err != nil {
			return fault.Wrap(fault.Damaged, err, "The stored table of country context %.40q cannot be read. Restore the latest backup.", about)
		}
		out = append(out, t)
		return nil
	}, `select about, body from country_table order by place`)
	return out, err
}

// PutTable keeps a table of country context over those that were imported before, in place of one with the same name.
func (t *Tx) PutTable(table country.Table) error {
	if _, err := country.Open(table); err != nil {
		return err
	}
	about, err := json.Marshal(table.Dataset)
	if err != nil {
		return fmt.Errorf("encode data set: %w", err)
	}
	was, _, err := t.table(table.Dataset.Name)
	if err != nil {
		return err
	}
	var last int64
	if _, err := one(t.ctx, t, []any{&last}, `select coalesce(max(place), 0) from country_table`); err != nil {
		return err
	}
	if err := t.exec(`insert into country_table (dataset, about, body, place, read_by, read_at) values ($1,$2,$3,$4,$5,$6)
		on conflict (dataset) do update set about = excluded.about, body = excluded.body, place = excluded.place, read_by = excluded.read_by, read_at = excluded.read_at`,
		table.Dataset.Name, string(about), table.CSV, last+1, t.who, t.now); err != nil {
		return err
	}
	return t.append(Server, "context", thread.ID(table.Dataset.Name), was, tellTable(table.Dataset, table.CSV))
}

// DropTable takes an imported table away, so that what lay below it holds again.
func (t *Tx) DropTable(dataset string) error {
	was, ok, err := t.table(dataset)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.NotFound, "There is no imported data set %q.", dataset)
	}
	if err := t.exec(`delete from country_table where dataset = $1`, dataset); err != nil {
		return err
	}
	return t.append(Server, "context", thread.ID(dataset), was, "")
}

// table tells for the journal what stands under a name.
func (t *Tx) table(dataset string) (told string, ok bool, err error) {
	var about, body string
	if ok, err = one(t.ctx, t, []any{&about, &body}, `select about, body from country_table where dataset = $1`+t.s.d.forUpdate, dataset); err != nil || !ok {
		return "", ok, err
	}
	var d country.Dataset
	if err := json.Unmarshal([]byte(about), &d); err != nil {
		return "", true, fault.Wrap(fault.Damaged, err, "The stored table of country context %q cannot be read. Restore the latest backup.", dataset)
	}
	return tellTable(d, body), true, nil
}

func tellTable(d country.Dataset, body string) string {
	return fmt.Sprintf("%s, %s: %d rows, licence %s, sha256 %x", d.Title, d.Version, d.Rows, d.Licence, sha256.Sum256([]byte(body)))
}
