package holdfast_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/gotooltest"
	"github.com/rogpeppe/go-internal/testscript"
	gomodule "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// A module outside of the repository that uses this one as it is here and now. The only proxy is a
// folder with nothing else in it, and there is no module cache yet: whatever a script
// needs from another module makes it fail. That includes the tests of every package it reaches,
// because go mod tidy wants their imports too.
func TestConsumer(t *testing.T) {
	proxy := publish(t, "v0.1.0")
	p := testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("HOLDFAST_UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			e.Vars = append(e.Vars,
				"GOPROXY=file://"+filepath.ToSlash(proxy),
				"GOMODCACHE="+filepath.Join(e.WorkDir, ".modcache"),
				"GOFLAGS=-modcacherw",
				"GOENV=off", "GOSUMDB=off", "GOTOOLCHAIN=local", "GOWORK=off", "GOVCS=*:off", "GOTELEMETRY=off",
			)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sums":       sums,
			"downloaded": downloaded,
		},
	}
	if err := gotooltest.Setup(&p); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, p)
}

// publish makes a module proxy of the working tree and returns its folder. The modules
// below the root are not a part of it, as they would not be of a tag.
func publish(t *testing.T, version string) string {
	t.Helper()
	proxy := t.TempDir()
	dir := filepath.Join(proxy, filepath.FromSlash(module), "@v")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"list":            version + "\n",
		version + ".info": fmt.Sprintf(`{"Version":%q}`, version),
		version + ".mod":  string(mod),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(filepath.Join(dir, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	if err := zip.CreateFromDir(f, gomodule.Version{Path: module, Version: version}, "."); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return proxy
}

var hash = regexp.MustCompile(`h1:\S+`)

// sums: prints go.sum with a word for each hash, because they change with every commit.
func sums(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: sums")
	}
	fmt.Fprint(ts.Stdout(), hash.ReplaceAllString(ts.ReadFile("go.sum"), "HASH"))
}

// downloaded: prints what the module cache has got from the proxy.
func downloaded(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: downloaded")
	}
	cache := os.DirFS(filepath.Join(ts.Getenv("GOMODCACHE"), "cache", "download"))
	ts.Check(fs.WalkDir(cache, ".", func(file string, e fs.DirEntry, err error) error {
		if ext := filepath.Ext(file); ext == ".mod" || ext == ".zip" {
			fmt.Fprintln(ts.Stdout(), file)
		}
		return err
	}))
}
