package extract

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"throughline/internal/fault"
)

// secret stands in every place of a file that tells of people and places.
const secret = "SECRET-50.1109N-8.6821E"

// drawing is a picture whose upper left quarter is red and whose rest is blue.
func drawing(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{0, 0, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.NRGBA{255, 0, 0, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

func made(t testing.TB, write func(io.Writer) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exifOf is a part with an orientation and words.
func exifOf(orientation uint16) []byte {
	b := []byte("II*\x00\x08\x00\x00\x00\x02\x00")
	b = binary.LittleEndian.AppendUint16(b, 0x0112)
	b = binary.LittleEndian.AppendUint16(b, 3)
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(orientation))
	b = binary.LittleEndian.AppendUint16(b, 0x010e)
	b = binary.LittleEndian.AppendUint16(b, 2)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(secret)))
	b = binary.LittleEndian.AppendUint32(b, 38)
	return append(append(b, 0, 0, 0, 0), secret...)
}

// jpegOf is a photograph as telephones make them: with Exif and a remark.
func jpegOf(t testing.TB, w, h int, orientation uint16) []byte {
	b := made(t, func(out io.Writer) error { return jpeg.Encode(out, drawing(w, h), &jpeg.Options{Quality: 95}) })
	part := func(marker byte, body []byte) []byte {
		return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2)), body...)
	}
	return slices.Concat(b[:2], part(0xe1, append([]byte("Exif\x00\x00"), exifOf(orientation)...)), part(0xfe, []byte(secret)), b[2:])
}

func pngChunk(kind string, body []byte) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), kind...)
	b = append(b, body...)
	return binary.BigEndian.AppendUint32(b, crcOf(b[4:]))
}

func crcOf(b []byte) uint32 {
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x)
		for range 8 {
			c = c>>1 ^ 0xedb88320*(c&1)
		}
	}
	return ^c
}

func pngOf(t testing.TB, w, h int) []byte {
	b := made(t, func(out io.Writer) error { return png.Encode(out, drawing(w, h)) })
	return slices.Concat(b[:33], pngChunk("tEXt", []byte("Comment\x00"+secret)), pngChunk("eXIf", exifOf(6)), b[33:])
}

// riffOf packs parts as RIFF does.
func riffOf(kind string, parts ...string) []byte {
	b := []byte(kind)
	for i := 0; i+1 < len(parts); i += 2 {
		b = append(b, parts[i]...)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(parts[i+1])))
		b = append(b, parts[i+1]...)
		if len(parts[i+1])%2 == 1 {
			b = append(b, 0)
		}
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(b))), b...)
}

func wavOf(seconds float64) []byte {
	f := "\x01\x00\x01\x00" + le32(8000) + le32(16000) + "\x02\x00\x10\x00"
	return riffOf("WAVE", "fmt ", f, "LIST", "INFOIART"+le32(len(secret))+secret, "bext", secret, "data", strings.Repeat("\x01\x02", int(8000*seconds)), "id3 ", secret)
}

