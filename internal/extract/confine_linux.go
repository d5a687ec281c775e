package extract

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/tetratelabs/wazero/experimental"
)

// peakMemory is the most memory that this process has had, in bytes.
func peakMemory() int64 {
	b, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(b), "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			n, _ := strconv.ParseInt(f[1], 10, 64)
			return n << 10
		}
	}
	return 0
}

// leash puts a child, and what it starts in its turn, into a group of their own, so that they end together.
func leash(c *exec.Cmd) {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) }
}

// unleash ends what a child left behind.
func unleash(c *exec.Cmd) {
	if c.Process != nil {
		syscall.Kill(-c.Process.Pid, syscall.SIGKILL)
	}
}

// confine bounds what this process may use: no large files, no other processes' memory in core dumps, and an end when its
// memory grows beyond the limit, or far beyond it between two looks.
func confine(memory int64) {
	syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 20, Max: 64 << 20})
	syscall.Setrlimit(syscall.RLIMIT_CPU, &syscall.Rlimit{Cur: 150, Max: 160})
	syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: uint64(memory) + 128<<20, Max: uint64(memory) + 128<<20})
	page := int64(os.Getpagesize())
	go func() {
		near := false
		for {
			b, err := os.ReadFile("/proc/self/statm")
			if err != nil {
				return
			}
			var total, touched, x, reserved int64
			if n, _ := fmt.Sscan(string(b), &total, &touched, &x, &x, &x, &reserved); n == 6 {
				if touched*page > memory {
					fmt.Fprintf(os.Stderr, "memory %d\n", peakMemory())
					os.Exit(hungry)
				}
				// Said in advance: where the system refuses more, Go's collector may fall over an address of zero and say nothing of it.
				if reserved*page > memory && !near {
					near = true
					fmt.Fprintf(os.Stderr, "memory %d\n", peakMemory())
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
}

// memory gives the engine its memory as one stretch that is taken from the system where it is touched: growing neither copies
// it nor counts as work for the garbage collector.
var memory experimental.MemoryAllocator = experimental.MemoryAllocatorFunc(func(_, most uint64) experimental.LinearMemory {
	b, err := syscall.Mmap(-1, 0, int(most), syscall.PROT_NONE, syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_NORESERVE)
	if err != nil {
		return &stretch{}
	}
	syscall.Madvise(b, syscall.MADV_HUGEPAGE) // fewer faults; where the system has none, nothing is lost
	return &stretch{b: b}
})

type stretch struct {
	b    []byte // nil: it could not be had
	open uint64 // bytes that may be used; the others do not count towards the limit of the process
}

func (s *stretch) Reallocate(size uint64) []byte {
	if size > uint64(len(s.b)) {
		return nil
	}
	if size > s.open {
		const step = 1 << 20
		to := min((size+step-1)/step*step, uint64(len(s.b)))
		if syscall.Mprotect(s.b[:to], syscall.PROT_READ|syscall.PROT_WRITE) != nil {
			return nil
		}
		s.open = to
	}
	return s.b[:size:size]
}

func (s *stretch) Free() {
	if s.b != nil {
		syscall.Munmap(s.b)
		s.b = nil
	}
}
