package extract

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// skipped are the destinations of RTF that hold no text of the document.
var skipped = map[string]bool{"colortbl": true, "stylesheet": true, "pict": true, "object": true, "themedata": true, "colorschememapping": true, "latentstyles": true, "datastore": true, "listtable": true, "listoverridetable": true, "rsidtbl": true,
	"generator": true, "header": true, "footer": true, "headerl": true, "headerr": true, "headerf": true, "footerl": true, "footerr": true, "footerf": true, "fldinst": true, "xmlnstbl": true, "bkmkstart": true, "bkmkend": true, "nonshppict": true, "shprslt": true, "filetbl": true, "revtbl": true,
	"author": true, "operator": true, "company": true, "manager": true, "subject": true, "keywords": true, "comment": true, "doccomm": true, "category": true, "hlinkbase": true, "creatim": true, "revtim": true, "printim": true, "buptim": true, "annotation": true, "atnid": true, "atnauthor": true, "ftnsep": true, "aftnsep": true, "ftnsepc": true}

// signs are control words that stand for a character.
var signs = map[string]string{"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ", "zwj": "\u200d", "zwnj": "\u200c", "zwbo": "\u200b", "ltrmark": "\u200e", "rtlmark": "\u200f"}

// codepage gives the encoding that RTF names by a number; Western European when it is not known.
func codepage(n int) encoding.Encoding {
	name := "windows-" + strconv.Itoa(n)
	switch n {
	case 437:
		return charmap.CodePage437
	case 850:
		return charmap.CodePage850
	case 852:
		return charmap.CodePage852
	case 866:
		return charmap.CodePage866
	case 932:
		name = "shift_jis"
	case 936:
		name = "gbk"
	case 949:
		name = "euc-kr"
	case 950:
		name = "big5"
	case 10000:
		name = "macintosh"
	case 65001:
		name = "utf-8"
	}
	if e, _ := charset.Lookup(name); e != nil {
		return e
	}
	return charmap.Windows1252
}

// fontPages are the code pages of the character sets that fonts are made for.
var fontPages = map[int]int{0: 1252, 77: 10000, 128: 932, 129: 949, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257, 204: 1251, 222: 874, 238: 1250}

