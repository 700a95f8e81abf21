package module

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Env is the environment of all commands on copies: they may complete go.mod and go.sum.
func Env() []string {
	return append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOWORK=off", "GO111MODULE=on")
}

// Package is a package of a copy that loads.
type Package struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	CgoFiles   []string
	Error      *struct{ Err string }
	DepsErrors []struct{ Err string }
}

// Packages lists the packages of a copy: those that load, and the reasons why others do not, by import path.
func Packages(ctx context.Context, dir string) (packages []Package, missing map[string]string, err error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "list", "-e", "-json=ImportPath,Dir,GoFiles,CgoFiles,Error,DepsErrors", "./...")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, Env(), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, nil, fmt.Errorf("go list in %s: %w: %s", dir, err, stderr.Bytes())
	}
	missing = map[string]string{}
	for d := json.NewDecoder(&stdout); ; {
		var p Package
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, missing, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("go list in %s: %w", dir, err)
		}
		switch {
		case len(p.GoFiles)+len(p.CgoFiles) == 0: // only tests, or for another system
		case p.Error != nil:
			missing[p.ImportPath] = firstLine(p.Error.Err)
		case len(p.DepsErrors) > 0:
			missing[p.ImportPath] = firstLine(p.DepsErrors[0].Err)
		default:
			packages = append(packages, p)
		}
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// Lines counts the lines of packages, and tells which files are generated, by name relative to dir. Those are not counted.
func Lines(dir string, packages []Package) (lines int, generated map[string]bool, err error) {
	generated = map[string]bool{}
	for _, p := range packages {
		for _, name := range append(p.GoFiles, p.CgoFiles...) {
			name = filepath.Join(p.Dir, name)
			b, err := os.ReadFile(name)
			if err != nil {
				return 0, nil, err
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, b, parser.PackageClauseOnly|parser.ParseComments)
			if err == nil && ast.IsGenerated(f) {
				if rel, err := filepath.Rel(dir, name); err == nil {
					generated[filepath.ToSlash(rel)] = true
				}
				continue
			}
			lines += bytes.Count(b, []byte("\n"))
		}
	}
	return lines, generated, nil
}
