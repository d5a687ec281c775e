package cli

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

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
	head := make([]byte, len(peer.Magic))
	n, _ := io.ReadFull(f, head)
	switch head = head[:n]; {
	case string(head) == peer.Magic:
		if filepath.Base(at) == "data.qda" {
			if abs, err := filepath.Abs(at); err == nil {
				name = strings.TrimSuffix(filepath.Base(filepath.Dir(abs)), ".qda")
			}
		}
		data, err = closed(at)
		return data, name, err
	case bytes.HasPrefix(head, []byte("PK")):
		data, name, err = packed(f, fi.Size(), name)
		return data, name, err
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

// packed takes data.qda out of a packed folder.
func packed(f *os.File, size int64, name string) ([]byte, string, error) {
	z, err := zip.NewReader(f, size)
	if err != nil || len(z.File) > 100_000 {
		return nil, "", nil // whoever reads packages says what is wrong
	}
	var found *zip.File
	for _, x := range z.File {
		switch base := path.Base(strings.ReplaceAll(x.Name, `\`, "/")); {
		case base == "project.qde":
			return nil, "", nil
		case base == "data.qda" && (found == nil || len(x.Name) < len(found.Name)):
			found = x
		}
	}
	if found == nil {
		return nil, "", nil
	}
	most := extract.Standard().File
	n := int64(found.UncompressedSize64)
	if n > most || n > 16<<20 && n > 200*max(1, int64(found.CompressedSize64)) {
		return nil, "", fault.New(fault.Invalid, "data.qda in %s has %d MB; at most %d MB are read, and none that became more than 200 times smaller.", f.Name(), n>>20, most>>20)
	}
	if dir := path.Base(path.Dir(strings.ReplaceAll(found.Name, `\`, "/"))); dir != "." && dir != "/" {
		name = strings.TrimSuffix(dir, ".qda")
	}
	r, err := found.Open()
	if err != nil {
		return nil, "", fault.New(fault.Invalid, "data.qda in %s cannot be unpacked.", f.Name())
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil || int64(len(data)) > most {
		return nil, "", fault.New(fault.Invalid, "data.qda in %s cannot be unpacked.", f.Name())
	}
	return data, name, nil
}

// peerProject reads a project out of a database, in a process of its own.
func (e *env) peerProject(ctx context.Context, at string, data []byte, a peer.Asked) (*refiqda.Package, error) {
	s, err := e.sandbox("")
	if err != nil {
		return nil, err
	}
	s.Time = 2 * time.Minute
	told, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	out, err := s.Other(ctx, peer.Kind, string(told), data)
	if err != nil {
		return nil, fault.New(fault.Of(err), "%s: %s", at, fault.Message(err))
	}
	var p peer.Project
	if err := json.Unmarshal(out, &p); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s: what was read of it cannot be taken over.", at)
	}
	return &refiqda.Package{Project: p.Project, Losses: p.Losses}, nil
}
