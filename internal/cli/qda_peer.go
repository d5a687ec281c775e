package cli

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"throughline/exchange/refiqda"
	"throughline/internal/extract"
	"throughline/internal/fault"
	"throughline/internal/peer"
)

// database gives the bytes of the database when the path is a project that lies in one: a file of SQLite, as Taguette
// exports it, or a folder of QualCoder (NAME.qda with data.qda in it), packed or not. It gives nil for anything else.
func database(at string) (data []byte, name string, err error) {
	name = strings.TrimSuffix(filepath.Base(at), filepath.Ext(at))
	fi, err := os.Stat(at)
	if err != nil {
		return nil, "", fault.New(fault.Usage, "There is no file %s that can be read.", at)
	}
	if fi.IsDir() {
		file := filepath.Join(at, "data.qda")
		if _, err := os.Stat(file); err != nil {
			return nil, "", fault.New(fault.Usage, "%s is a folder without data.qda in it, so it is no project of QualCoder.", at)
		}
		data, err = closed(file)
		return data, name, err
	}
	f, err := os.Open(at)
	if err != nil {
		return nil, "", fault.New(fault.Usage, "There is no file %s that can be read.", at)
	}
	defer f.Close()
	inside, isFile, err := peer.Find(f, fi.Size())
	switch {
	case err != nil:
		return nil, "", fault.New(fault.Of(err), "%s: %s", at, fault.Message(err))
	case isFile:
		if filepath.Base(at) == "data.qda" {
			if abs, err := filepath.Abs(at); err == nil {
				name = strings.TrimSuffix(filepath.Base(filepath.Dir(abs)), ".qda")
			}
		}
		data, err = closed(at)
		return data, name, err
	case inside != nil:
		data, folder, err := inside()
		if err != nil {
			return nil, "", fault.New(fault.Of(err), "%s: %s", at, fault.Message(err))
		}
		if folder != "" {
			name = folder
		}
		return data, name, nil
	}
	return nil, "", nil
}

// closed reads a database that no program is writing to.
func closed(file string) ([]byte, error) {
	for _, end := range []string{"-wal", "-journal"} {
		if fi, err := os.Stat(file + end); err == nil && fi.Size() > 0 {
			return nil, fault.New(fault.Usage, "%s is open in another program, or was not closed well: beside it lies %s. Close the project there, then try again.", file, filepath.Base(file+end))
		}
	}
	return readWhole(file, extract.Standard().File)
}

// peerProject reads a project out of a database, in a process of its own.
func (e *env) peerProject(ctx context.Context, at string, data []byte, a peer.Asked) (*refiqda.Package, error) {
	s, err := e.sandbox("")
	if err != nil {
		return nil, err
	}
	p, err := peer.Ask(ctx, s, data, a)
	if err != nil {
		return nil, fault.New(fault.Of(err), "%s: %s", at, fault.Message(err))
	}
	return &refiqda.Package{Project: p.Project, Losses: p.Losses}, nil
}
