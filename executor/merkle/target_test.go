package merkle_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/merkle"
)

func TestCheckTarget(t *testing.T) {
	const absolute, above, indirect = "the target is absolute", "the target is above the root", `".." follows a name`
	for _, tt := range []struct{ path, target, reason string }{
		{"l", "a", ""},
		{"l", "a/b", ""},
		{"l", ".", ""},
		{"l", "./a//b/", ""},
		{"d/l", "../a", ""},
		{"d/l", "..", ""},
		{"d/e/l", "./.././../a", ""},
		{"d/l", "..a/...", ""},
		{"l", "/", absolute},
		{"l", "/etc/passwd", absolute},
		{"l", "..", above},
		{"l", "../l", above},
		{"d/l", "../../d/a", above},
		{"d/l", "a/../b", indirect},
		{"d/l", "../d/..", indirect},
	} {
		err := merkle.CheckTarget(tt.path, tt.target)
		got, _ := errors.AsType[*merkle.Escape](err)
		var want *merkle.Escape
		if tt.reason != "" {
			want = &merkle.Escape{Path: tt.path, Target: tt.target, Reason: tt.reason}
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("CheckTarget(%q, %q) (-want +got):\n%s", tt.path, tt.target, d)
		}
	}
}
