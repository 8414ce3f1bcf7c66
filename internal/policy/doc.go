// Package policy loads, type-checks, tests and evaluates policies written in Rego, and reads
// bylaw.yml, which switches them on. It is the only package that knows OPA.
//
// A policy is a folder: one rule of the community, its tests, and METADATA that describes it. Each
// policy is compiled alone with the library, so that no file can add to another policy's rules. It
// is pure: no I/O, no clock, no randomness, bounded in time, and in memory where it runs in a worker
// process. What cannot be evaluated is an error with file and line; it never counts as accepted.
//
// Partial evaluation and optimization of OPA are never used: they silently drop rules of policies
// that contain functions (reproduced on OPA 1.22.2).
package policy
