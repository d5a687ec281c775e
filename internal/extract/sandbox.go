package extract

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"throughline/internal/fault"
)

// Sandbox reads files in a child process: a crash, a hang or hunger for memory ends the child, never the program.
type Sandbox struct {
	Command []string      // the program and the hidden command that calls [Child]
	Limits  Limits        // the zero value means Standard
	Options Options       //
	peak    *atomic.Int64 // most memory of any child; nil: nobody asks
	Time    time.Duration // at most; 0: 10 s; 2 minutes for a PDF, whose engine is compiled the first time; 20 when pictures are recognised
}

// job is what a child is told.
type job struct {
	Name    string
	Size    int // bytes of the file, which follows
	Limits  Limits
	Options Options
	Page    int // draw this page instead, counted from 1
	DPI     int
	Length  int64  // more than 0: probe a picture or recording of so many bytes, for which the child asks piece by piece
	Other   string // read it as something else, of this kind
	Told    string // for that
}

// Other is something else than a text that the child process can make of a file of a stranger.
type Other struct {
	Kind string
	Read func(told string, data []byte) (any, error) // what it gives is sent as JSON
}

// answer is what a child says.
type answer struct {
	Text    *Text           `json:"text,omitempty"` // without its body and the lines of its pages
	Media   *Media          `json:"media,omitempty"`
	Other   json.RawMessage `json:"other,omitempty"`
	Error   string          `json:"error,omitempty"` // for people
	Peak    int64           `json:"peak"`            // most memory that the child had, in bytes; 0: not known
	Sizes   [3]int          `json:"sizes"`           // of what follows, in this order
	body    string
	lines   []byte // packed
	picture []byte
}

// Read takes the text out of a file. Errors of kind Invalid are for people.
func (s Sandbox) Read(ctx context.Context, name string, data []byte) (Text, error) {
	a, err := s.run(ctx, job{Name: name}, data, nil)
	if err != nil {
		return Text{}, err
	}
	if a.Text == nil || len(a.lines) > 0 && !unpackLines(a.Text.Pages, a.lines) {
		return Text{}, invalid("The file cannot be read.")
	}
	a.Text.Body = a.body
	return *a.Text, nil
}

// Picture draws a page of a PDF, counted from 1, as PNG.
func (s Sandbox) Picture(ctx context.Context, data []byte, page, dpi int) ([]byte, error) {
	a, err := s.run(ctx, job{Name: "x.pdf", Page: page, DPI: dpi}, data, nil)
	return a.picture, err
}

// Media tells what a picture or a recording is, and gives a picture made anew or what of a recording is to be blanked. Of
// a recording only its tables are read, so it may be larger than memory. Errors of kind Invalid are for people.
func (s Sandbox) Media(ctx context.Context, name string, file io.ReaderAt, size int64) (Media, error) {
	if size <= 0 {
		return Media{}, invalid("The file is empty.")
	}
	a, err := s.run(ctx, job{Name: name, Length: size}, nil, file)
	if err != nil {
		return Media{}, err
	}
	if a.Media == nil || !a.Media.sound(size) {
		return Media{}, invalid("The file cannot be read.")
	}
	return *a.Media, nil
}

// sound tells whether what a child says of a file of so many bytes makes sense.
func (m Media) sound(size int64) bool {
	at := int64(0)
	for _, r := range m.Blank {
		if r.From < at || r.To <= r.From || r.To > size || int64(len(r.Put)) > r.To-r.From {
			return false
		}
		at = r.To
	}
	return slices.Contains(Classes, m.Class) && strings.HasPrefix(m.Type, m.Class+"/") && (m.Class == "image") == (len(m.Clean) > 0) && m.Width >= 0 && m.Height >= 0 && m.Duration >= 0
}

// Other has the child make something else of a file, told what, and gives it as JSON.
func (s Sandbox) Other(ctx context.Context, kind, told string, data []byte) ([]byte, error) {
	a, err := s.run(ctx, job{Other: kind, Told: told}, data, nil)
	return a.Other, err
}

