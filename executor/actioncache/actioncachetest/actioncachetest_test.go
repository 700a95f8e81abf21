package actioncachetest_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/actioncache/actioncachetest"
)

func TestMemory(t *testing.T) {
	actioncachetest.Test(t, func(*testing.T) actioncachetest.Subject {
		m := new(actioncachetest.Memory)
		return actioncachetest.Subject{Cache: m, Damage: m.Damage}
	})
}

func TestMemoryLosesAnEntry(t *testing.T) {
	m := new(actioncachetest.Memory)
	m.Damage(actioncachetest.Key(1), func([]byte) []byte { t.Error("there is none to change"); return nil })
	if err := m.Put(t.Context(), actioncachetest.Key(1), actioncachetest.Result(1)); err != nil {
		t.Fatal(err)
	}
	m.Damage(actioncachetest.Key(1), func([]byte) []byte { return nil })
	_, err := m.Get(t.Context(), actioncachetest.Key(1))
	if miss, ok := err.Root().(*actioncache.Miss); !ok || miss.Reason != actioncache.Absent {
		t.Errorf("got %v", err)
	}
}
