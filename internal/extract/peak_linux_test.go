package extract

import "syscall"

// childPeak is the most memory that a child process has used, in bytes.
func childPeak() int64 {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u)
	return u.Maxrss * 1024
}
