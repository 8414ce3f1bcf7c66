// Package check takes one pull request from its facts to a report: it reads the law of the
// repository, completes the snapshot with people and governance, asks every policy that is switched
// on, and renders what people read. It posts nothing and stores nothing.
package check
