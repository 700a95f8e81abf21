// Package runlog remembers the keys of past runs and what went wrong, so that a later explain can say
// what changed since, and why a step has no result.
//
// A run is one JSON file, written whole when the run ends, however it ends. The
// newest [Kept] are kept.
package runlog

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/digest"
)

// Kept is how many runs a log keeps.
const Kept = 100

// maxFile bounds what is read of a run, in bytes: 100,000 steps need about 20 MiB.
const maxFile = 64 << 20

// Run is what is remembered of a run.
type Run struct {
	ID      string    `json:"run"`
	Plan    string    `json:"plan"`
	Started time.Time `json:"started"`
	Steps   []Step    `json:"steps"`
}

// Step is a step's key in a run, where its result came from, and what went wrong.
type Step struct {
	Step    string          `json:"step"`
	Digest  digest.Digest   `json:"digest,omitzero"` // absent when the run did not come as far as the key
	Source  string          `json:"source,omitempty"`
	Failure json.RawMessage `json:"failure,omitempty"` // an error in the form of package errctx/wire
}

// NewID returns an identifier that sorts by time.
func NewID(now time.Time) string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails
	return now.UTC().Format("20060102T150405.000Z") + "-" + hex.EncodeToString(b[:])
}

// Log is a folder of runs. Many processes may share it.
type Log struct{ Dir string }

// Save writes a run and removes the oldest ones. The error is an [*IO].
func (l Log) Save(r Run) errctx.WithContext[Error] {
	data, err := json.Marshal(r)
	if err != nil {
		return errctx.New[Error](&IO{"encode", r.ID, err}, "save run")
	}
	if err := os.MkdirAll(l.Dir, 0o755); err != nil {
		return errctx.New[Error](&IO{"create folder", l.Dir, err}, "save run")
	}
	tmp, err := os.CreateTemp(l.Dir, ".run-")
	if err != nil {
		return errctx.New[Error](&IO{"create", l.Dir, err}, "save run")
	}
	_, err = tmp.Write(data)
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(tmp.Name(), l.file(r.ID))
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
		return errctx.New[Error](&IO{"write", l.file(r.ID), err}, "save run")
	}
	l.prune()
	return nil
}

func (l Log) prune() {
	ids, _ := l.ids() // without a list there is nothing to remove
	for _, id := range ids[:max(0, len(ids)-Kept)] {
		_ = os.Remove(l.file(id)) // another process may have been faster
	}
	l.sweep()
}

// sweep removes what a killed process left half written, an hour later.
func (l Log) sweep() {
	left, _ := filepath.Glob(filepath.Join(l.Dir, ".run-*")) // it only fails for a bad pattern
	for _, f := range left {
		if info, err := os.Stat(f); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(f) // the next one tries again
		}
	}
}

// Find returns a run by its identifier or the start of it, or the newest one of
// a plan that can be read for "last". The error is a [*NotFound], an [*Ambiguous], a [*Garbled] or an [*IO].
func (l Log) Find(id, plan string) (Run, errctx.WithContext[Error]) {
	ids, err := l.ids()
	if err != nil {
		return Run{}, errctx.New[Error](&IO{"list", l.Dir, err}, "find run")
	}
	if id == "last" {
		for r := range l.newest(ids, plan) {
			return r, nil
		}
		return Run{}, errctx.New[Error](&NotFound{id, plan}, "find run")
	}
	var found []string
	for _, i := range ids {
		if id != "" && strings.HasPrefix(i, id) {
			found = append(found, i)
		}
	}
	switch len(found) {
	case 0:
		return Run{}, errctx.New[Error](&NotFound{id, plan}, "find run")
	case 1:
		return l.read(found[0])
	}
	return Run{}, errctx.New[Error](&Ambiguous{id, found}, "find run")
}

// newest yields the runs of a plan that can be read, the newest first.
func (l Log) newest(ids []string, plan string) iter.Seq[Run] {
	return func(yield func(Run) bool) {
		for _, i := range slices.Backward(ids) {
			if r, err := l.read(i); err == nil && r.Plan == plan && !yield(r) {
				return
			}
		}
	}
}

