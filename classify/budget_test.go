package classify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// midnight is when the clocks of these tests start.
var midnight = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

// daemon has every step of the ladder, a dependency, and an edge whose errors items carry.
var daemon = classify.Role{
	Name: "daemon", Can: everything,
	Edges: []classify.Edge{
		{Name: "postgres", Do: classify.Every(classify.Fatal)},
		{Name: "step", Item: true, Do: classify.Every(classify.Fail)},
		{Name: "mirror", Default: classify.BestEffort, Do: classify.Every(classify.Fatal)},
	},
}

// single has one place, and nothing to reproduce.
var single = classify.Role{Name: "single", Can: classify.SetOf(classify.RetryHere, classify.Fail), Default: classify.Fail}

func perMinute(c classify.Class, n int) classify.Budget {
	return classify.Budget{Class: c, N: n, Window: time.Minute}
}

var daemonBudgets = []classify.Budget{
	perMinute(classify.RetryHere, 3),
	{Class: classify.RetryHere, Edges: []string{"mirror"}, N: 1, Window: time.Minute, Then: classify.Drop},
	perMinute(classify.RetryElsewhere, 2),
	{Class: classify.Backtrack, N: 1, Window: time.Hour, Then: classify.Fail},
}

func ledger(tb testing.TB, r classify.Role, budgets ...classify.Budget) *classify.Ledger {
	tb.Helper()
	l, err := classify.NewLedger(build(tb, r), budgets...)
	if err != nil {
		tb.Fatal(err)
	}
	return l
}

func TestNewLedgerRefuses(t *testing.T) {
	here, there := perMinute(classify.RetryHere, 1), perMinute(classify.RetryElsewhere, 1)
	of := func(b classify.Budget, edges ...string) classify.Budget { b.Edges = edges; return b }
	then := func(b classify.Budget, c classify.Class) classify.Budget { b.Then = c; return b }
	for _, tt := range []struct {
		name    string
		role    classify.Role
		budgets []classify.Budget
		want    string
	}{
		{"nothing about a retry that the role can", single, nil, `role "single" can retry-here, and no budget says how often`},
		{"nothing about it at an edge", daemon, []classify.Budget{of(here, classify.Self), there, perMinute(classify.Backtrack, 1)}, `role "daemon" can retry-here at edge "postgres", and no budget says how often`},
		{"a class that is no retry", single, []classify.Budget{perMinute(classify.Fail, 1)}, `budget of fail bounds what is not repeated`},
		{"no class", single, []classify.Budget{{N: 1, Window: 1}}, `budget of none bounds what is not repeated`},
		{"a class that the role lacks", single, []classify.Budget{here, there}, `budget of retry-elsewhere is of no use to role "single", which cannot`},
		{"none", single, []classify.Budget{perMinute(classify.RetryHere, 0)}, `budget of retry-here allows none: what must not be repeated has another verdict`},
		{"no window", single, []classify.Budget{{Class: classify.RetryHere, N: 1}}, `budget of retry-here has no window`},
		{"a step back", daemon, []classify.Budget{then(there, classify.RetryHere)}, `budget of retry-elsewhere climbs to retry-here`},
		{"itself", daemon, []classify.Budget{then(there, classify.RetryElsewhere)}, `budget of retry-elsewhere climbs to retry-elsewhere`},
		{"a backtrack without keys", daemon, []classify.Budget{then(here, classify.Backtrack)}, `budget of retry-here climbs to backtrack`},
		{"a cancellation", daemon, []classify.Budget{then(here, classify.Cancelled)}, `budget of retry-here climbs to cancelled`},
		{"an end that the role lacks", single, []classify.Budget{then(here, classify.Fatal)}, `budget of retry-here climbs to fatal, which role "single" cannot carry out`},
		{"a step that the role lacks", single, []classify.Budget{then(here, classify.RetryElsewhere)}, `budget of retry-here climbs to retry-elsewhere, which role "single" cannot carry out`},
		{"an edge that there is not", daemon, []classify.Budget{of(here, "moon")}, `budget of retry-here at edge "moon" is for an edge that role "daemon" does not declare`},
		{"a default twice", single, []classify.Budget{here, here}, `budget of retry-here is given twice`},
		{"an edge twice", daemon, []classify.Budget{of(here, "step", "mirror"), of(here, "mirror")}, `budget of retry-here at edge "mirror" is given twice`},
		{"a poisoned item that ends the role", daemon, []classify.Budget{here, then(there, classify.Fatal), perMinute(classify.Backtrack, 1)}, `budget of retry-elsewhere at edge "step" ends the role, for errors that an item carries`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, err := classify.NewLedger(build(t, tt.role), tt.budgets...)
			if err == nil {
				t.Fatal("built")
			}
			if got := err.Root().Error(); got != tt.want || l != nil {
				t.Errorf("got %v, %s\nwant nil, %s", l, got, tt.want)
			}
			if kind := err.Root().ErrorKind(); kind != "classify.invalid_budget" && kind != "classify.missing_budget" {
				t.Error(kind)
			}
		})
	}
}