func (s Sandbox) run(ctx context.Context, j job, data []byte, file io.ReaderAt) (answer, error) {
	j.Limits, j.Options, j.Size = s.Limits, s.Options, len(data)
	if j.Limits == (Limits{}) {
		j.Limits = Standard()
	}
	if int64(len(data)) > j.Limits.File {
		return answer{}, invalid("The file has %d MB; at most %d MB are read. Split it.", len(data)>>20, j.Limits.File>>20)
	}
	limit := s.Time
	if limit == 0 {
		limit = 10 * time.Second
		if j.Other != "" {
			limit = 2 * time.Minute
		} else if file != nil {
			limit = time.Minute // large pictures, and recordings without a table
		} else if bytes.Contains(data[:min(len(data), 1024)], []byte("%PDF-")) {
			limit = 2 * time.Minute
			if j.Options.OCR != "" {
				limit = 20 * time.Minute // some seconds for each page
			}
		}
	}
	told, err := json.Marshal(j)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c := exec.CommandContext(ctx, s.Command[0], s.Command[1:]...)
	c.Stdin = io.MultiReader(strings.NewReader(strconv.Itoa(len(told))+"\n"), bytes.NewReader(told), bytes.NewReader(data))
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=/", "GOTRACEBACK=none", "GOMEMLIMIT=" + strconv.FormatInt(j.Limits.Memory*3/4, 10)}
	c.WaitDelay = time.Second
	outcome := &head{limit: 8*j.Limits.Output + 64<<20}
	c.Stdout = outcome
	var asks *asked
	if file != nil {
		replies, in := io.Pipe()
		defer replies.Close() // so that nothing waits for a child that ended
		c.Stdin = io.MultiReader(strings.NewReader(strconv.Itoa(len(told))+"\n"), bytes.NewReader(told), replies)
		asks = &asked{head: outcome, file: file, size: j.Length, in: in}
		c.Stdout = asks
	}
	cry := &cry{}
	c.Stderr = cry
	leash(c)
	err = c.Run()
	unleash(c)
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return answer{}, invalid("Reading the file took longer than %d seconds, so it was given up. It may be broken; save it again, or as another format.", int(limit.Seconds()))
	case ctx.Err() != nil:
		return answer{}, ctx.Err()
	case asks != nil && asks.failed != nil:
		return answer{}, fault.Wrap(fault.Unavailable, asks.failed, "The file cannot be read just now.")
	}
	a, ok := received(outcome.b.Bytes())
	if !ok || err != nil {
		cries, peak := cry.b.String(), int64(0)
		for _, line := range strings.Split(cries, "\n") {
			if n, _ := fmt.Sscanf(line, "memory %d", &peak); n == 1 {
				s.note(peak)
			}
		}
		var exit *exec.ExitError
		if errors.As(err, &exit) && (exit.ExitCode() == hungry || peak > 0 || strings.Contains(cries, "out of memory") || strings.Contains(cries, "cannot allocate memory")) {
			return answer{}, invalid("Reading the file needs more than %d MB of memory, so it was given up. It may be broken; save it again, or as another format.", j.Limits.Memory>>20)
		}
		if err != nil && !errors.As(err, &exit) {
			return answer{}, fault.Wrap(fault.Unavailable, err, "Files cannot be read just now: the part of the program that reads them does not start.")
		}
		return answer{}, invalid("The file is broken in a way that ends every attempt to read it. Open it in the program that made it and save it again.")
	}
	s.note(a.Peak)
	if a.Error != "" {
		return answer{}, invalid("%s", a.Error)
	}
	return a, nil
}

// note keeps the most memory of all children.
func (s Sandbox) note(peak int64) {
	for s.peak != nil {
		if had := s.peak.Load(); had >= peak || s.peak.CompareAndSwap(had, peak) {
			return
		}
	}
}

// head keeps the beginning of what is written to it, and fails when more comes.
type head struct {
	b     bytes.Buffer
	limit int
}

func (h *head) Write(p []byte) (int, error) {
	if h.b.Len()+len(p) > h.limit {
		return 0, errors.New("too much output")
	}
	return h.b.Write(p)
}

// asked answers what a child asks about a file, and keeps what it says in the end. A question is a '?', the place and the
// length; what follows a '=' is the answer.
type asked struct {
	*head
	file    io.ReaderAt
	size    int64
	in      *io.PipeWriter
	pending []byte
	ended   bool
	failed  error // why the file could not be read
}

func (a *asked) Write(p []byte) (int, error) {
	n, err := a.take(p)
	if err != nil {
		a.in.Close() // so that the child waits for nothing
	}
	return n, err
}

