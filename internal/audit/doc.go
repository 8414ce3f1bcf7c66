// Package audit is what the audit log says and what can be read from it: the entries, the line in a check run
// that names one, comparing the log with what GitHub holds, exporting it, finding and taking out a person, and
// the transparency report. It must not decide anything about a pull request, and writes to nobody but the
// store.
//
// What an entry says falls in two: its detail, which is kept for ever and holds nothing of any person, and
// private pieces, each of which can be removed alone.
package audit
