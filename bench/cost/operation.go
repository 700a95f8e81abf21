// Package cost measures what layers of context cost, with errctx and with others.
package cost

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"runtime"
	"strings"

	"github.com/holdfast-go/holdfast/bench/peer"
)

// Operation is something one does with errors.
type Operation struct {
	Name   string
	Doc    string
	Depths []int // of the chain that it is done to; 0 where that says nothing
	// prepare returns what is to be timed, or no loop for a peer that has nothing like it.
	prepare func(p peer.Peer, depth int) task
}

// task runs its operation n times.
type task struct {
	loop func(n int)
	size int    // of what it encodes, where it does
	note string // what to know about the result, when it is less than one asks for
}

var (
	flat = []int{0}
	deep = []int{1, 10, 1000}
)

// errOther is what a miss looks for.
var errOther = errors.New("something else")

// other is a type that a miss looks for.
type other struct{}

func (*other) Error() string { return "something else" }

// Operations returns what is measured, in the order in which it is shown.
func Operations() []Operation {
	return []Operation{
		{"first layer", "a layer on a root, with its call site where the library takes one", flat,
			func(p peer.Peer, _ int) task { return task{loop: p.First} }},
		{"wrap x1", "one more layer on a chain that has one", flat,
			func(p peer.Peer, _ int) task { return task{loop: p.More} }},
		{"wrap x10", "a root and ten layers from ten lines", flat,
			func(p peer.Peer, _ int) task { return task{loop: p.Ten} }},
		{"wrap, three attributes", "one more layer with a digest, a size and a duration", flat,
			func(p peer.Peer, _ int) task { return task{loop: p.Attrs} }},
		{"root", "from ten layers to the root as its type: `Root()`, elsewhere `errors.AsType`", flat,
			func(p peer.Peer, _ int) task { return task{loop: p.Root} }},
		{"from", "from a plain error of ten layers to a typed handle", flat,
			func(p peer.Peer, _ int) task { return task{loop: p.From} }},
		{"Error()", "the text", deep, reading(func(_ peer.Peer, err error) { sinkString = err.Error() })},
		{"errors.Is, hit", "of the standard library; the target is the root", deep,
			func(p peer.Peer, depth int) task {
				err := p.Chain(depth)
				root, _ := errors.AsType[*peer.Fault](err)
				return loop(func() { sinkBool = errors.Is(err, root) })
			}},
		{"errors.Is, miss", "the target is not there", deep,
			reading(func(_ peer.Peer, err error) { sinkBool = errors.Is(err, errOther) })},
		{"errors.As, hit", "the target is the root's type", deep,
			reading(func(_ peer.Peer, err error) {
				var f *peer.Fault
				sinkBool = errors.As(err, &f)
			})},
		{"errors.AsType, hit", "the same by type parameter", deep,
			reading(func(_ peer.Peer, err error) { _, sinkBool = errors.AsType[*peer.Fault](err) })},
		{"errors.AsType, miss", "a type that is not there", deep,
			reading(func(_ peer.Peer, err error) { _, sinkBool = errors.AsType[*other](err) })},
		{"%+v", "everything, for a person", deep,
			func(p peer.Peer, depth int) task {
				err := p.Chain(depth)
				t := loop(func() { _, _ = fmt.Fprintf(io.Discard, "%+v", err) })
				if n := CallSites(p); n < 10 {
					t.note = fmt.Sprintf("%d of 10 call sites", n)
				}
				return t
			}},
		{"slog JSON", "one record with the error as an attribute, through `slog.JSONHandler`", deep,
			func(p peer.Peer, depth int) task {
				err := p.Chain(depth)
				ctx, log := context.Background(), slog.New(slog.NewJSONHandler(io.Discard, nil))
				t := loop(func() { log.LogAttrs(ctx, slog.LevelError, "run failed", p.Log(err)) })
				if !Structured(p) {
					t.note = "text"
				}
				return t
			}},
		{"json.Marshal", "what the library gives as JSON", deep,
			func(p peer.Peer, depth int) task {
				err := p.Chain(depth)
				t := loop(func() { _, _ = p.JSON(err) })
				if b, _ := p.JSON(p.Chain(1)); len(b) <= len("{}") {
					t.note = string(b)
				}
				return t
			}},
		{"wire round trip", "ten layers from ten lines, encoded and decoded", flat,
			func(p peer.Peer, _ int) task { return roundTrip(p, p.Chain(10)) }},
		{"wire round trip, one line", "ten layers from one line", flat,
			func(p peer.Peer, _ int) task { return roundTrip(p, p.Repeated(&peer.Fault{Digest: peer.Digest}, 10)) }},
	}
}

var (
	sinkString string
	sinkBool   bool
)

// reading is an operation on a chain that leaves it as it is.
func reading(f func(peer.Peer, error)) func(peer.Peer, int) task {
	return func(p peer.Peer, depth int) task {
		err := p.Chain(depth)
		return loop(func() { f(p, err) })
	}
}

func loop(f func()) task {
	return task{loop: func(n int) {
		for range n {
			f()
		}
	}}
}

func roundTrip(p peer.Peer, err error) task {
	if p.Wire == nil {
		return task{}
	}
	trip := p.Wire(err)
	b, e := trip.Encode()
	if e != nil {
		return task{}
	}
	t := loop(func() {
		b, _ := trip.Encode()
		err, _ := trip.Decode(b)
		runtime.KeepAlive(err)
	})
	t.size = len(b)
	return t
}

// CallSites counts the lines that added ten layers in what %+v shows of them.
func CallSites(p peer.Peer) int {
	seen := map[string]bool{}
	for _, m := range callSite.FindAllStringSubmatch(fmt.Sprintf("%+v", p.Chain(10)), -1) {
		if !strings.HasPrefix(m[1], "peer.go") { // that is the harness
			seen[m[1]] = true
		}
	}
	return len(seen)
}

var callSite = regexp.MustCompile(`peer/(\w+\.go:\d+)`)

// Structured reports whether p's errors come out of slog as more than a text.
func Structured(p peer.Peer) bool {
	var b strings.Builder
	slog.New(slog.NewJSONHandler(&b, nil)).LogAttrs(context.Background(), slog.LevelError, "m", p.Log(p.Chain(1)))
	var record struct{ Err any }
	if json.Unmarshal([]byte(b.String()), &record) != nil {
		return false
	}
	_, ok := record.Err.(map[string]any)
	return ok
}
