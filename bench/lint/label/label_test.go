package label

import (
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

const head = "module,version,file,line,shape,label,importance,source,why\n"

func TestRead(t *testing.T) {
	got, err := Read(strings.NewReader(head + "m,v1.0.0,a.go,3,verb,true,high,search,it is lost\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Label{{Module: "m", Version: "v1.0.0", File: "a.go", Line: 3, Shape: "verb", True: true, High: true, Source: "search", Why: "it is lost"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	for _, bad := range []string{
		"", "other\n",
		head + "m,v1.0.0,a.go,x,verb,true,high,search,why\n",
		head + "m,v1.0.0,a.go,3,verb,perhaps,high,search,why\n",
		head + "m,v1.0.0,a.go,3,verb,true,very,search,why\n",
		head + "m,v1.0.0,a.go,3,verb,true,high,search,\n",
		head + strings.Repeat("m,v1.0.0,a.go,3,verb,true,high,search,why\n", 2),
	} {
		if _, err := Read(strings.NewReader(bad)); err == nil {
			t.Errorf("no error for %q", bad)
		}
	}
}

func TestMatch(t *testing.T) {
	labels := []Label{{File: "a.go", Line: 3}, {File: "a.go", Line: 10, Shape: "verb"}, {File: "b.go", Line: 3}}
	findings := []tool.Finding{
		{File: "a.go", Line: 3},
		{File: "a.go", Line: 4},                      // the label close by has a partner already
		{File: "a.go", Line: 8, Check: "verb"},       // a call that begins before the label
		{File: "a.go", Line: 11, Check: "text-copy"}, // something else
		{File: "a.go", Line: 30},                     // too far from all
	}
	of, found := Match(labels, findings)
	if of[0] != &labels[0] || of[1] != nil || of[2] != &labels[1] || of[3] != nil || of[4] != nil {
		t.Errorf("labels %v", of)
	}
	if !slices.Equal(found, []bool{true, true, false}) {
		t.Errorf("found %v", found)
	}
}
