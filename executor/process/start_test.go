package process

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// write makes an executable, or not, file in dir and returns its path.
func write(t *testing.T, dir, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

// startError starts a command that cannot start.
func startError(ctx context.Context, t *testing.T, spec Spec) StartError {
	t.Helper()
	p, err := Start(ctx, spec)
	if err == nil {
		_, _ = p.Wait()
		t.Fatal("the command started")
	}
	return err.Root()
}

func TestStartErrorSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	script := write(t, dir, "plain", "#!/bin/sh\n", 0o644)
	noFormat := write(t, dir, "garbage", "\x01\x02 no program", 0o755)
	lost := write(t, dir, "lost", "#!/no/such/interpreter -x\n", 0o755)
	lostTwice := write(t, dir, "lost-twice", "#!"+lost+"\n", 0o755)
	locked := write(t, dir, "locked", "#! "+script+"\n", 0o755)
	circular := filepath.Join(dir, "circular")
	write(t, dir, "circular", "#!"+circular+"\n", 0o755)
	write(t, dir, "sub/tool", "#!/bin/sh\n", 0o755)
	closedFile := create(t)
	if err := closedFile.Close(); err != nil {
		t.Fatal(err)
	}
	huge := strings.Repeat("x", 4<<20)

	for name, c := range map[string]struct {
		spec Spec
		want StartError
	}{
		"no argv":              {Spec{}, &InvalidSpec{"argv", 0, "is empty"}},
		"empty argv[0]":        {Spec{Argv: []string{""}}, &InvalidSpec{"argv", 0, "is empty"}},
		"NUL in argv":          {Spec{Argv: []string{"true", "a\x00b"}}, &InvalidSpec{"argv", 1, "has a NUL byte"}},
		"NUL in env":           {Spec{Argv: []string{"true"}, Env: []string{"A=1", "B=\x00"}}, &InvalidSpec{"env", 1, "has a NUL byte"}},
		"env without =":        {Spec{Argv: []string{"true"}, Env: []string{"A"}}, &InvalidSpec{"env", 0, "is not name=value"}},
		"env without name":     {Spec{Argv: []string{"true"}, Env: []string{"=A"}}, &InvalidSpec{"env", 0, "is not name=value"}},
		"NUL in dir":           {Spec{Argv: []string{"true"}, Dir: "\x00"}, &InvalidSpec{"dir", 0, "has a NUL byte"}},
		"closed stdout":        {Spec{Argv: []string{"true"}, Stdout: closedFile}, &InvalidSpec{"stdout", 0, "is closed"}},
		"closed stderr":        {Spec{Argv: []string{"true"}, Stderr: closedFile}, &InvalidSpec{"stderr", 0, "is closed"}},
		"negative timeout":     {Spec{Argv: []string{"true"}, Timeout: -1}, &InvalidSpec{"timeout", 0, "is negative"}},
		"negative grace":       {Spec{Argv: []string{"true"}, Grace: -1}, &InvalidSpec{"grace", 0, "is negative"}},
		"unknown name":         {Spec{Argv: []string{"no-such-command"}}, &NotFound{"no-such-command", DefaultPath}},
		"not on declared path": {Spec{Argv: []string{"sh"}, Env: []string{"PATH=/no:/where"}}, &NotFound{"sh", "/no:/where"}},
		"empty declared path":  {Spec{Argv: []string{"sh"}, Env: []string{"PATH="}}, &NotFound{"sh", ""}},
		"first of two paths":   {Spec{Argv: []string{"sh"}, Env: []string{"PATH=/no", "PATH=/bin"}}, &NotFound{"sh", "/no"}},
		"unknown path":         {Spec{Argv: []string{dir + "/none"}}, &NotFound{Argv0: dir + "/none"}},
		"below a file":         {Spec{Argv: []string{script + "/none"}}, &NotFound{Argv0: script + "/none"}},
		"name too long":        {Spec{Argv: []string{"/" + strings.Repeat("n", 300)}}, &NotFound{Argv0: "/" + strings.Repeat("n", 300)}},
		"relative to dir":      {Spec{Argv: []string{"./plain"}, Dir: dir + "/sub"}, &NotFound{Argv0: "./plain"}},
		"relative path entry":  {Spec{Argv: []string{"tool"}, Env: []string{"PATH=/no:sub"}, Dir: dir}, &RelativePath{"tool", "sub/tool"}},
		"empty path entry":     {Spec{Argv: []string{"tool"}, Env: []string{"PATH=/no:"}, Dir: dir + "/sub"}, &RelativePath{"tool", "tool"}},
		"not executable":       {Spec{Argv: []string{script}}, &NotExecutable{script, script, syscall.EACCES}},
		"only one, no x":       {Spec{Argv: []string{"plain"}, Env: []string{"PATH=/no:" + dir}}, &NotExecutable{"plain", script, syscall.EACCES}},
		"a folder":             {Spec{Argv: []string{"./sub"}, Dir: dir}, &NotExecutable{"./sub", "./sub", syscall.EACCES}},
		"no known format":      {Spec{Argv: []string{noFormat}}, &NotExecutable{noFormat, noFormat, syscall.ENOEXEC}},
		"lost interpreter":     {Spec{Argv: []string{lost}}, &BadInterpreter{lost, "/no/such/interpreter", syscall.ENOENT}},
		"lost at second hand":  {Spec{Argv: []string{lostTwice}}, &BadInterpreter{lostTwice, "/no/such/interpreter", syscall.ENOENT}},
		"interpreter, no x":    {Spec{Argv: []string{locked}}, &BadInterpreter{locked, script, syscall.EACCES}},
		"interprets itself":    {Spec{Argv: []string{circular}}, &BadInterpreter{circular, circular, syscall.ELOOP}},
		"no dir":               {Spec{Argv: []string{"true"}, Dir: dir + "/none"}, &BadDir{dir + "/none", syscall.ENOENT}},
		"dir is a file":        {Spec{Argv: []string{"true"}, Dir: script}, &BadDir{script, syscall.ENOTDIR}},
		"no dir, no command":   {Spec{Argv: []string{"./x"}, Dir: dir + "/none"}, &BadDir{dir + "/none", syscall.ENOENT}},
		"arguments too long":   {Spec{Argv: []string{"true", huge}, Env: []string{"A=1"}}, &TooLong{2, len("true") + len(huge) + len("A=1") + 3}},
	} {
		t.Run(name, func(t *testing.T) {
			got := startError(t.Context(), t, c.spec)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !strings.HasPrefix(got.ErrorKind(), "process.") || got.Error() == "" {
				t.Errorf("kind %q, message %q", got.ErrorKind(), got)
			}
		})
	}
}