// Last returns what became of a step in the newest run of the plan that got to it, as far
// as runs can be read, and that run. The error is a [*NotFound] or an [*IO].
func (l Log) Last(plan, step string) (Step, Run, errctx.WithContext[Error]) {
	ids, err := l.ids()
	if err != nil {
		return Step{}, Run{}, errctx.New[Error](&IO{"list", l.Dir, err}, "find step")
	}
	for r := range l.newest(ids, plan) {
		if s, ok := r.Step(step); ok {
			return s, r, nil
		}
	}
	return Step{}, Run{}, errctx.New[Error](&NotFound{"last", plan}, "find step")
}

// Step returns what became of a step in the run.
func (r Run) Step(name string) (Step, bool) {
	i := slices.IndexFunc(r.Steps, func(s Step) bool { return s.Step == name })
	if i < 0 {
		return Step{}, false
	}
	return r.Steps[i], true
}

func (l Log) read(id string) (Run, errctx.WithContext[Error]) {
	info, err := os.Stat(l.file(id))
	if err == nil && info.Size() > maxFile {
		return Run{}, errctx.New[Error](&Garbled{l.file(id), fmt.Sprintf("larger than %d bytes", maxFile)}, "read run")
	}
	data, err := os.ReadFile(l.file(id))
	if err != nil {
		return Run{}, errctx.New[Error](&IO{"read", l.file(id), err}, "read run")
	}
	var r Run
	if err := json.Unmarshal(data, &r); err != nil {
		return Run{}, errctx.New[Error](&Garbled{l.file(id), "not the JSON of a run"}, "read run", slog.Any("cause", err))
	}
	if r.ID != id {
		return Run{}, errctx.New[Error](&Garbled{l.file(id), fmt.Sprintf("it is of run %q", r.ID)}, "read run")
	}
	return r, nil
}

var idForm = regexp.MustCompile(`^\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}\.json$`)

// ids returns all identifiers, oldest first. A folder that is not there has none.
func (l Log) ids() (ids []string, err error) {
	entries, err := os.ReadDir(l.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if idForm.MatchString(e.Name()) {
			ids = append(ids, strings.TrimSuffix(e.Name(), ".json"))
		}
	}
	return ids, nil
}

func (l Log) file(id string) string { return filepath.Join(l.Dir, id+".json") }

// Error is the sealed sum of this package: [*NotFound] | [*Ambiguous] | [*Garbled] | [*IO].
type Error interface {
	errctx.Kind
	runlogError()
}

// NotFound says that there is no such run.
type NotFound struct{ ID, Plan string }

// Ambiguous says that several runs begin with ID.
type Ambiguous struct {
	ID    string
	Found []string
}

// Garbled says that a run's file does not hold one.
type Garbled struct{ File, Reason string }

// IO says that the disk refused.
type IO struct {
	Op, Path string
	Err      error
}

func (*NotFound) runlogError()  {}
func (*Ambiguous) runlogError() {}
func (*Garbled) runlogError()   {}
func (*IO) runlogError()        {}

func (*NotFound) ErrorKind() string  { return "runlog.not_found" }
func (*Ambiguous) ErrorKind() string { return "runlog.ambiguous" }
func (*Garbled) ErrorKind() string   { return "runlog.garbled" }
func (*IO) ErrorKind() string        { return "runlog.io" }

func (e *NotFound) Error() string {
	if e.ID == "last" {
		return "no earlier run of " + e.Plan
	}
	return fmt.Sprintf("no run %q", e.ID)
}

func (e *Ambiguous) Error() string {
	return fmt.Sprintf("%d runs begin with %q, such as %s and %s", len(e.Found), e.ID, e.Found[0], e.Found[1])
}

func (e *Garbled) Error() string { return e.File + ": " + e.Reason }

func (e *IO) Error() string {
	if p, ok := e.Err.(*fs.PathError); ok {
		return fmt.Sprintf("%s %s: %v", e.Op, p.Path, p.Err)
	}
	return fmt.Sprintf("%s %s: %v", e.Op, e.Path, e.Err)
}

func (e *IO) Unwrap() error { return e.Err }
