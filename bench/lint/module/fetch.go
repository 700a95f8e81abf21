package module

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// Copy makes a writable copy of m at dir that loads as the main module, and downloads it first if needed.
// Where dir is there already, nothing happens.
func (m Module) Copy(ctx context.Context, dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
		return nil
	}
	src, err := download(ctx, m.Path+"@"+m.Version)
	if err != nil {
		return err
	}
	// A copy that was broken off has no go.mod: it comes last.
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := copyTree(dir, src); err != nil {
		return fmt.Errorf("copy %s: %w", m.Path, err)
	}
	for name, text := range m.Write {
		name = filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			return err
		}
	}
	mod, err := m.goMod(src)
	if err != nil {
		return fmt.Errorf("go.mod of %s: %w", m.Path, err)
	}
	return os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o666)
}

func download(ctx context.Context, query string) (dir string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", query)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	failed := cmd.Run()
	var answer struct{ Dir, Error string }
	switch err := json.Unmarshal(stdout.Bytes(), &answer); {
	case answer.Error != "":
		return "", fmt.Errorf("download %s: %s", query, answer.Error)
	case failed != nil:
		return "", fmt.Errorf("download %s: %w: %s", query, failed, stderr.Bytes())
	case err != nil:
		return "", fmt.Errorf("download %s: %w", query, err)
	}
	return answer.Dir, nil
}

// copyTree copies what a build needs: everything but vendored packages and go.mod.
func copyTree(dst, src string) error {
	return filepath.WalkDir(src, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(src, name)
		if err != nil {
			return err
		}
		to := filepath.Join(dst, rel)
		switch {
		case rel == "vendor":
			return filepath.SkipDir
		case d.IsDir():
			return os.MkdirAll(to, 0o777)
		case rel == "go.mod" || !d.Type().IsRegular():
			return nil
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o666)
	})
}

// goMod returns the file go.mod of a copy. The published one may replace parts of the repository by
// folders that are not published.
func (m Module) goMod(src string) ([]byte, error) {
	b, err := os.ReadFile(filepath.Join(src, "go.mod"))
	if !errors.Is(err, fs.ErrNotExist) && err != nil {
		return nil, err
	}
	if vendored, err := os.ReadFile(filepath.Join(src, "vendor.mod")); err == nil {
		b = vendored // Docker calls it that
	}
	f, err := modfile.Parse("go.mod", b, nil)
	if err != nil {
		return nil, err
	}
	for _, path := range m.Drop {
		if err := f.DropRequire(path); err != nil {
			return nil, err
		}
	}
	for _, r := range f.Replace {
		if strings.HasPrefix(r.New.Path, ".") {
			if err := f.DropReplace(r.Old.Path, r.Old.Version); err != nil {
				return nil, err
			}
		}
	}
	f.Cleanup()
	return f.Format()
}