// The ladder of each class at each edge: what comes back when the same verdict is spent again and again.
func TestSpendClimbs(t *testing.T) {
	const (
		here, there, back  = classify.RetryHere, classify.RetryElsewhere, classify.Backtrack
		drop, fail, fatal_ = classify.Drop, classify.Fail, classify.Fatal
	)
	oneStep := classify.Role{Name: "one step", Can: classify.SetOf(here, there, fail, fatal_)}
	for _, tt := range []struct {
		name    string
		role    classify.Role
		budgets []classify.Budget
		verdict classify.Verdict
		want    []classify.Class
	}{
		{"to the default of a daemon", daemon, daemonBudgets, classify.Verdict{Class: here, Edge: "postgres"}, []classify.Class{here, here, here, there, there, fatal_, fatal_}},
		{"to fail where an item carries it", daemon, daemonBudgets, classify.Verdict{Class: here, Edge: "step"}, []classify.Class{here, here, here, there, there, fail}},
		{"to what the budget says", daemon, daemonBudgets, classify.Verdict{Class: here, Edge: "mirror"}, []classify.Class{here, drop, drop}},
		{"from the middle", daemon, daemonBudgets, classify.Verdict{Class: there}, []classify.Class{there, there, fatal_}},
		{"an edge's default", daemon, daemonBudgets, classify.Verdict{Class: there, Edge: "mirror"}, []classify.Class{there, there, classify.BestEffort}},
		{"one place", single, []classify.Budget{perMinute(here, 2)}, classify.Verdict{Class: here}, []classify.Class{here, here, fail}},
		{"over a step", oneStep, []classify.Budget{{Class: here, N: 1, Window: time.Minute, Then: fail}, perMinute(there, 9)}, classify.Verdict{Class: here}, []classify.Class{here, fail}},
		{"to elsewhere by name", oneStep, []classify.Budget{{Class: here, N: 1, Window: time.Minute, Then: there}, perMinute(there, 1)}, classify.Verdict{Class: here}, []classify.Class{here, there, fatal_}},
		{"a rerun", daemon, daemonBudgets, classify.Verdict{Class: back, Keys: []any{1}}, []classify.Class{back, fail}},
		{"a rerun, without being told", daemon, []classify.Budget{perMinute(here, 1), perMinute(there, 1), perMinute(back, 2)}, classify.Verdict{Class: back, Keys: []any{1}}, []classify.Class{back, back, fail}},
		{"what the role never gives", single, []classify.Budget{perMinute(here, 2)}, classify.Verdict{Class: there}, []classify.Class{fail}},
		{"an edge that there is not", single, []classify.Budget{perMinute(here, 1)}, classify.Verdict{Class: here, Edge: "moon"}, []classify.Class{here, fail}},

		{"nothing for what is free", single, []classify.Budget{perMinute(here, 1)}, classify.Verdict{Class: here, Free: true}, []classify.Class{here, here, here}},
		{"nothing for a cancellation", daemon, daemonBudgets, classify.Verdict{Class: classify.Cancelled}, []classify.Class{classify.Cancelled, classify.Cancelled}},
		{"nothing for an end", daemon, daemonBudgets, classify.Verdict{Class: fail}, []classify.Class{fail, fail}},
		{"nothing for no error", daemon, daemonBudgets, classify.Verdict{}, []classify.Class{classify.None, classify.None}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := ledger(t, tt.role, tt.budgets...)
			for i, want := range tt.want {
				v, gaveUp := l.Spend(tt.verdict, "item", syscall.EAGAIN, midnight)
				if v.Class != want {
					t.Errorf("%d: got %s, want %s", i, v, want)
				}
				if ended := v.Class != tt.verdict.Class && v.Class != there; ended != (gaveUp != nil) {
					t.Errorf("%d: %s with %v", i, v, gaveUp)
				}
			}
		})
	}
	t.Run("a ledger that nobody built", func(t *testing.T) {
		v, gaveUp := new(classify.Ledger).Spend(classify.Verdict{Class: here}, "item", nil, midnight)
		if v.Class != fatal_ || gaveUp == nil {
			t.Errorf("got %s, %v", v, gaveUp)
		}
	})
}

