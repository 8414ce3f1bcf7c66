// Package fakegithub is a stateful GitHub over HTTP: REST, GraphQL and signed webhooks,
// for tests and for the demo.
//
// A [World] describes how it starts; methods such as [GitHub.OpenPull] or [GitHub.SubmitReview]
// are what people do afterwards, and each sends the webhooks that GitHub would send to the App.
// The HTTP side checks tokens, permissions and limits, pages its lists, answers conditional
// requests, counts every call and can be told to fail ([Fault]).
//
// It imports nothing of the program that it is used to test and must not learn anything about it,
// so that it cannot agree with that program's mistakes: every rule here comes from GitHub's own
// documents, which are named where a rule is surprising. It never prints and opens no listener.
//
// Known differences from GitHub: a request without credentials is always refused, where GitHub
// would serve public data (so that a forgotten token is noticed); GraphQL mutations, review
// comments, commit statuses and submodules do not exist.
package fakegithub
