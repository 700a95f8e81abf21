package cause_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/lint/cause"
	"github.com/holdfast-go/holdfast/lint/checktest"
)

func TestDroppedCause(t *testing.T)    { checktest.Run(t, cause.Family, "dropped") }
func TestSentinelInstead(t *testing.T) { checktest.Run(t, cause.Family, "sentinel") }
func TestWrongVariable(t *testing.T)   { checktest.Run(t, cause.Family, "wrongvar") }
func TestContextCause(t *testing.T)    { checktest.Run(t, cause.Family, "ctxcause", "noctxcause") }
func TestDiscardedError(t *testing.T)  { checktest.Run(t, cause.Family, "discarded") }
func TestRecoveredPanic(t *testing.T)  { checktest.Run(t, cause.Family, "recovered") }

// What the default profile leaves out.
func TestDefault(t *testing.T) { checktest.RunDefault(t, cause.Family, "droppeddefault") }
