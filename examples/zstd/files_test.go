package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// old is a time no file gets by being written.
var old = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)

func TestPlaceFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plan.yaml")
	place := func(text string, wantChanged bool) {
		t.Helper()
		changed, err := placeFile(path, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if changed != wantChanged {
			t.Errorf("changed = %v, want %v", changed, wantChanged)
		}
		if diff := cmp.Diff(map[string]string{"plan.yaml": text}, contents(t, dir)); diff != "" {
			t.Errorf("folder (-want +got):\n%s", diff)
		}
	}
	place("one", true)
	age(t, path)
	place("one", false)
	if got := modified(t, path); !got.Equal(old) {
		t.Errorf("an unchanged file has the time %v, want the one it had", got)
	}
	place("two", true)
}

func TestPlaceFolder(t *testing.T) {
	want := map[string][]byte{"a.c": []byte("int a;\n"), "a.h": {}}
	for intent, start := range map[string]func(dir string) error{
		"a folder that is not there":     os.RemoveAll,
		"a folder with a file too few":   func(dir string) error { return os.Remove(filepath.Join(dir, "a.h")) },
		"a folder with a file too many":  func(dir string) error { return os.WriteFile(filepath.Join(dir, "b.c"), nil, 0o644) },
		"a folder with a changed file":   func(dir string) error { return os.WriteFile(filepath.Join(dir, "a.h"), []byte("x"), 0o644) },
		"a folder with a link to a file": func(dir string) error { return relink(filepath.Join(dir, "a.h")) },
	} {
		t.Run(intent+" becomes right", func(t *testing.T) {
			parent := t.TempDir()
			dir := filepath.Join(parent, "src")
			if _, err := placeFolder(dir, want); err != nil {
				t.Fatal(err)
			}
			if err := start(dir); err != nil {
				t.Fatal(err)
			}
			if changed, err := placeFolder(dir, want); err != nil || !changed {
				t.Fatalf("placeFolder = %v, %v; want a change", changed, err)
			}
			if diff := cmp.Diff(map[string]string{"src/a.c": "int a;\n", "src/a.h": ""}, contents(t, parent)); diff != "" {
				t.Errorf("folder (-want +got):\n%s", diff)
			}
		})
	}
	t.Run("a folder that is right is not touched", func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "src")
		if _, err := placeFolder(dir, want); err != nil {
			t.Fatal(err)
		}
		age(t, dir)
		if changed, err := placeFolder(dir, want); err != nil || changed {
			t.Fatalf("placeFolder = %v, %v; want no change", changed, err)
		}
		if got := modified(t, dir); !got.Equal(old) {
			t.Errorf("the folder has the time %v, want the one it had", got)
		}
	})
	t.Run("work that cannot be finished leaves what was there", func(t *testing.T) {
		parent := t.TempDir()
		dir := filepath.Join(parent, "src")
		if _, err := placeFolder(dir, want); err != nil {
			t.Fatal(err)
		}
		impossible := maps.Clone(want)
		impossible["no/such/folder.c"] = nil
		_, err := placeFolder(dir, impossible)
		if fault, ok := errors.AsType[*FileFault](err); !ok || !errors.Is(err, os.ErrNotExist) {
			t.Errorf("placeFolder = %v, a %T; want a *FileFault because of a missing folder", err, fault)
		}
		if diff := cmp.Diff(map[string]string{"src/a.c": "int a;\n", "src/a.h": ""}, contents(t, parent)); diff != "" {
			t.Errorf("folder (-want +got):\n%s", diff)
		}
	})
}

func relink(path string) error {
	if err := os.Remove(path); err != nil {
		return err
	}
	return os.Symlink(os.DevNull, path)
}

// contents returns the files under dir with their text: unfinished work would show.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	if err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path) // a path under dir has a name there
		found[name] = string(data)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	entries, err := filepath.Glob(filepath.Join(dir, unfinished))
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind: %v, %v", slices.Sorted(slices.Values(entries)), err)
	}
	return found
}

func age(t *testing.T, path string) {
	t.Helper()
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
}

func modified(t *testing.T, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}
