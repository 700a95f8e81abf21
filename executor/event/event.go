// Package event is what a run tells while it happens: one value for each thing
// worth knowing, in the order it happened.
//
// The JSON form is a contract that scripts rely on: one object a line with the
// name of the event under "event" and its time under "time" (RFC 3339, UTC, six
// decimals, so that lines sort), then the fields below in their order. Fields are
// only ever added. Digests read "hash/size". A list or map that has no omitempty is
// [] or {} when it is empty, never null.
package event

import (
	"encoding/json"
	"time"

	"github.com/holdfast-go/holdfast/executor/digest"
)

// Event is one of the types of this package, as a value: sinks switch on the types,
// not on pointers to them.
type Event interface {
	// Name is what the JSON form has under "event".
	Name() string
}

// Sink receives the events of a run, one at a time, from one goroutine.
type Sink interface {
	Event(at time.Time, e Event)
}

// Plan opens a run.
type Plan struct {
	Run     string `json:"run"`     // identifies the run in the store, for explain
	Plan    string `json:"plan"`    // the plan's file, "" for a single command
	Steps   int    `json:"steps"`   // how many steps the request needs
	Jobs    int    `json:"jobs"`    // how many may execute at once
	Sandbox string `json:"sandbox"` // the isolation that steps get
	Store   string `json:"store"`   // the store's folder
}

// StepStarted says that a step's process is about to start: it was not in the cache.
type StepStarted struct {
	Step   string        `json:"step"`
	Digest digest.Digest `json:"digest"` // of the action
	Source Source        `json:"source"` // Executed, or Rerun when a lost blob is being reproduced
}

// Source says where a step's result came from.
type Source string

// The sources of a result.
const (
	Executed Source = "executed" // the process ran: nothing was cached
	Cached   Source = "cache"    // an earlier result
	Rerun    Source = "rerun"    // the process ran again with cache reads off: a blob of the cached result was lost
)

// StepFinished says how a step ended. A step that failed has Error or an
// ExitCode, a Signal or a TimedOut that says why.
type StepFinished struct {
	Step       string                   `json:"step"`
	Digest     digest.Digest            `json:"digest"` // of the action
	Source     Source                   `json:"source"`
	OK         bool                     `json:"ok"`
	ExitCode   int                      `json:"exit_code"`        // -1 when the process did not exit by itself
	Signal     string                   `json:"signal,omitempty"` // such as "SIGKILL", when a signal ended it
	TimedOut   bool                     `json:"timed_out,omitempty"`
	Missing    []string                 `json:"missing_outputs,omitempty"` // declared outputs that the process did not leave
	Refused    []string                 `json:"refused_outputs,omitempty"` // outputs that cannot be stored, with the reason: "path: …"
	Hint       string                   `json:"hint,omitempty"`            // what probably made it fail, such as a full disk
	Sandbox    string                   `json:"sandbox,omitempty"`         // where its sandbox was kept
	Error      *Failure                 `json:"error,omitempty"`           // why there is no result at all: the process could not start, …
	DurationMS float64                  `json:"duration_ms"`               // of the process; of an earlier one when it came from the cache
	Outputs    map[string]digest.Digest `json:"outputs"`                   // folders by the digest of their root Directory
	Said       string                   `json:"said,omitempty"`            // when it failed: the last part of its output, standard error last
	Stdout     []byte                   `json:"-"`                         // the last part of what it wrote, when it was executed
	Stderr     []byte                   `json:"-"`
	StdoutSize int64                    `json:"-"` // bytes it wrote in all; less than len(Stdout) means that Stdout is all
	StderrSize int64                    `json:"-"`
}

// Backtrack says that blobs a producer's result had promised are lost, and that
// the producer is made to produce them again for the consumer.
type Backtrack struct {
	Missing  []digest.Digest `json:"missing"`
	Producer string          `json:"producer"`         // a step, or the path of a source file
	Consumer string          `json:"consumer"`         // the step that needed them, or "out" for the placing of outputs
	Attempt  int             `json:"attempt"`          // 1 for the first time these digests are lost
	Reread   bool            `json:"reread,omitempty"` // the producer is a file of the workspace: it is read again
	Err      error           `json:"-"`                // what arrived at the top, with its type
}

// Degraded says that the run goes on with less than it asked for: links replaced by
// copies, a corrupt cache entry put aside, a step that gave two different results.
type Degraded struct {
	What   string   `json:"what"` // constant text
	Detail string   `json:"detail,omitempty"`
	Step   string   `json:"step,omitempty"`
	Error  *Failure `json:"error,omitempty"`
}

// Placed says that the outputs of the requested steps are in their folder.
type Placed struct {
	Dir   string   `json:"dir"`
	Files []string `json:"files"` // relative to Dir
}

// Finished closes a run.
type Finished struct {
	OK         bool     `json:"ok"`
	Executed   int      `json:"executed"`
	Cached     int      `json:"cached"`
	Rerun      int      `json:"rerun"`
	Failed     []string `json:"failed,omitempty"`  // steps that failed
	Skipped    int      `json:"skipped,omitempty"` // steps not run, because of those
	DurationMS float64  `json:"duration_ms"`
	Error      *Failure `json:"error,omitempty"` // the infrastructure failed, or the run was cancelled
}

// Failure is an error at the boundary to a reader: its kind, its text, its verdict, and
// the error itself. Wire is what package errctx/wire makes of it, with the class of the verdict and with private
// attributes: executor/engine.Wire.Decode gives a program the error back, typed, with its layers. If a
// run could not even begin, its kind may be one of executor/plan.Wire or executor/home.Wire.
type Failure struct {
	Kind    string          `json:"kind,omitempty"`    // errctx.Kind of the root
	Message string          `json:"message"`           // constant messages and the root's text
	Verdict string          `json:"verdict,omitempty"` // the class, with the rule that decided
	Tree    json.RawMessage `json:"tree,omitempty"`    // layers, attributes and call sites
	Wire    json.RawMessage `json:"wire,omitempty"`    // the error, for programs
	Detail  string          `json:"-"`                 // the tree for people, many lines
}

// Name implements Event.
func (Plan) Name() string         { return "plan" }
func (StepStarted) Name() string  { return "step_started" }
func (StepFinished) Name() string { return "step_finished" }
func (Backtrack) Name() string    { return "backtrack" }
func (Degraded) Name() string     { return "degraded" }
func (Placed) Name() string       { return "placed" }
func (Finished) Name() string     { return "finished" }
