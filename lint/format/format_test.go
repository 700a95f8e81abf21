package format

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		format string
		want   string
	}{
		{"", ""},
		{"100%", "0"},
		{"%%", "-1:%"},
		{"x: %v", "0:v"},
		{"%s %+v %#v", "0:s 1:v+ 2:v#"},
		{"%[2]v %v %[1]q", "1:v 2:v 0:q"},
		{"%*d %v", "1:d! 2:v"},
		{"%[3]*.[2]*[1]f %v", "0:f! 1:v"},
		{"%6.2f%%%v", "0:f! -1:% 1:v"},
		{"%-8v", "0:v-!"},
		{"%é", "0:é"},
		{"%[x]v", "0:v"},
		{"%[", "0:["},
		{"%.v", "0:v!"},
	} {
		got := ""
		for _, d := range Parse(tt.format) {
			if got != "" {
				got += " "
			}
			got += fmt.Sprint(d.Arg)
			if d.Rune != 0 {
				got += ":" + string(d.Rune) + d.Flags
			}
			if d.Sized {
				got += "!"
			}
		}
		if got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.format, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"%[2]*.[1]*f", "%%", "%", "%[", "%[99999999999999999999]v", "%+-# 0v", "\xff%\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, d := range Parse(s) {
			if d.Start < end || d.Verb < d.Start || d.End < d.Verb || d.End > len(s) || s[d.Start] != '%' {
				t.Errorf("%q: %+v", s, d)
			}
			end = d.End
		}
	})
}

func TestPos(t *testing.T) {
	const src = "package p\n" +
		"const c = \"c%v\"\n" +
		"var _ = \"a\\t%v\"\n" +
		"var _ = `r%v`\n" +
		"var _ = \"é%v\" + (\"x\" + c) + `%s`\n" +
		"var _ = \"\\x25v\"\n"
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	if _, err := (&types.Config{Importer: importer.Default()}).Check("p", fset, []*ast.File{file}, info); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range file.Decls[1:] {
		s, ok := Of(info, d.(*ast.GenDecl).Specs[0].(*ast.ValueSpec).Values[0])
		if !ok {
			t.Fatal("not constant")
		}
		var line strings.Builder
		for _, d := range Parse(s.Value) {
			for _, at := range []int{d.Start, d.Verb} {
				pos, ok := s.Pos(at)
				here := "?"
				if ok {
					here = src[pos-1 : pos]
				}
				line.WriteString(here)
			}
		}
		got = append(got, line.String())
	}
	if diff := cmp.Diff([]string{"%v", "%v", "%v??%s", "?v"}, got); diff != "" {
		t.Error(diff)
	}
}
