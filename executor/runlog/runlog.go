// Package runlog remembers the keys of past runs, so that a later explain can say
// what changed since.
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

// Step is a step's key in a run, and where its result came from.
type Step struct {
	Step   string        `json:"step"`
	Digest digest.Digest `json:"digest"`
	Source string        `json:"source,omitempty"`
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
		return fault("encode", r.ID, err)
	}
	if err := os.MkdirAll(l.Dir, 0o755); err != nil {
		return fault("create folder", l.Dir, err)
	}
	tmp, err := os.CreateTemp(l.Dir, ".run-")
	if err != nil {
		return fault("create", l.Dir, err)
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
		return fault("write", l.file(r.ID), err)
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
	left, _ := filepath.Glob(filepath.Join(l.Dir, ".run-*"))
	for _, f := range left {
		if info, err := os.Stat(f); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(f)
		}
	}
}

// Find returns a run by its identifier or the start of it, or the newest one of
// a plan that can be read for "last". The error is a [*NotFound], an [*Ambiguous], a [*Garbled] or an [*IO].
func (l Log) Find(id, plan string) (Run, errctx.WithContext[Error]) {
	ids, err := l.ids()
	if err != nil {
		return Run{}, fault("list", l.Dir, err)
	}
	if id == "last" {
		for _, i := range slices.Backward(ids) {
			if r, err := l.read(i); err == nil && r.Plan == plan {
				return r, nil
			}
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

// Step returns the key that a step had in the run.
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
		return Run{}, fault("read", l.file(id), err)
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

func fault(op, path string, err error) errctx.WithContext[Error] {
	return errctx.New[Error](&IO{op, path, err}, "run log", slog.String("path", path))
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
