//go:build linux || darwin

package store

import "syscall"

// free is how many bytes are free for files in a folder; 0 when that cannot be told.
func free(folder string) uint64 {
	var stat syscall.Statfs_t
	if syscall.Statfs(folder, &stat) != nil {
		return 0
	}
	return max(stat.Bavail*uint64(stat.Bsize), 1) // a full disk is known to be full
}
