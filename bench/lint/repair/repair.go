// Package repair applies errlint's fixes to a module and finds out whether it is still the same program, but for the errors
// that can be reached now.
package repair

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/holdfast-go/holdfast/bench/lint/cost"
	"github.com/holdfast-go/holdfast/bench/lint/module"
)

// Result is what fixes did to a module.
type Result struct {
	Module   string
	Packages int
	// Said is what errlint said about its fixes.
	Said []string
	// Changed and ChangedAgain are the files that the first and the second run changed.
	Changed, ChangedAgain []string
	// Broken are the complaints of go build and go vet that were not there before.
	Broken []string
	// Unformatted are changed files that gofmt would change, and would not have before.
	Unformatted []string
	Changes     []Change
}

// Count counts the changes of a kind.
func (r *Result) Count(kind string) int {
	n := 0
	for _, c := range r.Changes {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// Different returns the changes after which an error has another text.
func (r *Result) Different() []Change {
	var out []Change
	for _, c := range r.Changes {
		if c.Kind == Text && c.Old != c.New {
			out = append(out, c)
		}
	}
	return out
}

// Run fixes the module in dir with the program errlint. The same module, as it was, is in the folder original.
func Run(ctx context.Context, m module.Module, original, dir, errlint string) (*Result, error) {
	listed, _, err := module.Packages(ctx, dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range listed {
		names = append(names, p.ImportPath)
	}
	r := &Result{Module: m.Name}
	if r.Said, names, err = fixSound(ctx, dir, errlint, names); err != nil {
		return nil, err
	}
	r.Packages = len(names)
	if r.Changed, err = differing(original, dir); err != nil {
		return nil, err
	}
	// The whole module has to compile; go vet looks at packages one by one.
	patterns := folders(r.Changed)
	before, err := complaints(ctx, original, names, patterns)
	if err != nil {
		return nil, err
	}
	after, err := complaints(ctx, dir, names, patterns)
	if err != nil {
		return nil, err
	}
	for _, c := range after {
		if !slices.Contains(before, c) {
			r.Broken = append(r.Broken, c)
		}
	}
	once, err := read(dir, r.Changed)
	if err != nil {
		return nil, err
	}
	for i, name := range r.Changed {
		was, err := os.ReadFile(filepath.Join(original, name))
		if err != nil {
			return nil, err
		}
		if formatted(was) && !formatted(once[i]) {
			r.Unformatted = append(r.Unformatted, name)
		}
	}
	if r.Changes, err = compare(ctx, original, dir, r.Changed); err != nil {
		return nil, err
	}
	if _, _, err := fix(ctx, dir, errlint, names); err != nil {
		return nil, err
	}
	now, err := differing(original, dir)
	if err != nil {
		return nil, err
	}
	twice, err := read(dir, now)
	if err != nil {
		return nil, err
	}
	for i, name := range now {
		if j := slices.Index(r.Changed, name); j < 0 || !bytes.Equal(once[j], twice[i]) {
			r.ChangedAgain = append(r.ChangedAgain, name)
		}
	}
	return r, nil
}

// fixSound fixes the packages that compile with their tests, and returns their names: errlint changes nothing while one does not.
func fixSound(ctx context.Context, dir, errlint string, names []string) (said, sound []string, err error) {
	for range 4 {
		var out string
		if said, out, err = fix(ctx, dir, errlint, names); err != nil {
			return nil, nil, err
		}
		sound = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			return regexp.MustCompile(`(?m)^\s*# \[?` + regexp.QuoteMeta(name) + `(_test)?( \[.*\])?\]?$`).MatchString(out)
		})
		if len(sound) == len(names) {
			return said, sound, nil
		}
		names = sound
	}
	return nil, nil, fmt.Errorf("ever more packages do not compile: %s", strings.Join(said, "\n"))
}

// run returns what a command printed. That it ended with another status than 0 is no error.
func run(ctx context.Context, dir, name string, args ...string) (output string, status int, err error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, module.Env()
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return string(out), exit.ExitCode(), ctx.Err()
	}
	return string(out), 0, err
}

var position = regexp.MustCompile(`:\d+(:\d+)?:`)

// complaints returns what the compiler says of packages and go vet of folders, without lines, which fixes move.
func complaints(ctx context.Context, dir string, packages, folders []string) ([]string, error) {
	var out []string
	for _, args := range [][]string{append([]string{"build"}, packages...), append([]string{"vet"}, folders...)} {
		if len(args) == 1 {
			continue
		}
		text, _, err := run(ctx, dir, "go", args...)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(text) {
			out = append(out, position.ReplaceAllString(strings.TrimSpace(line), ":"))
		}
	}
	return out, nil
}

// fix runs errlint -fix and returns its notes and all that it printed.
func fix(ctx context.Context, dir, errlint string, packages []string) (notes []string, out string, err error) {
	out, status, err := run(ctx, dir, errlint, append([]string{"-fix", "-color=never"}, packages...)...)
	if err != nil {
		return nil, "", err
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "errlint: ") {
			notes = append(notes, strings.TrimSpace(line))
		}
	}
	if status > 1 && len(notes) == 0 {
		return nil, "", fmt.Errorf("errlint -fix ended with status %d: %s", status, out)
	}
	return notes, out, nil
}

// differing returns the names of the Go files that differ between two folders.
func differing(a, b string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(b, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".go" {
			return err
		}
		rel, err := filepath.Rel(b, name)
		if err != nil {
			return err
		}
		x, err := os.ReadFile(filepath.Join(a, rel))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		y, err := os.ReadFile(name)
		if !bytes.Equal(x, y) {
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	return out, err
}

func read(dir string, names []string) ([][]byte, error) {
	var out [][]byte
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(dir, n))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

func formatted(src []byte) bool {
	out, err := format.Source(src)
	return err == nil && bytes.Equal(out, src)
}

// compare compares the changed files, as they are compiled, before and after.
func compare(ctx context.Context, original, dir string, changed []string) ([]Change, error) {
	if len(changed) == 0 {
		return nil, nil
	}
	patterns := folders(changed)
	before, err := cost.Load(ctx, original, patterns)
	if err != nil {
		return nil, err
	}
	after, err := cost.Load(ctx, dir, patterns)
	if err != nil {
		return nil, err
	}
	old := filesOf(original, before)
	var out []Change
	for name, now := range filesOf(dir, after) {
		was, ok := old[name]
		if !ok || !slices.Contains(changed, name) {
			continue
		}
		c := comparer{before: was.pkg, after: now.pkg}
		c.files(was.file, now.file)
		for _, change := range c.changes {
			change.File = name
			out = append(out, change)
		}
	}
	slices.SortFunc(out, func(a, b Change) int {
		if n := strings.Compare(a.File, b.File); n != 0 {
			return n
		}
		return a.Line - b.Line
	})
	return out, nil
}

// folders returns the folders of files, as patterns of packages.
func folders(files []string) []string {
	var out []string
	for _, name := range files {
		if p := "./" + filepath.ToSlash(filepath.Dir(name)); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

type sourceFile struct {
	pkg  *packages.Package
	file *ast.File
}

func filesOf(dir string, loaded []*packages.Package) map[string]sourceFile {
	out := map[string]sourceFile{}
	for _, p := range loaded {
		for _, f := range p.Syntax {
			if rel, err := filepath.Rel(dir, p.Fset.Position(f.FileStart).Filename); err == nil {
				out[filepath.ToSlash(rel)] = sourceFile{p, f}
			}
		}
	}
	return out
}
