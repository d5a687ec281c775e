package extract

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// wav reads RIFF WAVE, with the long form that RF64 and BW64 are. What is not needed to play it is blanked.
func (w *window) wav() (Media, error) {
	m := Media{Type: "audio/wav", Class: "audio"}
	var rate, length, long int64
	found := false
	for at := int64(12); at+8 <= w.size; {
		h, err := w.bytes(at, 8)
		if err != nil {
			return m, err
		}
		kind, n := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
		body := at + 8
		if kind == "data" && n == 0xffffffff && long > 0 {
			n = long
		}
		if kind == "data" && (n > w.size-body || n == 0 && !found) { // a recorder that was switched off never wrote how long it is
			if n > w.size-body && n < 0xfffffff0 {
				m.note("The recording ends earlier than it says; a part of it may be missing.")
			}
			n = w.size - body
		}
		if n > w.size-body {
			if found {
				m.zero(at, w.size) // what follows the sound is no part of it
				break
			}
			return m, errEnds
		}
		switch kind {
		case "fmt ":
			f, err := w.bytes(body, int(min(n, 16)))
			if err != nil {
				return m, err
			}
			if len(f) < 16 || binary.LittleEndian.Uint32(f[8:]) == 0 || binary.LittleEndian.Uint16(f[2:]) == 0 {
				return m, invalid("The recording is broken: it does not say how fast it is to be played.")
			}
			rate = int64(binary.LittleEndian.Uint32(f[8:]))
		case "ds64":
			d, err := w.bytes(body, int(min(n, 16)))
			if err != nil {
				return m, err
			}
			if len(d) == 16 && binary.LittleEndian.Uint64(d[8:]) < 1<<62 {
				long = int64(binary.LittleEndian.Uint64(d[8:]))
			}
		case "data":
			found = true
			length += n
		case "fact":
		default:
			m.zero(at, at+8, append([]byte("JUNK"), h[4:]...)...)
			m.zero(body, body+n)
		}
		at = body + n + n&1
	}
	if rate == 0 || !found {
		return m, invalid("The recording is broken: it holds no sound.")
	}
	m.Duration = lasts(float64(length), float64(rate))
	return m, nil
}

// flac reads FLAC. Remarks, pictures and what programs put in become padding.
func (w *window) flac() (Media, error) { return w.flacAt(0, Media{}) }

func (w *window) flacAt(at int64, m Media) (Media, error) {
	m.Type, m.Class = "audio/flac", "audio"
	at += 4
	for first := true; ; first = false {
		h, err := w.bytes(at, 4)
		if err != nil {
			return m, err
		}
		kind, n := h[0]&0x7f, int64(h[1])<<16|int64(h[2])<<8|int64(h[3])
		if n > w.size-at-4 || kind == 127 {
			return m, errEnds
		}
		switch {
		case first && kind == 0 && n >= 34:
			s, err := w.bytes(at+4, 34)
			if err != nil {
				return m, err
			}
			m.Duration = flacLasts(s)
			if binary.BigEndian.Uint32(s[10:])>>12 == 0 {
				return m, invalid("The recording is broken: it does not say how fast it is to be played.")
			}
		case first:
			return m, invalid("The recording is broken: what it is does not stand at its beginning.")
		case kind != 0 && kind != 3:
			m.zero(at, at+1, h[0]&0x80|1)
			m.zero(at+4, at+4+n)
		}
		at += 4 + n
		if h[0]&0x80 != 0 {
			return m, nil
		}
	}
}

