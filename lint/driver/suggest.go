package driver

// didYouMean returns `, did you mean "…"?` with the name that is nearest, or "".
func didYouMean(got, prefix string, names []string) string {
	best, least := "", 1+max(1, len(got)/3)
	for _, n := range names {
		if d := distance(got, n); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return `, did you mean "` + prefix + best + `"?`
}

// distance counts the letters to put in, to take out, to replace, or to swap with the next one.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
