package wiretest

import (
	"errors"
	"reflect"
	"testing"
)

func TestLostField(t *testing.T) {
	type inner struct{ N int }
	type sample struct {
		Text   string
		List   []inner
		Deep   *inner
		Err    error
		Any    any
		Gone   int    `json:"-"`
		Secret string `errctx:"secret"`
		own    int
	}
	full := sample{"a", []inner{{1}}, &inner{2}, errors.New("x"), 3, 0, "s", 1}
	for want, change := range map[string]func(*sample){
		"":           func(s *sample) { s.Err, s.Any, s.Secret, s.own = errors.New("x"), "3", "", 0 },
		"s.Text":     func(s *sample) { s.Text = "" },
		"s.List":     func(s *sample) { s.List = nil },
		"s.List[].N": func(s *sample) { s.List = []inner{{2}} },
		"s.Deep":     func(s *sample) { s.Deep = nil },
		"s.Deep.N":   func(s *sample) { s.Deep = &inner{} },
		"s.Err":      func(s *sample) { s.Err = errors.New("y") },
		"s.Any":      func(s *sample) { s.Any = nil },
		"s.Gone":     func(s *sample) { s.Gone = 7 },
	} {
		other := full
		change(&other)
		if got := lostField(reflect.ValueOf(full), reflect.ValueOf(other), "s"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