func (a *asked) take(p []byte) (int, error) {
	if a.ended {
		return a.head.Write(p)
	}
	a.pending = append(a.pending, p...)
	for len(a.pending) > 0 {
		switch {
		case a.pending[0] == '=':
			a.ended = true
			a.in.Close()
			if _, err := a.head.Write(a.pending[1:]); err != nil {
				return 0, err
			}
			return len(p), nil
		case a.pending[0] != '?':
			return 0, errors.New("no question")
		case len(a.pending) < 13:
			return len(p), nil
		}
		at, n := int64(binary.BigEndian.Uint64(a.pending[1:])), int64(binary.BigEndian.Uint32(a.pending[9:]))
		if n > piece || at < 0 || at > a.size-n {
			return 0, errors.New("a question about what is not there")
		}
		b := make([]byte, n)
		if got, err := a.file.ReadAt(b, at); int64(got) < n {
			a.failed = fmt.Errorf("read the file: %w", err)
			return 0, a.failed
		}
		a.pending = a.pending[13:]
		if _, err := a.in.Write(b); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// piece is how many bytes a child may ask for at once.
const piece = 1 << 20

// wire is a file that a child asks for.
type wire struct {
	in  io.Reader
	out io.Writer
}

func (w wire) ReadAt(p []byte, at int64) (int, error) {
	done := 0
	for done < len(p) {
		n := min(piece, len(p)-done)
		ask := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64([]byte{'?'}, uint64(at)+uint64(done)), uint32(n))
		if _, err := w.out.Write(ask); err != nil {
			return done, err
		}
		got, err := io.ReadFull(w.in, p[done:done+n])
		done += got
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// cry keeps the beginning of what a child that fails has to say.
type cry struct{ b bytes.Buffer }

func (c *cry) Write(p []byte) (int, error) {
	c.b.Write(p[:min(len(p), max(0, 4096-c.b.Len()))])
	return len(p), nil
}

// hungry is the exit code of a child that needs more memory than it may have.
const hungry = 77

// Child is what the child process does: it reads a job and a file from in and writes the answer to out. others are what it
// can make of a file besides a text.
func Child(in io.Reader, out io.Writer, others ...Other) error {
	var n int
	if _, err := fmt.Fscanf(in, "%d\n", &n); err != nil || n <= 0 || n > 1<<20 {
		return errors.New("no job")
	}
	told := make([]byte, n)
	if _, err := io.ReadFull(in, told); err != nil {
		return err
	}
	var j job
	if err := json.Unmarshal(told, &j); err != nil {
		return err
	}
	confine(j.Limits.Memory)
	debug.SetMemoryLimit(j.Limits.Memory * 3 / 4)
	debug.SetGCPercent(400) // it lives for one file, and the limit holds
	if j.Size < 0 || int64(j.Size) > j.Limits.File {
		return errors.New("no size")
	}
	data := make([]byte, j.Size) // once, as what grows takes twice the memory
	_, err := io.ReadFull(in, data)
	if err != nil {
		return err
	}
	var a answer
	if i := slices.IndexFunc(others, func(o Other) bool { return o.Kind == j.Other }); j.Other != "" {
		if i < 0 {
			return errors.New("no such job")
		}
		var made any
		if made, err = others[i].Read(j.Told, data); err == nil {
			a.Other, err = json.Marshal(made)
		}
	} else if j.Length > 0 {
		var m Media
		if m, err = Probe(context.Background(), j.Name, wire{in, out}, j.Length, j.Limits); err == nil {
			a.Media = &m
		}
		if _, err := out.Write([]byte("=")); err != nil {
			return err
		}
	} else if j.Page > 0 {
		a.picture, err = Picture(context.Background(), data, j.Page-1, j.DPI, j.Options)
	} else {
		var t Text
		if t, err = Read(context.Background(), j.Name, data, j.Limits, j.Options); err == nil {
			a.Text, a.body, a.lines = &t, t.Body, packLines(t.Pages)
			t.Body = ""
		}
	}
	if err != nil {
		if fault.Of(err) != fault.Invalid {
			a.Error = "The file cannot be read."
		} else {
			a.Error = fault.Message(err)
		}
	}
	a.Peak = peakMemory()
	return a.send(out)
}
