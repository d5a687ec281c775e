package extract

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"
)

// box is one of those that MP4 and QuickTime are made of.
type box struct {
	kind     string
	at, body int64 // where it and what it holds begin
	end      int64
}

// boxes calls each for those between two places. It does not look into them, so that no depth matters.
func (w *window) boxes(from, to int64, each func(box) error) error {
	for at := from; at < to; {
		if to-at < 8 {
			return nil // QuickTime ends lists with four zeros
		}
		h, err := w.bytes(at, 8)
		if err != nil {
			return err
		}
		b := box{kind: string(h[4:]), at: at, body: at + 8}
		n := uint64(binary.BigEndian.Uint32(h))
		switch n {
		case 0:
			n = uint64(to - at)
		case 1:
			if h, err = w.bytes(at+8, 8); err != nil {
				return err
			}
			n = binary.BigEndian.Uint64(h)
			b.body += 8
		}
		if n < uint64(b.body-at) || n > uint64(to-at) {
			return errEnds
		}
		b.end = at + int64(n)
		if err := each(b); err != nil {
			return err
		}
		at = b.end
	}
	return nil
}

// free makes a box one that players pass over, as long as it was, so that all others stay in their places.
func (w *window) free(m *Media, b box) error {
	put := []byte("free")
	if b.body-b.at == 16 {
		long, err := w.bytes(b.at+8, 8)
		if err != nil {
			return err
		}
		put = append(put, long...)
	}
	m.zero(b.at+4, b.end, put...)
	return nil
}

// track is what a box of that kind tells.
type track struct {
	id            uint32
	scale         float64 // units of its clock a second
	handler       string
	width, height int
	samples       []Range // only of what is no picture and no sound
	lost          bool    // where they are cannot be told
}