func le32(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
func be32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// mp3Of is silence of so many parts of 1152 samples at 44,100 a second, with tags at both ends.
func mp3Of(parts int, xing bool) []byte {
	frame := "\xff\xfb\x90\x00" + strings.Repeat("\x00", 413) // 128 kbit/s: 417 bytes
	var b strings.Builder
	b.WriteString("ID3\x04\x00\x00\x00\x00\x01\x00TIT2\x00\x00\x00\x20\x00\x00" + secret + strings.Repeat("\x00", 128-10-len(secret)))
	if xing {
		b.WriteString(frame[:36] + "Info" + be32(1) + be32(parts) + frame[48:])
		b.WriteString(strings.Repeat(frame, 3))
	} else {
		b.WriteString(strings.Repeat(frame, parts))
	}
	item := le32(len(secret)) + le32(0) + "Artist\x00" + secret
	b.WriteString("APETAGEX" + le32(2000) + le32(len(item)+32) + le32(1) + le32(1<<31|1<<29) + "\x00\x00\x00\x00\x00\x00\x00\x00")
	b.WriteString(item)
	b.WriteString("APETAGEX" + le32(2000) + le32(len(item)+32) + le32(1) + le32(1<<31) + "\x00\x00\x00\x00\x00\x00\x00\x00")
	b.WriteString("TAG" + secret + strings.Repeat("\x00", 125-len(secret)))
	return []byte(b.String())
}

func flacOf(samples uint64) []byte {
	info := make([]byte, 34)
	binary.BigEndian.PutUint64(info[10:], 44100<<44|1<<41|15<<36|samples)
	block := func(kind byte, body string) string { return string(kind) + be32(len(body))[1:] + body }
	remark := le32(4) + "prog" + le32(1) + le32(len(secret)+4) + "LOC=" + secret
	return []byte("fLaC" + "\x00\x00\x00\x22" + string(info) + block(4, remark) + block(6, secret) + block(2, secret) + "\x81\x00\x00\x04\x00\x00\x00\x00" + "\xff\xf8")
}

// oggPageOf is a page with packets, the last of which may go on.
func oggPageOf(flags byte, granule int64, serial, number uint32, more bool, packets ...string) []byte {
	b := append([]byte("OggS\x00"), flags)
	b = binary.LittleEndian.AppendUint64(b, uint64(granule))
	b = binary.LittleEndian.AppendUint32(b, serial)
	b = binary.LittleEndian.AppendUint32(b, number)
	b = append(b, 0, 0, 0, 0)
	var lacing, body []byte
	for i, p := range packets {
		body = append(body, p...)
		for n := len(p); ; n -= 255 {
			if n < 255 {
				if !more || i+1 < len(packets) {
					lacing = append(lacing, byte(n))
				}
				break
			}
			lacing = append(lacing, 255)
		}
	}
	b = slices.Concat(b, []byte{byte(len(lacing))}, lacing, body)
	binary.LittleEndian.PutUint32(b[22:], slowSum(b))
	return b
}

// slowSum is the checksum as the specification of OGG writes it down.
func slowSum(b []byte) uint32 {
	var c uint32
	for _, x := range b {
		c ^= uint32(x) << 24
		for range 8 {
			if c&0x80000000 != 0 {
				c = c<<1 ^ 0x04c11db7
			} else {
				c <<= 1
			}
		}
	}
	return c
}

func remarks(prefix, end string, long int) string {
	picture := "METADATA_BLOCK_PICTURE=" + strings.Repeat("A", long) + secret
	return prefix + le32(4) + "prog" + le32(2) + le32(len(secret)+9) + "LOCATION=" + secret + le32(len(picture)) + picture + end
}

func opusOf(seconds int) []byte {
	r := remarks("OpusTags", "", 70_000)
	cut := 255 * 250
	return slices.Concat(oggPageOf(2, 0, 7, 0, false, "OpusHead\x01\x01"+"\x38\x01"+le32(48000)+"\x00\x00\x00"),
		oggPageOf(0, -1, 7, 1, true, r[:cut]), oggPageOf(1, 0, 7, 2, false, r[cut:]),
		oggPageOf(0, 48000, 7, 3, false, "sound"), oggPageOf(4, int64(48000*seconds+312), 7, 4, false, "sound"))
}

func vorbisOf(seconds int) []byte {
	id := "\x01vorbis" + le32(0) + "\x02" + le32(44100) + le32(0) + le32(128000) + le32(0) + "\xb8\x01"
	return slices.Concat(oggPageOf(2, 0, 9, 0, false, id), oggPageOf(0, 0, 9, 1, false, remarks("\x03vorbis", "\x01", 10), "\x05vorbis-and-books"),
		oggPageOf(4, int64(44100*seconds), 9, 2, false, "sound"))
}

func theoraOf() []byte {
	id := "\x80theora\x03\x02\x01\x00\x14\x00\x0f" + "\x00\x01\x40\x00\x00\xf0\x00\x00" + be32(25) + be32(1) + "\x00\x00\x01\x00\x00\x01\x00\x00\x00\x00" + "\x00\xc0"
	return slices.Concat(oggPageOf(2, 0, 3, 0, false, id), oggPageOf(0, 0, 3, 1, false, remarks("\x81theora", "", 10), "\x82theora-tables"), oggPageOf(4, 40<<6|10, 3, 2, false, "frame"))
}

func boxOf(kind string, parts ...string) string {
	body := strings.Join(parts, "")
	return be32(len(body)+8) + kind + body
}

// longBoxOf is a box whose length takes eight bytes.
func longBoxOf(kind string, body string) string {
	return be32(1) + kind + "\x00\x00\x00\x00" + be32(len(body)+16) + body
}

// mp4Of is a film, or sound alone, with remarks in every place that has some and a track of places.
func mp4Of(brand string, film, turned bool) []byte {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	when := "\xe0\x00\x00\x01\xe0\x00\x00\x02"
	trak := func(id int, handler, tables string, w, h int) string {
		matrix := be32(1<<16) + zeros(12) + be32(1<<16) + zeros(12) + be32(1<<30)
		if turned {
			matrix = zeros(4) + be32(1<<16) + zeros(4) + be32(-1<<16) + zeros(16) + be32(1<<30)
		}
		return boxOf("trak", boxOf("tkhd", zeros(4), when, be32(id), zeros(4), be32(5000), zeros(16), matrix, be32(w<<16), be32(h<<16)),
			boxOf("mdia", boxOf("mdhd", zeros(4), when, be32(1000), be32(5000), zeros(4)), boxOf("hdlr", zeros(8), handler, zeros(12), "\x00"), boxOf("minf", boxOf("stbl", tables))),
			boxOf("udta", boxOf("name", secret)))
	}
	ftyp := boxOf("ftyp", brand, be32(0), "isom")
	place := len(ftyp) + 8 + 9 // of the data about places in mdat
	tables := boxOf("stsc", zeros(4), be32(1), be32(1), be32(2), be32(1)) + boxOf("stsz", zeros(4), be32(0), be32(2), be32(10), be32(len(secret)-10)) + boxOf("stco", zeros(4), be32(1), be32(place))
	moov := []string{boxOf("mvhd", zeros(4), when, be32(1000), be32(5500), zeros(80)), trak(1, "soun", "", 0, 0)}
	if film {
		moov = append(moov, trak(2, "vide", "", 1920, 1080))
	}
	moov = append(moov, trak(3, "meta", tables, 0, 0), boxOf("udta", boxOf("\xa9xyz", secret), longBoxOf("meta", secret)), boxOf("meta", zeros(4), secret), longBoxOf("uuid", secret))
	return []byte(ftyp + boxOf("mdat", "pictures ", secret, " sound") + boxOf("moov", moov...) + boxOf("uuid", secret) + longBoxOf("free", secret))
}

// elementOf is an element of EBML with a length of eight bytes; short has one.
func elementOf(id string, body ...string) string {
	b := strings.Join(body, "")
	return id + "\x01" + string(binary.BigEndian.AppendUint64(nil, uint64(len(b))))[1:] + b
}

func short(id string, body string) string { return id + string([]byte{0x80 | byte(len(body))}) + body }

func float64Of(x float64) string {
	return string(binary.BigEndian.AppendUint64(nil, math.Float64bits(x)))
}

// webmOf is a film, with a table or as browsers write it while they record.
func webmOf(live bool) []byte {
	head := elementOf("\x1a\x45\xdf\xa3", short("\x42\x82", "webm"))
	info := short("\x2a\xd7\xb1", "\x0f\x42\x40") + short("\x4d\x80", "muxer") + short("\x57\x41", "writer")
	if !live {
		info += short("\x44\x89", float64Of(7250)) + short("\xbf", "sum1") + short("\x7b\xa9", secret) + short("\x44\x61", "12345678")
	}
	tracks := elementOf("\x16\x54\xae\x6b", elementOf("\xae", short("\xd7", "\x01"), short("\x83", "\x01"), short("\x53\x6e", secret), elementOf("\xe0", short("\xb0", "\x02\x80"), short("\xba", "\x01\x68"))), elementOf("\xae", short("\xd7", "\x02"), short("\x83", "\x02")))
	block := func(ms int) string { return short("\xa3", "\x81"+string(be32(ms)[2:])+"\x80frame") }
	body := elementOf("\x15\x49\xa9\x66", info) + tracks
	if live {
		unknown := "\x01\xff\xff\xff\xff\xff\xff\xff"
		return []byte(head + "\x18\x53\x80\x67" + unknown + body +
			"\x1f\x43\xb6\x75" + unknown + short("\xe7", "\x00") + block(0) + block(40) + "\x1f\x43\xb6\x75" + unknown + short("\xe7", "\x13\x88") + block(0) + elementOf("\xa0", short("\xa1", "\x81\x00\x50\x00frame")))
	}
	seek := elementOf("\x11\x4d\x9b\x74", elementOf("\x4d\xbb", short("\x53\xab", "\x12\x54\xc3\x67"), short("\x53\xac", "\x01")), elementOf("\x4d\xbb", short("\x53\xab", "\x16\x54\xae\x6b"), short("\x53\xac", "\x02")))
	return []byte(head + elementOf("\x18\x53\x80\x67", seek, body, elementOf("\x1f\x43\xb6\x75", short("\xe7", "\x00"), block(0)), elementOf("\x12\x54\xc3\x67", secret), elementOf("\x19\x41\xa4\x69", secret), elementOf("\xec", secret)))
}

// webp pictures of one dot, with loss and without.
var webps = []string{"UklGRiIAAABXRUJQVlA4IBYAAAAwAQCdASoBAAEADsD+JaQAA3AAAAAA", "UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="}

func webpOf(i int) []byte {
	b, err := base64.StdEncoding.DecodeString(webps[i])
	if err != nil {
		panic(err)
	}
	return b
}

type good struct {
	data          []byte
	kind, class   string
	width, height int
	took          time.Duration
}

// goodMedia are small files of every kind.
func goodMedia(t testing.TB) map[string]good {
	palette := image.NewPaletted(image.Rect(0, 0, 40, 30), color.Palette{color.Black, color.White, color.Transparent})
	moving := &gif.GIF{Image: []*image.Paletted{palette, palette}, Delay: []int{1, 1}}
	gifData := made(t, func(w io.Writer) error { return gif.EncodeAll(w, moving) })
	gifData = slices.Concat(gifData[:len(gifData)-1], []byte{0x21, 0xfe, byte(len(secret))}, []byte(secret), []byte{0, 0x3b})
	return map[string]good{
		"a.png":      {pngOf(t, 60, 40), "image/png", "image", 40, 60, 0},
		"a.jpg":      {jpegOf(t, 60, 40, 6), "image/jpeg", "image", 40, 60, 0},
		"large.jpg":  {jpegOf(t, 3000, 1000, 1), "image/jpeg", "image", 3000, 1000, 0},
		"a.gif":      {gifData, "image/gif", "image", 40, 30, 0},
		"a.webp":     {webpOf(0), "image/webp", "image", 1, 1, 0},
		"b.webp":     {webpOf(1), "image/webp", "image", 1, 1, 0},
		"a.bmp":      {made(t, func(w io.Writer) error { return bmp.Encode(w, drawing(30, 20)) }), "image/bmp", "image", 30, 20, 0},
		"a.tif":      {made(t, func(w io.Writer) error { return tiff.Encode(w, drawing(30, 20), nil) }), "image/tiff", "image", 30, 20, 0},
		"a.wav":      {wavOf(1.5), "audio/wav", "audio", 0, 0, 1500 * time.Millisecond},
		"a.mp3":      {mp3Of(100, false), "audio/mpeg", "audio", 0, 0, 2612 * time.Millisecond},
		"xing.mp3":   {mp3Of(1000, true), "audio/mpeg", "audio", 0, 0, 26122 * time.Millisecond},
		"a.flac":     {flacOf(44100 * 3), "audio/flac", "audio", 0, 0, 3 * time.Second},
		"a.opus":     {opusOf(12), "audio/ogg", "audio", 0, 0, 12 * time.Second},
		"a.ogg":      {vorbisOf(20), "audio/ogg", "audio", 0, 0, 20 * time.Second},
		"a.ogv":      {theoraOf(), "video/ogg", "video", 320, 240, 2 * time.Second},
		"a.mp4":      {mp4Of("isom", true, false), "video/mp4", "video", 1920, 1080, 5500 * time.Millisecond},
		"turned.mov": {mp4Of("qt  ", true, true), "video/quicktime", "video", 1080, 1920, 5500 * time.Millisecond},
		"a.m4a":      {mp4Of("M4A ", false, false), "audio/mp4", "audio", 0, 0, 5500 * time.Millisecond},
		"a.webm":     {webmOf(false), "video/webm", "video", 640, 360, 7250 * time.Millisecond},
		"live.webm":  {webmOf(true), "video/webm", "video", 640, 360, 5080 * time.Millisecond},
	}
}

func TestMedia(t *testing.T) {
	s := sandbox(t)
	for name, g := range goodMedia(t) {
		t.Run(name, func(t *testing.T) {
			m, err := s.Media(context.Background(), name, bytes.NewReader(g.data), int64(len(g.data)))
			if err != nil {
				t.Fatal(fault.Message(err), err)
			}
			if m.Type != g.kind || m.Class != g.class || m.Width != g.width || m.Height != g.height || m.Duration != g.took {
				t.Errorf("%s, %s, %d by %d, %s", m.Type, m.Class, m.Width, m.Height, m.Duration)
			}
			clean := m.Clean
			if m.Class != "image" {
				clean, err = io.ReadAll(Blanked(&slow{bytes.NewReader(g.data)}, m.Blank))
				if err != nil || len(clean) != len(g.data) {
					t.Fatalf("%d bytes of %d, %v", len(clean), len(g.data), err)
				}
				again, err := s.Media(context.Background(), name, bytes.NewReader(clean), int64(len(clean)))
				if err != nil || again.Type != m.Type || again.Duration != m.Duration || again.Width != m.Width {
					t.Errorf("once it was cleaned: %+v, %v", again, err)
				}
			}
			for i := range len(secret) - 8 { // no more than letters of it
				if bytes.Contains(clean, []byte(secret[i:i+8])) {
					t.Fatalf("%q is still in it", secret[i:i+8])
				}
			}
			if strings.HasSuffix(name, ".ogg") || strings.HasSuffix(name, ".opus") || strings.HasSuffix(name, ".ogv") {
				for _, page := range bytes.Split(clean, []byte("OggS"))[1:] {
					page = append([]byte("OggS"), page...)
					sum := binary.LittleEndian.Uint32(page[22:])
					clear(page[22:26])
					if got := slowSum(page); got != sum {
						t.Errorf("a page says %x and has %x", sum, got)
					}
				}
			}
			if strings.HasSuffix(name, ".ogg") && !bytes.Contains(clean, []byte("\x01\x05vorbis-and-books")) {
				t.Error("the tables are gone")
			}
			if strings.HasSuffix(name, ".mp4") && !bytes.Contains(clean, []byte("pictures ")) {
				t.Error("the pictures are gone")
			}
		})
	}
}

// slow gives a few bytes at a time.
type slow struct{ r io.Reader }

func (s *slow) Read(p []byte) (int, error) { return s.r.Read(p[:min(len(p), 7)]) }

// TestMediaTurned looks at the dots of pictures that are turned in each of the eight ways.
func TestMediaTurned(t *testing.T) {
	for o := uint16(1); o <= 8; o++ {
		b := jpegOf(t, 64, 32, o)
		m, err := Probe(context.Background(), "a.jpg", bytes.NewReader(b), int64(len(b)), Standard())
		if err != nil {
			t.Fatal(err)
		}
		p, err := jpeg.Decode(bytes.NewReader(m.Clean))
		if err != nil {
			t.Fatal(err)
		}
		// Where the red quarter is to be seen: left or right, above or below.
		want := map[uint16][2]bool{1: {true, true}, 2: {false, true}, 3: {false, false}, 4: {true, false}, 5: {true, true}, 6: {false, true}, 7: {false, false}, 8: {true, false}}[o]
		w, h := p.Bounds().Dx(), p.Bounds().Dy()
		if (w > h) != (o < 5) || m.Width != w || m.CleanWidth != w {
			t.Errorf("orientation %d: %d by %d", o, w, h)
		}
		for i, at := range [][2]int{{w / 4, h / 4}, {w * 3 / 4, h / 4}, {w / 4, h * 3 / 4}, {w * 3 / 4, h * 3 / 4}} {
			r, _, blue, _ := p.At(at[0], at[1]).RGBA()
			if red := (i%2 == 0) == want[0] && (i < 2) == want[1]; red != (r > blue) {
				t.Errorf("orientation %d: quarter %d is of the wrong colour", o, i)
			}
		}
	}
	large := jpegOf(t, 5000, 1500, 1)
	m, err := Probe(context.Background(), "a.jpg", bytes.NewReader(large), int64(len(large)), Standard())
	if err != nil || m.CleanWidth != 2400 || m.CleanHeight != 720 || m.CleanType != "image/jpeg" {
		t.Fatalf("%d by %d %s, %v", m.CleanWidth, m.CleanHeight, m.CleanType, err)
	}
	glass := image.NewNRGBA(image.Rect(0, 0, 4000, 10))
	b := made(t, func(w io.Writer) error { return png.Encode(w, glass) })
	m, err = Probe(context.Background(), "a.png", bytes.NewReader(b), int64(len(b)), Standard())
	p, perr := png.Decode(bytes.NewReader(m.Clean))
	if err != nil || perr != nil || m.CleanType != "image/png" || p.Bounds().Dx() != 2400 {
		t.Fatalf("%s, %v, %v", m.CleanType, err, perr)
	}
	if _, _, _, a := p.At(5, 5).RGBA(); a != 0 {
		t.Error("what could be seen through cannot any more")
	}
}

// TestMediaRefused reads what is no picture and no recording, or lies.
func TestMediaRefused(t *testing.T) {
	huge := func(w, h int) []byte { // a PNG that promises more than it has
		b := []byte("\x89PNG\r\n\x1a\n")
		b = append(b, pngChunk("IHDR", []byte(be32(w)+be32(h)+"\x08\x06\x00\x00\x00"))...)
		return append(b, pngChunk("IDAT", []byte("x"))...)
	}
	flat := made(t, func(w io.Writer) error { // a bomb: many dots in few bytes
		return png.Encode(w, image.NewGray(image.Rect(0, 0, 20_000, 20_000)))
	})
	turnedLarge := jpegOf(t, 60, 40, 1)
	sof := bytes.Index(turnedLarge, []byte{0xff, 0xc0})
	copy(turnedLarge[sof+5:], "\xff\xff\xff\xff")
	deep := "x"
	for range 1000 {
		deep = boxOf("moov", deep)
	}
	deepTrak := "x"
	for range 1000 {
		deepTrak = boxOf("trak", deepTrak)
	}
	deepSegment := "x"
	for range 1000 {
		deepSegment = elementOf("\x18\x53\x80\x67", deepSegment)
	}
	head := elementOf("\x1a\x45\xdf\xa3", short("\x42\x82", "webm"))
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"a.svg":         {[]byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "SVG"},
		"b.png":         {[]byte("  <svg onload=alert(1)>"), "SVG"},
		"page.jpg":      {[]byte("<html><script>alert(1)</script>"), "no picture"},
		"a.heic":        {[]byte(boxOf("ftyp", "heic", be32(0), "mif1heic")), "HEIC"},
		"a.avi":         {riffOf("AVI ", "LIST", "x"), "AVI"},
		"a.txt":         {[]byte("words"), "no picture"},
		"empty.mp3":     {nil, "empty"},
		"huge.png":      {huge(100_000, 100_000), "100000 by 100000"},
		"minus.png":     {huge(-1, 5), "broken"},
		"flat.png":      {flat, "20000 by 20000"},
		"lies.jpg":      {turnedLarge, "65535"},
		"cut.png":       {pngOf(t, 60, 40)[:120], "broken"},
		"cut.jpg":       {jpegOf(t, 60, 40, 1)[:500], "broken"},
		"cut.mp4":       {mp4Of("isom", true, false)[:100], "broken"},
		"no-moov.mp4":   {[]byte(boxOf("ftyp", "isom") + boxOf("mdat", "x")), "cut off"},
		"deep.mp4":      {[]byte(boxOf("ftyp", "isom") + deep), "neither sound nor pictures"},
		"deep-trak.mp4": {[]byte(boxOf("ftyp", "isom") + boxOf("moov", deepTrak)), "neither sound nor pictures"},
		"size.mp4":      {[]byte(boxOf("ftyp", "isom") + "\xff\xff\xff\xfemoov"), "ends too early"},
		"long.mp4":      {[]byte(boxOf("ftyp", "isom") + be32(1) + "moov\xff\xff\xff\xff\xff\xff\xff\xff"), "ends too early"},
		"deep.webm":     {[]byte(head + deepSegment), "neither sound nor pictures"},
		"size.webm":     {[]byte(head + "\x18\x53\x80\x67\x01\x00\x00\x00\x00\x00\x00\x10\x16\x54\xae\x6b\x01\x7f\xff\xff\xff\xff\xff\xff"), "ends too early"},
		"a.mkv":         {[]byte(elementOf("\x1a\x45\xdf\xa3", short("\x42\x82", "other"))), "no recording"},
		"no-data.wav":   {riffOf("WAVE", "fmt ", "\x01\x00\x01\x00"+le32(8000)+le32(16000)+"\x02\x00\x10\x00"), "no sound"},
		"still.wav":     {riffOf("WAVE", "fmt ", "\x01\x00\x01\x00"+le32(0)+le32(0)+"\x02\x00\x10\x00", "data", "xx"), "how fast"},
		"noise.mp3":     {bytes.Repeat([]byte{0xff, 0x13, 0x77}, 1000), "no picture or recording"},
		"tag.mp3":       {[]byte("ID3\x04\x00\x00\x7f\x7f\x7f\x7f"), "ends too early"},
		"cut.flac":      {flacOf(1)[:20], "ends too early"},
		"first.flac":    {[]byte("fLaC\x04\x00\x00\x01x"), "beginning"},
		"cut.ogg":       {opusOf(3)[:300], "ends too early"},
		"other.ogg":     {oggPageOf(2, 0, 1, 0, false, "strange"), "kind of OGG"},
		"orphan.ogg":    {oggPageOf(0, 0, 1, 0, false, "strange"), "no beginning"},
	} {
		s := sandbox(t)
		s.peak = &atomic.Int64{}
		start := time.Now()
		_, err := s.Media(context.Background(), name, bytes.NewReader(c.data), int64(len(c.data)))
		if fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), c.says) {
			t.Errorf("%s: %v; expected %q", name, err, c.says)
		}
		if took := time.Since(start); took > 10*time.Second || s.peak.Load() > 300<<20 {
			t.Errorf("%s took %s and %d MiB", name, took, s.peak.Load()>>20)
		}
	}
	l := Standard()
	if _, err := Probe(context.Background(), "a.png", &far{head: pngOf(t, 60, 40), size: l.Picture + 1}, l.Picture+1, l); fault.Of(err) != fault.Invalid || !strings.Contains(fault.Message(err), "MB") {
		t.Error(err)
	}
}

