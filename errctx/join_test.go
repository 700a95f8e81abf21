package errctx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/holdfast-go/holdfast/errctx"
)

func TestJoinKeepsTheType(t *testing.T) {
	a, b := open(&missing{"a"}), errctx.New[storeError](broken{[]string{"x"}}, "check blob")
	w := errctx.Wrap(errctx.Join(a, nil, b), "load tree")

	var roots []storeError // no assertion: E is still the sum
	for r := range w.Root().Roots() {
		roots = append(roots, r)
	}
	if len(roots) != 2 || roots[0] != a.Root() {
		t.Errorf("roots = %v", roots)
	}
	if got := w.Root().Branches(); !slices.Equal(got, []storeErr{a, b}) {
		t.Errorf("branches = %v", got)
	}
	for name, found := range map[string]bool{
		"the first branch":       errors.Is(w, a),
		"the second branch":      errors.Is(w, b),
		"a root of the first":    errors.Is(w, a.Unwrap()),
		"what is not there":      !errors.Is(w, fs.ErrExist),
		"the variant":            as[*missing](w),
		"the other variant":      as[broken](w),
		"the sum":                as[storeError](w),
		"a handle on the sum":    as[storeErr](w),
		"the join":               as[*errctx.Joined[storeError]](w),
		"the handle on the join": as[errctx.WithContext[*errctx.Joined[storeError]]](w),
	} {
		if !found {
			t.Errorf("%s: wrong answer", name)
		}
	}
	if got, want := messages(w), []string{"load tree", "open blob", "check blob"}; !slices.Equal(got, want) {
		t.Errorf("layers = %q, want %q", got, want)
	}
}

func as[T error](err error) bool {
	_, ok := errors.AsType[T](err)
	return ok
}

