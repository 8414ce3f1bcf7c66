// Tally reads the output of go test -json, prints what a person needs of it, and writes the sum as one line
// to the file that its argument names: "N passed, N failed, N skipped". It fails when anything failed or was
// skipped: on a machine that has everything, a skipped test is a test that nobody runs.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "tally:", err)
		os.Exit(1)
	}
}

// event is one line of go test -json, see go doc test2json; a package that does not compile has ImportPath.
type event struct {
	Action, Package, Test, Output, ImportPath string
	Elapsed                                   float64
}

func run(arguments []string, in io.Reader, out io.Writer) error {
	if len(arguments) != 1 {
		return errors.New("want one argument, the file for the sum")
	}
	var passed, failed, skipped int
	output := map[event]string{} // of a test or package that has not ended yet
	broken := map[string]bool{}  // packages with a failed test
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			fmt.Fprintf(out, "%s", line) // what the go command itself has to say
			continue
		}
		key := event{Package: e.Package, Test: e.Test}
		switch e.Action {
		case "output":
			if !strings.HasPrefix(e.Output, "=== ") { // RUN, PAUSE, CONT, NAME
				output[key] += e.Output
			}
			continue
		case "build-output":
			fmt.Fprint(out, e.Output)
			continue
		case "pass":
			if e.Test != "" {
				passed++
			} else {
				fmt.Fprintf(out, "ok\t%s\t%.1f s\n", e.Package, e.Elapsed)
			}
		case "skip":
			if e.Test != "" { // a package that is skipped has no tests
				skipped++
				fmt.Fprintf(out, "%s: %s", e.Package, output[key])
			}
		case "fail":
			if e.Test != "" {
				broken[e.Package] = true
				failed++
			} else if !broken[e.Package] {
				failed++ // it does not compile, panicked, or ran out of time
			}
			fmt.Fprint(out, output[key])
		default:
			continue
		}
		delete(output, key)
	}
	sum := fmt.Sprintf("%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	if err := os.WriteFile(arguments[0], []byte(sum), 0o644); err != nil {
		return err
	}
	if failed+skipped > 0 || passed == 0 {
		return errors.New(strings.TrimSpace(sum))
	}
	return nil
}
