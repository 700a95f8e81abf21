package directives

import (
	"fmt"
	"testing"
)

func TestIt(t *testing.T) { t.Log(fmt.Errorf("x: %v", lines(nil))) }
