package tabular

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Error says why a file as a whole cannot be read. Its text is plain and may be shown.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

func wrong(format string, args ...any) error { return &Error{fmt.Sprintf(format, args...)} }

// Text is a file as text.
type Text struct {
	Body     string
	Encoding string // such as UTF-8, UTF-8 with BOM, UTF-16 LE, Windows-1252
	Damaged  int    // places that are no UTF-8 and became \ufffd
}

// Decode makes text of bytes, whatever they are encoded in. An error says in plain words why they are no text.
func Decode(b []byte) (Text, error) {
	var s, name string
	switch {
	case len(bytes.TrimSpace(b)) == 0:
		return Text{}, wrong("the file is empty")
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) && utf8.Valid(b[3:]):
		s, name = string(b[3:]), "UTF-8 with BOM"
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		s, name = decode16(b[2:], 1, 0), "UTF-16 LE"
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		s, name = decode16(b[2:], 0, 1), "UTF-16 BE"
	case len(b) > 3 && b[0] != 0 && b[1] == 0 && b[3] == 0:
		s, name = decode16(b, 1, 0), "UTF-16 LE without BOM"
	case len(b) > 3 && b[0] == 0 && b[1] != 0 && b[2] == 0:
		s, name = decode16(b, 0, 1), "UTF-16 BE without BOM"
	case utf8.Valid(b):
		s, name = string(b), "UTF-8"
	case damaged(b) >= 0:
		s, name = strings.ToValidUTF8(string(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))), "\ufffd"), DamagedUTF8
	default:
		if head := b[:min(len(b), 4096)]; bytes.IndexByte(head, 0) >= 0 {
			return Text{}, wrong("the file is no text: it holds zero bytes")
		}
		d, err := charmap.Windows1252.NewDecoder().Bytes(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")))
		if err != nil {
			return Text{}, wrong("the file is no text in UTF-8, UTF-16 or Windows-1252")
		}
		s, name = string(d), "Windows-1252"
	}
	if strings.TrimSpace(strings.Trim(s, "\x00\ufeff")) == "" {
		return Text{}, wrong("the file is empty")
	}
	t := Text{Body: s, Encoding: name}
	if name == DamagedUTF8 {
		t.Damaged = damaged(b)
	}
	return t, nil
}

// DamagedUTF8 is the encoding of a text that was cut or joined in the middle of letters.
const DamagedUTF8 = "UTF-8, damaged"

// damaged counts the places of a text in UTF-8 that are none, as after a cut in the middle of a letter; -1: they are so
// many that the text is in another encoding.
func damaged(b []byte) int {
	good, bad := 0, 0
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		b = b[size:]
	}
	if bad*20 > good {
		return -1
	}
	return bad
}

func decode16(b []byte, high, low int) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = uint16(b[2*i+high])<<8 | uint16(b[2*i+low])
	}
	return string(utf16.Decode(u))
}
