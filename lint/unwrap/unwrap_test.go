package unwrap_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/lint/checktest"
	"github.com/holdfast-go/holdfast/lint/unwrap"
)

func TestNoUnwrap(t *testing.T) {
	t.Parallel()
	checktest.Run(t, unwrap.Family, "nounwrap")
}
