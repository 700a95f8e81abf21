package engine

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/runner"
	"github.com/holdfast-go/holdfast/executor/sandbox"
)

// Err is what Run returns when it could not finish.
type Err = errctx.WithContext[Error]

// Error is the sealed sum of what ends a run or one of its steps. [Visit] is the
// total switch over it.
type Error interface {
	errctx.Kind
	engineError(Cases[struct{}])
}

// StepFault is a phase of a step's execution that went wrong.
type StepFault struct{ Cause runner.Error }

// StoreFault is the store failing outside of an execution: while sources are
// stored or the contents of an output folder are read.
type StoreFault struct{ cas.StoreError }

// PlaceFault is a fault of placing outputs beside the plan.
type PlaceFault struct{ Cause sandbox.Error }

// CacheFault is the action cache failing outside of an execution.
type CacheFault struct{ Cause *runner.LookupError }

// TreeFault is an input root that cannot be read.
type TreeFault struct{ merkle.WalkError }

// MalformedStep says that a step of the plan is no action, such as text that is not UTF-8.
type MalformedStep struct{ Err *action.Malformed }

// MalformedBlob says that a blob of the store, verified, is not the message that it
// should be. One of its fields is set.
type MalformedBlob struct {
	Tree    merkle.TreeError  // that of an output folder
	Message *action.Malformed // an action or its command
}

// InputConflict says that a step's inputs do not make a tree: two of them claim one path.
type InputConflict struct{ merkle.BuildError }

// InputAbsent says that a step asked for a path below an output folder that has no such path.
type InputAbsent struct {
	Step, Producer, Path string
}

// InputChanged says that a file of the workspace is no longer what it was when the run
// began, or is gone; Got is the zero Digest then.
type InputChanged struct {
	Path      string
	Want, Got digest.Digest
}

// UnrecoverableDigest says that a lost blob has no producer: no step of the run and no source file.
type UnrecoverableDigest struct {
	Digest   digest.Digest
	Consumer string
	Searched string // where a producer was looked for
	Err      Err    // how its loss was seen
}

// BacktrackExhausted says that a blob was lost again and again, although its producer made it each time.
type BacktrackExhausted struct {
	Digest    digest.Digest
	Producer  string
	Consumers []string // who needed it, one for each time
	Attempts  int
	Err       Err // how the last loss was seen
}

// RetryExhausted says that what passes by itself did not pass.
type RetryExhausted struct {
	Step     string
	Attempts int
	Err      Err // the last one
}

// UnknownStep says that a requested step is not in the plan.
type UnknownStep struct{ Name, Hint string }

// Cancelled says that the requester gave up; Cause is the context's.
type Cancelled struct{ Cause error }

// Panic is a bug of this program.
type Panic struct {
	Value any
	Stack []byte `errctx:"private"` // means something beside this build and its folders only
}

// ErrorKind is that of what the runner saw.
func (e StepFault) ErrorKind() string { return e.Cause.ErrorKind() }

// ErrorKind is that of what the sandbox saw.
func (e PlaceFault) ErrorKind() string { return e.Cause.ErrorKind() }

func (e StepFault) Error() string  { return e.Cause.Error() }
func (e PlaceFault) Error() string { return e.Cause.Error() }

// ErrorKind is that of what the cache saw.
func (e CacheFault) ErrorKind() string   { return e.Cause.ErrorKind() }
func (e CacheFault) Error() string       { return e.Cause.Error() }
func (e *MalformedStep) Error() string   { return e.Err.Error() }
func (*MalformedStep) ErrorKind() string { return "engine.malformed_step" }
func (e *MalformedBlob) Error() string   { return e.Unwrap().Error() }
func (*MalformedBlob) ErrorKind() string { return "engine.malformed_blob" }

