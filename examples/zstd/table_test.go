package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTable(t *testing.T) {
	ms := func(values ...int) []time.Duration {
		var times []time.Duration
		for _, v := range values {
			times = append(times, time.Duration(v)*time.Millisecond)
		}
		return times
	}
	measured := times{cold: ms(11500, 11000, 13000), xargs: ms(10000, 12000, 9500), cached: ms(180, 90, 160)}
	var got strings.Builder
	measured.print(&got, 46, "0.10 0.20 0.30", "2.00 1.00 0.50")
	const want = `46 steps, 2 jobs, 3 rounds; load average 0.10 0.20 0.30 before, 2.00 1.00 0.50 after

seconds                            1       2       3    median
holdfast run, empty store     11.500  11.000  13.000    11.500
the commands under xargs      10.000  12.000   9.500    10.000
holdfast run, all cached       0.180   0.090   0.160     0.160

empty store / xargs       1.150   target at most 1.15    met
all cached             160.0 ms   target at most 150 ms  missed
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
