// Package server is `bylaw serve`: it takes GitHub's webhooks, keeps them, and works them off.
//
// A webhook only says "look at this again". It is kept in the store before it is answered, and the
// worker reads everything anew, so that a duplicate, late or reordered webhook is harmless and a
// killed process loses nothing.
package server
