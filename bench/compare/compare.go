// Package compare asks errctx and other error libraries for the same features. Every answer
// is the outcome of a probe that is run, not a claim: one file for each feature.
package compare

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"

	"github.com/holdfast-go/holdfast/bench/peer"
)

// Verdict is the short answer.
type Verdict string

const (
	Yes    Verdict = "yes"
	Partly Verdict = "partly"
	No     Verdict = "no"
)

// Outcome is what a probe saw.
type Outcome struct {
	Verdict Verdict
	Fact    string
}

func yes(format string, args ...any) Outcome    { return Outcome{Yes, fmt.Sprintf(format, args...)} }
func partly(format string, args ...any) Outcome { return Outcome{Partly, fmt.Sprintf(format, args...)} }
func no(format string, args ...any) Outcome     { return Outcome{No, fmt.Sprintf(format, args...)} }

// Feature is something that one may want of a library.
type Feature struct {
	Name string
	Doc  string // what earns which verdict
	// probe tries it with any peer, special with a peer that needs code of its own.
	probe   func(peer.Peer) Outcome
	special map[string]func() Outcome
}

// Features returns the rows of the comparison.
func Features() []Feature {
	return []Feature{
		staticType, changeType, nesting, typedNil, wrapNil, depth, oneAllocation, attributes,
		output, wireForm, grpcStatus, redaction, typedJoin, plainErrors, dependencies, documents,
	}
}

// Peers returns the columns.
func Peers() []peer.Peer {
	var peers []peer.Peer
	for _, p := range peer.All() {
		if p.Name != "errctx, sum" { // the same library once more
			peers = append(peers, p)
		}
	}
	return peers
}

// Cell is an outcome and where the probe is that had it.
type Cell struct {
	Outcome
	File string // in this folder
	Line int
}

// Run runs a feature's probe with a peer. A probe that panics is a no.
func (f Feature) Run(p peer.Peer) (c Cell) {
	probe := f.special[p.Name]
	at := reflect.ValueOf(probe)
	if probe == nil {
		probe, at = func() Outcome { return f.probe(p) }, reflect.ValueOf(f.probe)
	}
	file, line := runtime.FuncForPC(at.Pointer()).FileLine(at.Pointer())
	c.File, c.Line = filepath.Base(file), line
	defer func() {
		if r := recover(); r != nil {
			c.Outcome = no("panics: %v", r)
		}
	}()
	c.Outcome = probe()
	return c
}

// Report is all outcomes: a row for each feature, a column for each peer.
type Report struct {
	Features []Feature
	Peers    []peer.Peer
	Cells    [][]Cell
}

// Run runs all probes. It returns ctx's error when ctx ends first.
func Run(ctx context.Context, progress func(done, total int, what string)) (*Report, error) {
	r := &Report{Features: Features(), Peers: Peers()}
	for i, f := range r.Features {
		progress(i, len(r.Features), f.Name)
		row := make([]Cell, len(r.Peers))
		for k, p := range r.Peers {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			row[k] = f.Run(p)
		}
		r.Cells = append(r.Cells, row)
	}
	return r, nil
}
