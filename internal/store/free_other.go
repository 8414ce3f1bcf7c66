//go:build !linux && !darwin

package store

func free(string) uint64 { return 0 }
