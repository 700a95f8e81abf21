package driver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/holdfast-go/holdfast/lint/check"
)

// SettingsFile is the name of the configuration's file.
const SettingsFile = ".errlint.yaml"

// Settings are what the configuration's file holds.
type Settings struct {
	check.Config
	// Baseline is a file with findings that are not to be reported; its name is relative to that of the configuration.
	Baseline string `json:"baseline,omitempty"`

	dir string // of the file
}

// configure finds the configuration in effect: that of the file, and what the command line says on top of it.
func (c *command) configure() error {
	file := c.config
	if file == "" {
		file = findSettings(c.cwd)
	}
	c.settings = &Settings{}
	if file != "" {
		var err error
		if c.settings, err = readSettings(c.suite, c.abs(file)); err != nil {
			return err
		}
	}
	s := c.settings
	if c.profile != "" {
		s.Profile = c.profile
	}
	if c.testsSet {
		s.Tests = c.tests
	}
	if c.genSet {
		s.Generated = c.generated
	}
	for _, name := range c.enable {
		s.Enable, s.Disable = append(s.Enable, name), without(s.Disable, name)
	}
	for _, name := range c.disable {
		s.Disable, s.Enable = append(s.Disable, name), without(s.Enable, name)
	}
	if !c.baselineSet && s.Baseline != "" {
		c.baseline = s.Baseline
		if !filepath.IsAbs(c.baseline) {
			c.baseline = filepath.Join(s.dir, c.baseline)
		}
	}
	return nil
}

func without(list []string, name string) (out []string) {
	for _, n := range list {
		if n != name {
			out = append(out, n)
		}
	}
	return out
}

// findSettings returns the configuration for a folder: the nearest one, up to the root of the module, or "".
func findSettings(dir string) string {
	start := dir
	for {
		file := filepath.Join(dir, SettingsFile)
		here := isFile(file)
		root := isFile(filepath.Join(dir, "go.mod"))
		if here && (root || moduleRoot(dir) != "" || dir == start) {
			return file
		}
		parent := filepath.Dir(dir)
		if root || parent == dir {
			return ""
		}
		dir = parent
	}
}

// moduleRoot returns the folder of the nearest go.mod at or above dir, or "".
func moduleRoot(dir string) string {
	for {
		if isFile(filepath.Join(dir, "go.mod")) {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// allSettings returns the configurations that can apply to packages named in dir: those in the workspace, or in the module.
func allSettings(dir string) (files []string) {
	top := moduleRoot(dir)
	for up := dir; ; up = filepath.Dir(up) {
		if isFile(filepath.Join(up, "go.work")) {
			top = up
			break
		}
		if up == filepath.Dir(up) {
			break
		}
	}
	if top == "" {
		if file := findSettings(dir); file != "" {
			files = append(files, file)
		}
		return files
	}
	_ = filepath.WalkDir(top, func(file string, e fs.DirEntry, err error) error {
		if err != nil {
			return fs.SkipDir //errlint:opaque a folder that cannot be read has no packages
		}
		switch name := e.Name(); {
		case e.IsDir() && file != top && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "vendor" || name == "node_modules"):
			return fs.SkipDir
		case name == SettingsFile:
			files = append(files, file)
		}
		return nil
	})
	return files
}

// readSettings reads a configuration. Its errors say where in the file, and what to write instead.
func readSettings(s Suite, file string) (*Settings, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("there is no configuration %s: name another one with -config", file)
		}
		return nil, err
	}
	out := &Settings{dir: filepath.Dir(file)}
	name := shorten(file)
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r := &settingsReader{file: name, suite: s}
	if len(doc.Content) > 0 && doc.Content[0].Tag != "!!null" {
		r.read(doc.Content[0], out)
	}
	return out, r.err
}

// shorten returns a file's name as seen from here, if it is below.
func shorten(file string) string {
	cwd, err := os.Getwd()
	if err != nil {
		return file
	}
	if r, err := filepath.Rel(cwd, file); err == nil && len(r) < len(file) {
		return r
	}
	return file
}

// print writes the settings as a file that can be read again.
func (s *Settings) print(w io.Writer) error {
	// The names of the fields are those for JSON, and JSON is YAML.
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return err
	}
	if len(doc.Content) == 1 && len(doc.Content[0].Content) == 0 {
		_, err := io.WriteString(w, "# the default profile\n")
		return err
	}
	plain(&doc)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&doc), enc.Close()); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// plain removes the braces and quotes of JSON.
func plain(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plain(c)
	}
}
