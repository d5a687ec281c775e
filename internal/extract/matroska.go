package extract

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/bits"
	"time"
)

// element is one of those that Matroska and WebM are made of.
type element struct {
	id            uint32
	at, body, end int64
	unknown       bool // how long it is, as when it was written while it was recorded
}

// element reads the head of an element that must end before a place.
func (w *window) element(at, to int64) (element, error) {
	h, err := w.bytes(at, int(min(12, to-at)))
	if err != nil {
		return element{}, err
	}
	e, n, ok := ebmlHead(h)
	if !ok {
		return element{}, errEnds
	}
	e.at, e.body = at, at+int64(n)
	if e.unknown {
		e.end = to
		return e, nil
	}
	if e.end > to-e.body {
		return e, errEnds
	}
	e.end += e.body
	return e, nil
}

// ebmlHead reads the head of an element, whose length it leaves in end, and tells how many bytes it has.
func ebmlHead(h []byte) (element, int, bool) {
	if len(h) < 2 || h[0] < 0x10 {
		return element{}, 0, false
	}
	n := bits.LeadingZeros8(h[0]) + 1
	var e element
	if len(h) <= n {
		return e, 0, false
	}
	for _, b := range h[:n] {
		e.id = e.id<<8 | uint32(b)
	}
	if h[n] == 0 {
		return e, 0, false
	}
	k := bits.LeadingZeros8(h[n]) + 1
	if len(h) < n+k {
		return e, 0, false
	}
	x := uint64(h[n]) & (0xff >> k)
	for _, b := range h[n+1 : n+k] {
		x = x<<8 | uint64(b)
	}
	if e.unknown = x == 1<<(7*k)-1; !e.unknown {
		e.end = int64(x) // of 56 bits at most
	}
	return e, n + k, true
}

// inside calls each for the elements within another, all of which must say how long they are.
func (w *window) inside(e element, each func(element) error) error {
	for at := e.body; at < e.end; {
		x, err := w.element(at, e.end)
		if err != nil {
			return err
		}
		if x.unknown {
			return errEnds
		}
		if err := each(x); err != nil {
			return err
		}
		at = x.end
	}
	return nil
}

// void makes an element one that players pass over, as long as it was.
func (m *Media) void(e element) {
	n := e.end - e.at
	switch {
	case n < 2:
	case n < 9:
		m.zero(e.at, e.end, 0xec, 0x80|byte(n-2))
	default:
		put := binary.BigEndian.AppendUint64([]byte{0xec}, uint64(n-9))
		put[1] = 1
		m.zero(e.at, e.end, put...)
	}
}

// number reads an element that is a whole number.
func (w *window) number(e element) (uint64, error) {
	if e.end-e.body > 8 {
		return 0, errEnds
	}
	b, err := w.bytes(e.body, int(e.end-e.body))
	if err != nil {
		return 0, err
	}
	var x uint64
	for _, c := range b {
		x = x<<8 | uint64(c)
	}
	return x, nil
}

const cluster = 0x1f43b675

