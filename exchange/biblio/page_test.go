package biblio

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromHTML(t *testing.T) {
	for _, c := range []struct {
		name, in, address string
		want              Record
	}{
		{"news in JSON-LD", `<!DOCTYPE html><html lang="hy"><head><title>x | Paper</title><link rel="canonical" href="/a/1">
<meta property="og:site_name" content="The Evening Paper"><meta property="og:description" content="Summary.">
<script type="application/ld+json">{"@context":"https://schema.org","@graph":[{"@type":"WebPage","name":"w"},{"@type":"NewsArticle","headline":"Thousands march","datePublished":"2015-06-23T23:30:00+04:00","author":[{"@type":"Person","name":"Anna Petrosyan"},{"@type":"Organization","name":"News Desk"}],"publisher":{"name":"Evening Paper LLC"},"keywords":["tariff","protest"]}]}</script></head><body></body></html>`,
			"https://news.example/x?utm=1", Record{Type: "article-newspaper", Title: "Thousands march", Authors: []Name{{Family: "Petrosyan", Given: "Anna"}, {Literal: "News Desk"}}, Container: "Evening Paper LLC",
				Issued: Date{Year: 2015, Month: 6, Day: 23}, URL: "https://news.example/a/1", Language: "hy", Abstract: "Summary.", Keywords: []string{"tariff", "protest"}}},
		{"journal in citation tags", `<html><head><meta name="citation_title" content="A &amp; B"><meta name="citation_author" content="Doe, Jane"><meta name="citation_author" content="Jan van der Berg">
<meta name="citation_journal_title" content="Journal of Squares"><meta name="citation_publication_date" content="2012/05/01"><meta name="citation_volume" content="3"><meta name="citation_firstpage" content="1"><meta name="citation_lastpage" content="9"><meta name="citation_doi" content="doi:10.1000/1"><meta name="citation_issn" content="1234-5678"></head>`,
			"", Record{Type: "article-journal", Title: "A & B", Authors: []Name{{Family: "Doe", Given: "Jane"}, {Family: "Berg", Given: "Jan", Particle: "van der"}}, Container: "Journal of Squares", Volume: "3", Pages: "1-9",
				DOI: "10.1000/1", ISSN: "1234-5678", Issued: Date{Year: 2012, Month: 5, Day: 1}}},
		{"Dublin Core", `<html lang=en><head><meta name="DC.title" content="Report"><meta name="DC.creator" content="Watch"><meta name="DC.date" content="2018"><meta name="DC.publisher" content="Press"></head>`,
			"https://ngo.example/r", Record{Type: "webpage", Title: "Report", Authors: []Name{{Literal: "Watch"}}, Publisher: "Press", Issued: Date{Year: 2018}, URL: "https://ngo.example/r", Language: "en"}},
		{"Windows-1251", "<html><head><meta charset=windows-1251><title>\xcc\xe8\xf0</title></head>", "", Record{Type: "webpage", Title: "Мир"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := FromHTML([]byte(c.in), c.address)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(got.ArchivedHash, "sha256:") {
				t.Error("the hash of the page is missing")
			}
			got.ArchivedHash, got.Line = "", 0
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
	for _, in := range []string{"", "<html></html>", "{}"} {
		if _, err := FromHTML([]byte(in), ""); err == nil {
			t.Errorf("%q makes a record", in)
		}
	}
}

func TestPaste(t *testing.T) {
	f := Paste(`References

1. Petrosyan, A. M., & van der Berg, J. (2015). Coalitions and their limits. Journal of Squares, 12(3), 1-9.
   https://doi.org/10.1000/jca.2015.12.
2. Okafor C, Yılmaz A. Tents in the square. Protest Studies. 2014;4:1–20.
3. Doe, Jane. 2011. “A book about something.” City: Press.
4. Transparency Watch (2018) State capture in figures. Available at: https://ngo.example/report.pdf (Accessed: 3 May 2020).
5. no reference at all
`)
	if f.Seen != len(f.Records)+len(f.Refused) || len(f.Records) != 4 || len(f.Refused) != 2 {
		t.Fatalf("kept %d, refused %v", len(f.Records), f.Refused)
	}
	for i, want := range []Record{
		{Title: "Coalitions and their limits", DOI: "10.1000/jca.2015.12", Issued: Date{Year: 2015}, Authors: []Name{{Family: "Petrosyan", Given: "A. M."}, {Family: "Berg", Given: "J.", Particle: "van der"}}},
		{Title: "Tents in the square", Issued: Date{Year: 2014}, Authors: []Name{{Family: "Okafor", Given: "C"}, {Family: "Yılmaz", Given: "A"}}},
		{Title: "A book about something", Issued: Date{Year: 2011}, Authors: []Name{{Family: "Doe", Given: "Jane"}}},
		{Title: "State capture in figures", Issued: Date{Year: 2018}, URL: "https://ngo.example/report.pdf", Authors: []Name{{Literal: "Transparency Watch"}}},
	} {
		got := f.Records[i]
		if len(got.Labels) != 1 || got.Labels[0].Tag != "check" || len(got.Other) != 1 {
			t.Errorf("%d is not marked: %+v", i+1, got)
		}
		got = Record{Title: got.Title, DOI: got.DOI, URL: got.URL, Issued: got.Issued, Authors: got.Authors}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d (-want +got)\n%s", i+1, d)
		}
	}
	if f := Paste(small); f.Format != RIS || len(f.Records) != 1 {
		t.Errorf("pasted RIS is %+v", f)
	}
}

func FuzzPaste(f *testing.F) {
	f.Add("1. Doe, J. (2001). Title of it. Place.\n[2] Roe R. Other. 2002; “x”")
	f.Fuzz(func(t *testing.T, in string) { sound(t, Paste(in), nil) })
}

func FuzzFromHTML(f *testing.F) {
	f.Add([]byte(`<html lang="en"><title>a</title><meta name="citation_author" content="x"><script type="application/ld+json">{"@type":["Report"],"author":{"name":["y"]}}</script>`))
	f.Fuzz(func(t *testing.T, in []byte) { FromHTML(in, "https://a.example") })
}
