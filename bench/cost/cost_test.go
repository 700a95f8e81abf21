package cost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/bench/peer"
)

var quick = Config{Rounds: 2, BenchTime: 200 * time.Microsecond, Limit: 50 * time.Millisecond, Progress: func(int, int, string) {}}

// find returns the cell of an operation at a depth with a peer.
func find(t *testing.T, cells []Cell, op string, depth int, peer string) Cell {
	t.Helper()
	c, ok := (&Report{Cells: cells}).cell(op, depth, peer)
	if !ok {
		t.Fatalf("%s at depth %d with %s was not measured", op, depth, peer)
	}
	return c
}

func operations(names ...string) []Operation {
	var ops []Operation
	for _, op := range Operations() {
		for _, name := range names {
			if op.Name == name {
				ops = append(ops, op)
			}
		}
	}
	return ops
}

func TestRun(t *testing.T) {
	peers := peer.All()
	cells, err := Run(t.Context(), peers, operations("wrap x1", "from", "errors.Is, miss", "wire round trip"), quick)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range peers {
		c := find(t, cells, "wrap x1", 0, p.Name)
		if c.NS <= 0 || c.MinNS > c.NS || c.Allocs < 1 || c.Bytes < 48 {
			t.Errorf("%+v", c)
		}
	}
	if c := find(t, cells, "wrap x1", 0, us); c.Allocs != 1 || c.Bytes != 48 {
		t.Errorf("%+v", c)
	}

	// What a peer has nothing like is left out, what does not end is given up.
	r := &Report{Cells: cells}
	if _, ok := r.cell("from", 0, "oops"); ok {
		t.Error("oops has a From")
	}
	if c := find(t, cells, "errors.Is, miss", 1000, "oops"); !strings.Contains(c.GivenUp, "at depth") || c.NS != 0 {
		t.Errorf("%+v", c)
	}
	if c := find(t, cells, "errors.Is, miss", 1000, us); c.GivenUp != "" || c.Allocs != 0 {
		t.Errorf("%+v", c)
	}
	if c := find(t, cells, "wire round trip", 0, "cockroachdb"); c.Size < 1000 {
		t.Errorf("%+v", c)
	}

	var page, terminal strings.Builder
	if err := errors.Join(r.Markdown(&page, peers), r.Print(&terminal, peers)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| wrap x1: bytes | 48 B | 48 B | met |", "given up: ", "not measured", "### wire round trip"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page.String(), "NaN") {
		t.Error("the page has a NaN")
	}
	if b, err := json.Marshal(r); err != nil || !strings.Contains(string(b), `"minNs"`) {
		t.Errorf("%s, %v", b, err)
	}
}

// Every operation can be done with every peer that it is for.
func TestOperations(t *testing.T) {
	names := map[string]bool{}
	for _, op := range Operations() {
		names[op.Name] = true
		for _, p := range peer.All() {
			for _, depth := range op.Depths {
				if task := op.prepare(p, min(depth, 10)); task.loop != nil {
					task.loop(2)
				}
			}
		}
	}
	// No target is about an operation or a peer that is not there.
	var cells []Cell
	for _, op := range Operations() {
		for _, depth := range op.Depths {
			for _, p := range peer.All() {
				cells = append(cells, Cell{Operation: op.Name, Depth: depth, Peer: p.Name, NS: 1, Allocs: 1, Bytes: 1, Size: 1})
			}
		}
	}
	for _, line := range (&Report{Cells: cells}).targets(peer.All())[1:] {
		if line[3] == "not measured" {
			t.Errorf("%s cannot be measured", line[0])
		}
	}
}

func TestVerdicts(t *testing.T) {
	cells := []Cell{{Operation: "wrap x1", Peer: us, NS: 120, Allocs: 2, Bytes: 48}, {Operation: "wrap x1", Peer: "bare struct", NS: 100}}
	said := map[string]string{}
	for _, line := range (&Report{Cells: cells}).targets(nil) {
		said[line[0]] = fmt.Sprint(line[2:])
	}
	for target, want := range map[string]string{
		"wrap x1: allocations":                  "[2 **missed**]",
		"wrap x1: bytes":                        "[48 B met]",
		"wrap x1: time against the bare struct": "[1.20× **missed**]",
		"Root: time":                            "[– not measured]",
	} {
		if said[target] != want {
			t.Errorf("%s: got %s, want %s", target, said[target], want)
		}
	}
}

func TestMedian(t *testing.T) {
	var c Cell
	c.sum([]sample{{n: 10, elapsed: 300, bytes: 480, allocs: 10}, {n: 10, elapsed: 100, bytes: 490, allocs: 11}, {n: 10, elapsed: 5000, bytes: 480, allocs: 10}})
	if c.NS != 30 || c.MinNS != 10 || c.Bytes != 48 || c.Allocs != 1 {
		t.Errorf("%+v", c)
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := quick
	c.Progress = func(done, _ int, _ string) {
		if done == 1 {
			cancel()
		}
	}
	if cells, err := Run(ctx, peer.All(), Operations(), c); !errors.Is(err, context.Canceled) || cells != nil {
		t.Errorf("%v, %v", cells, err)
	}
}

func TestStructured(t *testing.T) {
	want := map[string]bool{"errctx": true, "errctx, sum": true, "tozd": true, "eris": true, "oops": true}
	for _, p := range peer.All() {
		if got := Structured(p); got != want[p.Name] {
			t.Errorf("%s: %t", p.Name, got)
		}
	}
}
