//go:build race

package server

// raced says that the tests look for races, which takes several times as long.
const raced = true
