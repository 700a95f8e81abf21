package driver

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// maxRounds is how often fixes are made: one may uncover another, or overlap it.
const maxRounds = 5

// fixer is a run that fixes.
type fixer struct {
	*command
	undo    map[string][]byte // the files of the last round, as they were before it
	made    []*Finding        // by the last round
	fixed   map[string]int    // by check, what is proven to compile
	files   map[string]bool   // what those changed
	blocked map[string]bool   // folders where a fix did not compile
	failed  bool
}

// runFix makes fixes until nothing is left to make. After each round the packages are analyzed again, which says whether they still
// compile: what does not is put back as it was.
func (c *command) runFix(ctx context.Context) (int, error) {
	known, err := c.readBaseline()
	if err != nil {
		return 0, err
	}
	f := &fixer{command: c, fixed: map[string]int{}, files: map[string]bool{}, blocked: map[string]bool{}}
	for round := 0; ; {
		c.sources = nil
		res, err := c.vet(ctx)
		switch {
		case err != nil:
			return 0, errors.Join(err, f.restore(f.undo))
		case len(res.trouble) > 0 && f.undo == nil:
			c.printTrouble(res)
			if f.total() == 0 {
				c.note("nothing was changed")
			}
			return exitError, nil
		case len(res.trouble) > 0:
			if err := f.putBack(res.trouble); err != nil {
				return 0, err
			}
			continue
		}
		f.keep()
		if known, err = c.readBaseline(); err != nil {
			return 0, err
		}
		left := known.hide(res.findings)
		p := c.planFixes(left, f.refuse())
		if len(p.made) > 0 && round < maxRounds {
			if err := f.apply(p); err != nil {
				return 0, err
			}
			round++
			continue
		}
		f.say(len(p.made) + p.skipped)
		code, err := c.print(&report{findings: left, hidden: len(res.findings) - len(left), fixed: f.fixed})
		if err != nil {
			return 0, err
		}
		c.noteBaseline(ctx, known, len(res.findings)-len(left), true)
		if f.failed {
			code = exitError
		}
		return code, nil
	}
}

// refuse adds to what is never fixed the folders where a fix went wrong.
func (f *fixer) refuse() func(string) bool {
	refused := f.refused()
	return func(file string) bool { return f.blocked[filepath.Dir(file)] || refused(file) }
}

// apply writes the files of a plan. Once it has begun it goes on to the end, and a file that cannot be written takes back the others.
func (f *fixer) apply(p *plan) error {
	files, err := f.command.files(p)
	if err != nil {
		return err
	}
	f.undo, f.made = map[string][]byte{}, p.made
	for _, file := range slices.Sorted(maps.Keys(files)) {
		before, err := os.ReadFile(file)
		if err == nil {
			err = writeFile(file, files[file], 0o666)
		}
		if err != nil {
			return errors.Join(err, f.restore(f.undo))
		}
		f.undo[file] = before
	}
	return nil
}

// keep counts what the last round did: it compiles.
func (f *fixer) keep() {
	for _, m := range f.made {
		f.fixed[m.Check]++
	}
	for file := range f.undo {
		f.files[file] = true
	}
	f.undo, f.made = nil, nil
}

func (f *fixer) total() (n int) {
	for _, k := range f.fixed {
		n += k
	}
	return n
}

// restore puts files back as they were.
func (f *fixer) restore(files map[string][]byte) error {
	var errs []error
	for file, data := range files {
		if err := writeFile(file, data, 0o666); err != nil {
			errs = append(errs, fmt.Errorf("%s could not be put back: %w", f.rel(file), err))
		}
	}
	return errors.Join(errs...)
}

var goError = regexp.MustCompile(`^(?:vet: )?(.+?\.go):\d+(?::\d+)?: (.*)$`)

// putBack takes back what the last round did in packages that no longer compile. Where the compiler's words name
// none of them, it takes back everything.
func (f *fixer) putBack(trouble []string) error {
	f.failed = true
	why := map[string]string{} // by folder
	for _, line := range trouble {
		m := goError.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		dir := filepath.Dir(f.abs(m[1]))
		if why[dir] == "" {
			why[dir] = strings.TrimPrefix(strings.TrimSpace(line), "vet: ")
		}
	}
	back := map[string][]byte{}
	for file, data := range f.undo {
		if why[filepath.Dir(file)] != "" {
			back[file] = data
		}
	}
	if len(back) == 0 {
		back = f.undo
	}
	if err := f.restore(back); err != nil {
		return err
	}
	for _, file := range slices.Sorted(maps.Keys(back)) {
		dir := filepath.Dir(file)
		f.blocked[dir] = true
		cause := why[dir]
		if cause == "" {
			cause = strings.Join(trouble, "; ")
		}
		f.note("%s: put back as it was, because the fixes do not compile: %s", f.rel(file), cause)
		delete(f.undo, file)
	}
	f.made = slices.DeleteFunc(f.made, func(m *Finding) bool { return back[m.abs] != nil })
	if len(f.undo) == 0 {
		f.undo = nil
	}
	return nil
}

// say says what was done.
func (f *fixer) say(more int) {
	if n := f.total(); n > 0 {
		var parts []string
		for _, name := range slices.SortedFunc(maps.Keys(f.fixed), func(a, b string) int { return f.order(a) - f.order(b) }) {
			parts = append(parts, fmt.Sprintf("%s %d", name, f.fixed[name]))
		}
		f.note("fixed %s in %s: %s", plural(n, "finding"), plural(len(f.files), "file"), strings.Join(parts, ", "))
	} else {
		f.note("nothing to fix")
	}
	if more > 0 {
		f.note("%s left: run errlint -fix again", plural(more, "fix"))
	}
}
