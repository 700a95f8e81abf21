package classify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// rounds is how many random errors each of the eleven laws is held against. With
// HOLDFAST_ROUNDS=100000 it is more than a million in all, as in CI.
var rounds = sync.OnceValue(func() int {
	if n, err := strconv.Atoi(os.Getenv("HOLDFAST_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 5_000
})

// deepest is how many links and joins may be in one another.
const deepest = 20

// recipe says how to make an error, so that the same error can be made again
// with other texts, more context or marks on it.
type recipe struct {
	kind     int
	n        int // parameter of a leaf
	branches []recipe
}

const (
	leafKinds  = 13
	joinKinds  = 5
	wrapOnce   = leafKinds + joinKinds
	outerOnce  = wrapOnce + 1
	markedOnce = wrapOnce + 2
	crossOnce  = wrapOnce + 3
	openOnce   = wrapOnce + 4
	aroundOnce = wrapOnce + 5
	allKinds   = wrapOnce + 6
)

func randomRecipe(r *rand.Rand, depth int) recipe {
	k := recipe{kind: r.IntN(allKinds), n: r.IntN(4)}
	if depth == 0 {
		k.kind = r.IntN(leafKinds)
	}
	width := 0
	switch {
	case k.kind >= wrapOnce:
		width = 1
	case k.kind >= leafKinds:
		width = 1 + r.IntN(3)
	}
	for range width {
		k.branches = append(k.branches, randomRecipe(r, depth-1))
	}
	return k
}

// kitchen makes errors of recipes. The zero kitchen adds nothing.
type kitchen struct {
	text    string
	context *rand.Rand // where to add layers of context
	marks   *rand.Rand // where to add marks
}

func (k kitchen) make(r recipe) error {
	err := k.plain(r)
	if k.context != nil {
		for range k.context.IntN(3) {
			switch k.context.IntN(3) {
			case 0:
				err = errctx.Annotate(err, "annotated")
			case 1:
				err = fmt.Errorf("wrapped: %w", err)
			default:
				err = errctx.Wrap(errctx.New(&passage{err}, "new"), "wrapped")
			}
		}
	}
	if k.marks != nil && k.marks.IntN(3) == 0 {
		err = classify.Mark(err, classify.Class(k.marks.IntN(9)))
	}
	return err
}

// passage is an error of ours that no rule knows: context with a type.
type passage struct{ err error }

func (e *passage) Error() string     { return "passage" }
func (e *passage) ErrorKind() string { return "test.passage" }
func (e *passage) Unwrap() error     { return e.err }

func (k kitchen) plain(r recipe) error {
	var branches []error
	for _, b := range r.branches {
		branches = append(branches, k.make(b))
	}
	switch r.kind {
	case 0:
		return &keyed{k.text, r.n}
	case 1:
		return &placed{k.text, r.n}
	case 2:
		return &timed{k.text, r.n}
	case 3:
		return sentinel
	case 4:
		return other
	case 5:
		return syscall.ENOENT
	case 6:
		return context.Canceled
	case 7:
		return &answers{r.n%2 == 0}
	case 8:
		return slice{k.text}
	case 9:
		return errors.New(k.text)
	case 10:
		return fmt.Errorf("%s: %w", k.text, io.EOF)
	case 11:
		return &inner{"drop"}
	case 12:
		then := []classify.Class{classify.Fail, classify.Fatal, classify.Drop, classify.RetryHere}[r.n]
		return &classify.GaveUp{Role: "any", Edge: "db", Kind: classify.Kind(r.n), Then: then, Err: syscall.ENOENT}
	case leafKinds:
		return fmt.Errorf(strings.Repeat(" %w", len(branches)), slices.Collect(anys(branches))...)
	case leafKinds + 1:
		return mirrors{branches}
	case leafKinds + 2:
		return retryLog{branches}
	case wrapOnce:
		return &wrapTimeout{branches[0]}
	case outerOnce:
		return fmt.Errorf("%s: %w", k.text, branches[0])
	case crossOnce:
		if r.n == 3 {
			return classify.Remote(branches[0])
		}
		return classify.Dep([]string{"db", "mirror", "nowhere"}[r.n], branches[0])
	case openOnce:
		return &open{branches[0], r.n == 0}
	case aroundOnce:
		return &around{branches[0]}
	case markedOnce:
		if r.n == 0 {
			return classify.Mark(branches[0], classify.Verdict{Class: classify.RetryHere, Edge: "mirror", OutcomeUnknown: true})
		}
		return classify.Mark(branches[0], classify.Class(1+(r.n*3)%8))
	default:
		return errors.Join(branches...)
	}
}

func anys(errs []error) func(func(any) bool) {
	return func(yield func(any) bool) {
		for _, e := range errs {
			if !yield(e) {
				return
			}
		}
	}
}

type (
	keyed struct {
		text string
		n    int
	}
	placed keyed
	timed  keyed
)

func (e *keyed) Error() string  { return e.text }
func (e *placed) Error() string { return e.text }
func (e *timed) Error() string  { return e.text }

// lawPolicies differ in what the laws could stumble on: the default, and whether cancellations are known.
func lawPolicies(tb testing.TB) []*classify.Policy {
	gives := classify.SetOf(classify.RetryHere, classify.RetryElsewhere, classify.Backtrack)
	rules := []classify.Rule{
		classify.OnFunc("keyed", gives, func(e *keyed) classify.Verdict {
			return classify.Verdict{Class: classify.Backtrack, Keys: []any{e.n, "x"}}
		}),
		classify.OnFunc("placed", gives, func(e *placed) classify.Verdict {
			return classify.Verdict{Class: classify.RetryElsewhere, Exclude: []string{fmt.Sprint(e.n)}}
		}),
		classify.OnFunc("timed", gives, func(e *timed) classify.Verdict {
			return classify.Verdict{Class: classify.RetryHere, After: time.Duration(e.n), Free: e.n%2 == 0}
		}),
		classify.Capability("timeout", gives, func(e interface{ Timeout() bool }) classify.Verdict {
			return when(e.Timeout(), classify.RetryHere)
		}),
		classify.On[*around]("around", classify.RetryElsewhere),
	}
	rules = append(rules, walkRules()...)
	daemon, mild := anyRole, anyRole
	daemon.Default, mild.Default = classify.Fatal, classify.BestEffort
	finds := classify.Pack{Name: "finds", Rules: []classify.Rule{
		classify.KindIs("end", io.EOF, classify.Interrupted),
		classify.KindFunc("errno", func(e syscall.Errno) classify.Finding {
			return classify.Finding{Kind: classify.Missing, OutcomeUnknown: true, After: 2}
		}),
		classify.KindCapability("answers", func(e interface{ Timeout() bool }) classify.Finding {
			if e.Timeout() {
				return classify.Finding{Kind: classify.Timeout}
			}
			return classify.Finding{}
		}),
	}}
	edges := []classify.Edge{
		{Name: "db", Packs: []classify.Pack{finds}, Do: classify.Every(classify.RetryHere).But(classify.Table{classify.Missing: classify.Fail})},
		{Name: "mirror", Packs: []classify.Pack{finds}, Do: classify.Every(classify.BestEffort), Default: classify.Drop},
	}
	daemon.Edges, mild.Edges = edges, append([]classify.Edge{{Name: classify.Self, Packs: []classify.Pack{finds}, Do: classify.Every(classify.RetryElsewhere)}}, edges...)
	knows := append(slices.Clip(rules), classify.Is("cancelled", context.Canceled, classify.RetryHere))
	return []*classify.Policy{build(tb, anyRole, rules...), build(tb, daemon, knows...), build(tb, mild, rules...)}
}

// decision is what of a verdict the laws are about: everything but its reasons.
func decision(v classify.Verdict) string {
	exclude, keys := slices.Sorted(slices.Values(v.Exclude)), make([]string, 0, len(v.Keys))
	for _, k := range v.Keys {
		keys = append(keys, fmt.Sprintf("%T %v", k, k))
	}
	slices.Sort(keys)
	return fmt.Sprint(v.Class, v.Kind, v.Edge, v.After, v.Free, exclude, keys, v.Unknown, v.OutcomeUnknown)
}

// law holds two ways of making an error against each other.
func law(t *testing.T, seed uint64, pairs func(r *rand.Rand, a, b, c error) [][2]error) {
	r := rand.New(rand.NewPCG(seed, 0))
	policies := lawPolicies(t)
	for i := range rounds() {
		var made [3]error
		for j := range made {
			made[j] = kitchen{text: "t"}.make(randomRecipe(r, deepest))
		}
		p := policies[i%len(policies)]
		for _, pair := range pairs(r, made[0], made[1], made[2]) {
			one, two := p.Classify(t.Context(), pair[0]), p.Classify(t.Context(), pair[1])
			if decision(one) != decision(two) {
				t.Fatalf("round %d: %s\nis not %s\nof %#v\nand %#v", i, one.Explain(), two.Explain(), pair[0], pair[1])
			}
		}
	}
}

func TestJoinLaws(t *testing.T) {
	for name, join := range map[string]func(...error) error{
		"all": errors.Join,
		"any": func(errs ...error) error { return mirrors{errs} },
	} {
		t.Run(name+" is commutative", func(t *testing.T) {
			law(t, 1, func(r *rand.Rand, a, b, c error) [][2]error {
				errs := []error{a, b, c}
				r.Shuffle(3, func(i, j int) { errs[i], errs[j] = errs[j], errs[i] })
				return [][2]error{{join(a, b), join(b, a)}, {join(a, b, c), join(errs...)}}
			})
		})
		t.Run(name+" is associative", func(t *testing.T) {
			law(t, 2, func(_ *rand.Rand, a, b, c error) [][2]error {
				return [][2]error{{join(join(a, b), c), join(a, join(b, c))}, {join(join(a, b), c), join(a, b, c)}}
			})
		})
		t.Run(name+" is idempotent", func(t *testing.T) {
			law(t, 3, func(_ *rand.Rand, a, b, _ error) [][2]error {
				return [][2]error{{join(a, a), join(a)}, {join(a, b, a), join(a, b)}}
			})
		})
		t.Run(name+" has foreign cancellations for an identity", func(t *testing.T) {
			law(t, 4, func(r *rand.Rand, a, b, _ error) [][2]error {
				beside := &placed{"t", r.IntN(4)} // where there is nothing else, they count
				return [][2]error{{join(a, context.Canceled, b, beside), join(a, b, beside)}}
			})
		})
	}
}

// again makes every random error twice, in two kitchens.
func again(t *testing.T, seed uint64, check func(p *classify.Policy, plain, changed error) string, change func(*rand.Rand) kitchen) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 0))
	policies := lawPolicies(t)
	for i := range rounds() {
		recipe := randomRecipe(r, deepest)
		plain, changed := kitchen{text: "t"}.make(recipe), change(r).make(recipe)
		if fault := check(policies[i%len(policies)], plain, changed); fault != "" {
			t.Fatalf("round %d: %s\nof %#v\nand %#v", i, fault, plain, changed)
		}
	}
}

