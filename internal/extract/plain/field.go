package plain

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Written is what somebody wrote into a field of a form, or beside the text of a page (12.5.6.6, 12.7.4).
type Written struct {
	Text   string     // as it was typed or chosen; empty: a box
	Box    [4]float64 // left, bottom, right, top of the field, as the page is drawn
	Mark   bool       // a box to be ticked
	Ticked bool
}

// Limits of what is written on a page.
const (
	maxFields  = 2_000
	maxWritten = 200_000 // bytes
	maxAround  = 32      // fields around a field
	maxChoices = 2_000   // of a field
)

// Flags of fields (tables 221, 226 and 228) and of annotations (table 165).
const (
	pushButton = 1 << 16
	password   = 1 << 13
	hidden     = 1<<1 | 1<<5 // or not to be seen on a screen
)

// Written gives what was written on a page, counted from 0, in the order of its annotations, and which of them those are.
// more tells that others may draw words beside the text. What is hidden, passwords, buttons and signatures say nothing.
func (f *File) Written(i int) (all []Written, which []int, more bool, err error) {
	defer doubt(&err)
	annotations, _ := f.value(f.pages[i]["Annots"]).(array)
	room := maxWritten
	for k, v := range annotations[:min(len(annotations), maxFields)] {
		a := f.dict(v)
		w, kind := Written{}, f.value(a["Subtype"])
		switch kind {
		case name("Widget"):
			w = f.field(a, room)
		case name("FreeText"):
			if w.Text = f.typed(a["Contents"], room); strings.TrimSpace(w.Text) == "" {
				more = more || a["AP"] != nil
				continue
			}
		case name("Stamp"), name("Watermark"):
			more = more || a["AP"] != nil
			continue
		default:
			continue
		}
		which = append(which, k)
		box, ok := f.rect(a["Rect"])
		if flags, _ := f.value(a["F"]).(float64); int(flags)&hidden != 0 || !ok || box[0] == box[2] || box[1] == box[3] || !w.Mark && strings.TrimSpace(w.Text) == "" {
			continue
		}
		room -= len(w.Text)
		w.Box = box
		all = append(all, w)
	}
	return all, which, more || len(annotations) > maxFields, nil
}

// field reads a field by what draws it. What it does not tell, the fields around it do.
func (f *File) field(a dict, room int) (w Written) {
	tell := func(key string) any {
		d := a
		for range maxAround {
			if v := f.value(d[key]); v != nil {
				return v
			}
			if d = f.dict(d["Parent"]); d == nil {
				break
			}
		}
		return nil
	}
	n, _ := tell("Ff").(float64)
	flags := int(n)
	switch tell("FT") {
	case name("Btn"):
		if flags&pushButton != 0 {
			return w
		}
		w.Mark = true
		state, ok := f.value(a["AS"]).(name)
		if !ok { // it is on when what draws it so is what the field says
			chosen, _ := tell("V").(name)
			if drawn := f.dict(f.dict(a["AP"])["N"]); drawn[string(chosen)] != nil {
				state = chosen
			}
		}
		w.Ticked = state != "" && state != "Off"
	case name("Tx"):
		if flags&password == 0 {
			w.Text = f.typed(tell("V"), room)
		}
	case name("Ch"):
		chosen, many := tell("V").(array)
		if !many {
			chosen = array{tell("V")}
		}
		choices, _ := tell("Opt").(array)
		var words []string
		for _, c := range chosen[:min(len(chosen), maxChoices)] {
			said := f.typed(c, room)
			for _, o := range choices[:min(len(choices), maxChoices)] { // of two, the second is what people read
				if pair, ok := f.value(o).(array); ok && len(pair) == 2 && f.typed(pair[0], room) == said {
					said = f.typed(pair[1], room)
					break
				}
			}
			if said != "" {
				words = append(words, said)
			}
			if room -= len(said); room < 0 {
				break
			}
		}
		w.Text = strings.Join(words, ", ")
	}
	return w
}

// typed reads a text string or a stream of text (7.9.2, 7.9.3) of at most so many bytes; anything else is empty. In
// UTF-8 without a mark it is taken as that: as PDFDocEncoding it would hardly make sense.
func (f *File) typed(v any, room int) string {
	var s str
	switch v := f.value(v).(type) {
	case str:
		s = v
	case stream:
		s = str(f.unpack(v))
	}
	s = s[:min(len(s), max(room, 0))]
	switch {
	case len(s) >= 2 && s[0] == 0xfe && s[1] == 0xff:
		return string(utf16.Decode(units(s[2:])))
	case len(s) >= 2 && s[0] == 0xff && s[1] == 0xfe: // as it should not be
		turned := []byte(s[2:])
		for i := 0; i+1 < len(turned); i += 2 {
			turned[i], turned[i+1] = turned[i+1], turned[i]
		}
		return string(utf16.Decode(units(str(turned))))
	case len(s) >= 3 && s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf:
		return strings.ToValidUTF8(string(s[3:]), "\uFFFD")
	case utf8.ValidString(string(s)):
		return string(s)
	}
	var out strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c >= 0x18 && c < 0x20:
			out.WriteRune([]rune("˘ˇˆ˙˝˛˚˜")[c-0x18])
		case c >= 0x80 && c <= 0xa0:
			out.WriteRune([]rune("•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\uFFFD€")[c-0x80])
		default:
			out.WriteRune(rune(c))
		}
	}
	return out.String()
}
