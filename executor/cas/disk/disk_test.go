package disk_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/cas/disk"
)

func open(t testing.TB, root string) *disk.Store {
	t.Helper()
	s, err := disk.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestConformance(t *testing.T) {
	castest.Test(t, func(t *testing.T) castest.Subject {
		root := t.TempDir()
		return castest.Subject{Store: open(t, root), Damage: castest.Folder(root)}
	})
}
