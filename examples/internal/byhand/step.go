package byhand

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/plan"
)

// defaultPath is the PATH of a step that declares none.
const defaultPath = "/usr/local/bin:/usr/bin:/bin"

// work is a step that is being carried out.
type work struct {
	plan    *plan.Plan
	step    *plan.Step
	folders Results // of this step and those before it
}

func (w work) carryOut(ctx context.Context) StepErr {
	s, into := w.step, w.folders[w.step.Name]
	for _, in := range s.Inputs {
		from, names := w.plan.Dir, in.Files
		if in.Step != "" {
			from, names = w.folders[in.Step], []string{in.Path}
			if in.Path == "" {
				names = w.plan.Step(in.Step).Outputs
			}
		}
		for _, name := range names {
			if err := w.give(filepath.Join(from, name), filepath.Join(into, name)); err != nil {
				return err
			}
		}
	}
	for _, name := range s.Outputs {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(into, name)), 0o755); err != nil {
			return errctx.New[StepError](&Unprepared{s.Name, name, err}, "prepare outputs")
		}
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, s.Run[0], s.Run[1:]...)
	cmd.Path, cmd.Err = w.lookup(), nil
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = into, w.environ(), &said, &said
	if err := cmd.Run(); err != nil {
		return errctx.New[StepError](&CommandFailed{s.Name, s.Run, said.String(), err}, "run command")
	}
	for _, name := range s.Outputs {
		if _, err := os.Lstat(filepath.Join(into, name)); err != nil {
			return errctx.New[StepError](&OutputMissing{s.Name, name, err}, "look for outputs")
		}
	}
	return nil
}

// give copies an input into the step's folder, read-only, executable if it was.
func (w work) give(from, to string) StepErr {
	if _, err := os.Lstat(to); err == nil {
		return nil // declared twice
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return errctx.New[StepError](&Unprepared{w.step.Name, from, err}, "read input")
	}
	info, err := os.Stat(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, data, info.Mode().Perm()&0o555)
	}
	if err != nil {
		return errctx.New[StepError](&Unprepared{w.step.Name, to, err}, "copy input")
	}
	return nil
}

// environ returns the declared environment, and a PATH if it has none.
func (w work) environ() []string {
	var env []string
	if _, ok := w.step.Env["PATH"]; !ok {
		env = []string{"PATH=" + defaultPath}
	}
	for name, value := range w.step.Env {
		env = append(env, name+"="+value)
	}
	return env
}

// lookup returns the file to execute: from PATH if the step declares one. What is not
// there is left to the operating system to refuse.
func (w work) lookup() string {
	name := w.step.Run[0]
	if strings.Contains(name, "/") {
		return name
	}
	path, ok := w.step.Env["PATH"]
	if !ok {
		path = defaultPath
	}
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0 {
			return file
		}
	}
	return name
}

// StepErr is a handle on a StepError.
type StepErr = errctx.WithContext[StepError]

// StepError is why a step could not be carried out:
// *Unprepared | *CommandFailed | *OutputMissing.
type StepError interface {
	errctx.Kind
	stepError()
}

// Unprepared says that the step's folder could not be filled as declared.
type Unprepared struct {
	Step, Path string
	Err        error
}

// CommandFailed says that the command did not start or did not succeed.
type CommandFailed struct {
	Step   string
	Argv   []string
	Output string // stdout and stderr
	Err    error
}

// OutputMissing says that the command did not leave what was declared.
type OutputMissing struct {
	Step, Path string
	Err        error
}

func (*Unprepared) stepError()    {}
func (*CommandFailed) stepError() {}
func (*OutputMissing) stepError() {}

func (*Unprepared) ErrorKind() string    { return "byhand.unprepared" }
func (*CommandFailed) ErrorKind() string { return "byhand.command_failed" }
func (*OutputMissing) ErrorKind() string { return "byhand.output_missing" }

func (e *Unprepared) Error() string    { return fmt.Sprintf("%s: %s: %v", e.Step, e.Path, e.Err) }
func (e *OutputMissing) Error() string { return fmt.Sprintf("%s: output: %v", e.Step, e.Err) }
func (e *CommandFailed) Error() string {
	return fmt.Sprintf("%s: %s: %v\n%s", e.Step, strings.Join(e.Argv, " "), e.Err, e.Output)
}

func (e *Unprepared) Unwrap() error    { return e.Err }
func (e *CommandFailed) Unwrap() error { return e.Err }
func (e *OutputMissing) Unwrap() error { return e.Err }
