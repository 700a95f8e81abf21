package event_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/executor/event"
)

// Scripts read a line before they know which event it is: one name, one type.
func TestAFieldHasOneTypeInAllEvents(t *testing.T) {
	seen := map[string]reflect.Type{}
	for _, e := range []event.Event{
		event.Plan{}, event.StepStarted{}, event.StepFinished{}, event.Backtrack{}, event.Degraded{}, event.Placed{}, event.Finished{},
	} {
		for f := range reflect.TypeOf(e).Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch was := seen[name]; {
			case name == "":
				t.Errorf("%T.%s has no JSON name", e, f.Name)
			case name == "event" || name == "time":
				t.Errorf("%T.%s hides %q", e, f.Name, name)
			case name != "-" && was != nil && was != f.Type:
				t.Errorf("%q is %v in %T and %v elsewhere", name, f.Type, e, was)
			default:
				seen[name] = f.Type
			}
		}
	}
}
