// Package server is `bylaw serve`: it takes GitHub's webhooks, keeps them, and works them off.
//
// A webhook only says "look at this again". It is kept in the store before it is answered, and the
// worker reads everything anew, so that a duplicate, late or reordered webhook is harmless and a
// killed process loses nothing.
//
// What is read is remembered, within bounds, and never for another installation than the one that was
// allowed to read it, unless it follows from the bytes of a policy alone:
//
//	who may write, who is in a team, dates of files   store: 8 MiB each, 256 MiB after the hourly tidying
//	the dates of 512 files, taken apart               this package: by the same names as in the store
//	contents by object id                             github: 64 MiB
//	lists of changed files                            github: 500,000 files
//	clients with their tokens                         github: 10,000
//	laws; other repositories' files                   check: 4,096 repositories; 64
//	files of heads; rosters as they once stood        check: 64 MiB each
//	policies compiled, and how their tests ended      policy, check: 1,024 and 4,096, by their digest
package server