// TestMediaPolyglot takes a picture that is also a page, and sees the page gone.
func TestMediaPolyglot(t *testing.T) {
	b := append(jpegOf(t, 60, 40, 1), "<script>alert(1)</script>"...)
	m, err := Probe(context.Background(), "a.jpg", bytes.NewReader(b), int64(len(b)), Standard())
	if err != nil || bytes.Contains(m.Clean, []byte("script")) {
		t.Error(err)
	}
}

// far is a file of two gigabytes, nothing but zeros between its ends.
type far struct {
	head, tail []byte
	size       int64
	read       atomic.Int64
}

func (f *far) ReadAt(p []byte, at int64) (int, error) {
	f.read.Add(int64(len(p)))
	clear(p)
	if at < int64(len(f.head)) {
		copy(p, f.head[at:])
	}
	if k := f.size - int64(len(f.tail)) - at; k < int64(len(p)) {
		if k >= 0 {
			copy(p[k:], f.tail)
		} else {
			copy(p, f.tail[-k:])
		}
	}
	return len(p), nil
}

// TestMediaLarge probes recordings of nearly two gigabytes, of which hardly anything may be read.
func TestMediaLarge(t *testing.T) {
	const size = 2<<30 - 5
	film := mp4Of("isom", true, false)
	mdat := bytes.Index(film, []byte("mdat")) - 4
	moov := bytes.Index(film, []byte("moov")) - 4
	long := bytes.Clone(film[:moov])
	binary.BigEndian.PutUint32(long[mdat:], uint32(size-mdat-(len(film)-moov)))
	sound := wavOf(1)
	data := bytes.Index(sound, []byte("data"))
	binary.LittleEndian.PutUint32(sound[data+4:], uint32(size-data-8))
	for name, f := range map[string]*far{
		"a.mp4": {head: long, tail: film[moov:], size: size},
		"a.wav": {head: sound[:data+8], size: size},
	} {
		s := sandbox(t)
		s.peak = &atomic.Int64{}
		m, err := s.Media(context.Background(), name, f, size)
		if err != nil || m.Duration == 0 || f.read.Load() > 4<<20 || s.peak.Load() > 100<<20 {
			t.Errorf("%s: %v, %s, %d KiB read, %d MiB of memory", name, err, m.Duration, f.read.Load()>>10, s.peak.Load()>>20)
		}
	}
	f := &far{head: sound[:20], size: size}
	if _, err := sandbox(t).Media(context.Background(), "a.wav", failing{f}, size); fault.Of(err) != fault.Unavailable {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

type failing struct{ io.ReaderAt }

func (failing) ReadAt([]byte, int64) (int, error) { return 0, fmt.Errorf("the disk is gone") }

// TestMediaBroken cuts and changes files of every kind: a finding or a refusal, and nothing else.
func TestMediaBroken(t *testing.T) {
	all := goodMedia(t)
	for n, name := range slices.Sorted(maps.Keys(all)) {
		if name == "large.jpg" {
			continue
		}
		g, r := all[name], rand.New(rand.NewPCG(3, uint64(n)))
		for i := range 300 {
			b := bytes.Clone(g.data)
			if i%3 == 0 {
				b = b[:1+r.IntN(len(b)-1)]
			} else {
				for range 1 + r.IntN(6) {
					b[r.IntN(min(len(b), 2000))] = byte(r.UintN(256))
				}
			}
			tryMedia(t, name, b)
		}
	}
}

// tryMedia reads a file, and sees that what is said of it makes sense and that it is read in the same way once it is clean.
func tryMedia(t testing.TB, name string, b []byte) {
	l := Standard()
	l.Memory = 16 << 20
	m, err := Probe(context.Background(), name, bytes.NewReader(b), int64(len(b)), l)
	if err != nil {
		if fault.Of(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	if !m.sound(int64(len(b))) {
		t.Errorf("%s: %+v of %d bytes", name, m, len(b))
		return
	}
	clean := m.Clean
	if m.Class != "image" {
		clean, _ = io.ReadAll(Blanked(bytes.NewReader(b), m.Blank))
	}
	again, err := Probe(context.Background(), name, bytes.NewReader(clean), int64(len(clean)), Standard())
	// In a broken file remarks may run over what tells the length, which then is not known any more; another one is never told.
	if err != nil || again.Class != m.Class || m.Class != "image" && again.Duration != m.Duration && again.Duration != 0 {
		t.Errorf("%s, once it was cleaned: %v, %s %s, was %s %s", name, err, again.Class, again.Duration, m.Class, m.Duration)
	}
}

func fuzzMedia(f *testing.F, names ...string) {
	all := goodMedia(f)
	for _, n := range names {
		f.Add(all[n].data)
	}
	f.Fuzz(func(t *testing.T, b []byte) { tryMedia(t, names[0], b) })
}

func FuzzPNG(f *testing.F)  { fuzzMedia(f, "a.png") }
func FuzzJPEG(f *testing.F) { fuzzMedia(f, "a.jpg") }
func FuzzGIF(f *testing.F)  { fuzzMedia(f, "a.gif") }
func FuzzWebP(f *testing.F) { fuzzMedia(f, "a.webp", "b.webp") }
func FuzzBMP(f *testing.F)  { fuzzMedia(f, "a.bmp") }
func FuzzTIFF(f *testing.F) { fuzzMedia(f, "a.tif") }
func FuzzWAV(f *testing.F)  { fuzzMedia(f, "a.wav") }
func FuzzMP3(f *testing.F)  { fuzzMedia(f, "a.mp3", "xing.mp3") }
func FuzzFLAC(f *testing.F) { fuzzMedia(f, "a.flac") }
func FuzzOGG(f *testing.F)  { fuzzMedia(f, "a.ogg", "a.opus", "a.ogv") }
func FuzzMP4(f *testing.F)  { fuzzMedia(f, "a.mp4", "turned.mov", "a.m4a") }
func FuzzWebM(f *testing.F) { fuzzMedia(f, "a.webm", "live.webm") }

// Cleaned gives the same each time it is read.
func TestCleaned(t *testing.T) {
	r := Cleaned(bytes.NewReader([]byte("one two three")), []Range{{From: 4, To: 7, Put: []byte("x")}})
	for range 2 {
		if b, err := io.ReadAll(r); err != nil || string(b) != "one x\x00\x00 three" {
			t.Errorf("%q, %v", b, err)
		}
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			t.Fatal(err)
		}
	}
}
