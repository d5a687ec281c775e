package extract

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"throughline/internal/pattern"
)

func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

func (r *reader) html(data []byte, declared string, t *Text) error {
	return r.page(data, declared, true, t)
}

// page takes the text of a web page: that of the article, when one stands out from what is around it, or else all of it.
func (r *reader) page(data []byte, declared string, article bool, t *Text) error {
	if len(data) > 32<<20 {
		return invalid("The page has %d MB; at most 32 MB are read.", len(data)>>20)
	}
	if deepest(data) > r.l.Depth {
		return invalid("The page is nested more than %d deep, as attacks are; it is not read.", r.l.Depth)
	}
	_, name, certain := charset.DetermineEncoding(data, "text/html; charset="+declared)
	if !certain && name == "windows-1252" {
		name = ""
	}
	text, err := decode(data, name)
	if err != nil {
		return err
	}
	if name == "" || name == "utf-8" { // nothing says how it is encoded, or what does is wrong
		t.guessed(data)
	}
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		return invalid("The page cannot be read.")
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		switch n.DataAtom {
		case atom.Html:
			for _, a := range n.Attr {
				if a.Key == "lang" && t.Language == "" {
					t.Language = clip(a.Val)
				}
			}
		case atom.Title:
			if n.FirstChild != nil && t.Title == "" && n.Namespace == "" {
				t.Title = clip(strings.Join(strings.Fields(n.FirstChild.Data), " "))
			}
		}
	}
	whole := &out{r: r}
	whole.node(doc, 0)
	t.Body = tidy(whole.b.String())
	if !article || len(data) > 4<<20 {
		return nil
	}
	a, err := readability.FromDocument(doc, &url.URL{Scheme: "https", Host: "example.org"})
	if err != nil || a.Node == nil {
		return nil
	}
	o := &out{r: r}
	o.node(a.Node, 0)
	// An article that is a small part of the page is more likely a mistake than the point of it.
	if body := tidy(o.b.String()); len(body)*3 > len(t.Body) && len(body) < len(t.Body) {
		title := a.Title()
		if title != "" && !strings.Contains(body[:min(len(body), 500)], title) {
			body = title + "\n\n" + body
		}
		if len(body) < len(t.Body) {
			t.Notes = append(t.Notes, "Menus and other things around the article were left out; the original is kept.")
		}
		t.Body = body
	}
	return nil
}

// deepest guesses how deep the elements of a page are nested, before anything is built from it.
func deepest(b []byte) int {
	z := html.NewTokenizer(bytes.NewReader(b))
	z.SetMaxBuf(8 << 20)
	depth, most := 0, 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return most
		case html.StartTagToken:
			name, _ := z.TagName()
			switch atom.Lookup(name) {
			case atom.P, atom.Li, atom.Br, atom.Img, atom.Meta, atom.Link, atom.Input, atom.Hr, atom.Td, atom.Th, atom.Tr, atom.Dt, atom.Dd, atom.Option:
				// these need no end
			default:
				depth++
				most = max(most, depth)
			}
		case html.EndTagToken:
			depth = max(0, depth-1)
		}
	}
}

var blocks = map[atom.Atom]bool{atom.P: true, atom.Div: true, atom.Section: true, atom.Article: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Ul: true, atom.Ol: true, atom.Blockquote: true, atom.Pre: true, atom.Table: true, atom.Header: true, atom.Footer: true, atom.Main: true, atom.Figure: true, atom.Figcaption: true, atom.Dl: true, atom.Hr: true, atom.Aside: true, atom.Nav: true, atom.Body: true, atom.Address: true, atom.Form: true, atom.Fieldset: true, atom.Details: true, atom.Hgroup: true}

