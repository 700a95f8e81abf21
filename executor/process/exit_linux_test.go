package process

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A process that had ended before the timeout was handled has ended by itself,
// even when nobody had been told so yet.
func TestTimeoutAfterAnEndThatNobodySawYet(t *testing.T) {
	p := start(t, Spec{Argv: []string{"true"}})
	eventually(t, "the process ends", func() bool { return hasExited(p.Pid()) })
	p.terminate(ByTimeout, time.Hour, nil)
	want := Result{State: Exited, KilledBy: Nobody}
	if diff := cmp.Diff(want, facts(wait(t, p))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
