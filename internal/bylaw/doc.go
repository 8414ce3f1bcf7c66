// Package bylaw is the vocabulary of Bylaw: the plain values that the other packages hand to each
// other. It holds no behaviour beyond reading and writing those values, does no I/O, and imports the
// standard library only.
//
// A webhook says "look at pull request X again". A [Snapshot] holds every fact about it at one
// moment. A policy turns a snapshot into a [Verdict]. A [Report] is what people read of the
// verdicts. A [Run] keeps all three, so that a decision can be shown and replayed.
package bylaw
