package plan_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/holdfast-go/holdfast/executor/plan"
)

// workspaceWith makes a folder with files in it.
func workspaceWith(files map[string]string) string {
	dir, err := os.MkdirTemp("", "plan")
	if err != nil {
		panic(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			panic(err)
		}
	}
	return dir
}

// Load a plan and look at what the step that links needs.
func ExampleLoad() {
	dir := workspaceWith(map[string]string{
		"hello.c": "int main() {}",
		"hello.h": "",
		"plan.yaml": `
steps:
  compile: {run: [cc, -c, hello.c, -o, hello.o], inputs: [hello.c, "*.h"], outputs: [hello.o], env: {LC_ALL: C}, timeout: 30s}
  link:    {run: [cc, hello.o, -o, hello], inputs: [{step: compile, path: hello.o}], outputs: [hello]}
`})
	defer os.RemoveAll(dir)

	p, err := plan.Load(filepath.Join(dir, "plan.yaml"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, in := range p.Step("compile").Inputs {
		fmt.Println(in.Glob, in.Files)
	}
	g := p.Graph()
	for _, i := range g.Ancestors(g.Sinks()...) {
		fmt.Println(p.Steps[i].Name, p.Steps[i].Outputs)
	}
	// Output:
	// hello.c [hello.c]
	// *.h [hello.h]
	// compile [hello.o]
	// link [hello]
}

// A plan that is wrong in several places says so once, and says how to mend it.
func ExampleInvalid() {
	dir := workspaceWith(map[string]string{"hello.c": ""})
	defer os.RemoveAll(dir)

	_, err := plan.Parse("plan.yaml", dir, []byte(`steps:
  compile:
    run: cc -c hello.c
    inputs: [hallo.c]
    output: [hello.o]
  link:
    run: [cc, hello.o, -o, hello]
    inputs: [{step: complie}]
    timeout: 30
`))
	if invalid, ok := errors.AsType[*plan.Invalid](err); ok {
		fmt.Println(invalid)
	}
	// Output:
	// plan.yaml:3:10: run: expected a list of strings, found the string "cc -c hello.c" (write a list: [cc, -c, hello.c])
	// plan.yaml:4:14: no such file: "hallo.c" (did you mean "hello.c"?)
	// plan.yaml:5:5: unknown key "output" in step "compile" (did you mean "outputs"?)
	// plan.yaml:8:21: unknown step "complie" (did you mean "compile"?)
	// plan.yaml:9:14: timeout: expected a duration, found the number 30 (write a number with a unit: 90s, 1m30s, 500ms)
}
