//go:build !unix

package policy

// limitMemory does nothing: this system has no limit that a process can set for itself. The time of a
// worker is limited all the same.
func limitMemory(uint64) error { return nil }
