package castest_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas/castest"
)

func TestMemory(t *testing.T) {
	castest.Test(t, func(*testing.T) castest.Subject {
		m := castest.NewMemory()
		return castest.Subject{Store: m, Damage: m}
	})
}

func TestFaultyWithoutFaults(t *testing.T) {
	castest.Test(t, func(*testing.T) castest.Subject {
		m := castest.NewMemory()
		return castest.Subject{Store: castest.NewFaulty(castest.Subject{Store: m, Damage: m}), Damage: m}
	})
}
