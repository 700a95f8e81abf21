// Package score holds policies against the corpus: it provokes every error, asks the policy of
// each role for a verdict at each edge where the role meets it, and compares with what is accepted.
package score

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/corpus/provoke"
	"github.com/holdfast-go/holdfast/corpus/row"
)

// Cell is one value met by one role at one of its edges.
type Cell struct {
	ID       string         `json:"id"`
	Role     string         `json:"role"`
	From     string         `json:"from"` // the edge of the corpus
	Edge     string         `json:"edge"` // of the role
	Want     string         `json:"want"`
	Got      classify.Class `json:"got"`
	Accepted bool           `json:"accepted"`
	// Retry says that the policy tries again, and RetryAccepted that this much of the verdict is accepted.
	Retry         bool   `json:"retry"`
	RetryAccepted bool   `json:"retry_accepted"`
	Unknown       bool   `json:"unknown,omitempty"`
	Marked        string `json:"marked,omitempty"` // why
	Explanation   string `json:"explanation"`
	Note          string `json:"note,omitempty"`
	// Reason is why the verdict of this role is one that is not accepted, where that is written down.
	Reason    string `json:"reason,omitempty"`
	Labellers string `json:"labellers"`

	accepted row.Accepted
}

// Skipped is a row that was not provoked.
type Skipped struct {
	ID  string `json:"id"`
	Why string `json:"why"`
}

// Tally is how many of some cells are accepted.
type Tally struct {
	Accepted int `json:"accepted"`
	Cells    int `json:"cells"`
}

func (t *Tally) add(ok bool) {
	t.Cells++
	if ok {
		t.Accepted++
	}
}

// String returns the tally as in "30/40 (75 %)".
func (t Tally) String() string {
	if t.Cells == 0 {
		return "none"
	}
	return fmt.Sprintf("%d/%d (%d %%)", t.Accepted, t.Cells, t.percent())
}

// percent rounds, but 100 % are all.
func (t Tally) percent() int {
	p := (200*t.Accepted + t.Cells) / (2 * t.Cells)
	if p == 100 && t.Accepted < t.Cells {
		return 99
	}
	return p
}

// Peer is how one neighbour does on retrying or not, on the same cells.
type Peer struct {
	Name string `json:"name"`
	All  Tally  `json:"all"`
	// Two is of the rows that two people labelled.
	Two Tally `json:"two_labellers"`
}

func (p *Peer) add(c Cell, ok bool) {
	p.All.add(ok)
	if c.Labellers == "2" {
		p.Two.add(ok)
	}
}

// Result is the outcome of a measurement.
type Result struct {
	Rows    int       `json:"rows"`
	Cells   []Cell    `json:"cells"`
	Peers   []Peer    `json:"peers"` // the policies first
	Skipped []Skipped `json:"skipped,omitempty"`

	disputes []row.Row
	values   map[string]error
}

// Measure provokes the rows and classifies what comes of them. Progress is called before each row. It
// returns a [*provoke.Broken] if a row cannot be provoked for another reason than that something is missing here,
// and the context's cause when that is done.
func Measure(ctx context.Context, rows []row.Row, progress func(done int, id string)) (res *Result, err error) {
	lab, err := provoke.NewLab()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lab.Close()) }()
	res = &Result{Rows: len(rows), values: map[string]error{}}
	if err := res.provoke(ctx, lab, rows, progress); err != nil {
		return nil, err
	}
	ours := policies()
	declared := map[string]bool{}
	for _, r := range measured() {
		declared[r.Name+" "+classify.Self] = true
		for _, e := range r.Edges {
			declared[r.Name+" "+e.Name] = true
		}
	}
	for _, r := range rows {
		if r.Dispute != "" {
			res.disputes = append(res.disputes, r)
		}
		if res.values[r.ID] == nil {
			continue
		}
		for _, role := range row.Roles {
			cells, err := res.meet(ctx, r, role, ours[role], declared)
			if err != nil {
				return nil, err
			}
			res.Cells = append(res.Cells, cells...)
		}
	}
	res.rate()
	return res, nil
}