// What a verdict says besides its class is kept as long as it means something.
func TestSpendKeeps(t *testing.T) {
	v := classify.Verdict{Class: classify.RetryHere, Edge: "postgres", Kind: classify.Unavailable, After: time.Second, Exclude: []string{"a"}, OutcomeUnknown: true}
	l := ledger(t, daemon, perMinute(classify.RetryHere, 1), perMinute(classify.RetryElsewhere, 1), perMinute(classify.Backtrack, 1))
	for _, want := range []string{"retry-here after 1s excluding a", "retry-elsewhere after 1s excluding a", "fatal"} {
		got, _ := l.Spend(v, "item", nil, midnight)
		if got.String() != want || got.Edge != v.Edge || got.Kind != v.Kind || !got.OutcomeUnknown {
			t.Errorf("got %s (%+v), want %s", got, got, want)
		}
	}
	if v.Class != classify.RetryHere || v.Exclude[0] != "a" {
		t.Error("the verdict was changed")
	}
}

func TestGaveUp(t *testing.T) {
	l := ledger(t, daemon, daemonBudgets...)
	var gaveUp classify.GaveUpErr
	for i := range 6 {
		v := classify.Verdict{Class: classify.RetryHere, Edge: "step", Kind: classify.Unavailable}
		_, gaveUp = l.Spend(v, "build 7", syscall.ECONNREFUSED, midnight.Add(time.Duration(i)*time.Second))
	}
	if !errors.Is(gaveUp, syscall.ECONNREFUSED) {
		t.Error("the last error is gone")
	}
	want := &classify.GaveUp{
		Role: "daemon", Edge: "step", Item: "build 7", Kind: classify.Unavailable, Then: classify.Fail,
		Spent: []classify.Rung{
			{Class: classify.RetryHere, Spent: 3, Of: 3, Window: time.Minute, First: midnight, Last: midnight.Add(2 * time.Second), To: classify.RetryElsewhere},
			{Class: classify.RetryElsewhere, Spent: 2, Of: 2, Window: time.Minute, First: midnight.Add(3 * time.Second), Last: midnight.Add(4 * time.Second), To: classify.Fail},
		},
		Err: syscall.ECONNREFUSED,
	}
	if got := gaveUp.Root(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	const text = `give up: retry-here spent 3 of 3 in 1m, retry-elsewhere spent 2 of 2 in 1m at edge "step": connection refused`
	if got := gaveUp.Error(); got != text {
		t.Errorf("got  %s\nwant %s", got, text)
	}
	if kind := errctx.Kind(gaveUp.Root()).ErrorKind(); kind != "classify.gave_up" {
		t.Error(kind)
	}
}

func TestRungText(t *testing.T) {
	for _, tt := range []struct {
		rung classify.Rung
		want string
	}{
		{classify.Rung{Class: classify.RetryHere, Spent: 3, Of: 3, Window: 10 * time.Minute}, "retry-here spent 3 of 3 in 10m"},
		{classify.Rung{Class: classify.RetryHere, Spent: 3, Of: 3, Window: time.Hour}, "retry-here spent 3 of 3 in 1h"},
		{classify.Rung{Class: classify.RetryHere, Spent: 3, Of: 3, Window: 10 * time.Second}, "retry-here spent 3 of 3 in 10s"},
		{classify.Rung{Class: classify.RetryHere, Spent: 3, Of: 3, Window: time.Hour + time.Second}, "retry-here spent 3 of 3 in 1h0m1s"},
		{classify.Rung{Class: classify.RetryHere, Spent: 3, Of: 3}, "retry-here spent 3 of 3"},
		{classify.Rung{Class: classify.Backtrack, Key: "string sha256:a b", Spent: 1, Of: 1}, "backtrack of sha256:a b spent 1 of 1"},
		{classify.Rung{Class: classify.RetryHere}, "no retry-here"},
		{classify.Rung{Class: classify.RetryElsewhere, Of: 1, Full: true}, "retry-elsewhere finds the ledger full"},
	} {
		if got := tt.rung.String(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

// One rerun of a producer for each key and level, whoever asks for it.
func TestSpendBacktrack(t *testing.T) {
	type digest string
	l := ledger(t, daemon, daemonBudgets...)
	for i, tt := range []struct {
		level string
		keys  []any
		want  classify.Class
		key   string
	}{
		{"0", []any{"a", "b"}, classify.Backtrack, ""},
		{"0", []any{"c"}, classify.Backtrack, ""},
		{"0", []any{"d", "b"}, classify.Fail, "string b"}, // b was made again; nothing is spent on d
		{"0", []any{"d"}, classify.Backtrack, ""},
		{"1", []any{"b"}, classify.Backtrack, ""},
		{"1", []any{"b"}, classify.Fail, "string b"},
		{"1", []any{digest("b")}, classify.Backtrack, ""}, // another key that reads alike
		{"1", []any{"e", "e"}, classify.Backtrack, ""},
		{"1", []any{"e"}, classify.Fail, "string e"},
	} {
		v, gaveUp := l.Spend(classify.Verdict{Class: classify.Backtrack, Keys: tt.keys}, tt.level, nil, midnight)
		if v.Class != tt.want || v.Class == classify.Fail && (gaveUp.Root().Spent[0].Key != tt.key || v.Keys != nil) {
			t.Errorf("%d: got %s, %v", i, v, gaveUp)
		}
	}
}

// spending is one use of a ledger.
type spending struct {
	item string
	v    classify.Verdict
	at   time.Time
}

func randomSpendings(r *rand.Rand, n int) []spending {
	out := make([]spending, n)
	now := midnight
	for i := range out {
		now = now.Add(time.Duration(r.ExpFloat64() * float64(3*time.Second)))
		v := classify.Verdict{Class: []classify.Class{classify.RetryHere, classify.RetryElsewhere, classify.Backtrack}[r.IntN(3)]}
		v.Edge = []string{"", "postgres", "step"}[r.IntN(3)]
		v.Free = r.IntN(8) == 0
		if v.Class == classify.Backtrack {
			v.Keys = []any{r.IntN(2)}
		}
		out[i] = spending{fmt.Sprint("item ", r.IntN(3)), v, now}
	}
	return out
}

func (s spending) spend(l *classify.Ledger) classify.Verdict {
	v, _ := l.Spend(s.v, s.item, nil, s.at)
	return v
}

func (s spending) account() string {
	return fmt.Sprint(s.item, s.v.Edge, s.v.Class, s.v.Keys)
}

func TestSpendProperties(t *testing.T) {
	budgets := []classify.Budget{perMinute(classify.RetryHere, 3), perMinute(classify.RetryElsewhere, 2), perMinute(classify.Backtrack, 1)}
	bound := map[classify.Class]int{classify.RetryHere: 3, classify.RetryElsewhere: 2, classify.Backtrack: 1}
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 1))
		all := randomSpendings(r, 300)
		l := ledger(t, daemon, budgets...)
		granted := map[string][]time.Time{}
		var got []classify.Verdict
		for i, s := range all {
			v := s.spend(l)
			got = append(got, v)
			// Climbing never goes down, and what is at the top stays a decision that the role can carry out.
			if v.Class < s.v.Class || v.Class == classify.Backtrack && s.v.Class != classify.Backtrack {
				t.Fatalf("seed %d, %d: %s became %s", seed, i, s.v, v)
			}
			if c := v.Class; bound[c] > 0 && !v.Free {
				// A window never sees more than the budget, wherever it begins.
				account := fmt.Sprint(s.item, s.v.Edge, c, v.Keys)
				granted[account] = append(granted[account], s.at)
				if g := granted[account]; len(g) > bound[c] && s.at.Sub(g[len(g)-1-bound[c]]) < time.Minute {
					t.Fatalf("seed %d, %d: %s is %v within a minute", seed, i, account, g[len(g)-1-bound[c]:])
				}
			}
		}
		// Items and edges do not know of each other: each by itself gets what it got among the others.
		for _, item := range []string{"item 0", "item 1", "item 2"} {
			for _, edge := range []string{"", "postgres", "step"} {
				alone := ledger(t, daemon, budgets...)
				for i, s := range all {
					if s.item != item || s.v.Edge != edge {
						continue
					}
					if v := s.spend(alone); v.Class != got[i].Class {
						t.Fatalf("seed %d, %d: %s alone is %s, among others %s", seed, i, s.account(), v, got[i])
					}
				}
			}
		}
		// A restart in the middle makes no difference.
		half, clock := r.IntN(len(all)), all[len(all)-1].at
		before, after := ledger(t, daemon, budgets...), ledger(t, daemon, budgets...)
		for i, s := range all {
			switch {
			case i == half:
				clock = s.at
				after.Restore(overTheWire(t, before.Snapshot(s.at)), s.at)
				if a, b := before.Snapshot(clock), after.Snapshot(clock); !reflect.DeepEqual(a, b) {
					t.Fatalf("seed %d: %v became %v", seed, a, b)
				}
				fallthrough
			case i > half:
				if v := s.spend(after); v.Class != got[i].Class {
					t.Fatalf("seed %d, %d: after a restart %s, without one %s", seed, i, v, got[i])
				}
			default:
				s.spend(before)
			}
		}
	}
}

func overTheWire(t *testing.T, s []classify.Spent) []classify.Spent {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var out []classify.Spent
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// Within one window the verdicts on an item only ever become worse.
func TestSpendIsMonotone(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		l := ledger(t, daemon, perMinute(classify.RetryHere, 1+r.IntN(5)), perMinute(classify.RetryElsewhere, 1+r.IntN(5)), perMinute(classify.Backtrack, 1))
		last := classify.None
		for i := range 15 {
			v, _ := l.Spend(classify.Verdict{Class: classify.RetryHere}, "item", nil, midnight.Add(time.Duration(i)*time.Second))
			if v.Class < last {
				t.Fatalf("seed %d, %d: %s after %s", seed, i, v, last)
			}
			last = v.Class
		}
		if last != classify.Fatal {
			t.Fatalf("seed %d ends with %s", seed, last)
		}
	}
}

func TestSpendTogether(t *testing.T) {
	const goroutines, each = 8, 200
	l := ledger(t, daemon, perMinute(classify.RetryHere, 50), perMinute(classify.RetryElsewhere, 20), perMinute(classify.Backtrack, 1))
	var mu sync.Mutex
	count := map[classify.Class]int{}
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range each {
				v, _ := l.Spend(classify.Verdict{Class: classify.RetryHere}, "item", syscall.EIO, midnight.Add(time.Duration(i)*time.Millisecond))
				_ = l.Snapshot(midnight)
				mu.Lock()
				count[v.Class]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	want := map[classify.Class]int{classify.RetryHere: 50, classify.RetryElsewhere: 20, classify.Fatal: goroutines*each - 70}
	if !reflect.DeepEqual(count, want) {
		t.Errorf("got %v, want %v", count, want)
	}
}

func TestLedgerForgets(t *testing.T) {
	here := classify.Verdict{Class: classify.RetryHere}
	budgets := []classify.Budget{{Class: classify.RetryHere, N: 1, Window: time.Minute}}

	t.Run("after the window", func(t *testing.T) {
		l := ledger(t, single, budgets...)
		for _, tt := range []struct {
			after time.Duration
			want  classify.Class
		}{
			{0, classify.RetryHere},
			{time.Minute - 1, classify.Fail},
			{time.Minute, classify.RetryHere},
			{2*time.Minute - 1, classify.Fail},
			{2 * time.Minute, classify.RetryHere},
		} {
			if v, _ := l.Spend(here, "item", nil, midnight.Add(tt.after)); v.Class != tt.want {
				t.Errorf("after %s: %s", tt.after, v)
			}
		}
	})
	t.Run("many, one after another", func(t *testing.T) {
		l := ledger(t, single, budgets...)
		now := midnight
		for i := range 2 * classify.LedgerSize {
			if i%classify.LedgerSize == 0 {
				now = now.Add(time.Minute)
			}
			if v, gaveUp := l.Spend(here, fmt.Sprint(i), nil, now); v.Class != classify.RetryHere {
				t.Fatal(i, gaveUp)
			}
		}
		if n := len(l.Snapshot(now)); n != classify.LedgerSize {
			t.Errorf("has %d", n)
		}
		if n := len(l.Snapshot(now.Add(time.Minute))); n != 0 {
			t.Errorf("remembers %d", n)
		}
	})
	t.Run("no more than fit", func(t *testing.T) {
		l := ledger(t, single, budgets...)
		for i := range classify.LedgerSize {
			l.Spend(here, fmt.Sprint(i), nil, midnight)
		}
		v, gaveUp := l.Spend(here, "one more", nil, midnight)
		if v.Class != classify.Fail || !gaveUp.Root().Spent[0].Full {
			t.Errorf("got %s, %v", v, gaveUp)
		}
		if v, gaveUp := l.Spend(here, "7", nil, midnight); v.Class != classify.Fail || gaveUp.Root().Spent[0].Full {
			t.Errorf("got %s, %v", v, gaveUp)
		}
		if v, gaveUp := l.Spend(here, "later", nil, midnight.Add(time.Minute)); v.Class != classify.RetryHere {
			t.Error(gaveUp)
		}
	})
	t.Run("when the clock is set back", func(t *testing.T) {
		l := ledger(t, single, classify.Budget{Class: classify.RetryHere, N: 2, Window: time.Minute})
		l.Spend(here, "item", nil, midnight.Add(time.Second))
		l.Spend(here, "item", nil, midnight)
		if at := l.Snapshot(midnight)[0].At; !slices.Equal(at, []time.Time{midnight, midnight.Add(time.Second)}) {
			t.Error(at)
		}
	})
}

func TestAtMost(t *testing.T) {
	for _, tt := range []struct {
		role classify.Role
		n    int
		want string
	}{
		{single, 2, "[retry-here retry-here fail fail]"},
		{single, 0, "[fail fail fail fail]"},
		{single, -1, "[fail fail fail fail]"},
		{daemon, 1, "[retry-here retry-elsewhere fatal fatal]"},
	} {
		l := classify.AtMost(build(t, tt.role), tt.n)
		var got []classify.Class
		for i := range 4 {
			v, gaveUp := l.Spend(classify.Verdict{Class: classify.RetryHere}, "", nil, midnight.AddDate(i, 0, 0))
			got = append(got, v.Class)
			if s := fmt.Sprint(gaveUp); gaveUp != nil && tt.n == 2 && s != "give up: retry-here spent 2 of 2" {
				t.Error(s)
			}
		}
		if s := fmt.Sprint(got); s != tt.want {
			t.Errorf("got %s, want %s", s, tt.want)
		}
	}
	if v, _ := classify.AtMost(nil, 1).Spend(classify.Verdict{Class: classify.RetryHere}, "", nil, midnight); v.Class != classify.Fatal {
		t.Error(v)
	}
}

func TestRestore(t *testing.T) {
	here := classify.Verdict{Class: classify.RetryHere}
	row := func(change func(*classify.Spent)) []classify.Spent {
		s := classify.Spent{Role: "single", Item: "item", Class: classify.RetryHere, At: []time.Time{midnight}}
		change(&s)
		return []classify.Spent{s}
	}
	for _, tt := range []struct {
		name string
		rows []classify.Spent
		want classify.Class
	}{
		{"the budget", row(func(*classify.Spent) {}), classify.Fail},
		{"of another role", row(func(s *classify.Spent) { s.Role = "other" }), classify.RetryHere},
		{"of another item", row(func(s *classify.Spent) { s.Item = "other" }), classify.RetryHere},
		{"of an edge that there is no more", row(func(s *classify.Spent) { s.Edge = "moon" }), classify.RetryHere},
		{"of a class that the role lacks", row(func(s *classify.Spent) { s.Class = classify.RetryElsewhere }), classify.RetryHere},
		{"of an edge that is declared", row(func(s *classify.Spent) { s.Edge = classify.Self }), classify.Fail},
		{"of a key that a retry has not", row(func(s *classify.Spent) { s.Key = "string k" }), classify.RetryHere},
		{"out of order", row(func(s *classify.Spent) { s.At = []time.Time{midnight, {}, midnight.Add(-time.Second)} }), classify.Fail},
		{"of no class", row(func(s *classify.Spent) { s.Class = classify.Class(99) }), classify.RetryHere},
		{"never", row(func(s *classify.Spent) { s.At = nil }), classify.RetryHere},
		{"long ago", row(func(s *classify.Spent) { s.At[0] = midnight.Add(-time.Minute) }), classify.RetryHere},
		{"in another century", row(func(s *classify.Spent) { s.At[0] = time.Time{} }), classify.RetryHere},
		{"by a clock that was wrong", row(func(s *classify.Spent) { s.At[0] = midnight.AddDate(30, 0, 0) }), classify.Fail},
		{"more often than there is now room for", row(func(s *classify.Spent) { s.At = []time.Time{midnight, midnight, midnight.Add(-time.Hour)} }), classify.Fail},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := ledger(t, single, perMinute(classify.RetryHere, 1))
			l.Restore(tt.rows, midnight)
			l.Restore(tt.rows, midnight) // twice is once
			if v, _ := l.Spend(here, "item", nil, midnight); v.Class != tt.want {
				t.Errorf("got %s", v)
			}
			if v, _ := l.Spend(here, "item", nil, midnight.Add(time.Minute)); v.Class != classify.RetryHere {
				t.Errorf("a minute later got %s", v)
			}
		})
	}
}

