package store

import (
	"encoding/json"
	"os"
	"time"
)

// looked is what a database file was like when this program last let go of it, and when it was last read through to see
// that it is not damaged. It stands beside the file. Reading the whole file takes longer the larger it is (0.5 CPU s for
// 175 MB, at each command), so it is not done again while nobody else has touched the file, for a day.
type looked struct {
	Size     int64     `json:"size"`
	Modified time.Time `json:"modified"`
	At       time.Time `json:"at"` // when it was last read through
}

func lookedPath(path string) string { return path + "-looked" }

// asLeft tells whether a file is as this program left it, and was read through not long ago. What was being written when the
// program or the machine stopped stands in a file of its own, with which it is read through again.
func asLeft(path string, now time.Time) bool {
	var l looked
	b, err := os.ReadFile(lookedPath(path))
	if err != nil || json.Unmarshal(b, &l) != nil || underWay(path) {
		return false
	}
	fi, err := os.Stat(path)
	age := now.Sub(l.At)
	return err == nil && fi.Size() == l.Size && fi.ModTime().Equal(l.Modified) && age >= 0 && age < 24*time.Hour
}

// leave notes what a file is like now. at is when it was read through; the zero time keeps what was noted of that.
func leave(path string, at time.Time) {
	if at.IsZero() {
		var l looked
		b, err := os.ReadFile(lookedPath(path))
		if err != nil || json.Unmarshal(b, &l) != nil || underWay(path) {
			return
		}
		at = l.At
	}
	fi, err := os.Stat(path)
	if err != nil {
		return
	}
	if b, err := json.Marshal(looked{fi.Size(), fi.ModTime(), at}); err == nil {
		_ = os.WriteFile(lookedPath(path), b, 0o600) // without it, the file is read through next time
	}
}

// underWay tells whether something stands beside the file that was not yet moved into it.
func underWay(path string) bool {
	_, err := os.Stat(path + "-wal")
	return err == nil
}