func (*InputAbsent) ErrorKind() string         { return "engine.input_absent" }
func (*InputChanged) ErrorKind() string        { return "engine.input_changed" }
func (*UnrecoverableDigest) ErrorKind() string { return "engine.unrecoverable_digest" }
func (*BacktrackExhausted) ErrorKind() string  { return "engine.backtrack_exhausted" }
func (*RetryExhausted) ErrorKind() string      { return "engine.retry_exhausted" }
func (*UnknownStep) ErrorKind() string         { return "engine.unknown_step" }
func (*Cancelled) ErrorKind() string           { return "engine.cancelled" }
func (*Panic) ErrorKind() string               { return "engine.panic" }

func (e *InputAbsent) Error() string {
	return fmt.Sprintf("step %q has no output %q, which step %q takes", e.Producer, e.Path, e.Step)
}

func (e *InputChanged) Error() string {
	if e.Got.IsZero() {
		return fmt.Sprintf("source file %s is gone: it was %s when the run began", e.Path, e.Want)
	}
	return fmt.Sprintf("source file %s changed during the run: it was %s and is %s", e.Path, e.Want, e.Got)
}

func (e *UnrecoverableDigest) Error() string {
	return fmt.Sprintf("blob %s, which %s needs, is lost and nothing produces it (searched %s)", e.Digest, e.Consumer, e.Searched)
}

func (e *BacktrackExhausted) Error() string {
	return fmt.Sprintf("blob %s is lost again after %d reruns of %s (needed by %s)", e.Digest, e.Attempts, e.Producer, strings.Join(e.Consumers, ", "))
}

func (e *RetryExhausted) Error() string {
	return fmt.Sprintf("%s: gave up after %d attempts: %v", e.Step, e.Attempts, e.Err)
}

func (e *UnknownStep) Error() string {
	if e.Hint == "" {
		return fmt.Sprintf("the plan has no step %q", e.Name)
	}
	return fmt.Sprintf("the plan has no step %q (%s)", e.Name, e.Hint)
}

func (e *Cancelled) Error() string { return fmt.Sprintf("cancelled: %v", e.Cause) }
func (e *Panic) Error() string     { return fmt.Sprintf("panic: %v", e.Value) }

func (e StepFault) Unwrap() error            { return e.Cause }
func (e StoreFault) Unwrap() error           { return e.StoreError }
func (e PlaceFault) Unwrap() error           { return e.Cause }
func (e CacheFault) Unwrap() error           { return e.Cause }
func (e TreeFault) Unwrap() error            { return e.WalkError }
func (e *MalformedStep) Unwrap() error       { return e.Err }
func (e InputConflict) Unwrap() error        { return e.BuildError }
func (e *UnrecoverableDigest) Unwrap() error { return e.Err }
func (e *BacktrackExhausted) Unwrap() error  { return e.Err }
func (e *RetryExhausted) Unwrap() error      { return e.Err }
func (e *Cancelled) Unwrap() error           { return e.Cause }

// Unwrap returns the field that is set.
func (e *MalformedBlob) Unwrap() error {
	if e.Tree != nil {
		return e.Tree
	}
	return e.Message
}

// Unwrap returns the value a panic carried, if it was an error.
func (e *Panic) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

func stepFault(e runner.Error) Error          { return StepFault{e} }
func storeFault(e cas.StoreError) Error       { return StoreFault{e} }
func lookupFault(e *runner.LookupError) Error { return CacheFault{e} }
func treeFault(e merkle.WalkError) Error      { return TreeFault{e} }
func inputConflict(e merkle.BuildError) Error { return InputConflict{e} }
func malformedStep(e *action.Malformed) Error { return &MalformedStep{e} }
func malformedTree(e merkle.TreeError) Error  { return &MalformedBlob{Tree: e} }
func malformed(e *action.Malformed) Error     { return &MalformedBlob{Message: e} }

func cancelled(ctx context.Context) Error { return &Cancelled{context.Cause(ctx)} }

// named is the attribute for a step's name. It is safe, like the paths in a workspace and in trees: whoever gets
// an error about a step has asked for it, and the errors themselves name both. Paths of the host stay private.
func named(step string) slog.Attr { return errctx.Safe(slog.String("step", step)) }
