package directives

import (
	"fmt"
	"testing"
)

func helper(t testing.TB, err error) error { return fmt.Errorf("x: %v", err) }
