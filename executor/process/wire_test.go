package process

import (
	"context"
	"syscall"
	"testing"

	"github.com/holdfast-go/holdfast/errctx/wire/wiretest"
)

func TestWire(t *testing.T) {
	wiretest.Complete(t, StartWire, ".")
	wiretest.RoundTrip[StartError](t, StartWire,
		&InvalidSpec{"argv", 2, hasNUL},
		&NotFound{"cc", "/bin"},
		&RelativePath{"cc", "bin/cc"},
		&NotExecutable{"cc", "/bin/cc", syscall.EACCES},
		&BadInterpreter{"./x", "/bin/py", syscall.ENOENT},
		&BadDir{"/d", syscall.ENOTDIR},
		&TooLong{2, 3 << 20},
		&Busy{"./x", 11},
		&ResourceLimit{"open", syscall.EMFILE},
		&StartIO{"fork/exec", "/x", syscall.EIO},
		&Interrupted{context.Canceled, context.DeadlineExceeded})
}
