package engine

import (
	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/roles"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/process"
)

// LocalExecutor is the policy of an executor on one machine: what to do about every
// error that a step, the store or the engine itself can come up with.
//
// A verdict of fail is about the step: its command, its inputs, its plan.
// Infrastructure never gives fail. There is nowhere else to retry. An error that another version of
// this program has a name for, and this one has not, is fatal wherever it stands: it may mean
// that the disk is going, so neither is a step blamed for it nor is anything tried again.
//
// The tables below are total: each is a visitor of a sealed sum, and a variant
// without a line does not compile.
func LocalExecutor() *classify.Policy { return localExecutor }

var localExecutor = classify.Must(classify.New(
	roles.LocalExecutor(), // what it can do, and what it does about errors that are not of this program
	classify.Sum("engine", any_, func(e Error) classify.Verdict { return Visit(e, engineVerdicts{}) }),
	classify.Sum("process start", any_, func(e process.StartError) classify.Verdict { return process.VisitStart(e, startVerdicts{}) }),
	classify.Sum("tree walk", any_, func(e merkle.WalkError) classify.Verdict { return merkle.VisitWalk(e, walkVerdicts{}) }),
	classify.Sum("store", any_, func(e cas.StoreError) classify.Verdict { return cas.Visit(e, storeVerdicts{}) }),
	classify.On[*actioncache.BadResult]("bad result", classify.Fatal),
	classify.On[*process.Lost]("process lost", classify.Fatal),
))

var any_ = classify.SetOf(classify.Cancelled, classify.RetryHere, classify.Backtrack, classify.Fail, classify.Fatal)

// The verdicts, and the absence of one: look further inside.
var (
	inside = classify.Verdict{}
	gaveUp = classify.Verdict{Class: classify.Cancelled}
	again  = classify.Verdict{Class: classify.RetryHere}
	fails  = classify.Verdict{Class: classify.Fail}
	fatal  = classify.Verdict{Class: classify.Fatal}
)

type verdict = classify.Verdict

// storeVerdicts: what can be reproduced is; what comes back is tried again; a disk that is broken, full or
// forbidden ends the run.
type storeVerdicts struct{}

var _ cas.Cases[verdict] = storeVerdicts{}

func (storeVerdicts) MissingDigest(e *cas.MissingDigest) verdict {
	return verdict{Class: classify.Backtrack, Keys: []any{e.Digest}}
}
func (storeVerdicts) CorruptBlob(e *cas.CorruptBlob) verdict {
	return verdict{Class: classify.Backtrack, Keys: []any{e.Digest}}
}
func (storeVerdicts) TooLarge(*cas.TooLarge) verdict       { return fails }
func (storeVerdicts) Unreadable(*cas.Unreadable) verdict   { return fails } // a source file, or what a step left as its output
func (storeVerdicts) LinkRefused(*cas.LinkRefused) verdict { return fatal } // sandboxes copy instead
func (storeVerdicts) DiskFull(*cas.DiskFull) verdict       { return fatal }
func (storeVerdicts) Resource(*cas.Resource) verdict       { return again }
func (storeVerdicts) Denied(*cas.Denied) verdict           { return fatal }
func (storeVerdicts) Interrupted(*cas.Interrupted) verdict { return inside } // whose context it was decides
func (storeVerdicts) StoreIO(*cas.StoreIO) verdict         { return fatal }
func (storeVerdicts) Unknown(cas.Unknown) verdict          { return fatal }

// startVerdicts: what is wrong with a command is its step's fault, what is wrong with the machine is not.
type startVerdicts struct{}

var _ process.StartCases[verdict] = startVerdicts{}

func (startVerdicts) InvalidSpec(*process.InvalidSpec) verdict       { return fails }
func (startVerdicts) NotFound(*process.NotFound) verdict             { return fails }
func (startVerdicts) RelativePath(*process.RelativePath) verdict     { return fails }
func (startVerdicts) NotExecutable(*process.NotExecutable) verdict   { return fails }
func (startVerdicts) BadInterpreter(*process.BadInterpreter) verdict { return fails }
func (startVerdicts) BadDir(*process.BadDir) verdict                 { return fails }
func (startVerdicts) TooLong(*process.TooLong) verdict               { return fails }
func (startVerdicts) Busy(*process.Busy) verdict                     { return again }
func (startVerdicts) ResourceLimit(*process.ResourceLimit) verdict   { return again }
func (startVerdicts) StartIO(*process.StartIO) verdict               { return fatal }
func (startVerdicts) Interrupted(*process.Interrupted) verdict       { return inside }
func (startVerdicts) Unknown(process.Unknown) verdict                { return fatal }

// walkVerdicts: a tree that is no tree was made by this program, or by nobody.
type walkVerdicts struct{}

var _ merkle.WalkCases[verdict] = walkVerdicts{}

func (walkVerdicts) Incomplete(*merkle.Incomplete) verdict { return inside }
func (walkVerdicts) Malformed(*merkle.Malformed) verdict   { return fatal }
func (walkVerdicts) TooLarge(*merkle.TooLarge) verdict     { return fails }
func (walkVerdicts) StoreFault(merkle.StoreFault) verdict  { return inside }
func (walkVerdicts) Unknown(merkle.Unknown) verdict        { return fatal }

// engineVerdicts: faults carry their cause, which decides; what the engine itself gave up on is final.
type engineVerdicts struct{}

var _ Cases[verdict] = engineVerdicts{}

func (engineVerdicts) StepFault(StepFault) verdict                      { return inside }
func (engineVerdicts) StoreFault(StoreFault) verdict                    { return inside }
func (engineVerdicts) PlaceFault(PlaceFault) verdict                    { return inside }
func (engineVerdicts) CacheFault(CacheFault) verdict                    { return inside }
func (engineVerdicts) TreeFault(TreeFault) verdict                      { return inside }
func (engineVerdicts) InputConflict(InputConflict) verdict              { return fails }
func (engineVerdicts) MalformedStep(*MalformedStep) verdict             { return fails }
func (engineVerdicts) MalformedBlob(*MalformedBlob) verdict             { return fatal }
func (engineVerdicts) InputAbsent(*InputAbsent) verdict                 { return fails }
func (engineVerdicts) InputChanged(*InputChanged) verdict               { return fatal }
func (engineVerdicts) UnrecoverableDigest(*UnrecoverableDigest) verdict { return fatal }
func (engineVerdicts) BacktrackExhausted(*BacktrackExhausted) verdict   { return fatal }
func (engineVerdicts) RetryExhausted(*RetryExhausted) verdict           { return fatal }
func (engineVerdicts) UnknownStep(*UnknownStep) verdict                 { return fails }
func (engineVerdicts) NotBuilt(*NotBuilt) verdict                       { return fails }
func (engineVerdicts) Cancelled(*Cancelled) verdict                     { return gaveUp }
func (engineVerdicts) Panic(*Panic) verdict                             { return fatal }
func (engineVerdicts) Unknown(Unknown) verdict                          { return fatal }
