package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"throughline/internal/extract"
	"throughline/internal/fault"
	"throughline/internal/peer"
)

// readFile is the hidden command in which files of strangers are read. [Main] goes there before it makes the other commands, as
// it is started for every file.
const readFile = "read-file-in-sandbox"

func readFileInSandbox() int {
	if err := extract.Child(os.Stdin, os.Stdout, peer.Reader()); err != nil {
		fmt.Fprintln(os.Stderr, fault.Message(err))
		return failed
	}
	return fine
}

// sandbox gives what reads files of strangers.
func (e *env) sandbox(ocr string) (extract.Sandbox, error) {
	exe, err := os.Executable()
	if err != nil {
		return extract.Sandbox{}, fault.Wrap(fault.Unavailable, err, "The program cannot find itself to read files in a process of their own.")
	}
	cache := extract.Cache(e.data)
	if err := os.MkdirAll(cache, 0o700); err != nil {
		cache = ""
	}
	return extract.Sandbox{Command: []string{exe, readFile}, Options: extract.Options{Cache: cache, OCR: ocr}}, nil
}

func (e *env) extract() *cobra.Command {
	var ocr string
	var pages int
	c := command("extract FILE", "Take the text out of a file: PDF, DOCX, ODT, RTF, HTML, EPUB, Markdown, text, subtitles, mail",
		"  throughline extract report.pdf\n  throughline extract interview.docx --json\n  throughline extract scanned.pdf --ocr eng+tha\n  throughline extract long.pdf --pages 3", 1,
		func(ctx context.Context, _ *cobra.Command, args []string) error {
			s, err := e.sandbox(ocr)
			if err != nil {
				return err
			}
			if pages < 0 {
				return fault.New(fault.Usage, "--pages is a number of pages.")
			}
			s.Options.First = pages
			data, err := readWhole(args[0], extract.Standard().File)
			if err != nil {
				return err
			}
			t, err := s.Read(ctx, args[0], data)
			if err != nil {
				return fault.New(fault.Of(err), "%s: %s", args[0], fault.Message(err))
			}
			if e.json {
				return e.print(t, nil)
			}
			for _, n := range t.Notes {
				fmt.Fprintln(e.err, n)
			}
			_, err = io.WriteString(e.out, t.Body)
			return err
		})
	c.Flags().IntVar(&pages, "pages", 0, "read only the first so many pages of a PDF, which takes a moment however long it is; 0 for all")
	c.Flags().StringVar(&ocr, "ocr", "", "recognise pages that are pictures with tesseract, in these languages, such as eng+tha")
	return c
}

// readWhole reads a file that has at most so many bytes.
func readWhole(path string, limit int64) ([]byte, error) {
	fi, err := os.Stat(path)
	if err != nil || fi.IsDir() {
		return nil, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	if fi.Size() > limit {
		return nil, fault.New(fault.Invalid, "%s: the file has %d MB; at most %d MB are read. Split it.", path, fi.Size()>>20, limit>>20)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Usage, "There is no file %s that can be read.", path)
	}
	return b, nil
}
