package driver

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Finding is one place, as -json prints it.
type Finding struct {
	Check   string `json:"check"`
	Tier    string `json:"tier"`
	Message string `json:"message"`
	Range
	URL   string `json:"url"`
	Cause *Cause `json:"cause,omitempty"`
	Fixes []Fix  `json:"fixes"`
	// Fingerprint stays the same when lines move: it is made of the check, the file, and the text of the lines, with a number
	// where there are several of that.
	Fingerprint string `json:"fingerprint"`

	// imports are the names of imports that are not what their path suggests: who removes an import has to know.
	Imports map[string]string `json:"imports,omitempty"`
	abs     string
}

// Range is a part of a file. Lines and columns count from 1, columns are bytes, and the end is after the last one.
type Range struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	EndLine   int    `json:"endLine"`
	EndColumn int    `json:"endColumn"`
}

// Cause is the error that is lost.
type Cause struct {
	Text string `json:"text"`
	Range
}

// Fix is a change that removes a finding.
type Fix struct {
	Message string `json:"message"`
	// Safe fixes are those that -fix applies.
	Safe  bool   `json:"safe"`
	Edits []Edit `json:"edits"`
}

// Edit puts New in the place of the bytes [Start, End) of a file, which are Old.
type Edit struct {
	File  string `json:"file"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// safeFix returns the fix that may be applied by itself, or nil.
func (f *Finding) safeFix() *Fix {
	for i := range f.Fixes {
		if f.Fixes[i].Safe {
			return &f.Fixes[i]
		}
	}
	return nil
}

// base is the fingerprint without the number.
func (f *Finding) base() string {
	base, _, _ := strings.Cut(f.Fingerprint, ":")
	return base
}

// arrange sorts findings by place, drops those that are there twice (a file is part of a package and of its test), and gives
// them their fingerprints and the names of files that people know.
func (c *command) arrange(findings []*Finding) []*Finding {
	slices.SortStableFunc(findings, func(a, b *Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Check, b.Check), cmp.Compare(a.Message, b.Message))
	})
	findings = slices.CompactFunc(findings, func(a, b *Finding) bool {
		return a.Range == b.Range && a.Check == b.Check && a.Message == b.Message
	})
	seen := map[string]int{}
	for _, f := range findings {
		f.abs = f.File
		base := fingerprint(f.Check, c.modulePath(f.abs), c.sources.lines(f.abs, f.Line, f.EndLine))
		seen[base]++
		f.Fingerprint = fmt.Sprintf("%s:%d", base, seen[base])
		f.File = c.rel(f.abs)
		if f.Cause != nil {
			f.Cause.File = c.rel(f.Cause.File)
		}
		for i := range f.Fixes {
			for j := range f.Fixes[i].Edits {
				f.Fixes[i].Edits[j].File = c.rel(f.Fixes[i].Edits[j].File)
			}
		}
	}
	return findings
}

// fingerprint does not depend on where the lines are, nor on how they are indented.
func fingerprint(check, file string, lines []string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n", check, file)
	for _, l := range lines {
		fmt.Fprintln(h, strings.Join(strings.Fields(l), " "))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// rel returns a file's name as seen from the working directory, with slashes. Files far away keep their names.
func (c *command) rel(file string) string {
	if !filepath.IsAbs(file) {
		return filepath.ToSlash(file)
	}
	if r, err := filepath.Rel(c.cwd, file); err == nil && (filepath.IsLocal(r) || len(r) < len(file)) {
		return filepath.ToSlash(r)
	}
	return filepath.ToSlash(file)
}

// abs is the opposite of rel.
func (c *command) abs(file string) string {
	if file = filepath.FromSlash(file); filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(c.cwd, file)
}

// modulePath returns a file's name that is the same on all machines.
func (c *command) modulePath(file string) string {
	for _, m := range c.modules {
		if r, err := filepath.Rel(m.Dir, file); err == nil && filepath.IsLocal(r) {
			return path.Join(m.Path, filepath.ToSlash(r))
		}
	}
	return c.rel(file)
}

// sources are files that were read.
type sources map[string][]byte

func (s *sources) read(file string) []byte {
	if b, ok := (*s)[file]; ok {
		return b
	}
	b, err := os.ReadFile(file)
	if err != nil {
		b = nil // the finding is shown without it
	}
	if *s == nil {
		*s = sources{}
	}
	(*s)[file] = b
	return b
}

// lines returns the lines from..to of a file, without their ends.
func (s *sources) lines(file string, from, to int) []string {
	var out []string
	n := 0
	for l := range strings.Lines(string(s.read(file))) {
		if n++; n > to {
			break
		}
		if n >= from {
			out = append(out, strings.TrimRight(l, "\r\n"))
		}
	}
	return out
}
