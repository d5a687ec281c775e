//go:build !linux

package extract

import (
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/tetratelabs/wazero/experimental"
)

// peakMemory is not known here.
func peakMemory() int64 { return 0 }

func leash(*exec.Cmd)   {} // a child that is killed leaves what it started to end by itself
func unleash(*exec.Cmd) {}

// confine ends this process when its memory grows beyond the limit.
func confine(memory int64) {
	go func() {
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if int64(m.Sys-m.HeapReleased) > memory {
				os.Exit(hungry)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
}

// memory leaves the memory of the engine to wazero.
var memory experimental.MemoryAllocator
