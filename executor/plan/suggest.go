package plan

import (
	"fmt"
	"strings"
)

// suggester finds what somebody meant. It stops when it has compared for
// too long: a plan of 100,000 steps may have as many wrong names.
type suggester struct{ spent int }

const suggestionBudget = 50_000_000 // steps of the inner loop, a fraction of a second

// didYouMean returns a hint with the candidate that is most like name; "" when none is. Case counts for nothing.
func (s *suggester) didYouMean(name string, candidates []string) string {
	lower := strings.ToLower(name)
	best, distance := "", max(1, len(name)/4)+1
	for _, c := range candidates {
		if s.spent++; s.spent > suggestionBudget {
			return ""
		}
		if d := len(c) - len(name); d >= distance || -d >= distance {
			continue
		}
		s.spent += len(c) * len(name)
		if d := editDistance(lower, strings.ToLower(c)); d < distance && d < len(name) {
			best, distance = c, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// editDistance returns how many bytes have to be inserted, removed, replaced or swapped with
// their neighbour to get from a to b (optimal string alignment).
func editDistance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
