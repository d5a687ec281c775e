package extract

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"throughline/internal/fault"
)

// Media is what a picture or a recording is found to be. A picture is shown only as Clean. A recording is kept with Blank
// applied ([Blanked]): its sound and pictures stay as they are, byte for byte and in their places, and only what tells of
// people, places and devices is overwritten.
type Media struct {
	Type        string        `json:"type"`     // such as image/png
	Class       string        `json:"class"`    // one of Classes
	Width       int           `json:"width"`    // pixels as it is to be seen, that is, turned as it says; 0 for sound
	Height      int           `json:"height"`   //
	Duration    time.Duration `json:"duration"` // of a recording, in whole milliseconds; 0 when it does not tell
	Clean       []byte        `json:"clean,omitempty"`
	CleanType   string        `json:"cleanType,omitempty"`  // image/png or image/jpeg
	CleanWidth  int           `json:"cleanWidth,omitempty"` // pixels
	CleanHeight int           `json:"cleanHeight,omitempty"`
	Blank       []Range       `json:"blank,omitempty"` // in order, none over another
	Notes       []string      `json:"notes,omitempty"` // in plain words: what could not be told or taken away
}

// Classes lists what media are.
var Classes = []string{"image", "audio", "video"}

// Range is a part of a file that is overwritten: with Put at its beginning, and zeros after it.
type Range struct {
	From int64  `json:"from"` // bytes of the file
	To   int64  `json:"to"`   // the first that stays
	Put  []byte `json:"put,omitempty"`
}

// Blanked reads a file with ranges overwritten, as [Media] lists them.
func Blanked(r io.Reader, blank []Range) io.Reader { return &blanker{r: r, blank: blank} }

// Cleaned is Blanked for a file that is read several times: it begins again when it is sought in.
func Cleaned(file io.ReadSeeker, blank []Range) io.ReadSeeker {
	return &again{file: file, blank: blank}
}

type again struct {
	file  io.ReadSeeker
	blank []Range
	r     io.Reader
}

func (c *again) Seek(offset int64, whence int) (int64, error) {
	c.r = nil
	return c.file.Seek(offset, whence)
}

func (c *again) Read(p []byte) (int, error) {
	if c.r == nil {
		if _, err := c.file.Seek(0, io.SeekStart); err != nil {
			return 0, err
		}
		c.r = Blanked(c.file, c.blank)
	}
	return c.r.Read(p)
}

type blanker struct {
	r     io.Reader
	blank []Range
	at    int64
}

func (b *blanker) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	end := b.at + int64(n)
	for _, x := range b.blank {
		if x.From >= end {
			break
		}
		for i := max(x.From, b.at); i < min(x.To, end); i++ {
			p[i-b.at] = 0
			if k := i - x.From; k < int64(len(x.Put)) {
				p[i-b.at] = x.Put[k]
			}
		}
	}
	for len(b.blank) > 0 && b.blank[0].To <= end {
		b.blank = b.blank[1:]
	}
	b.at = end
	return n, err
}

// Probe tells what a picture or a recording is, in this process. Strangers' files go through a [Sandbox]. A picture is read
// and made anew; of a recording only its tables are read, however long it is.
func Probe(ctx context.Context, name string, file io.ReaderAt, size int64, l Limits) (Media, error) {
	w := &window{ctx: ctx, r: file, size: size}
	m, err := w.probe(name, l)
	switch {
	case ctx.Err() != nil:
		return Media{}, ctx.Err()
	case errors.Is(err, errEnds):
		return Media{}, invalid("The file is broken: it ends too early, or says that it is larger than it is. Copy it again, or save it again in the program that made it.")
	case err != nil:
		return Media{}, err
	}
	m.Duration = m.Duration.Round(time.Millisecond)
	m.Blank = sorted(m.Blank)
	if len(m.Blank) > most {
		return Media{}, invalid("The file has more parts than any recording has; it is not read.")
	}
	return m, nil
}

// sorted puts ranges in order, and makes one of those that touch or meet.
func sorted(all []Range) []Range {
	slices.SortStableFunc(all, func(a, b Range) int { return cmp.Compare(a.From, b.From) })
	var out []Range
	for _, r := range all {
		if r.To <= r.From {
			continue
		}
		if n := len(out); n > 0 && r.From < out[n-1].To || n > 0 && r.From == out[n-1].To && len(r.Put) == 0 {
			out[n-1].To = max(out[n-1].To, r.To)
			continue
		}
		out = append(out, r)
	}
	return out
}

const takes = "Pictures can be PNG, JPEG, GIF, WebP, BMP or TIFF, recordings MP3, WAV, M4A, MP4, MOV, OGG, WebM, Matroska or FLAC."

func (w *window) probe(name string, l Limits) (Media, error) {
	if w.size <= 0 {
		return Media{}, invalid("The file is empty.")
	}
	head, err := w.bytes(0, int(min(w.size, 4096)))
	if err != nil {
		return Media{}, err
	}
	kind, err := mediaKind(name, head)
	if err != nil {
		return Media{}, err
	}
	if slices.Contains([]string{"png", "jpeg", "gif", "webp", "bmp", "tiff"}, kind) {
		if w.size > l.Picture {
			return Media{}, invalid("The picture has %d MB; at most %d MB are read. Save it smaller.", w.size>>20, l.Picture>>20)
		}
		data := make([]byte, w.size)
		if err := w.fill(data, 0); err != nil {
			return Media{}, err
		}
		return cleaned(kind, data, l)
	}
	if w.size > l.Recording {
		return Media{}, invalid("The recording has %d MB; at most %d MB are kept. Save it in a smaller size, or in parts.", w.size>>20, l.Recording>>20)
	}
	switch kind {
	case "wav":
		return w.wav()
	case "flac":
		return w.flac()
	case "ogg":
		return w.ogg()
	case "mp4":
		return w.mp4()
	case "ebml":
		return w.matroska()
	}
	return w.mp3(strings.EqualFold(path.Ext(name), ".mp3"))
}

