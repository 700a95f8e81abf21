package module

import (
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	name = filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o444); err != nil {
		t.Fatal(err)
	}
}

func TestGoMod(t *testing.T) {
	src := t.TempDir()
	write(t, src, "go.mod", `module example.com/m

go 1.24

require (
	example.com/m/part v0.0.0
	example.com/other v1.0.0
)

replace example.com/m/part => ./part

replace example.com/other => example.com/fork v1.0.1
`)
	const want = `module example.com/m

go 1.24

require example.com/other v1.0.0

replace example.com/other => example.com/fork v1.0.1
`
	got, err := Module{Drop: []string{"example.com/m/part"}}.goMod(src)
	if err != nil || string(got) != want {
		t.Errorf("got %s (%v)", got, err)
	}

	src = t.TempDir()
	write(t, src, "vendor.mod", "module example.com/docker\n\ngo 1.24\n")
	if got, err := (Module{}).goMod(src); err != nil || string(got) != "module example.com/docker\n\ngo 1.24\n" {
		t.Errorf("got %s (%v)", got, err)
	}
}

func TestCopyTree(t *testing.T) {
	src, dst := t.TempDir(), t.TempDir()
	write(t, src, "go.mod", "module m\n")
	write(t, src, "a/a.go", "package a\n")
	write(t, src, "vendor/v/v.go", "package v\n")
	if err := copyTree(dst, src); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a/a.go": true, "go.mod": false, "vendor/v/v.go": false} {
		info, err := os.Stat(filepath.Join(dst, name))
		if (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && info.Mode()&0o200 == 0 {
			t.Errorf("%s is read-only", name)
		}
	}
}

func TestTable(t *testing.T) {
	tuning, held := 0, 0
	seen := map[string]bool{}
	for _, m := range All {
		if seen[m.Name] || m.Path == "" || m.Version == "" {
			t.Errorf("%+v", m)
		}
		seen[m.Name] = true
		if m.Held {
			held++
		} else {
			tuning++
		}
	}
	if tuning < 5 || held < 5 {
		t.Errorf("%d modules to tune on, %d held out", tuning, held)
	}
}
