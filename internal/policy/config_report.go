package policy

import (
	"fmt"
	"maps"
	"slices"
)

// maxThreshold is the largest threshold of the transparency report: above it a report would tell nothing of anybody.
const maxThreshold = 1_000_000

var reportKeys = []string{"threshold"}

// report reads what the transparency report tells.
func (r *configReader) report(fields map[string]any, out *configFile) {
	value, stands := fields["report"]
	if !stands {
		return
	}
	given, ok := value.(map[string]any)
	if !ok {
		r.problem("/report", "report must be keys with values", "write \"threshold: 5\" below it")
		return
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(reportKeys, key) {
			r.problem("/report/"+key, fmt.Sprintf("report has no key %q", key), didYouMean(key, reportKeys))
		}
	}
	threshold, stands := given["threshold"]
	if !stands {
		return
	}
	const at = "/report/threshold"
	n, ok := threshold.(int64)
	if !ok || n < 1 || n > maxThreshold {
		r.problem(at, fmt.Sprintf("threshold must be a whole number from 1 to %d, not %s", maxThreshold, describe(threshold)), "1 tells every number")
		return
	}
	out.Threshold = Setting[int]{int(n), r.place(at)}
}
