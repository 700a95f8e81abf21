package handle_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/lint/checktest"
	"github.com/holdfast-go/holdfast/lint/handle"
)

func TestHandle(t *testing.T) {
	t.Parallel()
	checktest.Run(t, handle.Family, "message", "widened", "nils", "unregistered", "unused", "store")
}
