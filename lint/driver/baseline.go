package driver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// baseline is what was found when a tree began to use errlint.
type baseline struct {
	Version  int     `json:"version"`
	Findings []known `json:"findings"`

	left map[string]int // by fingerprint: those that were not found yet
}

// known are findings of one check in the same text of one file.
type known struct {
	Check       string `json:"check"`
	File        string `json:"file"` // below the module's path
	Text        string `json:"text"` // for people
	Fingerprint string `json:"fingerprint"`
	Count       int    `json:"count"`
}

const baselineVersion = 1

// readBaseline returns the baseline of the run; nil if there is none.
func (c *command) readBaseline() (*baseline, error) {
	if c.baseline == "" || c.writeBaseline != "" {
		return nil, nil
	}
	data, err := os.ReadFile(c.baseline)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no baseline %s: write it with errlint -write-baseline %[1]s ./...", c.rel(c.baseline))
	}
	if err != nil {
		return nil, err
	}
	b := &baseline{left: map[string]int{}}
	if err := json.Unmarshal(data, b); err != nil {
		return nil, fmt.Errorf("%s is no baseline: %w", c.rel(c.baseline), err)
	}
	if b.Version != baselineVersion {
		return nil, fmt.Errorf("%s has version %d, and this errlint reads version %d: write it anew with -write-baseline", c.rel(c.baseline), b.Version, baselineVersion)
	}
	for _, k := range b.Findings {
		b.left[k.Fingerprint] += k.Count
	}
	return b, nil
}

// hide returns the findings that are not in the baseline. Where there are more than it knows of the same text, the last are new.
func (b *baseline) hide(findings []*Finding) (left []*Finding) {
	if b == nil {
		return findings
	}
	for _, f := range findings {
		if b.left[f.base()] > 0 {
			b.left[f.base()]--
			continue
		}
		left = append(left, f)
	}
	return left
}

// saveBaseline writes what was found.
func (c *command) saveBaseline(findings []*Finding) error {
	b := baseline{Version: baselineVersion, Findings: []known{}}
	at := map[string]int{}
	for _, f := range findings {
		i, ok := at[f.base()]
		if !ok {
			i = len(b.Findings)
			at[f.base()] = i
			text := strings.Join(strings.Fields(strings.Join(c.sources.lines(f.abs, f.Line, f.Line), " ")), " ")
			b.Findings = append(b.Findings, known{Check: f.Check, File: c.modulePath(f.abs), Text: text, Fingerprint: f.base()})
		}
		b.Findings[i].Count++
	}
	slices.SortFunc(b.Findings, func(x, y known) int {
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Check, y.Check), cmp.Compare(x.Text, y.Text), cmp.Compare(x.Fingerprint, y.Fingerprint))
	})
	data, err := encode(b)
	if err != nil {
		return err
	}
	file := c.abs(c.writeBaseline)
	if err := writeFile(file, data, 0o666); err != nil {
		return err
	}
	c.note("wrote %s to %s; report what is new with errlint -baseline %[2]s", plural(len(findings), "finding"), c.rel(file))
	return nil
}

// noteBaseline says how much is hidden, and which entries are no longer needed.
func (c *command) noteBaseline(ctx context.Context, b *baseline, hidden int, complete bool) {
	if b == nil {
		return
	}
	name := c.rel(c.baseline)
	if hidden > 0 {
		c.note("%s in %s", plural(hidden, "known finding"), name)
	}
	var stale []known
	for _, k := range b.Findings {
		if n := min(b.left[k.Fingerprint], k.Count); n > 0 {
			b.left[k.Fingerprint] -= n
			k.Count = n
			stale = append(stale, k)
		}
	}
	if len(stale) == 0 || !complete {
		return
	}
	seen, err := c.folders(ctx)
	if err != nil {
		return // a note is not worth an error
	}
	n := 0
	for _, k := range stale {
		if seen[path.Dir(k.File)] || !c.hasFile(k.File) {
			n += k.Count
		}
	}
	if n > 0 {
		c.note("%s of %s no longer there: write it anew with errlint -write-baseline %[2]s", plural(n, "finding"), name)
	}
}

// folders returns the folders of the packages that the run was about, as the baseline names them.
func (c *command) folders(ctx context.Context) (map[string]bool, error) {
	args := []string{"list", "-f", "{{.Dir}}"}
	if c.tags != "" {
		args = append(args, "-tags="+c.tags)
	}
	out, _, err := run(ctx, append(args, c.packages...)...)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for dir := range strings.Lines(string(out)) {
		seen[c.modulePath(strings.TrimRight(dir, "\r\n"))] = true
	}
	return seen, nil
}

// hasFile reports whether a file that a baseline names is there.
func (c *command) hasFile(name string) bool {
	for _, m := range c.modules {
		if below, ok := strings.CutPrefix(name, m.Path+"/"); ok {
			return isFile(filepath.Join(m.Dir, filepath.FromSlash(below)))
		}
	}
	return isFile(c.abs(name))
}
