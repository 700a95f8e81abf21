package main

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/holdfast-go/holdfast/lint"
	"github.com/holdfast-go/holdfast/lint/driver"
)

const (
	docs = "../../docs/lint"
	nogo = "../../lint/nogo"
)

// handwritten are the pages in docs/lint that are not about one check.
var handwritten = map[string]bool{"README.md": true, "adopt.md": true}

// The pages of the checks are what the checks say of themselves. HOLDFAST_UPDATE=1 writes them.
func TestPages(t *testing.T) {
	want := map[string]string{}
	for _, c := range lint.Checks() {
		want[c.ID+".md"] = driver.Page(c)
	}
	compare(t, docs, "*.md", want, handwritten)
}

var table = regexp.MustCompile(`(?s)<!-- checks -->\n.*?<!-- end -->\n`)

func TestTable(t *testing.T) {
	file := filepath.Join(docs, "README.md")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !table.Match(text) {
		t.Fatalf("%s has no place for the table", file)
	}
	want := table.ReplaceAllLiteral(text, []byte("<!-- checks -->\n"+driver.Table(lint.Checks())+"<!-- end -->\n"))
	compareFile(t, file, string(want))
}

// Bazel's nogo takes packages with one analyzer each.
func TestNogo(t *testing.T) {
	want := map[string]string{}
	for _, c := range lint.Checks() {
		name := c.Analyzer()
		src, err := format.Source(fmt.Appendf(nil, `// Package %[1]s is the check %[2]s for nogo: %[3]s.
package %[1]s

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/nogo"
)

// Analyzer is the check.
var Analyzer *analysis.Analyzer = nogo.Analyzer(%[2]q)
`, name, c.ID, c.Title))
		if err != nil {
			t.Fatal(err)
		}
		want[name+"/"+name+".go"] = string(src)
	}
	compare(t, nogo, "*/*.go", want, nil)
}

// compare compares the files of a folder with what they are to be.
func compare(t *testing.T, folder, pattern string, want map[string]string, others map[string]bool) {
	t.Helper()
	got, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range got {
		name, err := filepath.Rel(folder, file)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := want[filepath.ToSlash(name)]; ok || others[name] {
			continue
		}
		if os.Getenv("HOLDFAST_UPDATE") == "" {
			t.Errorf("%s: there is no such check; HOLDFAST_UPDATE=1 removes it", file)
		} else if err := os.Remove(file); err != nil {
			t.Error(err)
		} else {
			_ = os.Remove(filepath.Dir(file)) // if it is empty now
		}
	}
	for name, text := range want {
		compareFile(t, filepath.Join(folder, name), text)
	}
}

func compareFile(t *testing.T, file, want string) {
	t.Helper()
	got, err := os.ReadFile(file)
	if os.Getenv("HOLDFAST_UPDATE") != "" {
		if string(got) == want && err == nil {
			return
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("%s is not what the checks say (-want +got); HOLDFAST_UPDATE=1 writes it:\n%s", file, diff)
	}
}
