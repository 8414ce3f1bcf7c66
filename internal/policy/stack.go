package policy

// growStack makes the stack of this goroutine large enough for an evaluation, in one step. The evaluator goes on in
// calls of its own calls: in conflict_of_interest it is 260 KB deep. A new goroutine has a few KB, and a stack that
// is full is doubled and copied, frame by frame; to do so seven times on the way down took an eighth of
// BenchmarkJudge in internal/check. While there is nothing on the stack to copy it costs next to nothing.
//
// Its frame is large, which is what counts: with false nothing is written to it. No variable may be larger.
//
//go:noinline
func growStack(write bool) {
	if write {
		var a, b, c [128 << 10]byte
		touch(&a, &b, &c)
	}
}

// touch keeps the compiler from leaving out variables that nobody reads.
//
//go:noinline
func touch(...*[128 << 10]byte) {}
