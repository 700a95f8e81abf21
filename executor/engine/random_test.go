package engine_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/event"
	"github.com/holdfast-go/holdfast/executor/home"
	"github.com/holdfast-go/holdfast/executor/plan"
)

// Any blobs of the store are harmed, anyhow, and nothing or one source changes: the
// next run succeeds, its outputs are those of a clean run, and what it executed
// and reran is what a model of the plan says, no more and no less.
func TestRandomLosses(t *testing.T) {
	const rounds = 100
	seed := uint64(1)
	if s := os.Getenv("HOLDFAST_SEED"); s != "" {
		if _, err := fmt.Sscan(s, &seed); err != nil {
			t.Fatal(err)
		}
	}
	base := newWorld(t, wide(20))
	base.run().mustSucceed(t)
	clean := map[string]map[string]string{} // outputs by the source that changed
	for round := range rounds {
		rnd := rand.New(rand.NewPCG(seed, uint64(round)))
		w := base.clone(t)
		w.jobs = []int{1, 2, 8}[rnd.IntN(3)]
		made := w.run().mustSucceed(t)
		harmed := w.harm(rnd, []int{1, 10}[rnd.IntN(2)])
		touched := []string{"", "in.txt", "extra.txt", "last.txt"}[rnd.IntN(4)]
		if touched != "" {
			w.write(touched, "changed\n")
		}
		r := w.run().mustSucceed(t)
		executed, rerun := model(t, w, made, harmed, touched)
		want := map[event.Source][]string{event.Executed: executed, event.Rerun: rerun}
		got := map[event.Source][]string{event.Executed: r.steps(event.Executed), event.Rerun: r.steps(event.Rerun)}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("round %d, seed %d, %d blobs harmed, %q touched: (-model +run):\n%s", round, seed, len(harmed), touched, d)
		}
		if clean[touched] == nil {
			c := newWorld(t, wide(20))
			if touched != "" {
				c.write(touched, "changed\n")
			}
			c.run().mustSucceed(t)
			clean[touched] = c.outputs()
		}
		if d := cmp.Diff(clean[touched], w.outputs()); d != "" {
			t.Fatalf("round %d, seed %d: outputs (-clean +repaired):\n%s", round, seed, d)
		}
	}
}

// clone copies a workspace and its store.
func (w *world) clone(t *testing.T) *world {
	t.Helper()
	c := &world{t: t, dir: t.TempDir(), store: filepath.Join(t.TempDir(), "store"), jobs: w.jobs}
	for from, to := range map[string]string{w.dir: c.dir, w.store: c.store} {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// harm deletes, flips or truncates so many random files of the store.
func (w *world) harm(rnd *rand.Rand, n int) map[digest.Digest]bool {
	w.t.Helper()
	h, herr := home.Open(w.store)
	if herr != nil {
		w.t.Fatal(herr)
	}
	defer h.Close()
	var all []digest.Digest
	for b, err := range h.Blobs.Walk(context.Background()) {
		if err != nil {
			w.t.Fatal(err)
		}
		all = append(all, b.Digest)
	}
	rnd.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	harmed := map[digest.Digest]bool{}
	for _, d := range all[:min(n, len(all))] {
		harmed[d] = true
		switch rnd.IntN(3) {
		case 0:
			w.lose(d)
		case 1:
			w.damage(d, func(b []byte) []byte { b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8); return b })
		case 2:
			w.damage(d, func(b []byte) []byte { return b[:rnd.IntN(len(b))] })
		}
	}
	return harmed
}

// model says what has to be executed and what has to be rerun. A step is executed
// when a source of it or of one below it changed (every step of the plan passes
// changes on). A cached one is rerun when what it made is harmed and needed: by a
// step that is executed or rerun, or for placing.
func model(t *testing.T, w *world, made *run, harmed map[digest.Digest]bool, touched string) (executed, rerun []string) {
	t.Helper()
	p, err := plan.Load(filepath.Join(w.dir, "plan.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	executes, reruns := map[string]bool{}, map[string]bool{}
	taken := map[string]bool{}
	for _, s := range p.Steps { // producers come before consumers in this plan
		for _, in := range s.Inputs {
			taken[in.Step] = true
			if executes[in.Step] || touched != "" && slices.Contains(in.Files, touched) {
				executes[s.Name] = true
			}
		}
	}
	for _, s := range slices.Backward(p.Steps) {
		needed := !taken[s.Name]
		for _, c := range p.Steps {
			if (executes[c.Name] || reruns[c.Name]) && slices.ContainsFunc(c.Inputs, func(in plan.Input) bool { return in.Step == s.Name }) {
				needed = true
			}
		}
		if needed && !executes[s.Name] && harmed[made.output(s.Name)] {
			reruns[s.Name] = true
		}
	}
	return sorted(executes), sorted(reruns)
}

func TestModelHasTeeth(t *testing.T) {
	w := newWorld(t, wide(20))
	made := w.run().mustSucceed(t)
	executed, rerun := model(t, w, made, map[digest.Digest]bool{made.output("leaf7"): true}, "extra.txt")
	if len(executed) != 5 || !slices.Equal(rerun, []string{"leaf7"}) {
		t.Errorf("executed %v, rerun %v", executed, rerun)
	}
	if !strings.HasPrefix(executed[0], "all") {
		t.Errorf("executed %v", executed)
	}
}