func sameVerdict(p *classify.Policy, plain, changed error) string {
	one, two := p.Classify(context.Background(), plain), p.Classify(context.Background(), changed)
	if decision(one) != decision(two) {
		return fmt.Sprintf("%s\nis not %s", one.Explain(), two.Explain())
	}
	return ""
}

func TestContextChangesNoVerdict(t *testing.T) {
	again(t, 5, sameVerdict, func(r *rand.Rand) kitchen { return kitchen{text: "t", context: r} })
}

func TestTextNeverMatters(t *testing.T) {
	texts := []string{"", "sentinel", "context canceled", "timeout", "missing digest ab", "other"}
	again(t, 6, sameVerdict, func(r *rand.Rand) kitchen { return kitchen{text: texts[r.IntN(len(texts))]} })
}

// The same causes are found, whatever marks the chain carries.
func TestMarkingIsInvisible(t *testing.T) {
	marked := 0
	finds := func(err error) string {
		var found []bool
		for _, target := range []error{sentinel, other, io.EOF, context.Canceled, fs.ErrNotExist, syscall.ENOENT, unheard} {
			found = append(found, errors.Is(err, target))
		}
		return fmt.Sprint(found, as[*keyed](err), as[*placed](err), as[*timed](err), as[*inner](err), as[slice](err), as[syscall.Errno](err),
			as[mirrors](err), as[retryLog](err), as[*wrapTimeout](err), as[interface{ Timeout() bool }](err), as[errctx.Kind](err))
	}
	again(t, 7, func(_ *classify.Policy, plain, changed error) string {
		if fmt.Sprintf("%#v", plain) != fmt.Sprintf("%#v", changed) {
			marked++
		}
		one, two := finds(plain), finds(changed)
		if one != two || plain.Error() != changed.Error() {
			return fmt.Sprintf("%s %q\nis not %s %q", one, plain, two, changed)
		}
		return ""
	}, func(r *rand.Rand) kitchen { return kitchen{text: "t", marks: r} })
	if marked < rounds()/4 {
		t.Errorf("only %d errors were marked", marked)
	}
}

// By a bare class a mark changes the class, and neither the edge nor whether the operation may have been done.
func TestMarkLeavesTheRest(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 0))
	policies := lawPolicies(t)
	for i := range rounds() {
		err, p := kitchen{text: "t"}.make(randomRecipe(r, deepest)), policies[i%len(policies)]
		was, is := p.Classify(t.Context(), err), p.Classify(t.Context(), classify.Mark(err, classify.Drop))
		declared := slices.ContainsFunc(p.Role().Edges, func(e classify.Edge) bool { return e.Name == was.Edge })
		if is.Class != classify.Drop || is.OutcomeUnknown != was.OutcomeUnknown || declared && is.Edge != was.Edge || !declared && is.Edge != classify.Self {
			t.Fatalf("round %d: %s\nbecame %s\nof %#v", i, was.Explain(), is.Explain(), err)
		}
	}
}

// as says what errors.As finds, by value.
func as[T any](err error) string {
	var found T
	if !errors.As(err, &found) {
		return "none"
	}
	if e, ok := any(found).(error); ok {
		return e.Error()
	}
	return fmt.Sprintf("%T", found)
}