func TestRestoreMoreThanFits(t *testing.T) {
	here := classify.Verdict{Class: classify.RetryHere}
	var rows []classify.Spent
	for i := range classify.LedgerSize + 3 {
		rows = append(rows, classify.Spent{Role: "single", Item: fmt.Sprint(i), Class: classify.RetryHere, At: []time.Time{midnight}})
	}
	l := ledger(t, single, perMinute(classify.RetryHere, 1))
	l.Restore(rows, midnight)
	if n := len(l.Snapshot(midnight)); n != classify.LedgerSize {
		t.Errorf("has %d", n)
	}
	if v, gaveUp := l.Spend(here, "one more", nil, midnight); v.Class != classify.Fail || !gaveUp.Root().Spent[0].Full {
		t.Errorf("got %s, %v", v, gaveUp)
	}
	if v, gaveUp := l.Spend(here, "one more", nil, midnight.Add(time.Minute)); v.Class != classify.RetryHere {
		t.Error(gaveUp)
	}
}

// A ledger that is not there is one in which there is nothing to spend.
func TestNoLedger(t *testing.T) {
	for name, l := range map[string]*classify.Ledger{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			l.Restore([]classify.Spent{{}, {Role: "unset", Class: classify.RetryHere, At: []time.Time{midnight}}}, midnight)
			v, gaveUp := l.Spend(classify.Verdict{Class: classify.RetryHere, Edge: "x"}, "item", unheard, midnight)
			if v.Class != classify.Fatal || !errors.Is(gaveUp, unheard) {
				t.Errorf("got %s, %v", v, gaveUp)
			}
			if v, gaveUp := l.Spend(classify.Verdict{Class: classify.RetryHere, Free: true}, "item", nil, midnight); v.Class != classify.RetryHere || gaveUp != nil {
				t.Errorf("got %s, %v", v, gaveUp)
			}
			if rows := l.Snapshot(midnight); len(rows) != 0 {
				t.Errorf("remembers %v", rows)
			}
		})
	}
}

