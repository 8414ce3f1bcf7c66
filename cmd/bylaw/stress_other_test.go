//go:build !unix

package main

const strained = "bylaw-strained"

// serveStrained is for systems whose processes can be paused and limited.
func serveStrained() {}
