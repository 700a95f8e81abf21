package driver

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// overlaps reports whether two edits of one file cannot both be made. Insertions at the same place cannot: nobody knows
// which one comes first.
func (e Edit) overlaps(o Edit) bool {
	if e.File != o.File {
		return false
	}
	if e.Start == e.End && o.Start == o.End {
		return e.Start == o.Start
	}
	return e.Start < o.End && o.Start < e.End
}

// plan is a set of fixes that can be made together.
type plan struct {
	edits   map[string][]Edit // by absolute file name
	made    []*Finding
	skipped int // fixes that overlap others
}

// planFixes takes the safe fixes of findings, as long as they do not overlap. Edits that several fixes have in common, such as an
// import, are made once.
func (c *command) planFixes(findings []*Finding, refused func(file string) bool) *plan {
	p := &plan{edits: map[string][]Edit{}}
	for _, f := range findings {
		fix := f.safeFix()
		if fix == nil || slices.ContainsFunc(fix.Edits, func(e Edit) bool { return refused(c.abs(e.File)) }) {
			continue
		}
		var fresh []Edit
		clash := false
		for _, e := range fix.Edits {
			if e.New == "" && e.End <= importsEnd(c.sources.read(c.abs(e.File))) {
				continue // what no longer needs an import is known when all fixes are made
			}
			there := p.edits[c.abs(e.File)]
			if !slices.Contains(there, e) {
				fresh = append(fresh, e)
				clash = clash || slices.ContainsFunc(there, e.overlaps)
			}
		}
		if clash {
			p.skipped++
			continue
		}
		for _, e := range fresh {
			p.edits[c.abs(e.File)] = append(p.edits[c.abs(e.File)], e)
		}
		p.made = append(p.made, f)
	}
	return p
}

// importsEnd returns where the imports of a file end; 0 if it has none.
func importsEnd(src []byte) int {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "", src, parser.ImportsOnly)
	if err != nil || len(f.Decls) == 0 {
		return 0
	}
	return fset.Position(f.Decls[len(f.Decls)-1].End()).Offset + 1
}

// files returns what the files of a plan become.
func (c *command) files(p *plan) (map[string][]byte, error) {
	out := map[string][]byte{}
	for file, edits := range p.edits {
		before, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		after, err := edited(before, edits)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.rel(file), err)
		}
		names := map[string]string{}
		for _, f := range p.made {
			if f.abs == file {
				maps.Copy(names, f.Imports)
			}
		}
		if after, err = polish(before, after, names); err != nil {
			return nil, fmt.Errorf("%s: the fixes make a file that is not Go: %w", c.rel(file), err)
		}
		out[file] = after
	}
	return out, nil
}

var errChanged = errors.New("the file changed since it was analyzed: run it again")

// edited returns src with edits made.
func edited(src []byte, edits []Edit) ([]byte, error) {
	edits = slices.SortedFunc(slices.Values(edits), func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var out bytes.Buffer
	at := 0
	for _, e := range edits {
		if e.Start < at || e.End > len(src) || string(src[e.Start:e.End]) != e.Old {
			return nil, errChanged
		}
		out.Write(src[at:e.Start])
		out.WriteString(e.New)
		at = e.End
	}
	out.Write(src[at:])
	return out.Bytes(), nil
}

// polish removes the imports that lost their last use, and formats what was formatted before. names are those of imports whose path
// does not tell.
func polish(before, after []byte, names map[string]string) ([]byte, error) {
	after, err := dropImports(before, after, names)
	if err != nil {
		return nil, err
	}
	formatted, err := format.Source(before)
	if err != nil || !bytes.Equal(formatted, before) {
		return after, nil
	}
	return format.Source(after)
}

// refused returns a function that reports whether a file is not to be changed: because it is not of a main module, vendored, or generated.
func (c *command) refused() func(file string) bool {
	known := map[string]bool{}
	return func(file string) bool {
		no, ok := known[file]
		if !ok {
			no = !c.ours(file) || generated(file)
			known[file] = no
		}
		return no
	}
}

// ours reports whether a file is of a main module, and not vendored.
func (c *command) ours(file string) bool {
	root := moduleRoot(filepath.Dir(file))
	if root == "" {
		return false
	}
	for _, m := range c.modules {
		if r, err := filepath.Rel(m.Dir, file); err == nil && root == m.Dir && filepath.IsLocal(r) {
			return !strings.HasPrefix(filepath.ToSlash(r), "vendor/")
		}
	}
	return false
}

func generated(file string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
	return err != nil || ast.IsGenerated(f)
}

// writeFile replaces a file at once: whoever looks sees the old content or the new one. A link stays one.
func writeFile(file string, data []byte, mode os.FileMode) (err error) {
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	if info, err := os.Stat(file); err == nil {
		mode = info.Mode().Perm()
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".errlint-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if _, err = f.Write(data); err == nil {
		err = f.Chmod(mode)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
