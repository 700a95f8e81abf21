// Package plan reads a plan: a file of steps, each a process with declared inputs and outputs.
//
//	steps:
//	  compile:
//	    run: [cc, -c, hello.c, -o, hello.o]
//	    inputs: [hello.c, "*.h"]
//	    outputs: [hello.o]
//	    env: {LC_ALL: C}
//	    timeout: 30s
//	  link:
//	    run: [cc, hello.o, -o, hello]
//	    inputs: [{step: compile, path: hello.o}]
//	    outputs: [hello]
//
// The format is YAML, of which JSON is a part; [Schema] describes it to editors. The rules:
//
//   - A step's name has letters, digits and . _ - : / +, begins with a letter or a digit, and is at most [MaxName] bytes long.
//   - Paths are relative to the folder of the plan, the workspace, and use slashes. They do not leave it: not by
//     "..", not by being absolute, not by a symbolic link.
//   - An input is a file; a folder, which means every file below it ("." is all of the workspace); a
//     pattern (* ? [a-z] {a,b} and ** for any number of folders, files only, names that begin with a dot
//     included); or the outputs of another step, all of them or one, or a path below one that is a folder. To name a
//     file that has * ? [ or { in its name, put that character in brackets: [[].
//   - The folder "out" of the workspace, where outputs are placed, is in no pattern and in no folder's files, unless the
//     path or pattern begins with its name: what a run made is no input of the next one.
//   - Inputs are regular files. Symbolic links are followed; sockets, pipes and devices below a folder are left out,
//     and so is a link that leads back to a folder it is in.
//   - No two outputs of a plan are the same path or inside each other.
//   - A timeout is a duration such as 1m30s; none or 0s is no limit.
//   - Steps do not need each other in a circle.
//
// Promises:
//
//   - A Plan has been checked against every rule, and each of its inputs was there and readable.
//   - All faults of a file are found at once, each with file, line, column, cause and, where there is one, remedy.
//     A fault does not cause others: what was not understood is not taken for missing. Only a file that is no YAML
//     has one fault, where the reader stopped.
//   - Any bytes are read without a panic, within the limits below.
package plan

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/graph"
	"github.com/holdfast-go/holdfast/executor/plan/internal/yaml"
)

// Limits of a plan. One that goes over a limit has a fault of kind [TooLarge].
const (
	MaxFileSize = 16 << 20 // bytes
	MaxSteps    = 100_000
	MaxInputs   = 1_000_000     // inputs of all steps together, and files that their different paths and patterns stand for
	MaxValues   = 4_000_000     // arguments, outputs and variables of all steps together, anchors expanded
	MaxDepth    = yaml.MaxDepth // lists and maps inside each other
	MaxName     = 200           // bytes of a step's name
	MaxPath     = 4096          // bytes of a path or pattern
	MaxFaults   = 10_000        // faults that are reported
)

// Plan is a checked plan.
type Plan struct {
	File  string  // as it was given to Load or Parse
	Dir   string  // the workspace: the absolute folder that paths are relative to
	Steps []*Step // in the order of the file

	index map[string]int // of Steps, by name; nil in a Plan that was not read
}

// Step is a process to run.
type Step struct {
	Name    string
	Run     []string // the command, at least one word, the first not empty
	Inputs  []Input
	Outputs []string          // slash paths relative to the folder the process runs in, clean, in the order declared
	Env     map[string]string // the whole environment of the process
	Timeout time.Duration     // 0 is none
	Pos     Position          // of the name
}

// Input is a declared input, of exactly one of two forms: files of the workspace, or outputs of another step.
type Input struct {
	Glob  string   // the path or pattern, clean
	Files []string // the files it stands for: slash paths relative to Dir, sorted. Shared between steps, read only

	Step string // the step whose outputs are meant
	Path string // the output, clean, or a path below it; "" is all outputs of Step

	Pos Position
}

// Position is a place in a plan file. Line and Column count from 1, columns in characters.
type Position struct {
	File         string
	Line, Column int
}

// String returns "file:line:column", which editors understand.
func (p Position) String() string {
	return p.File + ":" + strconv.Itoa(p.Line) + ":" + strconv.Itoa(p.Column)
}

// Step returns the step of that name, nil if there is none.
func (p *Plan) Step(name string) *Step {
	if i, ok := p.byName()[name]; ok {
		return p.Steps[i]
	}
	return nil
}

func (p *Plan) byName() map[string]int {
	if p.index != nil {
		return p.index
	}
	index := make(map[string]int, len(p.Steps))
	for i, s := range p.Steps {
		index[s.Name] = i
	}
	return index
}

// Graph returns who needs whom: its node i is p.Steps[i]. It has no cycles.
func (p *Plan) Graph() *graph.Graph {
	g, index := graph.New(len(p.Steps)), p.byName()
	for i, s := range p.Steps {
		for _, in := range s.Inputs {
			if in.Step != "" {
				g.Need(i, index[in.Step])
			}
		}
	}
	return g
}

// Load reads the plan in file. The file's folder is the workspace. It returns
// an [*Unreadable] if the file or the folder cannot be read, an [*Invalid] if the plan has faults.
func Load(file string) (*Plan, PlanErr) {
	f, err := os.Open(file)
	if err != nil {
		return nil, errctx.New[PlanError](&Unreadable{Path: file, Err: err}, "load plan")
	}
	defer f.Close() // nothing was written
	src, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, errctx.New[PlanError](&Unreadable{Path: file, Err: err}, "load plan")
	}
	return Parse(file, filepath.Dir(file), src)
}

// Parse reads a plan from src. It looks up inputs in the workspace dir; file is for messages. It returns
// an [*Unreadable] if the workspace cannot be read, an [*Invalid] if the plan has faults.
func Parse(file, dir string, src []byte) (*Plan, PlanErr) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, errctx.New[PlanError](&Unreadable{Path: dir, Err: err}, "find the workspace")
	}
	root, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, errctx.New[PlanError](&Unreadable{Path: dir, Err: err}, "find the workspace")
	}
	r := &reader{plan: &Plan{File: file, Dir: dir, index: map[string]int{}}, files: newWorkspace(root)}
	r.read(src)
	if len(r.faults) > 0 {
		return nil, errctx.New[PlanError](r.invalid(), "check plan", errctx.Safe(slog.Int("faults", len(r.faults))))
	}
	return r.plan, nil
}
