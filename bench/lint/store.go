package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// store keeps the results of each part of the work, so that the page can be written from parts of different runs.
type store struct{ dir string }

func (s store) copyOf(module string) string { return filepath.Join(s.dir, "modules", module) }

func (s store) file(part, module string) string {
	return filepath.Join(s.dir, "results", part, module+".json")
}

func (s store) save(part, module string, v any) error {
	b, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	name := s.file(part, module)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, b, 0o666)
}

// load returns an error that is fs.ErrNotExist if the part has not been run for the module.
func (s store) load(part, module string, v any) error {
	name := s.file(part, module)
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