// matroska reads Matroska and WebM. Titles, dates, tags and attachments are blanked.
func (w *window) matroska() (Media, error) {
	m := Media{Class: "audio"}
	head, err := w.element(0, w.size)
	if err != nil || head.unknown {
		return m, errEnds
	}
	kind := ""
	if err := w.inside(head, func(e element) error {
		if e.id == 0x4282 { // DocType
			b, err := w.bytes(e.body, int(min(20, e.end-e.body)))
			kind = string(bytes.TrimRight(b, "\x00"))
			return err
		}
		return nil
	}); err != nil {
		return m, err
	}
	switch kind {
	case "webm":
		m.Type = "webm"
	case "matroska":
		m.Type = "x-matroska"
	default:
		return m, invalid("The file is no recording that is known here. %s", takes)
	}
	segment, err := w.element(head.end, w.size)
	for err == nil && segment.id == 0xec && !segment.unknown {
		segment, err = w.element(segment.end, w.size)
	}
	if err == errEnds && segment.id == 0x18538067 {
		segment.end, err = w.size, nil
		m.note("The recording ends earlier than it says; a part of it may be missing.")
	}
	if err != nil {
		return m, err
	}
	if segment.id != 0x18538067 {
		return m, invalid("The recording is broken: what it holds does not follow its beginning.")
	}
	scale, span := 1e6, 0.0 // nanoseconds
	var tracks, sound, picture bool
	var last float64 // time of the last part that was seen
	at := segment.body
walk:
	for at < segment.end {
		e, err := w.element(at, segment.end)
		if err == errEnds && tracks { // cut off
			m.note("The recording ends earlier than it says; a part of it may be missing.")
			break
		}
		if err != nil {
			return m, err
		}
		if e.unknown && e.id != cluster {
			return m, errEnds
		}
		switch e.id {
		case 0xbf: // a checksum of what is about to be changed
			m.void(e)
		case 0xec:
			m.zero(e.body, e.end)
		case 0x114d9b74: // SeekHead, of which what points to what goes has to go
			err = w.inside(e, func(s element) error {
				if s.id == 0xbf {
					m.void(s)
				}
				if s.id != 0x4dbb {
					return nil
				}
				return w.inside(s, func(x element) error {
					if x.id != 0x53ab {
						return nil
					}
					n, err := w.number(x)
					if n == 0x1254c367 || n == 0x1941a469 {
						m.void(s)
					}
					return err
				})
			})
		case 0x1549a966: // Info
			err = w.inside(e, func(x element) error {
				switch x.id {
				case 0x2ad7b1:
					n, err := w.number(x)
					if n > 0 {
						scale = float64(n)
					}
					return err
				case 0x4489:
					b, err := w.bytes(x.body, int(min(8, x.end-x.body)))
					switch len(b) {
					case 4:
						span = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
					case 8:
						span = math.Float64frombits(binary.BigEndian.Uint64(b))
					}
					return err
				case 0x4d80, 0x5741: // the programs that made it, which have to be named
				default: // title, date, names of files, numbers of its own, checksum
					m.void(x)
				}
				return nil
			})
		case 0x1654ae6b: // Tracks
			tracks = true
			err = w.inside(e, func(t element) error {
				switch t.id {
				case 0xbf:
					m.void(t)
					return nil
				case 0xae:
				default:
					return nil
				}
				kind, width, height := uint64(0), uint64(0), uint64(0)
				if err := w.inside(t, func(x element) error {
					var err error
					switch x.id {
					case 0x83:
						kind, err = w.number(x)
					case 0x536e, 0xbf: // Name
						m.void(x)
					case 0xe0:
						err = w.inside(x, func(v element) error {
							var err error
							switch v.id {
							case 0xb0:
								width, err = w.number(v)
							case 0xba:
								height, err = w.number(v)
							}
							return err
						})
					}
					return err
				}); err != nil {
					return err
				}
				switch kind {
				case 1:
					picture = true
					if width < 1<<16 && height < 1<<16 && int(width*height) > m.Width*m.Height {
						m.Width, m.Height = int(width), int(height)
					}
				case 2:
					sound = true
				}
				return nil
			})
		case 0x1254c367, 0x1941a469: // Tags, Attachments
			m.void(e)
		case cluster:
			var next int64
			if next, last, err = w.cluster(e, last); err == nil && e.unknown {
				at = next
				if w.steps > 3_000_000 { // too long to be walked through
					m.note("The recording is long and was written without a table, so that how long it is, and what stands at its end, was not found.")
					break walk
				}
				continue walk
			}
		case 0x1c53bb6b, 0x1043a770: // Cues, Chapters
		default:
			m.void(e)
		}
		if err == errEnds && e.id == cluster {
			m.note("The recording ends earlier than it says; a part of it may be missing.")
			break
		}
		if err != nil {
			return m, err
		}
		at = e.end
	}
	if segment.end < w.size {
		m.zero(segment.end, w.size)
	}
	if !sound && !picture {
		return m, invalid("The recording holds neither sound nor pictures.")
	}
	if span > 0 && !math.IsInf(span, 0) {
		m.Duration = lasts(span*scale, 1e9)
	} else if m.Duration = lasts(last*scale, 1e9); m.Duration > 0 {
		m.note("The recording does not say how long it is; the time of its last part was taken.")
	}
	m.Duration = m.Duration.Round(time.Millisecond)
	if picture {
		m.Type, m.Class = "video/"+m.Type, "video"
	} else {
		m.Type = "audio/" + m.Type
	}
	return m, nil
}

// cluster reads the time of a cluster, and of its blocks when its length is unknown; then it tells where the next element
// of the segment begins.
func (w *window) cluster(e element, last float64) (int64, float64, error) {
	base := 0.0
	for at := e.body; at < e.end; {
		x, err := w.element(at, e.end)
		if err == errEnds && e.unknown {
			return w.size, last, nil // the recording was cut off
		}
		if err != nil {
			return 0, last, err
		}
		switch x.id {
		case 0xe7:
			n, err := w.number(x)
			if err != nil {
				return 0, last, err
			}
			base = float64(n)
			last = max(last, base)
			if !e.unknown {
				return e.end, last, nil
			}
		case 0xa3, 0xa0: // a block; in a group it is the first that matters
			body := x.body
			if x.id == 0xa0 {
				b, err := w.element(x.body, x.end)
				if err != nil || b.id != 0xa1 {
					break
				}
				body = b.body
			}
			if h, err := w.bytes(body, int(min(11, x.end-body))); err == nil && len(h) > 0 && h[0] > 0 {
				if k := bits.LeadingZeros8(h[0]) + 1; len(h) >= k+2 {
					last = max(last, base+float64(int16(binary.BigEndian.Uint16(h[k:]))))
				}
			}
		case cluster, 0x1c53bb6b, 0x1254c367, 0x1941a469, 0x1043a770, 0x1549a966, 0x1654ae6b, 0x114d9b74:
			if e.unknown {
				return x.at, last, nil
			}
		}
		if x.unknown {
			return 0, last, errEnds
		}
		at = x.end
	}
	return e.end, last, nil
}
