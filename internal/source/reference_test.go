package source

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/exchange/biblio"
)

// A reference as it was found becomes a valid record, keeps what records have no field for, and comes back.
func TestReferences(t *testing.T) {
	b := biblio.Record{ID: "K1", Type: "article-newspaper", TypeAs: "NEWS", Title: "A | B", Authors: []biblio.Name{{Family: "Doe", Given: "J"}, {Literal: "Agency"}}, Container: "Daily", Language: "eng",
		Issued: biblio.Date{Year: 2018, Month: 4, Day: 23}, Event: biblio.Date{Year: 2018, Month: 4}, Accessed: biblio.Date{Year: 2026, Month: 1, Day: 2}, URL: "https://example.org/a; https://example.org/b", Archived: "https://archive.example.org/1",
		ArchivedHash: "sha256:" + "ab12" + "0000000000000000000000000000000000000000000000000000000000" + "ff", Keywords: []string{"x | y"}, Notes: []string{"seen"}, Labels: []biblio.Field{{Tag: "RAYYAN-INCLUSION", Value: "Included"}}, Other: []biblio.Field{{Tag: "C1", Value: "address"}},
		Abstract: "Text", Place: "Yerevan", PMID: "12"}
	r := FromReference(b, "ref-1", "search-1")
	if err := r.Valid(); err != nil {
		t.Fatal(err)
	}
	want := Record{ID: "ref-1", Search: "search-1", Type: "news", Title: "A | B", Authors: []string{"Doe, J", r.Authors[1]}, Container: "Daily", Language: "en", Year: 2018, Published: "2018-04-23", Event: "2018-04", Accessed: "2026-01-02",
		URL: "https://example.org/a", Archive: "https://archive.example.org/1", ArchiveHash: b.ArchivedHash[7:], Keywords: []string{"x ¦ y"}, Abstract: "Text", PubPlace: "Yerevan", PMID: "12", SourceID: "K1",
		Other: []string{"type: NEWS", "note: seen", "RAYYAN-INCLUSION: Included", "C1: address"}}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	back := r.Reference()
	if back.Type != b.Type || back.Title != b.Title || back.Issued != b.Issued || back.Authors[0] != b.Authors[0] || back.ArchivedHash != b.ArchivedHash || back.Notes[0] != "seen" || len(back.Other) != 3 {
		t.Errorf("comes back as %+v", back)
	}
	for _, odd := range []biblio.Record{{}, {Title: " ", Issued: biblio.Date{Literal: "n.d."}, URL: "ftp://x", Language: "Klingon", Accessed: biblio.Date{Year: 2020}}, {Type: "song", Issued: biblio.Date{Year: 12}}} {
		r := FromReference(odd, "ref-2", "")
		if err := r.Valid(); err != nil {
			t.Errorf("%+v: %v", odd, err)
		}
	}
}