func TestText(t *testing.T) {
	for c := classify.None; c <= classify.Fatal; c++ {
		text, _ := c.MarshalText()
		var got classify.Class
		if err := got.UnmarshalText(text); err != nil || got != c {
			t.Errorf("%s became %s, %v", c, got, err)
		}
	}
	for k := classify.NoKind; k <= classify.Bug; k++ {
		text, _ := k.MarshalText()
		var got classify.Kind
		if err := got.UnmarshalText(text); err != nil || got != k {
			t.Errorf("%s became %s, %v", k, got, err)
		}
	}
	var k classify.Kind
	unknown, ok := errors.AsType[*classify.UnknownKind](k.UnmarshalText([]byte("kind(200)")))
	if !ok || unknown.Error() != `there is no kind "kind(200)"` || unknown.ErrorKind() != "classify.unknown_kind" {
		t.Error(unknown)
	}
	gaveUp := &classify.GaveUp{Role: "r", Kind: classify.Timeout, Then: classify.Fail, Spent: []classify.Rung{{Class: classify.RetryHere, To: classify.Fail}}}
	b, err := json.Marshal(gaveUp)
	var back *classify.GaveUp
	if err != nil || json.Unmarshal(b, &back) != nil || !reflect.DeepEqual(back, gaveUp) {
		t.Errorf("%s, %v", b, err)
	}
	var c classify.Class
	bad, ok := errors.AsType[*classify.UnknownClass](c.UnmarshalText([]byte("class(9)")))
	if !ok || bad.Error() != `there is no class "class(9)"` || bad.ErrorKind() != "classify.unknown_class" {
		t.Error(bad)
	}
}