// rtf takes the text of a Rich Text Format file (specification 1.9.1).
func (r *reader) rtf(b []byte, t *Text) error {
	type place int
	const (
		body place = iota
		notes
		title
		fonts
		properties // of the document, of which the title alone is kept
	)
	type state struct {
		skip   bool // a destination without text
		star   bool // one that readers may skip; boxes of text stand in such
		hidden bool
		gone   bool // deleted with changes tracked
		uc     int  // characters that follow \u for old readers
		page   int  // code page
		signs  bool // the font draws signs in the places of letters
		font   int  // its number
		in     place
	}
	outs := [5]*out{}
	for i := range outs {
		outs[i] = &out{r: r}
	}
	stack := []state{{uc: 1, page: 1252}}
	var pending []byte                              // bytes of the code page that wait for each other
	var high uint16                                 // first half of a pair of UTF-16
	whole := 1252                                   // code page of the document
	pages, names := map[int]int{}, map[int]string{} // of fonts
	font, first, toSkip, deleted := 0, 0, 0, false
	top := func() *state { return &stack[len(stack)-1] }
	silent := func() bool {
		s := top()
		deleted = deleted || s.gone && !s.skip && !s.star
		return s.skip || s.star || s.hidden || s.gone || s.in == fonts || s.in == properties
	}
	write := func(s string) {
		if high != 0 {
			high = 0
			outs[top().in].write("\ufffd")
		}
		outs[top().in].write(s)
	}
	flush := func() {
		if len(pending) == 0 {
			return
		}
		if top().signs {
			for _, c := range pending {
				write(sign(names[top().font], c))
			}
		} else if s, err := codepage(top().page).NewDecoder().Bytes(pending); err == nil {
			write(string(s))
		}
		pending = pending[:0]
	}
	// half tells whether the last of the bytes that wait is the first of two.
	half := func() bool {
		switch top().page {
		case 932, 936, 949, 950:
		default:
			return false
		}
		lead := false
		for _, c := range pending {
			lead = !lead && c >= 0x81 && c != 0xff && !(top().page == 932 && c >= 0xa0 && c <= 0xdf)
		}
		return lead
	}
	octet := func(c byte) {
		switch {
		case silent():
		case toSkip > 0:
			toSkip--
		default:
			pending = append(pending, c)
		}
	}
	char := func(s string) {
		switch {
		case top().in == fonts && !top().skip && !top().star:
			if n := names[font]; len(n) < 40 && len(names) < 10_000 {
				names[font] = strings.TrimLeft(n+s, " ;")
			}
		case silent():
		case toSkip > 0:
			toSkip--
		case len(s) == 1 && (half() || top().signs):
			pending = append(pending, s[0])
		default:
			flush()
			write(s)
		}
	}
	space := func(s string) {
		flush()
		if !silent() {
			write(s)
		}
	}
	for i := 0; i < len(b) && !r.over; {
		if i&0xffff == 0 && r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		c := b[i]
		switch c {
		case '{':
			flush()
			if len(stack) > 1000 {
				return invalid("The file is nested more than 1,000 deep, as attacks are; it is not read.")
			}
			stack = append(stack, *top())
			toSkip = 0
			i++
		case '}':
			flush()
			if len(stack) > 1 {
				if was := top().in; was == notes && stack[len(stack)-2].in == body {
					outs[notes].paragraph()
				}
				stack = stack[:len(stack)-1]
			}
			toSkip = 0
			i++
		case '\\':
			i++
			if i >= len(b) {
				break
			}
			switch x := b[i]; {
			case x == '\'':
				if i+2 < len(b) {
					if v, err := strconv.ParseUint(string(b[i+1:i+3]), 16, 8); err == nil {
						octet(byte(v))
					}
				}
				i += 3
			case x == '*':
				top().star = true
				i++
			case x == '~':
				char("\u00a0")
				i++
			case x == '_':
				char("\u2011")
				i++
			case x == '-':
				i++
			case x == '\n' || x == '\r':
				space("\n\n")
				i++
			case x >= 'a' && x <= 'z' || x >= 'A' && x <= 'Z':
				j := i
				for j < len(b) && (b[j] >= 'a' && b[j] <= 'z' || b[j] >= 'A' && b[j] <= 'Z') && j-i < 40 {
					j++
				}
				word := string(b[i:j])
				k := j
				if k < len(b) && b[k] == '-' {
					k++
				}
				for k < len(b) && b[k] >= '0' && b[k] <= '9' && k-j < 12 {
					k++
				}
				n, err := strconv.Atoi(string(b[j:k]))
				has := err == nil
				if !has {
					k = j
				}
				i = k
				if i < len(b) && b[i] == ' ' {
					i++
				}
				if skipped[word] {
					top().skip = true
				}
				if word == "bin" && has && n > 0 {
					i = min(len(b), i+min(n, len(b)))
					continue
				}
				if word == "shptxt" {
					top().star = false
				}
				if top().skip || top().star {
					continue
				}
				switch word {
				case "u":
					if !has || silent() {
						break
					}
					flush()
					v := uint16(int16(n))
					switch {
					case v >= 0xd800 && v < 0xdc00:
						if high != 0 {
							write("")
						}
						high = v
					case high != 0 && v >= 0xdc00 && v < 0xe000:
						pair := utf16.DecodeRune(rune(high), rune(v))
						high = 0
						write(string(pair))
					case v >= 0xf000 && v < 0xf100: // a letter of a font of signs
						write(sign(names[top().font], byte(v)))
					default:
						write(string(rune(v)))
					}
					toSkip = top().uc
				case "uc":
					if has && n >= 0 && n <= 16 {
						top().uc = n
					}
				case "ansicpg", "mac", "pc", "pca":
					if !has {
						n = map[string]int{"mac": 10000, "pc": 437, "pca": 850}[word]
					}
					whole = n
					top().page = n
				case "fonttbl":
					top().in = fonts
				case "info":
					top().in = properties
				case "title":
					top().in = title
				case "footnote":
					top().in = notes
				case "f":
					flush()
					font, top().font = n, n
					top().signs = signFont(names[n])
					if p, ok := pages[n]; ok {
						top().page = p
					} else {
						top().page = whole
					}
				case "deff":
					first = n
				case "fcharset":
					if p, ok := fontPages[n]; ok && top().in == fonts && len(pages) < 10_000 {
						pages[font] = p
					}
				case "v", "deleted", "plain":
					flush()
					on := !has || n != 0
					switch word {
					case "v":
						top().hidden = on
					case "deleted":
						top().gone = on
					default:
						top().hidden, top().gone, top().page, top().font, top().signs = false, false, whole, first, false
						if p, ok := pages[first]; ok {
							top().page = p
						}
					}
				case "par", "sect", "page", "column":
					space("\n\n")
				case "line", "row":
					space("\n")
				case "tab", "cell":
					space("\t")
				case "nestcell":
					space(" ")
				default:
					if s, ok := signs[word]; ok {
						char(s)
					}
				}
			default: // an escaped brace or backslash
				char(string(rune(x)))
				i++
			}
		case '\r', '\n':
			i++
		default:
			if c < 0x80 {
				char(string(rune(c)))
			} else {
				octet(c)
			}
			i++
		}
	}
	flush()
	write("")
	outs[body].paragraph()
	outs[body].write(outs[notes].b.String())
	t.Body = outs[body].b.String()
	t.Title = clip(strings.Join(strings.Fields(outs[title].b.String()), " "))
	if deleted {
		t.Notes = append(t.Notes, "Text that was deleted with changes tracked was left out.")
	}
	return nil
}
