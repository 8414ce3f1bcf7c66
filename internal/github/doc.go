// Package github is Bylaw's only door to GitHub: it turns webhooks into [Event] values, reads a pull
// request as a [bylaw.Reading], reads files, and posts check runs.
//
// It judges nothing and keeps nothing but caches: what it returns is what GitHub said, and a fact
// that GitHub did not give whole is named in [bylaw.Snapshot].Incomplete or is an error, never an
// empty list. It never sleeps and never retries; an [Error] says when a retry makes sense.
package github
