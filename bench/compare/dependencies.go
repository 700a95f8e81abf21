package compare

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-go/holdfast/bench/peer"
)

var dependencies = Feature{
	Name: "No dependencies, tests included",
	Doc:  "Yes: the package and its tests import the standard library and their own module only. Partly: the package does. What the module's go.mod requires is beside it.",
	probe: func(p peer.Peer) Outcome {
		if p.Path == "" {
			return yes("nothing to import")
		}
		pkg, err := load(p.Path)
		if err != nil {
			return no("%v", err)
		}
		if pkg.Standard {
			return yes("the standard library")
		}
		code, err := pkg.modules()
		if err != nil {
			return no("%v", err)
		}
		tests, err := pkg.testImports()
		if err != nil {
			return no("%v", err)
		}
		required, err := pkg.required()
		if err != nil {
			return no("%v", err)
		}
		fact := fmt.Sprintf("the package needs %s, its tests %s; go.mod requires %d", modules(code), modules(tests), required)
		switch {
		case len(code) > 0:
			return no("%s", fact)
		case len(tests) > 0:
			return partly("%s", fact)
		}
		return yes("%s", fact)
	},
}

func modules(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "nothing"
	case n <= 3:
		return strings.Join(names, ", ")
	default:
		return fmt.Sprintf("%d modules", n)
	}
}

// pkg is what the go command says of a package.
type pkg struct {
	ImportPath, Dir string
	Standard        bool
	Module          struct{ Path, Dir, GoMod string }
}

func load(path string) (pkg, error) {
	var p pkg
	out, err := goCommand("list", "-json=ImportPath,Dir,Standard,Module", path)
	if err == nil {
		err = json.Unmarshal([]byte(out), &p)
	}
	return p, err
}

// modules returns the modules that a program gets with the package.
func (p pkg) modules() ([]string, error) {
	out, err := goCommand("list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", p.ImportPath)
	names := strings.Fields(out)
	slices.Sort(names)
	names = slices.DeleteFunc(slices.Compact(names), func(m string) bool { return m == p.Module.Path })
	return names, err
}

// testImports returns what the package's tests import from elsewhere.
func (p pkg) testImports() ([]string, error) {
	files, err := filepath.Glob(filepath.Join(p.Dir, "*_test.go"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		for _, spec := range file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			host, _, _ := strings.Cut(path, "/")
			if strings.Contains(host, ".") && path != p.Module.Path && !strings.HasPrefix(path, p.Module.Path+"/") {
				names = append(names, path)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// required returns how many modules the module's go.mod requires.
func (p pkg) required() (int, error) {
	out, err := goCommand("mod", "edit", "-json", p.Module.GoMod)
	if err != nil {
		return 0, err
	}
	var mod struct{ Require []struct{ Path string } }
	err = json.Unmarshal([]byte(out), &mod)
	return len(mod.Require), err
}