func TestErrnosAreFoundThroughTheHandle(t *testing.T) {
	for name, c := range map[string]struct {
		spec   Spec
		target error
	}{
		"missing dir":   {Spec{Argv: []string{"true"}, Dir: "/no/such"}, fs.ErrNotExist},
		"no permission": {Spec{Argv: []string{"/dev/null"}}, fs.ErrPermission},
		"relative path": {Spec{Argv: []string{"sh"}, Env: []string{"PATH=."}, Dir: "/bin"}, exec.ErrDot},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Start(t.Context(), c.spec)
			if !errors.Is(err, c.target) {
				t.Errorf("%v is not %v", err, c.target)
			}
		})
	}
}

func TestLookupTakesTheFirstExecutable(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a/tool", "#!/bin/sh\necho a\n", 0o644)
	write(t, dir, "b/tool", "#!/bin/sh\necho b\n", 0o755)
	write(t, dir, "c/tool", "#!/bin/sh\necho c\n", 0o755)
	path := "PATH=" + dir + "/none:" + dir + "/a:" + dir + "/b:" + dir + "/c"
	_, out := run(t, Spec{Argv: []string{"tool"}, Env: []string{path}})
	if diff := cmp.Diff("b\n", out); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCommandGetsWhatIsDeclared(t *testing.T) {
	t.Setenv("PROCESS_TEST_LEAK", "inherited")
	dir := t.TempDir()
	write(t, dir, "bin/tool", "#!/bin/sh\necho tool $0\n", 0o755)
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spec Spec
		want string
	}{
		"an empty environment":           {Spec{Argv: []string{"env"}}, ""},
		"an environment as it is":        {Spec{Argv: []string{"env"}, Env: []string{"B=2", "A=1", "B=3", "E="}}, "B=2\nA=1\nB=3\nE=\n"},
		"its working directory":          {Spec{Argv: []string{"pwd", "-P"}, Dir: dir}, real + "\n"},
		"a path relative to it":          {Spec{Argv: []string{"bin/tool"}, Dir: dir}, "tool bin/tool\n"},
		"its arguments":                  {Spec{Argv: []string{"printf", "%s|", "a b", "", "*"}}, "a b||*|"},
		"an empty stdin":                 {Spec{Argv: []string{"cat"}}, ""},
		"a session and no terminal":      {Spec{Argv: []string{"sh", "-c", `(: </dev/tty) 2>/dev/null || echo none`}}, "none\n"},
		"no other descriptor":            {Spec{Argv: []string{"sh", "-c", `for n in 3 4 5 6 7 8 9; do (: <&$n) 2>/dev/null && echo $n; done; echo none`}}, "none\n"},
		"stderr to nowhere when not set": {Spec{Argv: []string{"sh", "-c", `echo lost >&2; echo kept`}}, "kept\n"},
	} {
		t.Run(name, func(t *testing.T) {
			r, out := run(t, c.spec)
			if diff := cmp.Diff(Result{State: Exited, KilledBy: Nobody}, facts(r)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.want, out); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestContextThatEndedBeforeTheStart(t *testing.T) {
	cause := errors.New("the user left")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	_, err := Start(ctx, Spec{Argv: []string{"true"}})
	if err == nil {
		t.Fatal("the command started")
	}
	if got, ok := err.Root().(*Interrupted); !ok || *got != (Interrupted{context.Canceled, cause}) {
		t.Errorf("%T %v", err.Root(), err)
	}
	if !errors.Is(err, context.Canceled) || !errors.Is(err, cause) {
		t.Errorf("%v is neither the context's error nor its cause", err)
	}
}

func TestFileOpenForWriting(t *testing.T) {
	busy := func(t *testing.T) (string, *os.File) {
		path := write(t, t.TempDir(), "tool", "#!/bin/sh\nexit 7\n", 0o755)
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return path, f
	}
	t.Run("is tried again until it is closed", func(t *testing.T) {
		path, f := busy(t)
		time.AfterFunc(20*time.Millisecond, func() { _ = f.Close() })
		p := start(t, Spec{Argv: []string{path}})
		if r := wait(t, p); r.ExitCode != 7 {
			t.Errorf("exit code %d, want 7", r.ExitCode)
		}
		if n := p.BusyRetries(); n < 1 || n > maxBusyRetries {
			t.Errorf("%d retries", n)
		}
	})
	t.Run("is given up", func(t *testing.T) {
		path, _ := busy(t)
		got := startError(t.Context(), t, Spec{Argv: []string{path}})
		if diff := cmp.Diff(StartError(&Busy{path, 11}), got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
	t.Run("does not outlast the context", func(t *testing.T) {
		path, _ := busy(t)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer cancel()
		got := startError(ctx, t, Spec{Argv: []string{path}})
		if !errors.Is(got, context.DeadlineExceeded) {
			t.Errorf("%T %v", got, got)
		}
	})
}

func init() {
	roles["descriptors"] = func() int {
		lim := syscall.Rlimit{Cur: 64, Max: 64}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
			return 2
		}
		var fds []int
		for {
			fd, err := syscall.Open("/dev/null", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
			if err != nil {
				break
			}
			fds = append(fds, fd)
		}
		for _, free := range fds[:3] { // none, then /dev/null fits, then one end of a pipe, too
			_, err := Start(context.Background(), Spec{Argv: []string{"true"}})
			fmt.Printf("%v %#v\n", err.Root().ErrorKind(), err.Root())
			_ = syscall.Close(free)
		}
		p, err := Start(context.Background(), Spec{Argv: []string{"true"}})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		if r, err := p.Wait(); err != nil || r.State != Exited {
			return 1
		}
		return 0
	}
}

func init() {
	roles["inherited"] = func() int {
		p, err := Start(context.Background(), Spec{Argv: []string{"sh", "-c", "(: <&3) 2>/dev/null"}})
		if err != nil {
			return 2
		}
		r, _ := p.Wait()
		if r.ExitCode == 0 {
			return 3
		}
		return 0
	}
}

func TestDescriptorsOfTheProgramAreNotTheCommands(t *testing.T) {
	self := asRole(t, "inherited")
	cmd := exec.Command(self.Argv[0])
	cmd.Env = self.Env
	cmd.ExtraFiles = []*os.File{create(t)} // number 3
	if err := cmd.Run(); err != nil {
		t.Errorf("the command has descriptor 3: %v", err)
	}
}

func TestProgramOutOfDescriptors(t *testing.T) {
	r, out := run(t, asRole(t, "descriptors"))
	const fork = `process.resource_limit &process.ResourceLimit{Op:"fork/exec", Err:0x18}` + "\n"
	const open = `process.resource_limit &process.ResourceLimit{Op:"open", Err:0x18}` + "\n"
	if diff := cmp.Diff(open+fork+fork, out); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if r.ExitCode != 0 {
		t.Errorf("a start with descriptors to spare: exit code %d", r.ExitCode)
	}
}
