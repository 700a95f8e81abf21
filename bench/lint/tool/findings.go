package tool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/bench/lint/module"
)

// Finding is a place that a suite reports.
type Finding struct {
	Suite string `json:"suite"`
	// Check is the check of errlint, or a sort of report of another linter.
	Check   string `json:"check"`
	File    string `json:"file"` // relative to the module, with slashes
	Line    int    `json:"line"`
	Message string `json:"message"`
	// Fixes counts the fixes that come with it.
	Fixes int `json:"fixes,omitempty"`
}

// Test reports whether it is in a test file.
func (f Finding) Test() bool { return strings.HasSuffix(f.File, "_test.go") }

// Install puts this program beside others as a vet tool of the role. Go names the results of a tool by the content of
// its file, so that with a salt of its own nothing of an earlier run is found.
func Install(dir, role, program, salt string) (string, error) {
	b, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, role)
	b = append(b, ("\n" + role + " " + salt)...)
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	return name, os.WriteFile(name, b, 0o777)
}

// Vet runs the vet tool of all suites over packages of the module in dir. What the Go command says about packages that it
// cannot build comes back as complaints.
func Vet(ctx context.Context, vettool, dir string, packages []string) (findings []Finding, complaints string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", append([]string{"vet", "-json", "-vettool=" + vettool}, packages...)...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, module.Env(), &stdout, &stderr
	failed := cmd.Run()
	// One version of Go prints reports here, another there.
	for _, out := range []*bytes.Buffer{&stdout, &stderr} {
		got, rest, err := parse(dir, out.Bytes())
		if err != nil {
			return nil, "", fmt.Errorf("go vet in %s: %w", dir, err)
		}
		findings = append(findings, got...)
		complaints += rest
	}
	if i := strings.Index(complaints, "goroutine "); i >= 0 {
		return nil, "", fmt.Errorf("go vet in %s: a tool broke down: %.4000s", dir, complaints[max(0, i-200):])
	}
	if failed != nil && len(findings) == 0 {
		return nil, "", fmt.Errorf("go vet in %s: %w: %s", dir, failed, complaints)
	}
	return Unique(findings), complaints, nil
}

// parse reads the JSON values between the lines of other text.
func parse(dir string, out []byte) (findings []Finding, rest string, err error) {
	suites := Suites()
	for len(out) > 0 {
		if out[0] != '{' {
			line, after, _ := bytes.Cut(out, []byte("\n"))
			if s := string(line); s != "" && !strings.HasPrefix(s, "#") {
				rest += s + "\n"
			}
			out = after
			continue
		}
		d := json.NewDecoder(bytes.NewReader(out))
		// By package and analyzer; an analyzer that failed has an object with its error.
		var tree map[string]map[string]json.RawMessage
		if err := d.Decode(&tree); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return findings, rest + string(out), nil
			}
			return nil, "", err
		}
		out = bytes.TrimLeft(out[d.InputOffset():], "\n")
		for pkg, analyzers := range tree {
			for name, raw := range analyzers {
				var reports []report
				if err := json.Unmarshal(raw, &reports); err != nil {
					rest += fmt.Sprintf("%s: %s: %s\n", pkg, name, raw)
					continue
				}
				number, analyzer, _ := strings.Cut(strings.TrimPrefix(name, "s"), separator)
				i, err := strconv.Atoi(number)
				if err != nil || i >= len(suites) {
					return nil, "", fmt.Errorf("a report of the unknown analyzer %q", name)
				}
				for _, r := range reports {
					if f, ok := r.finding(dir, suites[i].Name, analyzer); ok {
						findings = append(findings, f)
					}
				}
			}
		}
	}
	return findings, rest, nil
}

type report struct {
	Posn     string            `json:"posn"`
	Category string            `json:"category"`
	Message  string            `json:"message"`
	Fixes    []json.RawMessage `json:"suggested_fixes"`
}

// Of returns what an analyzer of a suite reported at a position, or false if that is outside of dir.
func Of(dir, suite, analyzer string, pos token.Position, d analysis.Diagnostic) (Finding, bool) {
	r := report{Posn: pos.String(), Category: d.Category, Message: d.Message, Fixes: make([]json.RawMessage, len(d.SuggestedFixes))}
	return r.finding(dir, suite, analyzer)
}

// finding returns false for what is outside of dir, such as in generated files in Go's cache.
func (r report) finding(dir, suite, analyzer string) (Finding, bool) {
	rest, _, _ := cutLast(r.Posn, ":")
	name, line, ok := cutLast(rest, ":")
	n, err := strconv.Atoi(line)
	if !ok || err != nil {
		return Finding{}, false
	}
	rel, err := filepath.Rel(dir, name)
	if err != nil || strings.HasPrefix(rel, "..") {
		return Finding{}, false
	}
	return Finding{
		Suite: suite, Check: kind(suite, analyzer, r.Category, r.Message),
		File: filepath.ToSlash(rel), Line: n, Message: r.Message, Fixes: len(r.Fixes),
	}, true
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// kinds tell the reports of linters with one analyzer apart by words of their messages.
var kinds = []struct{ suite, words, kind string }{
	{Errorlint, "format verb", "errorf"},
	{Errorlint, "non-wrapping", "errorf"},
	{Errorlint, "switch on an error", "comparison"},
	{Errorlint, "comparing with", "comparison"},
	{Errorlint, "type assertion", "assertion"},
	{Errorlint, "type switch", "assertion"},
	{Wrapcheck, "", "unwrapped"},
	{Err113, "do not compare", "comparison"},
	{Err113, "do not define dynamic errors", "dynamic"},
}

func kind(suite, analyzer, category, message string) string {
	if category != "" {
		return category
	}
	for _, s := range kinds {
		if s.suite == suite && strings.Contains(message, s.words) {
			return s.kind
		}
	}
	return analyzer
}

// Unique sorts findings and leaves one of each: a package and its test variant have the same ones.
func Unique(findings []Finding) []Finding {
	slices.SortFunc(findings, func(a, b Finding) int {
		for _, c := range []int{
			strings.Compare(a.File, b.File), a.Line - b.Line, strings.Compare(a.Suite, b.Suite),
			strings.Compare(a.Check, b.Check), strings.Compare(a.Message, b.Message),
		} {
			if c != 0 {
				return c
			}
		}
		return 0
	})
	return slices.Compact(findings)
}
