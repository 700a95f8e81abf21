package roles_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os/exec"
	"strconv"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/roles"
)

// One error, three roles, every edge it may come through: the tables at work.
func TestRoles(t *testing.T) {
	local := classify.Must(classify.New(roles.LocalExecutor()))
	runner := classify.Must(classify.New(roles.QueueRunner()))
	builder := classify.Must(classify.New(roles.Builder()))
	var (
		refused  = &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		full     = &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
		absent   = &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}
		number   = &strconv.NumError{Func: "ParseInt", Num: "x", Err: strconv.ErrSyntax}
		noTool   = &exec.Error{Name: "cc", Err: exec.ErrNotFound}
		nobody   = errors.New("?")
		cut      = io.ErrUnexpectedEOF
		attempt  = fmt.Errorf("attempt: %w", context.DeadlineExceeded)
		declared = func(p *classify.Policy, edge string, err error) string {
			v := p.Classify(context.Background(), classify.Dep(edge, err))
			s := v.Class.String()
			if v.Unknown {
				s += "?"
			}
			return s
		}
	)
	for _, tt := range []struct {
		err                    error
		edge                   string
		local, runner, builder string // "": the role has no such edge
	}{
		{refused, roles.DB, "", "fatal", ""},
		{refused, roles.Builders, "", "retry-elsewhere", ""},
		{refused, roles.Scheduler, "", "", "retry-here"},
		{refused, roles.Destination, "", "best-effort", ""},
		{refused, roles.API, "", "best-effort", "retry-here"},
		{full, roles.LocalDisk, "retry-here", "fatal", "fatal"},
		{absent, roles.LocalDisk, "fail", "fatal", "retry-elsewhere"},
		{absent, roles.Process, "fail", "", "fail"},
		{noTool, roles.Process, "fail", "", "fail"},
		{number, roles.PeerMessage, "", "drop", "fail"},
		{number, roles.Config, "fatal", "fatal", "fatal"},
		{cut, roles.InputData, "fail", "fail", "fail"},
		{cut, roles.DB, "", "fatal", ""},
		{attempt, classify.Self, "retry-here", "retry-elsewhere", "retry-here"},
		{attempt, roles.DB, "", "retry-here", ""},
		{nobody, roles.DB, "", "fatal?", ""},
		{nobody, roles.Destination, "", "best-effort?", ""},
		{nobody, roles.Process, "fail?", "", "fail?"},
		{nobody, roles.CAS, "fail?", "fatal?", "fatal?"},
	} {
		for _, r := range []struct {
			name   string
			policy *classify.Policy
			want   string
		}{{"local-executor", local, tt.local}, {"queue-runner", runner, tt.runner}, {"builder", builder, tt.builder}} {
			want := r.want
			if want == "" {
				want = "fatal?" // an edge that the role does not declare is a bug
			}
			if got := declared(r.policy, tt.edge, tt.err); got != want {
				t.Errorf("%s at %q: %s says %s, want %s", tt.err, tt.edge, r.name, got, want)
			}
		}
	}
}