// mp4 reads ISO media (MP4, M4A, 3GP) and QuickTime. Only boxes that playing needs stay; remarks, places and whole tracks of
// data that cameras write beside the pictures (where they were, how they moved) are blanked.
func (w *window) mp4() (Media, error) {
	m := Media{Type: "video/quicktime", Class: "audio"}
	var data, fragments []box
	var moov, index *box
	err := w.boxes(0, w.size, func(b box) error {
		switch b.kind {
		case "ftyp":
			brand, err := w.bytes(b.body, int(min(4, b.end-b.body)))
			if err != nil {
				return err
			}
			switch {
			case string(brand) == "qt  ":
			case strings.HasPrefix(string(brand), "3g"):
				m.Type = "video/3gpp"
			default:
				m.Type = "video/mp4"
			}
		case "moov":
			if moov != nil {
				return w.free(&m, b)
			}
			moov = &b
		case "mdat":
			data = append(data, b)
		case "moof":
			fragments = append(fragments, b)
		case "sidx":
			if index == nil {
				index = &b
			}
		case "mfra", "styp", "ssix", "pdin", "prft":
		default:
			return w.free(&m, b)
		}
		if len(data)+len(fragments) > most {
			return invalid("The file has more parts than any recording has; it is not read.")
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	if moov == nil {
		return m, invalid("The recording is broken: the table of what it holds is missing, as when recording was cut off. The device that made it, or a program for repairing recordings, may put it right.")
	}
	sound, picture, scale, fragmented := false, false, 0.0, false
	scales := map[uint32]float64{} // of each track
	var span float64
	err = w.boxes(moov.body, moov.end, func(b box) error {
		switch b.kind {
		case "mvhd":
			h, long, err := w.header(&m, b)
			if err != nil {
				return err
			}
			if long {
				scale, span = float64(binary.BigEndian.Uint32(h[20:])), float64(binary.BigEndian.Uint64(h[24:]))
			} else {
				scale, span = float64(binary.BigEndian.Uint32(h[12:])), float64(binary.BigEndian.Uint32(h[16:]))
			}
			if span == 0xffffffff || span >= 1<<63 {
				span = 0
			}
		case "trak":
			t, err := w.track(&m, b, data)
			if err != nil {
				return err
			}
			if len(scales) < 1000 {
				scales[t.id] = t.scale
			}
			switch t.handler {
			case "soun":
				sound = true
			case "vide":
				picture = true
				if t.width*t.height > m.Width*m.Height {
					m.Width, m.Height = t.width, t.height
				}
			case "text", "sbtl", "subt", "clcp", "auxv":
			default:
				if t.lost || len(fragments) > 0 {
					m.note("A track of data that the camera wrote beside the pictures could not be taken away; it may tell where the recording was made.")
					return nil
				}
				m.Blank = append(m.Blank, t.samples...)
				// What was noted of its inside goes with it.
				m.Blank = slices.DeleteFunc(m.Blank, func(r Range) bool { return r.From >= b.at && r.To <= b.end })
				return w.free(&m, b)
			}
		case "mvex":
			fragmented = true
			return w.boxes(b.body, b.end, func(b box) error {
				if b.kind != "mehd" || b.end-b.body < 8 {
					return nil
				}
				h, err := w.bytes(b.body, int(min(12, b.end-b.body)))
				if err != nil {
					return err
				}
				if span = float64(binary.BigEndian.Uint32(h[4:])); h[0] == 1 && len(h) == 12 {
					span = float64(binary.BigEndian.Uint64(h[4:]))
				}
				return nil
			})
		case "cmov":
			return invalid("The recording is an old QuickTime film whose table is packed, which is not read here. Save it as MP4.")
		case "iods", "pssh":
		default:
			return w.free(&m, b)
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	if !sound && !picture {
		return m, invalid("The recording holds neither sound nor pictures.")
	}
	m.Duration = lasts(span, scale)
	if m.Duration == 0 && fragmented {
		if m.Duration, err = w.fragments(index, fragments, scales, &m); err != nil {
			return m, err
		}
	}
	for _, f := range fragments {
		if err := w.boxes(f.body, f.end, func(b box) error {
			switch b.kind {
			case "mfhd", "traf", "pssh":
				return nil
			}
			return w.free(&m, b)
		}); err != nil {
			return m, err
		}
	}
	if picture {
		m.Class = "video"
	} else {
		m.Width, m.Height = 0, 0
		m.Type = strings.Replace(m.Type, "video/", "audio/", 1)
		if m.Type == "audio/quicktime" {
			m.Type = "audio/mp4" // browsers play it as that
		}
	}
	return m, nil
}

// header reads a box that begins with two times, when it was made and when it was changed, and blanks both.
func (w *window) header(m *Media, b box) (h []byte, long bool, err error) {
	if h, err = w.bytes(b.body, int(min(120, b.end-b.body))); err != nil {
		return nil, false, err
	}
	if len(h) < 20 || h[0] == 1 && len(h) < 32 {
		return nil, false, errEnds
	}
	if h[0] == 1 {
		m.zero(b.body+4, b.body+20)
		return h, true, nil
	}
	m.zero(b.body+4, b.body+12)
	return h, false, nil
}

// track reads a track, and blanks what is in it that playing does not need.
func (w *window) track(m *Media, trak box, data []box) (track, error) {
	var t track
	var tables box
	turned := false
	err := w.boxes(trak.body, trak.end, func(b box) error {
		switch b.kind {
		case "tkhd":
			h, long, err := w.header(m, b)
			if err != nil {
				return err
			}
			matrix, id := 40, 12
			if long {
				matrix, id = 52, 20
			}
			t.id = binary.BigEndian.Uint32(h[id:])
			if len(h) < matrix+44 {
				return errEnds
			}
			at := func(i int) int32 { return int32(binary.BigEndian.Uint32(h[matrix+4*i:])) }
			turned = at(0) == 0 && at(4) == 0 && at(1) != 0 && at(3) != 0
			t.width, t.height = int(uint32(at(9))>>16), int(uint32(at(10))>>16)
		case "mdia":
			return w.boxes(b.body, b.end, func(b box) error {
				switch b.kind {
				case "mdhd":
					h, long, err := w.header(m, b)
					if err != nil {
						return err
					}
					if t.scale = float64(binary.BigEndian.Uint32(h[12:])); long {
						t.scale = float64(binary.BigEndian.Uint32(h[20:]))
					}
					return nil
				case "hdlr":
					h, err := w.bytes(b.body, int(min(12, b.end-b.body)))
					if err == nil && len(h) == 12 {
						t.handler = string(h[8:])
					}
					return err
				case "minf":
					return w.boxes(b.body, b.end, func(b box) error {
						if b.kind == "stbl" {
							tables = b
						}
						return nil
					})
				case "elng":
					return nil
				}
				return w.free(m, b)
			})
		case "tref", "edts", "tapt", "clip", "matt", "load", "imap", "trgr":
		default:
			return w.free(m, b)
		}
		return nil
	})
	if err != nil {
		return t, err
	}
	if t.handler == "vide" && t.width == 0 && tables.end > 0 {
		err = w.boxes(tables.body, tables.end, func(b box) error {
			if b.kind != "stsd" || b.end-b.body < 44 {
				return nil
			}
			h, err := w.bytes(b.body+8, 36)
			if err == nil {
				t.width, t.height = int(binary.BigEndian.Uint16(h[32:])), int(binary.BigEndian.Uint16(h[34:]))
			}
			return err
		})
	}
	if turned {
		t.width, t.height = t.height, t.width
	}
	if !slices.Contains([]string{"soun", "vide", "text", "sbtl", "subt", "clcp", "auxv"}, t.handler) {
		if t.samples, err = w.samples(tables, data); err != nil {
			t.lost = true
		}
	}
	return t, w.ctx.Err()
}

// samples tells where the data of a track are, by its tables. Only what lies in the boxes for data counts.
func (w *window) samples(tables box, data []box) ([]Range, error) {
	table := map[string][]byte{}
	err := w.boxes(tables.body, tables.end, func(b box) error {
		switch b.kind {
		case "stsc", "stsz", "stco", "co64":
			if b.end-b.body > 8<<20 {
				return errEnds
			}
			var err error
			table[b.kind], err = w.bytes(b.body, int(b.end-b.body))
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	// rows gives a table's rows of so many bytes, which a count precedes.
	rows := func(t []byte, head, width int) ([]byte, int, bool) {
		if len(t) < head {
			return nil, 0, false
		}
		n := int(binary.BigEndian.Uint32(t[head-4:]))
		return t[head:], n, n >= 0 && n <= (len(t)-head)/width
	}
	places, width := table["stco"], 4
	if places == nil {
		places, width = table["co64"], 8
	}
	places, chunks, ok1 := rows(places, 8, width)
	per, runs, ok2 := rows(table["stsc"], 8, 12)
	sizes := table["stsz"]
	if !ok1 || !ok2 || len(sizes) < 12 {
		return nil, errEnds
	}
	same := int64(binary.BigEndian.Uint32(sizes[4:]))
	sizes, count, ok := rows(sizes, 12, 4)
	if same == 0 && !ok {
		return nil, errEnds
	}
	var out []Range
	run, sample := -1, 0
	for c := range chunks {
		for run+1 < runs && int(binary.BigEndian.Uint32(per[12*(run+1):])) <= c+1 {
			run++
		}
		if run < 0 {
			return nil, errEnds
		}
		n := int64(binary.BigEndian.Uint32(per[12*run+4:]))
		var length int64
		if same > 0 {
			length = same * n
		} else {
			for range n {
				if sample >= count {
					break
				}
				length += int64(binary.BigEndian.Uint32(sizes[4*sample:]))
				sample++
			}
		}
		var at int64
		if width == 8 {
			at = int64(binary.BigEndian.Uint64(places[8*c:]))
		} else {
			at = int64(binary.BigEndian.Uint32(places[4*c:]))
		}
		inside := slices.ContainsFunc(data, func(b box) bool { return at >= b.body && length <= b.end-at && at < b.end })
		if !inside && length > 0 {
			return nil, errEnds
		}
		if length > 0 {
			out = append(out, Range{From: at, To: at + length})
		}
	}
	return out, nil
}

// fragments tells how long a recording is whose table does not say it: by its index, or by where its last part begins.
func (w *window) fragments(index *box, all []box, scales map[uint32]float64, m *Media) (time.Duration, error) {
	if index != nil {
		h, err := w.bytes(index.body, int(min(1<<20, index.end-index.body)))
		if err != nil {
			return 0, err
		}
		if len(h) >= 32 {
			scale, at := float64(binary.BigEndian.Uint32(h[8:])), 20
			if h[0] == 1 {
				at = 28
			}
			n, sum := int(binary.BigEndian.Uint16(h[at+2:])), 0.0
			for i := range n {
				if row := at + 4 + 12*i; row+12 <= len(h) {
					sum += float64(binary.BigEndian.Uint32(h[row+4:]))
				}
			}
			if d := lasts(sum, scale); d > 0 {
				return d, nil
			}
		}
	}
	if len(all) == 0 {
		return 0, nil
	}
	m.note("How long the recording is, is told to within its last part.")
	var longest time.Duration
	last := all[len(all)-1]
	err := w.boxes(last.body, last.end, func(b box) error {
		if b.kind != "traf" {
			return nil
		}
		var scale float64
		return w.boxes(b.body, b.end, func(b box) error {
			if b.kind != "tfhd" && b.kind != "tfdt" || b.end-b.body < 8 {
				return nil
			}
			h, err := w.bytes(b.body, int(min(12, b.end-b.body)))
			if err != nil {
				return err
			}
			n := binary.BigEndian.Uint32(h[4:])
			switch {
			case b.kind == "tfhd":
				scale = scales[n]
			case h[0] == 1 && len(h) == 12:
				longest = max(longest, lasts(float64(binary.BigEndian.Uint64(h[4:])), scale))
			default:
				longest = max(longest, lasts(float64(n), scale))
			}
			return nil
		})
	})
	return longest, err
}