func TestJoinOfNothingIsNil(t *testing.T) {
	for name, err := range map[string]error{
		"no errors":   errctx.Join[storeError](),
		"nil errors":  errctx.Join(storeErr(nil), nil),
		"nil wrapped": errctx.Wrap(errctx.Join[storeError](), "m"),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Goroutines fail in any order; what is printed must not depend on it.
func TestJoinRendersSortedAndOnce(t *testing.T) {
	c, a := open(&missing{"c"}), open(&missing{"a"})
	branches := []storeErr{c, a, open(&missing{"b"}), c, a, a}
	for range 20 {
		rand.Shuffle(len(branches), func(i, j int) { branches[i], branches[j] = branches[j], branches[i] })
		w := errctx.Wrap(errctx.Join(branches...), "load tree")
		const text = "load tree: 6 errors: open blob: missing a (3 times); open blob: missing b; open blob: missing c (2 times)"
		if got := w.Error(); got != text {
			t.Fatalf("Error() = %q, want %q", got, text)
		}
		want := text[len("load tree: "):] + ` [errctx.joined *errctx.Joined[…errctx_test.storeError]]
  3 times:
  open blob
      at …errctx_test.open (…/errctx/errctx_test.go:N)
  missing a [test.missing *errctx_test.missing]
  open blob
      at …errctx_test.open (…/errctx/errctx_test.go:N)
  missing b [test.missing *errctx_test.missing]
  2 times:
  open blob
      at …errctx_test.open (…/errctx/errctx_test.go:N)
  missing c [test.missing *errctx_test.missing]`
		if got := scrub(fmt.Sprintf("%+v", w)); !strings.HasSuffix(got, want) {
			t.Fatalf("%%+v:\n%s\nwant …\n%s", got, want)
		}
		var tree struct {
			Below []struct {
				Message string
				Times   int
			}
		}
		if err := json.Unmarshal(errctx.Log.JSON(w), &tree); err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprint(tree.Below), "[{open blob: missing a 3} {open blob: missing b 0} {open blob: missing c 2}]"; got != want {
			t.Fatalf("JSON: %s, want %s", got, want)
		}
	}
}

func TestJoinOfOneAndOfMany(t *testing.T) {
	if got, want := errctx.Join(open(&missing{"a"})).Error(), "open blob: missing a"; got != want {
		t.Errorf("one: %q, want %q", got, want)
	}
	var many []storeErr
	for i := range 1000 {
		many = append(many, open(&missing{fmt.Sprintf("%04d", i)}))
	}
	got := errctx.Join(many...).Error()
	if !strings.HasPrefix(got, "1000 errors: open blob: missing 0000; ") || !strings.HasSuffix(got, "missing 0015; 984 more") {
		t.Errorf("1000: %q", got)
	}
	big := errctx.Join(many...)
	if b := errctx.Log.JSON(big); !json.Valid(b) {
		t.Errorf("not JSON: %.100s", b)
	}
}

func TestJoinedOfJoined(t *testing.T) {
	inner := errctx.Join(open(&missing{"a"}), open(&missing{"b"}))
	w := errctx.Join(inner, errctx.Wrap(inner, "again"))
	if !errors.Is(w, inner) || !as[*missing](w) {
		t.Error("what is two joins down is not found")
	}
	if got, want := w.Error(), "2 errors: 2 errors: open blob: missing a; open blob: missing b; again: 2 errors: open blob: missing a; open blob: missing b"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestMapOfAJoin(t *testing.T) {
	w := errctx.Map(errctx.Wrap(errctx.Join(open(&missing{"a"}), open(&missing{"b"})), "load"),
		func(j *errctx.Joined[storeError]) phaseError { return inputsLost{j} })
	if !as[*missing](w) || !as[inputsLost](w) {
		t.Error("Map lost the branches")
	}
	if got, want := w.Error(), "load: 2 errors: open blob: missing a; open blob: missing b"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

type inputsLost struct {
	*errctx.Joined[storeError]
}

func (inputsLost) phaseError() {}

func TestRestoreMarks(t *testing.T) {
	w := errctx.Restore[storeError](&missing{"a"}, "builder-3",
		errctx.Record{Message: "run step", Function: "runner.Run", File: "run.go", Line: 7, Attrs: []slog.Attr{slog.Int("try", 2)}},
		errctx.Record{Message: "open blob"},
	)
	here := errctx.Wrap(w, "dispatch")
	mapped := errctx.Map(here, toPhase)
	for name, err := range map[string]error{
		"itself": w, "wrapped": here, "mapped": mapped, "annotated": errctx.Annotate(mapped, "x"), "foreign": fmt.Errorf("x: %w", here),
		"without layers": errctx.Restore(&missing{"a"}, "builder-3"),
	} {
		if origin, remote := errctx.Origin(err); !remote || origin != "builder-3" {
			t.Errorf("%s: Origin = %q, %v", name, origin, remote)
		}
	}
	for name, err := range map[string]error{
		"a local one": open(&missing{"a"}), "no handle": errors.New("x"), "nil": nil, "nil handle": storeErr(nil),
		"beside others": errors.Join(w), // each branch has an origin of its own
	} {
		if _, remote := errctx.Origin(err); remote {
			t.Errorf("%s is remote", name)
		}
	}
	if got, want := here.Error(), "dispatch: run step: open blob: missing a"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	var origins []bool
	for l := range errctx.Layers(here) {
		_, remote := l.Origin()
		origins = append(origins, remote)
		if l.Message() == "run step" {
			f := l.Frame()
			if f.Function != "runner.Run" || f.File != "run.go" || f.Line != 7 || len(l.Attrs()) != 1 || l.Attrs()[0].Key != "try" {
				t.Errorf("layer = %+v %v", f, l.Attrs())
			}
		}
	}
	if !slices.Equal(origins, []bool{false, true, true}) {
		t.Errorf("remote layers: %v", origins)
	}
	const text = `dispatch
    at errctx_test.TestRestoreMarks (errctx/join_test.go:N)
run step try=2
    at runner.Run (run.go:7) on builder-3
open blob
missing a [test.missing *errctx_test.missing]`
	if got := strings.ReplaceAll(scrub(errctx.Log.Text(here)), "run.go:N", "run.go:7"); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
	if errctx.Restore[storeError](nil, "x", errctx.Record{Message: "m"}) != nil || errctx.Restore((*missing)(nil), "x") != nil {
		t.Error("a nil root was restored")
	}
	if got := errctx.Restore(&missing{"a"}, ""); got.Error() != "missing a" || len(messages(got)) != 0 {
		t.Errorf("no layers: %q", got)
	}
}

func TestSplit(t *testing.T) {
	inner := open(&missing{"a"})
	layers, root := errctx.Split(errctx.Annotate(errctx.Annotate(fmt.Errorf("foreign: %w", inner), "middle"), "outer"))
	var got []string
	for l := range layers {
		got = append(got, l.Message())
	}
	if !slices.Equal(got, []string{"outer", "middle"}) || root.Error() != "foreign: open blob: missing a" {
		t.Errorf("Split = %q, %v", got, root)
	}
	layers, root = errctx.Split(fs.ErrExist)
	for range layers {
		t.Error("a plain error has layers")
	}
	if root != fs.ErrExist {
		t.Errorf("root = %v", root)
	}
	if _, root := errctx.Split(nil); root != nil {
		t.Errorf("root of nil = %v", root)
	}
}
