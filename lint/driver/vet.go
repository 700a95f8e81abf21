package driver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"io"
	"maps"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// result is what "go vet" said.
type result struct {
	findings []*Finding
	trouble  []string // lines about packages that could not be analyzed
}

// vet runs "go vet" with this very command as its tool. An error means that there is no result; packages that do not compile are
// part of one.
func (c *command) vet(ctx context.Context) (*result, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cfg, err := json.Marshal(c.settings.Config)
	if err != nil {
		return nil, err
	}
	args := []string{"vet", "-vettool=" + exe, "-json", "-" + transportFlag + "=" + string(cfg)}
	if c.tags != "" {
		args = append(args, "-tags="+c.tags)
	}
	stop := c.spin()
	stdout, stderr, err := run(ctx, append(args, c.packages...)...)
	stop()
	exit, failed := errors.AsType[*exec.ExitError](err)
	if err != nil && !failed {
		return nil, err
	}
	res := &result{}
	// Go before 1.25 let the tool print to the standard error.
	messages := c.decode(res, stdout) + c.decode(res, stderr)
	switch {
	case failed:
		res.trouble = append(res.trouble, strings.Split(strings.TrimRight(messages, "\n"), "\n")...)
		if strings.TrimSpace(messages) == "" {
			res.trouble = []string{fmt.Sprintf("go vet: %v", exit)}
		}
	default:
		io.WriteString(c.stderr, messages)
	}
	res.findings = c.arrange(res.findings)
	return res, nil
}

// run runs the go command. It ends it when ctx does: politely, so that it removes what it has in the works.
func run(ctx context.Context, args ...string) (stdout, stderr []byte, err error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), transportEnv+"=1")
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Cancel = group(cmd)
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		err = fmt.Errorf("packages are loaded with the go command: put it in the PATH (%w)", err)
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return out.Bytes(), errs.Bytes(), err
}

// decode adds what a stream of JSON objects holds to a result, and returns the lines between them.
func (c *command) decode(res *result, stream []byte) string {
	var messages, object strings.Builder
	inside := false
	for line := range strings.Lines(string(stream)) {
		text := strings.TrimRight(line, "\r\n")
		switch {
		case !inside && text == "{}":
		case !inside && text != "{":
			messages.WriteString(line)
		default:
			inside = text != "}"
			object.WriteString(line)
			if !inside {
				if err := res.add(object.String()); err != nil {
					messages.WriteString(object.String())
				}
				object.Reset()
			}
		}
	}
	return messages.String() + object.String()
}

// add adds the findings of one package.
func (res *result) add(object string) error {
	var tree map[string]map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &tree); err != nil {
		return err
	}
	for _, pkg := range slices.Sorted(maps.Keys(tree)) {
		raw := tree[pkg][transportName]
		var diagnostics []struct{ Message string }
		if err := json.Unmarshal(raw, &diagnostics); err != nil {
			var failed struct{ Error string }
			if err := json.Unmarshal(raw, &failed); err != nil {
				return err
			}
			res.trouble = append(res.trouble, "# "+pkg, failed.Error)
			continue
		}
		for _, d := range diagnostics {
			f := &Finding{}
			if err := json.Unmarshal([]byte(d.Message), f); err != nil {
				return err
			}
			res.findings = append(res.findings, f)
		}
	}
	return nil
}

// maxTrouble is how many lines of a package are shown: a crash has hundreds.
const maxTrouble = 30

// printTrouble says what the go command said, and what to do.
func (c *command) printTrouble(res *result) {
	n := 0
	for i, line := range res.trouble {
		if n++; strings.HasPrefix(line, "# ") {
			n = 0
		}
		switch {
		case n < maxTrouble:
			fmt.Fprintln(c.stderr, line)
		case i+1 == len(res.trouble) || strings.HasPrefix(res.trouble[i+1], "# "):
			fmt.Fprintf(c.stderr, "... and %d more lines\n", n-maxTrouble+1)
		}
	}
	if slices.ContainsFunc(res.trouble, func(line string) bool {
		return strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")
	}) {
		c.note("it crashed: please report what is above at https://%s/issues", modulePath)
	}
	c.note(`these packages were not analyzed: run it again when "go vet" can load them`)
}

// checkVersion says so if the go command is newer than what this command was built with: it could not read the new
// standard library, nor code for it.
func checkVersion(ctx context.Context) error {
	out, _, err := run(ctx, "env", "GOVERSION")
	if _, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil // it says what is wrong when packages are loaded
	}
	if err != nil {
		return err
	}
	theirs, ours := strings.TrimSpace(string(out)), runtime.Version()
	if version.Compare(version.Lang(theirs), version.Lang(ours)) > 0 {
		return fmt.Errorf("it was built with %s, and the go command here is %s: build errlint anew, with go install", ours, theirs)
	}
	return nil
}

// module is a module that the go command works on.
type module struct {
	Path string
	Dir  string
}

// mainModules returns the module around the working directory, or those of the workspace; none if there are none.
func mainModules(ctx context.Context) ([]module, error) {
	out, _, err := run(ctx, "list", "-m", "-json")
	if err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); ok {
			return nil, nil // packages are loaded next, and say it better
		}
		return nil, err
	}
	var all []module
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var m module
		switch err := dec.Decode(&m); {
		case err == io.EOF:
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("go list -m: %w", err)
		case m.Dir != "":
			all = append(all, m)
		}
	}
}