// mediaKind tells what a file is by what it begins with; "mp3" is what remains when nothing else is recognised.
func mediaKind(name string, head []byte) (string, error) {
	at := func(i int, s string) bool { return len(head) >= i+len(s) && string(head[i:i+len(s)]) == s }
	switch {
	case at(0, "\x89PNG\r\n\x1a\n"):
		return "png", nil
	case at(0, "\xff\xd8\xff"):
		return "jpeg", nil
	case at(0, "GIF87a"), at(0, "GIF89a"):
		return "gif", nil
	case at(0, "RIFF") && at(8, "WEBP"):
		return "webp", nil
	case at(0, "BM") && len(head) > 18 && head[14] >= 12 && head[14] <= 124 && at(15, "\x00\x00\x00"):
		return "bmp", nil
	case at(0, "II*\x00"), at(0, "MM\x00*"):
		return "tiff", nil
	case (at(0, "RIFF") || at(0, "RF64") || at(0, "BW64")) && at(8, "WAVE"):
		return "wav", nil
	case at(0, "RIFF") && at(8, "AVI "):
		return "", invalid("The recording is of the kind AVI, which browsers do not play. Save it as MP4 or WebM.")
	case at(0, "fLaC"):
		return "flac", nil
	case at(0, "OggS"):
		return "ogg", nil
	case at(0, "\x1a\x45\xdf\xa3"):
		return "ebml", nil
	case at(4, "ftyp"):
		for _, brand := range []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "avif", "avis"} {
			if at(8, brand) {
				return "", invalid("The picture is of the kind HEIC or AVIF, which is not read here. Save it as JPEG; on an iPhone, sending it by mail does that.")
			}
		}
		return "mp4", nil
	case at(4, "moov"), at(4, "mdat"), at(4, "wide"), at(4, "pnot"), at(4, "free"), at(4, "skip"):
		return "mp4", nil
	case at(0, "ID3"):
		return "mp3", nil
	case at(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11"):
		return "", invalid("The recording is of the kind WMA or WMV, which browsers do not play. Save it as MP3 or MP4.")
	case at(0, "#!AMR"):
		return "", invalid("The recording is of the kind AMR, which browsers do not play. Save it as MP3 or M4A.")
	}
	if text := bytes.ToLower(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")); bytes.HasPrefix(text, []byte("<")) {
		if bytes.Contains(text, []byte("<svg")) || strings.EqualFold(path.Ext(name), ".svg") {
			return "", invalid("The picture is an SVG, which can hold programs and call other computers, so it is not kept as a picture. Save it as PNG.")
		}
		return "", invalid("The file is a page or another text, and no picture or recording. %s", takes)
	}
	if len(head) >= 2 && head[0] == 0xff && head[1]&0xe6 == 0xe2 || strings.EqualFold(path.Ext(name), ".mp3") {
		return "mp3", nil
	}
	return "", invalid("The file is no picture or recording that is known here. %s", takes)
}

// errEnds tells that a file ends before what it promises.
var errEnds = errors.New("the file ends too early")

// window reads a file of any length piece by piece, and gives up when it has more pieces than any recording.
type window struct {
	ctx   context.Context
	r     io.ReaderAt
	size  int64
	block []byte // that was read last
	at    int64  // where it begins
	steps int
}

// fill fills b with what stands at a place.
func (w *window) fill(b []byte, at int64) error {
	if at < 0 || at > w.size-int64(len(b)) {
		return errEnds
	}
	if n, err := w.r.ReadAt(b, at); n < len(b) {
		if err == nil || errors.Is(err, io.EOF) {
			return errEnds
		}
		return fault.Wrap(fault.Unavailable, err, "The file cannot be read just now.")
	}
	return nil
}

// bytes gives n bytes that stand at a place, for keeps.
func (w *window) bytes(at int64, n int) ([]byte, error) {
	if w.steps++; w.steps > 4_000_000 {
		return nil, invalid("The file has more parts than any recording has; it is not read.")
	}
	if w.steps%4096 == 0 && w.ctx.Err() != nil {
		return nil, w.ctx.Err()
	}
	if at < 0 || n < 0 || at > w.size-int64(n) {
		return nil, errEnds
	}
	if at < w.at || at+int64(n) > w.at+int64(len(w.block)) {
		length := int64(4 << 10)
		if at >= w.at && at-w.at <= int64(len(w.block))+4<<10 {
			length = 256 << 10 // it is being read from beginning to end
		}
		block := make([]byte, min(max(int64(n), length), w.size-at))
		if err := w.fill(block, at); err != nil {
			return nil, err
		}
		w.block, w.at = block, at
	}
	return bytes.Clone(w.block[at-w.at:][:n]), nil
}

// zero lists what is blanked from a place to another.
func (m *Media) zero(from, to int64, put ...byte) {
	if to > from {
		m.Blank = append(m.Blank, Range{from, to, put})
	}
}

// note adds what people should know, once.
func (m *Media) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(m.Notes, s) {
		m.Notes = append(m.Notes, s)
	}
}

// lasts gives the time of so many parts, of which rate are a second; 0 when that is nothing that a recording takes.
func lasts(parts, rate float64) time.Duration {
	s := parts / rate
	if !(rate > 0) || !(s > 0) || s > 1000*3600 {
		return 0
	}
	return time.Duration(s * float64(time.Second))
}
