package main

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// TestChaos runs first and alone: it counts goroutines.
func TestChaos(t *testing.T) {
	for _, seed := range []string{"1", "2"} {
		var stdout, stderr bytes.Buffer
		code := run(t.Context(), []string{"-chaos", "1500ms", "-seed", seed}, &stdout, &stderr)
		if code != 0 || !strings.Contains(stdout.String(), "do not explain themselves: 0\n") {
			t.Errorf("seed %s: exit code %d\n%s%s", seed, code, &stdout, &stderr)
		}
	}
}

// sums are the numbers in the last line of a run.
var sums = regexp.MustCompile(`items: (\d+) done \((\d+) without mirror\), (\d+) attempts moved to another worker, (\d+) messages dropped`)

func TestFaults(t *testing.T) {
	for fault, c := range map[string]struct {
		long                     string
		code                     int
		degraded, moved, dropped bool // whether there are any
	}{
		"worker":         {long: "1s", moved: true},
		"hang":           {long: "1500ms", moved: true},
		"mirror":         {long: "1s", degraded: true},
		"message":        {long: "1s", dropped: true},
		"mirror,message": {long: "1s", degraded: true, dropped: true},
		"database":       {long: "5s", code: 75},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			began := time.Now()
			code := run(t.Context(), []string{"-fault", fault, "-for", c.long}, &stdout, &stderr)
			m := sums.FindStringSubmatch(stdout.String())
			if code != c.code || m == nil {
				t.Fatalf("want exit code %d, got %d\n%s%s", c.code, code, &stdout, &stderr)
			}
			number := func(i int) int { n, _ := strconv.Atoi(m[i]); return n }
			if number(1) == 0 || (number(2) > 0) != c.degraded || (number(3) > 0) != c.moved || (number(4) > 0) != c.dropped {
				t.Errorf("%s\n%s%s", m[0], &stdout, &stderr)
			}
			if code != 0 && time.Since(began) > 1300*time.Millisecond {
				t.Errorf("it took %s to die of what happened after 300ms", time.Since(began))
			}
		})
	}
}

func TestDeathIsExplained(t *testing.T) {
	t.Parallel()
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"-fault", "database", "-json"}, &stdout, &stderr); code != 75 || stderr.Len() > 0 {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	var report struct {
		Code int
		Died struct {
			Task    string
			Verdict struct{ Class, Edge, Kind, Rule string }
			Error   struct {
				Layers []struct{ Message, File string }
			}
		}
	}
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil || strings.Count(stdout.String(), "\n") != 1 {
		t.Fatalf("%v: %s", err, &stdout)
	}
	v := report.Died.Verdict
	if report.Code != 75 || v.Class != "fatal" || v.Edge != "database" || v.Rule == "" || v.Kind == "" {
		t.Errorf("%+v", report)
	}
	if l := report.Died.Error.Layers; len(l) == 0 || l[len(l)-1].Message != "ask peer" || l[len(l)-1].File != "daemon/client.go" {
		t.Errorf("the chain is %+v", l)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, nil, &stdout, &stderr); code != 0 || !strings.Contains(stdout.String(), "daemon stopped after ") {
		t.Errorf("exit code %d\n%s%s", code, &stdout, &stderr)
	}
}

func TestUsage(t *testing.T) {
	for args, want := range map[string]int{"-help": 0, "-fault nix": 2, "-nix": 2, "nix": 2} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), &stdout, &stderr); code != want || args == "-help" && !strings.Contains(stderr.String(), "-chaos 1m") {
			t.Errorf("%s: exit code %d\n%s", args, code, &stderr)
		}
	}
}

// A dial that we call off because we stop is no death of the database.
func TestDialIsCalledOff(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	db := client{edge: "database", addr: "127.0.0.1:1"}
	_, err := db.ask(ctx, "PING", "")
	if v := policy.Classify(ctx, err); v.Class != classify.Cancelled {
		t.Errorf("%v: %s", err, v.Explain())
	}
}