// A ledger says for how long a verdict may be acted on. Its rows outlive the program.
func ExampleLedger() {
	role := classify.Role{
		Name: "queue-runner",
		Can:  classify.SetOf(classify.RetryHere, classify.RetryElsewhere, classify.Fail, classify.Fatal),
	}
	policy := classify.Must(classify.New(role, classify.Is("refused", syscall.ECONNREFUSED, classify.RetryHere)))
	open := func() *classify.Ledger {
		l, err := classify.NewLedger(policy,
			classify.Budget{Class: classify.RetryHere, N: 2, Window: time.Minute},
			classify.Budget{Class: classify.RetryElsewhere, N: 1, Window: time.Hour, Then: classify.Fail},
		)
		if err != nil {
			panic(err)
		}
		return l
	}

	ledger, now := open(), time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)
	for range 3 {
		now = now.Add(time.Second)
		err := fmt.Errorf("ask builder: %w", syscall.ECONNREFUSED)
		v, _ := ledger.Spend(policy.Classify(nil, err), "step 7", err, now)
		fmt.Println(v)
	}
	rows, _ := json.Marshal(ledger.Snapshot(now))
	fmt.Println(string(rows))

	var kept []classify.Spent
	_ = json.Unmarshal(rows, &kept)
	ledger = open() // by another process
	ledger.Restore(kept, now)
	err := fmt.Errorf("ask builder: %w", syscall.ECONNREFUSED)
	v, gaveUp := ledger.Spend(policy.Classify(nil, err), "step 7", err, now)
	fmt.Println(v)
	fmt.Println(gaveUp)
	// Output:
	// retry-here
	// retry-here
	// retry-elsewhere
	// [{"role":"queue-runner","item":"step 7","class":"retry-here","at":["2030-01-01T12:00:01Z","2030-01-01T12:00:02Z"]},{"role":"queue-runner","item":"step 7","class":"retry-elsewhere","at":["2030-01-01T12:00:03Z"]}]
	// fail
	// give up: retry-here spent 2 of 2 in 1m, retry-elsewhere spent 1 of 1 in 1h: ask builder: connection refused
}

func BenchmarkSpend(b *testing.B) {
	l := ledger(b, daemon, perMinute(classify.RetryHere, 3), perMinute(classify.RetryElsewhere, 3), perMinute(classify.Backtrack, 3))
	now := midnight
	for _, bb := range []struct {
		name string
		v    classify.Verdict
	}{
		{"retry", classify.Verdict{Class: classify.RetryHere}},
		{"fail", classify.Verdict{Class: classify.Fail}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(30 * time.Second)
				sink, _ = l.Spend(bb.v, "item", nil, now)
			}
		})
	}
}
