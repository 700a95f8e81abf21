package main

import (
	"fmt"
	"testing"
)

func TestLoad(t *testing.T) {
	if err := load("missing"); err != nil {
		_ = fmt.Errorf("in a test: %v", err)
	}
}
