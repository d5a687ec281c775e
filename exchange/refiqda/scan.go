package refiqda

import (
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scan goes through the plain XML that programs write: UTF-8, elements, attributes in quotes, the five entities and numbers of
// characters. It calls start, end and text, and tells whether there was nothing else: for anything out of the ordinary, and
// for every fault, it gives up, and the reader of the standard library goes over the whole from the beginning and says what
// is wrong. It takes a fifth of that one's time. What it gives are copies, so that s need not be kept.
func scan(s string, start func(xml.StartElement), end func(), text func(string), wanted func() bool) bool {
	if !utf8.ValidString(s) || strings.Contains(s, "]]>") || strings.Contains(s, "\xef\xbf\xbe") || strings.Contains(s, "\xef\xbf\xbf") {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	at := len(`<?xml version="1.0" encoding="utf-8"?>`)
	if len(s) < at || !strings.EqualFold(s[:at], `<?xml version="1.0" encoding="utf-8"?>`) {
		return false
	}
	names := map[string]xml.Name{}
	name := func(raw string) (xml.Name, bool) {
		if n, ok := names[raw]; ok {
			return n, true
		}
		space, local, two := strings.Cut(raw, ":")
		if !two {
			space, local = "", raw
		}
		for _, part := range []string{space, local} {
			for i, c := range []byte(part) {
				letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
				if !letter && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '.') {
					return xml.Name{}, false
				}
			}
		}
		if local == "" || two && space == "" || len(names) > 1000 {
			return xml.Name{}, false
		}
		n := xml.Name{Space: strings.Clone(space), Local: strings.Clone(local)}
		names[strings.Clone(raw)] = n
		return n, true
	}
	var open []string // names as written
	var attrs []xml.Attr
	rooted := false
	for at < len(s) {
		i := strings.IndexByte(s[at:], '<')
		if i < 0 {
			i = len(s) - at
		}
		if i > 0 && wanted() {
			t, ok := unescape(s[at : at+i])
			if !ok {
				return false
			}
			text(t)
		} else if i > 0 && strings.IndexByte(s[at:at+i], '&') >= 0 {
			if _, ok := unescape(s[at : at+i]); !ok {
				return false
			}
		}
		if at += i; at == len(s) {
			break
		}
		at++
		if at < len(s) && s[at] == '/' {
			j := strings.IndexByte(s[at:], '>')
			if j < 0 || len(open) == 0 || s[at+1:at+j] != open[len(open)-1] {
				return false
			}
			open = open[:len(open)-1]
			end()
			at += j + 1
			continue
		}
		j := at
		for j < len(s) && s[j] != ' ' && s[j] != '>' && s[j] != '/' && s[j] != '\n' && s[j] != '\t' && s[j] != '<' {
			j++
		}
		tag := s[at:j]
		n, ok := name(tag)
		if !ok || len(open) == 0 && rooted || len(open)+1 >= deepest {
			return false
		}
		attrs = attrs[:0]
		closed := false
		for {
			for j < len(s) && (s[j] == ' ' || s[j] == '\n' || s[j] == '\t') {
				j++
			}
			if j >= len(s) {
				return false
			}
			if s[j] == '>' {
				j++
				break
			}
			if s[j] == '/' {
				if j+1 >= len(s) || s[j+1] != '>' {
					return false
				}
				closed = true
				j += 2
				break
			}
			k := strings.IndexByte(s[j:], '=')
			if k <= 0 || j+k+1 >= len(s) {
				return false
			}
			a, ok := name(s[j : j+k])
			quote := s[j+k+1]
			if !ok || quote != '"' && quote != '\'' {
				return false
			}
			j += k + 2
			e := strings.IndexByte(s[j:], quote)
			if e < 0 || strings.IndexByte(s[j:j+e], '<') >= 0 {
				return false
			}
			v, ok := unescape(s[j : j+e])
			if !ok {
				return false
			}
			attrs = append(attrs, xml.Attr{Name: a, Value: v})
			if j += e + 1; j < len(s) && s[j] != ' ' && s[j] != '>' && s[j] != '/' && s[j] != '\n' && s[j] != '\t' {
				return false
			}
		}
		rooted = true
		start(xml.StartElement{Name: n, Attr: attrs})
		if closed {
			end()
		} else {
			open = append(open, tag)
		}
		at = j
	}
	return rooted && len(open) == 0
}

// unescape gives text with its entities resolved, as a copy; ok is false for an entity that is not of XML itself.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '&') < 0 {
		return strings.Clone(s), true
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		if i < 0 {
			b.WriteString(s)
			return b.String(), true
		}
		b.WriteString(s[:i])
		s = s[i+1:]
		e := strings.IndexByte(s, ';')
		if e < 2 || e > 8 {
			return "", false
		}
		switch entity := s[:e]; {
		case entity == "amp":
			b.WriteByte('&')
		case entity == "lt":
			b.WriteByte('<')
		case entity == "gt":
			b.WriteByte('>')
		case entity == "quot":
			b.WriteByte('"')
		case entity == "apos":
			b.WriteByte('\'')
		case entity[0] == '#':
			digits, base := entity[1:], 10
			if digits[0] == 'x' {
				digits, base = digits[1:], 16
			}
			n, err := strconv.ParseUint(digits, base, 32)
			if err != nil || digits[0] == '+' || n < ' ' && n != '\n' && n != '\t' && n != '\r' || n > utf8.MaxRune || n >= 0xd800 && n < 0xe000 || n == 0xfffe || n == 0xffff {
				return "", false
			}
			b.WriteRune(rune(n))
		default:
			return "", false
		}
		s = s[e+1:]
	}
}