func (res *Result) provoke(ctx context.Context, lab *provoke.Lab, rows []row.Row, progress func(int, string)) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var broken error
	done := 0
	free := make(chan struct{}, 4*runtime.GOMAXPROCS(0)) // they mostly wait
	for _, r := range rows {
		free <- struct{}{}
		mu.Lock()
		stop := broken != nil
		mu.Unlock()
		if stop || ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-free }()
			got, err := lab.Run(ctx, r.ID)
			mu.Lock()
			defer mu.Unlock()
			done++
			progress(done, r.ID)
			absent, missing := errors.AsType[*provoke.Absent](err)
			switch {
			case missing:
				res.Skipped = append(res.Skipped, Skipped{r.ID, absent.Error()})
			case err != nil:
				broken = errors.Join(broken, err)
			default:
				res.values[r.ID] = got
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	slices.SortFunc(res.Skipped, func(a, b Skipped) int { return slices.Compare([]string{a.ID}, []string{b.ID}) })
	return broken
}

// Unplaced is a row whose edge has no place for a role, or one that the role does not declare.
type Unplaced struct{ ID, Edge, Role, Why string }

func (e *Unplaced) Error() string {
	return fmt.Sprintf("row %s: edge %q at role %s: %s", e.ID, e.Edge, e.Role, e.Why)
}

// meet returns the cells of one row and role. It returns an [*Unplaced] if the table of places does not fit.
func (res *Result) meet(ctx context.Context, r row.Row, role string, p *classify.Policy, declared map[string]bool) ([]Cell, error) {
	accepted := r.Accepted[role]
	pl, ok := find(r.ID, r.Edge, role)
	switch {
	case !ok:
		return nil, &Unplaced{r.ID, r.Edge, role, "there is no place for it"}
	case len(accepted.Classes) == 0:
		return nil, nil
	case len(pl.at) == 0 && !accepted.Absent:
		return nil, &Unplaced{r.ID, r.Edge, role, "the corpus has verdicts, the role no place: " + pl.why}
	}
	var cells []Cell
	for _, edge := range pl.at {
		if !declared[role+" "+edge] {
			if accepted.Absent {
				continue
			}
			return nil, &Unplaced{r.ID, r.Edge, role, fmt.Sprintf("the role declares no edge %q", edge)}
		}
		err, m := res.values[r.ID], marks[r.ID]
		if edge != classify.Self {
			err = classify.Dep(edge, err)
		}
		c := Cell{ID: r.ID, Role: role, From: r.Edge, Edge: edge, Want: accepted.String(), Note: r.Note, Labellers: r.Labellers, accepted: accepted}
		if d := m.decisions[role]; d != nil {
			err, c.Marked = classify.Mark(err, d), m.why
		}
		requester := ctx
		if gone[r.ID] != "" {
			var cancel context.CancelFunc
			requester, cancel = context.WithCancel(ctx)
			cancel()
		}
		v := p.Classify(requester, err)
		c.Got, c.Unknown, c.Explanation = v.Class, v.Unknown, v.Explain().String()
		c.Accepted = accepted.Has(v.Class)
		c.Retry = again(v.Class)
		c.RetryAccepted = agrees(accepted, c.Retry)
		if disputed, _, reason, ok := r.Disputed(); ok && disputed == role {
			c.Reason = reason
		}
		cells = append(cells, c)
	}
	return cells, nil
}

// again reports whether a verdict means that the same is tried again.
func again(c classify.Class) bool { return c == classify.RetryHere || c == classify.RetryElsewhere }

// agrees reports whether retrying, or not, is among what is accepted.
func agrees(a row.Accepted, retry bool) bool {
	return slices.ContainsFunc(a.Classes, func(c classify.Class) bool { return again(c) == retry })
}

// rate asks the neighbours about every cell.
func (res *Result) rate() {
	ours := Peer{Name: "the role's policy"}
	for _, c := range res.Cells {
		ours.add(c, c.RetryAccepted)
	}
	res.Peers = []Peer{ours}
	for _, n := range Neighbours {
		p := Peer{Name: n.Name}
		for _, c := range res.Cells {
			p.add(c, agrees(c.accepted, n.Retry(res.values[c.ID])))
		}
		res.Peers = append(res.Peers, p)
	}
}

// Tally counts the cells that f picks.
func (res *Result) Tally(f func(Cell) bool) Tally {
	var t Tally
	for _, c := range res.Cells {
		if f(c) {
			t.add(c.Accepted)
		}
	}
	return t
}

// Disagreements are the cells whose verdict is not accepted.
func (res *Result) Disagreements() []Cell {
	var out []Cell
	for _, c := range res.Cells {
		if !c.Accepted {
			out = append(out, c)
		}
	}
	return out
}