// mp3 tables: thousands of bits a second of layer III, for version 1 and for the others.
var mp3Rates = [2][16]int{{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}, {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}

// mp3Frame is the head of a part of an MP3.
type mp3Frame struct {
	same    uint32 // what is the same in all parts
	samples int
	rate    int // samples a second
	side    int // bytes between the head and what encoders put there
	bytes   int
}

func mp3Head(h []byte) (mp3Frame, bool) {
	x := binary.BigEndian.Uint32(h)
	version, bitrate, rate := x>>19&3, x>>12&15, x>>10&3
	if x>>21 != 0x7ff || version == 1 || x>>17&3 != 1 || bitrate == 0 || bitrate == 15 || rate == 3 {
		return mp3Frame{}, false
	}
	f := mp3Frame{same: x & 0xfffe0c00, samples: 1152, rate: []int{44100, 48000, 32000}[rate], side: 32}
	row, mono := 0, x>>6&3 == 3
	if mono {
		f.side = 17
	}
	if version != 3 {
		row, f.samples, f.rate, f.side = 1, 576, f.rate/2, 17
		if mono {
			f.side = 9
		}
	}
	if version == 0 {
		f.rate /= 2
	}
	f.bytes = f.samples / 8 * mp3Rates[row][bitrate] * 1000 / f.rate
	if x>>9&1 == 1 {
		f.bytes++
	}
	return f, true
}

// mp3 reads MPEG sound of layer III. Tags at both ends are blanked.
func (w *window) mp3(named bool) (Media, error) {
	m := Media{Type: "audio/mpeg", Class: "audio"}
	at, end := int64(0), w.size
	for range 20 {
		h, err := w.bytes(at, 10)
		if err != nil || string(h[:3]) != "ID3" {
			break
		}
		n := int64(h[6]&0x7f)<<21 | int64(h[7]&0x7f)<<14 | int64(h[8]&0x7f)<<7 | int64(h[9]&0x7f)
		if h[5]&0x10 != 0 {
			n += 10
		}
		if n > w.size-at-10 {
			return m, errEnds
		}
		m.zero(at, at+10+n, 'I', 'D', '3', h[3], 0, 0, byte(n>>21&0x7f), byte(n>>14&0x7f), byte(n>>7&0x7f), byte(n&0x7f))
		at += 10 + n
	}
	for range 20 {
		was := end
		if b, err := w.bytes(end-128, 128); err == nil && end-128 >= at && string(b[:3]) == "TAG" {
			end -= 128
		} else if b, err := w.bytes(end-32, 32); err == nil && end-32 >= at && string(b[:8]) == "APETAGEX" {
			n := int64(binary.LittleEndian.Uint32(b[12:]))
			if b[23]&0x80 != 0 {
				n += 32
			}
			if n < 32 || n > end-at {
				n = 32
				m.note("A tag at the end of the recording is broken; a part of it may still be there.")
			}
			end -= n
		} else if b, err := w.bytes(end-15, 15); err == nil && string(b[6:]) == "LYRICS200" && strings.Trim(string(b[:6]), "0123456789") == "" {
			n := int64(15)
			for i, unit := 5, int64(1); i >= 0; i, unit = i-1, unit*10 {
				n += int64(b[i]-'0') * unit
			}
			if n > end-at {
				break
			}
			end -= n
		} else if b, err := w.bytes(end-10, 10); err == nil && end-10 >= at && string(b[:3]) == "3DI" {
			n := int64(b[6]&0x7f)<<21 | int64(b[7]&0x7f)<<14 | int64(b[8]&0x7f)<<7 | int64(b[9]&0x7f) + 20
			if n > end-at {
				break
			}
			end -= n
		}
		if end == was {
			break
		}
		m.zero(end, was)
	}
	if b, err := w.bytes(at, 4); err == nil && string(b) == "fLaC" {
		return w.flacAt(at, m)
	}
	// Where the sound begins: three parts that follow each other.
	reach := int64(0)
	if at > 0 || named {
		reach = 64 << 10
	}
	search, err := w.bytes(at, int(min(max(0, end-at), reach+4)))
	if err != nil {
		return m, err
	}
	start, first := int64(-1), mp3Frame{}
	for i := 0; i+4 <= len(search) && start < 0; i++ {
		f, ok := mp3Head(search[i:])
		if !ok {
			continue
		}
		next, seen := at+int64(i)+int64(f.bytes), 1
		for ; seen < 3 && next+4 <= end; seen++ {
			h, err := w.bytes(next, 4)
			if err != nil {
				return m, err
			}
			g, ok := mp3Head(h)
			if !ok || g.same != f.same {
				break
			}
			next += int64(g.bytes)
		}
		if seen == 3 {
			start, first = at+int64(i), f
		}
	}
	if start < 0 {
		return m, invalid("The file is no picture or recording that is known here, or it is broken. %s", takes)
	}
	m.zero(at, start) // nothing that is played stands before the sound
	if tag, err := w.bytes(start, int(min(int64(first.bytes), end-start))); err == nil {
		if k := 4 + first.side; len(tag) >= k+12 && (string(tag[k:k+4]) == "Xing" || string(tag[k:k+4]) == "Info") && tag[k+7]&1 == 1 {
			m.Duration = lasts(float64(binary.BigEndian.Uint32(tag[k+8:]))*float64(first.samples), float64(first.rate))
		} else if len(tag) >= 54 && string(tag[36:40]) == "VBRI" {
			m.Duration = lasts(float64(binary.BigEndian.Uint32(tag[50:]))*float64(first.samples), float64(first.rate))
		}
	}
	if m.Duration > 0 {
		return m, nil
	}
	// Nothing tells how long it is: parts are counted, and of a long one what follows is taken to be like its beginning.
	parts, next := 0, start
	for parts < 20_000 && next+4 <= end {
		h, err := w.bytes(next, 4)
		if err != nil {
			return m, err
		}
		if f, ok := mp3Head(h); ok && f.same == first.same {
			parts++
			next += int64(f.bytes)
			continue
		}
		// Something else stands between parts, as when recordings were put together.
		lost, err := w.bytes(next, int(min(64<<10, end-next)))
		if err != nil {
			return m, err
		}
		skip := 1
		for ; skip+4 <= len(lost); skip++ {
			f, ok := mp3Head(lost[skip:])
			if !ok || f.same != first.same || skip+f.bytes+4 > len(lost) {
				continue
			}
			if g, ok := mp3Head(lost[skip+f.bytes:]); ok && g.same == f.same {
				break
			}
		}
		if skip+4 > len(lost) {
			break
		}
		next += int64(skip)
	}
	n := float64(parts) * float64(first.samples)
	if parts == 20_000 {
		n *= float64(end-start) / float64(next-start)
		m.note("How long the recording is, is estimated from its beginning.")
	}
	m.Duration = lasts(n, float64(first.rate))
	return m, nil
}

// oggStream is one of the streams that an OGG weaves together.
type oggStream struct {
	serial        uint32
	codec         string
	first         []byte // packet
	packets       int    // that were read in full
	pieces        []oggPiece
	length        int // bytes of the second packet so far
	done          bool
	rate          float64 // units of its clock a second
	skip          float64 // units before the first sound
	shift         uint    // of the clock of Theora
	video         bool
	width, height int
}

// oggPiece is a part of a packet on a page.
type oggPiece struct {
	page, from int64 // bytes of the file
	n          int
}

// oggPage is the head of a page.
type oggPage struct {
	flags   byte
	granule int64
	serial  uint32
	lacing  []byte
	body    int64 // where it begins
	next    int64
}

func (w *window) oggPage(at int64) (oggPage, error) {
	h, err := w.bytes(at, 27)
	if err != nil {
		return oggPage{}, err
	}
	if string(h[:4]) != "OggS" || h[4] != 0 {
		return oggPage{}, invalid("The recording is broken: a part of it is not where it should be.")
	}
	p := oggPage{flags: h[5], granule: int64(binary.LittleEndian.Uint64(h[6:])), serial: binary.LittleEndian.Uint32(h[14:])}
	if p.lacing, err = w.bytes(at+27, int(h[26])); err != nil {
		return oggPage{}, err
	}
	p.body = at + 27 + int64(h[26])
	p.next = p.body
	for _, n := range p.lacing {
		p.next += int64(n)
	}
	if p.next > w.size {
		return oggPage{}, errEnds
	}
	return p, nil
}

// ogg reads the beginnings of all streams, blanks their remarks in place, and finds the end by the last page.
func (w *window) ogg() (Media, error) {
	m := Media{Type: "audio/ogg", Class: "audio"}
	var streams []*oggStream
	by := func(serial uint32) *oggStream {
		for _, s := range streams {
			if s.serial == serial {
				return s
			}
		}
		return nil
	}
	at, open := int64(0), 0
	for pages := 0; at < w.size && (pages == 0 || open > 0); pages++ {
		if pages > 20_000 {
			return m, invalid("The recording is broken: its beginning does not end.")
		}
		p, err := w.oggPage(at)
		if err != nil {
			return m, err
		}
		s := by(p.serial)
		if p.flags&2 != 0 && s == nil {
			if len(streams) == 16 {
				return m, invalid("The recording has more streams than are read.")
			}
			s = &oggStream{serial: p.serial}
			streams = append(streams, s)
			open++
		}
		if s == nil {
			return m, invalid("The recording is broken: a part of it has no beginning.")
		}
		from := p.body
		for _, n := range p.lacing {
			switch {
			case s.done:
			case s.packets == 0:
				b, err := w.bytes(from, int(n))
				if err != nil {
					return m, err
				}
				if s.first = append(s.first, b...); len(s.first) > 1<<16 {
					return m, invalid("The recording is broken: its beginning does not end.")
				}
			case len(s.pieces) > 0 && s.pieces[len(s.pieces)-1].page == at:
				s.pieces[len(s.pieces)-1].n += int(n)
				s.length += int(n)
			default:
				s.pieces = append(s.pieces, oggPiece{at, from, int(n)})
				s.length += int(n)
			}
			from += int64(n)
			if n < 255 && !s.done {
				if s.packets++; s.packets == 1 {
					s.identify()
				}
				if s.packets == 2 || s.codec == "" {
					s.done = true
					open--
				}
			}
		}
		if s.length > 64<<20 {
			return m, invalid("The remarks of the recording have more than 64 MB; it is not read.")
		}
		at = p.next
		if open == 0 && at < w.size { // another stream may begin
			if q, err := w.oggPage(at); err == nil && q.flags&2 != 0 {
				open = 1
				streams = append(streams, &oggStream{serial: q.serial})
				if len(streams) > 16 {
					return m, invalid("The recording has more streams than are read.")
				}
			}
		}
	}
	known := false
	pages := map[int64][]Range{}
	for _, s := range streams {
		if s.codec == "" {
			continue
		}
		known = true
		if s.video && s.width > 0 {
			m.Type, m.Class, m.Width, m.Height = "video/ogg", "video", s.width, s.height
		}
		if !s.done {
			return m, errEnds
		}
		if !s.blank(pages) {
			m.note("Remarks in the recording are broken and were left as they are.")
		}
	}
	if !known {
		return m, invalid("The recording is of a kind of OGG that is not known here; Vorbis, Opus, FLAC, Speex and Theora are.")
	}
	for page, changes := range pages {
		p, err := w.oggPage(page)
		if err != nil {
			return m, err
		}
		whole, err := w.bytes(page, int(p.next-page))
		if err != nil {
			return m, err
		}
		for _, c := range changes {
			b := whole[c.From-page : c.To-page]
			clear(b)
			copy(b, c.Put)
			m.Blank = append(m.Blank, c)
		}
		clear(whole[22:26])
		m.zero(page+22, page+26, binary.LittleEndian.AppendUint32(nil, oggSum(whole))...)
	}
	// The last page of each stream tells where it ends.
	var told []uint32
	tail := max(0, w.size-1<<20)
	b, err := w.bytes(tail, int(w.size-tail))
	if err != nil {
		return m, err
	}
	for i := bytes.LastIndex(b, []byte("OggS")); i >= 0 && len(told) < len(streams); i = bytes.LastIndex(b[:i], []byte("OggS")) {
		p, err := w.oggPage(tail + int64(i))
		if err != nil || p.granule < 0 {
			continue
		}
		s := by(p.serial)
		if s == nil {
			m.note("The recording is several after each other; only the first was looked at, so that remarks in the others stay.")
			break
		}
		if slices.Contains(told, p.serial) {
			continue
		}
		told = append(told, p.serial)
		n := float64(p.granule) - s.skip
		if s.shift > 0 {
			n = float64(p.granule>>s.shift) + float64(p.granule&(1<<s.shift-1))
		}
		m.Duration = max(m.Duration, lasts(n, s.rate))
	}
	return m, nil
}

// identify tells what a stream is by its first packet.
func (s *oggStream) identify() {
	b := s.first
	switch {
	case len(b) >= 30 && string(b[:7]) == "\x01vorbis":
		s.codec, s.rate = "vorbis", float64(binary.LittleEndian.Uint32(b[12:]))
	case len(b) >= 19 && string(b[:8]) == "OpusHead":
		s.codec, s.rate, s.skip = "opus", 48000, float64(binary.LittleEndian.Uint16(b[10:]))
	case len(b) >= 51 && string(b[:5]) == "\x7fFLAC" && string(b[9:13]) == "fLaC":
		s.codec, s.rate = "flac", float64(binary.BigEndian.Uint32(b[27:])>>12)
	case len(b) >= 80 && string(b[:8]) == "Speex   ":
		s.codec, s.rate = "speex", float64(binary.LittleEndian.Uint32(b[36:]))
	case len(b) >= 42 && string(b[:7]) == "\x80theora":
		s.codec, s.video = "theora", true
		s.width, s.height = int(b[14])<<16|int(b[15])<<8|int(b[16]), int(b[17])<<16|int(b[18])<<8|int(b[19])
		s.shift = uint(b[40]&3)<<3 | uint(b[41]>>5)
		if d := binary.BigEndian.Uint32(b[26:]); d > 0 {
			s.rate = float64(binary.BigEndian.Uint32(b[22:])) / float64(d)
		}
	}
	if len(b) > 0 {
		s.first = b[:min(len(b), 64)]
	}
}

// blank makes the remarks of a stream one name of a program without letters, as long as they were.
func (s *oggStream) blank(pages map[int64][]Range) bool {
	keep := map[string]int{"vorbis": 7, "theora": 7, "opus": 8, "flac": 4}[s.codec]
	ends := 0
	if s.codec == "vorbis" {
		ends = 1
	}
	name := s.length - keep - ends - 8
	if name < 0 {
		return false
	}
	head := binary.LittleEndian.AppendUint32(nil, uint32(name))
	at := 0 // bytes of the packet
	for _, p := range s.pieces {
		put := make([]byte, 0, 4)
		from := max(0, keep-at)
		for i := from; i < p.n && i+at < keep+4; i++ {
			put = append(put, head[i+at-keep])
		}
		if from < p.n {
			pages[p.page] = append(pages[p.page], Range{p.from + int64(from), p.from + int64(p.n), put})
		}
		at += p.n
	}
	if ends == 1 { // the bit that says so is the last byte
		last := s.pieces[len(s.pieces)-1]
		for i := len(s.pieces) - 1; i >= 0 && last.n == 0; i-- {
			last = s.pieces[i]
		}
		list := pages[last.page]
		for i := range list {
			if end := last.from + int64(last.n); list[i].To == end {
				list[i].To--
				pages[last.page] = append(list, Range{end - 1, end, []byte{1}})
				break
			}
		}
	}
	return true
}

// oggSum is the checksum of a page of OGG: that of Ethernet with its bits in the other order and nothing added.
func oggSum(b []byte) uint32 {
	turned := make([]byte, len(b))
	for i, c := range b {
		turned[i] = bits.Reverse8(c)
	}
	// crc32 begins and ends with all bits turned; here it does neither.
	return bits.Reverse32(^crc32.Update(^uint32(0), crc32.IEEETable, turned))
}

// flacLasts tells how long a recording of FLAC is, by its first block.
func flacLasts(s []byte) time.Duration {
	x := binary.BigEndian.Uint64(s[10:])
	return lasts(float64(x&(1<<36-1)), float64(x>>44))
}
