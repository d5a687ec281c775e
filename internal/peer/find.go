package peer

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"path"
	"strings"

	"throughline/internal/extract"
	"throughline/internal/fault"
)

// Find looks whether a file is a database itself (isFile), or a packed folder of QualCoder with one inside, which inside then
// unpacks, giving the folder's name too. Neither: it is something else.
func Find(f io.ReaderAt, size int64) (inside func() (data []byte, folder string, err error), isFile bool, err error) {
	head := make([]byte, len(Magic))
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return nil, false, err
	}
	head = head[:n]
	if string(head) == Magic {
		return nil, true, nil
	}
	if !bytes.HasPrefix(head, []byte("PK")) {
		return nil, false, nil
	}
	z, err := zip.NewReader(f, size)
	if err != nil || len(z.File) > 100_000 {
		return nil, false, nil // whoever reads packages says what is wrong
	}
	var found *zip.File
	for _, x := range z.File {
		switch base := path.Base(strings.ReplaceAll(x.Name, `\`, "/")); {
		case base == "project.qde":
			return nil, false, nil
		case base == "data.qda" && (found == nil || len(x.Name) < len(found.Name)):
			found = x
		}
	}
	if found == nil {
		return nil, false, nil
	}
	return func() ([]byte, string, error) { return unpack(found) }, false, nil
}

func unpack(found *zip.File) (data []byte, folder string, err error) {
	most := extract.Standard().File
	n := int64(found.UncompressedSize64)
	if n > most || n > 16<<20 && n > 200*max(1, int64(found.CompressedSize64)) {
		return nil, "", invalid("data.qda in the file has %d MB; at most %d MB are read, and none that became more than 200 times smaller.", n>>20, most>>20)
	}
	if dir := path.Base(path.Dir(strings.ReplaceAll(found.Name, `\`, "/"))); dir != "." && dir != "/" {
		folder = strings.TrimSuffix(dir, ".qda")
	}
	r, err := found.Open()
	if err != nil {
		return nil, "", invalid("data.qda in the file cannot be unpacked.")
	}
	defer r.Close()
	data, err = io.ReadAll(io.LimitReader(r, most+1))
	if err != nil || int64(len(data)) > most {
		return nil, "", invalid("data.qda in the file cannot be unpacked.")
	}
	return data, folder, nil
}

// Ask has a child process read a project out of a database.
func Ask(ctx context.Context, child interface {
	Other(ctx context.Context, kind, told string, data []byte) ([]byte, error)
}, data []byte, a Asked) (p Project, err error) {
	told, err := json.Marshal(a)
	if err != nil {
		return p, err
	}
	out, err := child.Other(ctx, Kind, string(told), data)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(out, &p); err != nil {
		return p, fault.Wrap(fault.Invalid, err, "What was read of the database cannot be taken over.")
	}
	return p, nil
}