// node writes the text of an element as people see it.
func (o *out) node(n *html.Node, depth int) {
	if depth > 600 || o.r.over {
		return
	}
	switch n.Type {
	case html.TextNode:
		if o.kept > 0 {
			o.write(n.Data)
			return
		}
		s := spaces().ReplaceAllString(n.Data, " ")
		if o.last == ' ' || o.last == '\n' || o.last == '\t' || o.last == 0 {
			s = strings.TrimLeft(s, " ")
		}
		o.write(s)
		return
	case html.ElementNode:
		switch n.DataAtom {
		case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Head, atom.Svg, atom.Math, atom.Iframe, atom.Object, atom.Embed, atom.Select, atom.Button, atom.Textarea:
			return
		case atom.Br:
			o.write("\n")
			return
		}
		for _, a := range n.Attr {
			if a.Key == "hidden" || a.Key == "style" && unshown().MatchString(a.Val) {
				return
			}
		}
	}
	block := n.Type == html.ElementNode && blocks[n.DataAtom]
	if block {
		o.write("\n\n")
	}
	if n.DataAtom == atom.Pre {
		o.kept++
		defer func() { o.kept-- }()
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		o.node(c, depth+1)
	}
	switch {
	case block:
		o.write("\n\n")
	case n.DataAtom == atom.Li, n.DataAtom == atom.Tr, n.DataAtom == atom.Dt, n.DataAtom == atom.Dd, n.DataAtom == atom.Caption, n.DataAtom == atom.Summary, n.DataAtom == atom.Option, n.DataAtom == atom.Legend:
		o.write("\n")
	case n.DataAtom == atom.Td, n.DataAtom == atom.Th:
		o.write("\t")
	}
}

// unshown is the style of what a page does not show.
var unshown = pattern.Late(`(?i)(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\s*(?:!\s*important\s*)?(?:;|$)`)

var spaces = pattern.Late(`[ \t\r\n\f]+`)

// mail takes the words of a mail: its plain text, or that of its page. Who wrote to whom stays out.
func (r *reader) mail(data []byte, t *Text) error {
	m, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return invalid("The file is called a mail and is none.")
	}
	dec := mime.WordDecoder{CharsetReader: func(label string, in io.Reader) (io.Reader, error) { return charset.NewReaderLabel(label, in) }}
	if s, err := dec.DecodeHeader(m.Header.Get("Subject")); err == nil {
		t.Title = clip(strings.Join(strings.Fields(s), " "))
	}
	parts, attachments, cut := 0, 0, false
	// walk gives the words of a part and of what it holds.
	var walk func(h func(string) string, body io.Reader, depth int) (string, error)
	walk = func(h func(string) string, body io.Reader, depth int) (string, error) {
		if parts++; parts > 200 || depth > 12 {
			return "", invalid("The mail has more parts than any mail has; it is not read.")
		}
		if r.ctx.Err() != nil {
			return "", r.ctx.Err()
		}
		kind, params := contentType(h("Content-Type"))
		if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
			p := multipart.NewReader(body, params["boundary"])
			var all []string
			for {
				part, err := p.NextRawPart()
				if err != nil {
					cut = cut || !errors.Is(err, io.EOF) // what is cut off is taken as far as it goes
					break
				}
				s, err := walk(part.Header.Get, part, depth+1)
				if err != nil {
					return "", err
				}
				if strings.TrimSpace(s) != "" {
					all = append(all, s)
				}
				if r.over {
					return "", nil
				}
			}
			if kind == "multipart/alternative" && len(all) > 0 {
				return all[0], nil // the plainest comes first
			}
			return strings.Join(all, "\n\n"), nil
		}
		if d, _, _ := mime.ParseMediaType(h("Content-Disposition")); d == "attachment" || kind != "text/plain" && kind != "text/html" {
			attachments++
			return "", nil
		}
		switch strings.ToLower(strings.TrimSpace(h("Content-Transfer-Encoding"))) {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		b, err := io.ReadAll(io.LimitReader(body, int64(r.l.Output)+1))
		cut = cut || err != nil
		if len(b) > r.l.Output {
			r.over = true
			return "", nil
		}
		if kind == "text/plain" {
			s, err := decode(b, params["charset"])
			if strings.EqualFold(params["format"], "flowed") {
				s = flowing(s, strings.EqualFold(params["delsp"], "yes"))
			}
			return s, err
		}
		var one Text
		if err := r.page(b, params["charset"], false, &one); err != nil {
			return "", err
		}
		return one.Body, nil
	}
	if t.Body, err = walk(m.Header.Get, m.Body, 0); err != nil {
		return err
	}
	if attachments > 0 {
		t.Notes = append(t.Notes, "Attachments and pictures were left out; bring them in on their own.")
	}
	if cut {
		t.Notes = append(t.Notes, "The mail is damaged or cut off; it was read as far as it goes.")
	}
	return nil
}

// parameter is one of a content type, as programs write it that forget the quotes.
var parameter = pattern.Late(`(?i);\s*(boundary|charset|format|delsp)\s*=\s*(?:"([^"]*)"|([^\s;]+))`)

