// Package policies holds the policies that ship with Bylaw, and the library for writing more. A
// policy is a folder; README.md says how to read and write one.
package policies

import "embed"

// Files are the built-in policies, one folder each, and the library in the folder lib.
//
//go:embed */*.rego
var Files embed.FS

// Presets are rules of real communities as ready bylaw.yml files, in the folder presets of the policy that
// they switch on. Each begins with a comment; its first line says in a sentence what the preset is.
//
//go:embed */presets/*.yml
var Presets embed.FS
