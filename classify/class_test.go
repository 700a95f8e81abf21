package classify_test

import (
	"encoding/json"
	"testing"

	"github.com/holdfast-go/holdfast/classify"
)

// The names and the order of the classes are a contract.
func TestClasses(t *testing.T) {
	inOrder := []string{"none", "cancelled", "drop", "best-effort", "retry-here", "retry-elsewhere", "backtrack", "fail", "fatal"}
	for i, want := range inOrder {
		c := classify.Class(i)
		if c.String() != want {
			t.Errorf("class %d is %s, want %s", i, c, want)
		}
		if out, err := json.Marshal(c); err != nil || string(out) != `"`+want+`"` {
			t.Errorf("marshals as %s, %v", out, err)
		}
		if got := classify.SetOf(c).Has(c); got != (c != classify.None) {
			t.Errorf("a set of %s has it: %v", c, got)
		}
	}
	if got := classify.Class(200).String(); got != "class(200)" {
		t.Errorf("got %s", got)
	}
	if classify.SetOf(200) != 0 || classify.SetOf(classify.Fail).Has(200) {
		t.Error("a class that does not exist is in a set")
	}
	if got := classify.SetOf(classify.Fatal, classify.Drop, classify.Drop).String(); got != "drop, fatal" {
		t.Errorf("got %s", got)
	}
	for m, want := range map[classify.Mode]string{0: "all", classify.All: "all", classify.Any: "any", classify.Last: "last"} {
		if m.String() != want {
			t.Errorf("mode %d is %s, want %s", m, m, want)
		}
	}
}
