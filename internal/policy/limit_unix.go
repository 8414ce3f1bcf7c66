//go:build unix

package policy

import "syscall"

// limitMemory limits for good how much memory this process may write to. Address space that the Go
// runtime merely reserves does not count.
func limitMemory(bytes uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: bytes, Max: bytes})
}
