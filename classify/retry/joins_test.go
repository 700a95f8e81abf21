package retry_test

import (
	"errors"
	"io"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/retry"
)

// The log of a loop is read from its end; what the last attempt says is read as ever.
func TestLastAttemptIsReadByItself(t *testing.T) {
	both := errors.Join(io.ErrClosedPipe, broken) // of which the worst counts
	err := retry.Do(t.Context(), policy, play(busy, both).op, promptly)
	if v := policy.Classify(t.Context(), err); v.Class != classify.Fatal {
		t.Error(v.Explain())
	}
}