// contentType reads a content type, also one that the standard would refuse; without one a part is plain text.
func contentType(s string) (string, map[string]string) {
	kind, params, err := mime.ParseMediaType(s)
	if err == nil {
		return kind, params
	}
	kind, _, _ = strings.Cut(s, ";")
	if kind = strings.ToLower(strings.TrimSpace(kind)); !strings.Contains(kind, "/") {
		kind = "text/plain"
	}
	params = map[string]string{}
	for _, m := range parameter().FindAllStringSubmatch(s, -1) {
		if key := strings.ToLower(m[1]); params[key] == "" {
			params[key] = m[2] + m[3]
		}
	}
	return kind, params
}

// flowing joins the lines of a mail that was written as paragraphs: those that end in a space go on (RFC 3676).
func flowing(s string, dropSpace bool) string {
	var b strings.Builder
	on, depth := false, 0
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		words := strings.TrimLeft(line, ">")
		quoted := len(line) - len(words)
		words = strings.TrimPrefix(words, " ")
		signature := words == "-- "
		if !on || quoted != depth || signature {
			if i > 0 {
				b.WriteByte('\n')
			}
			if quoted > 0 {
				b.WriteString(line[:quoted] + " ")
			}
		}
		on, depth = strings.HasSuffix(words, " ") && !signature, quoted
		if on && dropSpace {
			words = words[:len(words)-1]
		}
		b.WriteString(words)
	}
	return b.String()
}

var (
	cue = pattern.Late(`^\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?\s*-->\s*(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?`)
	// counter is the number of a subtitle.
	counter = pattern.Late(`^\s*\d{1,7}\s*$`)
	// voices tell who speaks.
	voices = pattern.Late(`<v(?:\.[^\s>]{1,40})*[ \t]+([^>\n]{1,80})>`)
	tags   = pattern.Late(`<[^>\n]{0,80}>|\{\\[^}\n]{0,40}\}`)
)

// subtitles takes the lines of subtitles with their times, each as a paragraph.
func (r *reader) subtitles(data []byte, t *Text) error {
	s, err := decode(data, "")
	if err != nil {
		return err
	}
	t.guessed(data)
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), "\n")
	// ends tells whether a subtitle is over before line i. A blank line within one of SubRip, as some write it, does not end it.
	ends := func(i int) bool {
		if i >= len(lines) || cue().MatchString(lines[i]) {
			return true
		}
		if t.Format == "vtt" {
			return strings.TrimSpace(lines[i]) == ""
		}
		return i+1 < len(lines) && counter().MatchString(lines[i]) && cue().MatchString(lines[i+1]) && !cue().MatchString(lines[i-1])
	}
	o := &out{r: r}
	at, wrong := 0, 0
	for i := 0; i < len(lines); i++ {
		m := cue().FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		var said []string
		for i++; !ends(i); i++ {
			line := tags().ReplaceAllString(voices().ReplaceAllString(lines[i], "$1: "), "")
			if t.Format == "vtt" {
				line = html.UnescapeString(line)
			}
			line = strings.TrimSpace(strings.Map(printable, line))
			if line != "" {
				said = append(said, line)
			}
		}
		i-- // what ended it may be the next one
		if len(said) == 0 {
			continue
		}
		if len(t.Stamps) == 200_000 || r.over {
			return invalid("The file holds more than 200,000 subtitles, which is more than is read. Split it.")
		}
		if i&0xfff == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		st := Stamp{Start: at, From: milliseconds(m[1], m[2], m[3], m[4]), To: milliseconds(m[5], m[6], m[7], m[8])}
		if st.To < st.From || st.From > 1000*3600*1000 {
			wrong++
			st.To = st.From
		}
		text := strings.Join(said, "\n")
		if at > 0 {
			o.write("\n")
			at++
			st.Start++
		}
		o.write(text + "\n")
		at += utf8.RuneCountInString(text)
		st.End = at
		at++
		t.Stamps = append(t.Stamps, st)
	}
	if len(t.Stamps) == 0 {
		return invalid("There are no times such as 00:00:01,000 --> 00:00:03,000 in the file, so it is no subtitle file.")
	}
	if wrong > 0 {
		t.Notes = append(t.Notes, strconv.Itoa(wrong)+" times end before they begin.")
	}
	t.Body = o.b.String()
	return nil
}
