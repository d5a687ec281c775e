package extract

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
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
		for {
			b, err := os.ReadFile("/proc/self/statm")
			if err != nil {
				return
			}
			if f := strings.Fields(string(b)); len(f) > 1 {
				if n, err := strconv.ParseInt(f[1], 10, 64); err == nil && n*page > memory {
					fmt.Fprintf(os.Stderr, "memory %d\n", peakMemory())
					os.Exit(hungry)
				}
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
}
