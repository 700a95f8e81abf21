package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/runner"
)

// Explanation is what a key is made of.
type Explanation struct {
	Key    digest.Digest     `json:"digest"`
	Argv   []string          `json:"run"`
	Env    map[string]string `json:"env"`
	Output []string          `json:"outputs"`
	Limit  string            `json:"timeout,omitempty"`
	Root   digest.Digest     `json:"input_root"`
	Inputs []ExplainedInput  `json:"inputs"`
	Cached bool              `json:"cached"` // a result is in the cache
}

// ExplainedInput is one path of the input root.
type ExplainedInput struct {
	Path       string        `json:"path"`
	Digest     digest.Digest `json:"digest,omitzero"`
	Executable bool          `json:"executable,omitempty"`
	Target     string        `json:"target,omitempty"` // of a symbolic link
	From       string        `json:"from,omitempty"`   // the step that makes it; "" for a file of the workspace
}

// Explain computes the key of a step as a run would, from the workspace and the cached
// results of the steps it depends on; nothing is executed. A step it depends
// on that has no cached result is a [*NotBuilt].
func Explain(ctx context.Context, p *plan.Plan, name string, r *runner.Runner) (*Explanation, Err) {
	step, err := request(p, nil, []string{name})
	if err != nil {
		return nil, err
	}
	x := explainer{ctx: ctx, plan: p, runner: r, sources: newSources(p.Dir), results: map[string]result{}}
	b, err := x.bind(step[0])
	if err != nil {
		return nil, errctx.Wrap(err, "explain step", named(name))
	}
	e, err := explainBlobs(ctx, r, b.action, b.coded.Digest, b.tree.Lookup)
	if err != nil {
		return nil, err
	}
	from := map[string]string{}
	for _, in := range b.bindings {
		if in.from != nil {
			from[in.path] = in.from.name
		}
	}
	for i, in := range e.Inputs {
		e.Inputs[i].From = from[in.Path]
	}
	return e, nil
}

type explainer struct {
	ctx     context.Context
	plan    *plan.Plan
	runner  *runner.Runner
	sources *sources
	results map[string]result
}

// bind computes the action of a step, after the results of all it depends on.
func (x *explainer) bind(step int) (*bound, Err) {
	g := x.plan.Graph()
	order, cerr := g.Order()
	if cerr != nil {
		return nil, errctx.New[Error](&Panic{Value: cerr}, "order steps") // a Plan has no cycles
	}
	needed := g.Ancestors(step)
	for _, i := range order {
		if i == step { // it comes after all that it needs
			break
		}
		if _, ok := slices.BinarySearch(needed, i); !ok {
			continue
		}
		s := x.plan.Steps[i]
		b, err := bind(x.ctx, x.runner.Store, x.sources, s, x.results)
		if err != nil {
			return nil, err
		}
		res, lerr := x.runner.Lookup(x.ctx, b.coded.Digest)
		if lerr != nil {
			if _, miss := lerr.Root().Cause.(*actioncache.Miss); miss {
				return nil, errctx.New[Error](&NotBuilt{s.Name, b.coded.Digest}, "compute key")
			}
			return nil, errctx.Map(lerr, lookupFault)
		}
		x.results[s.Name] = result{newNode(s.Name), res}
	}
	return bind(x.ctx, x.runner.Store, x.sources, x.plan.Steps[step], x.results)
}

// ExplainKey says what an earlier key was made of, from the blobs that its execution left in the store.
func ExplainKey(ctx context.Context, key digest.Digest, r *runner.Runner) (*Explanation, Err) {
	read := func(d digest.Digest) ([]byte, Err) {
		b, err := cas.ReadAll(ctx, r.Store, d, merkle.MaxFolder)
		return b, errctx.Map(errctx.Wrap(err, "explain key", slog.Any("digest", key)), storeFault)
	}
	ab, err := read(key)
	if err != nil {
		return nil, err
	}
	command, derr := action.CommandDigest(ab)
	if derr != nil {
		return nil, errctx.Map(derr, malformed)
	}
	cb, err := read(command)
	if err != nil {
		return nil, err
	}
	a, derr := action.Decode(ab, cb)
	if derr != nil {
		return nil, errctx.Map(derr, malformed)
	}
	return explainBlobs(ctx, r, a, key, func(digest.Digest) ([]byte, bool) { return nil, false })
}

func explainBlobs(ctx context.Context, r *runner.Runner, a action.Action, key digest.Digest, have func(digest.Digest) ([]byte, bool)) (*Explanation, Err) {
	e := &Explanation{Key: key, Argv: a.Argv, Env: a.Env, Output: a.Outputs, Root: a.InputRoot}
	if a.Timeout > 0 {
		e.Limit = a.Timeout.String()
	}
	store := merkle.FromStore(r.Store)
	werr := merkle.Walk(ctx, a.InputRoot, func(ctx context.Context, d digest.Digest) ([]byte, cas.StoreErr) {
		if b, ok := have(d); ok {
			return b, nil
		}
		return store(ctx, d)
	}, func(in merkle.Entry) bool {
		if in.Kind != merkle.Directory {
			e.Inputs = append(e.Inputs, ExplainedInput{Path: in.Path, Digest: in.Digest, Executable: in.Executable, Target: in.Target})
		}
		return true
	})
	if werr != nil {
		return nil, errctx.Map(errctx.Wrap(werr, "explain input root"), treeFault)
	}
	slices.SortFunc(e.Inputs, func(a, b ExplainedInput) int { return cmp.Compare(a.Path, b.Path) })
	_, lerr := r.Lookup(ctx, key)
	e.Cached = lerr == nil
	return e, nil
}

// Difference is one thing in which two keys differ.
type Difference struct {
	What string `json:"what"` // "run", "env LC_ALL", "input hello.c", …
	Old  string `json:"old"`  // "" when it was not there
	New  string `json:"new"`  // "" when it is not there any more
}

// Diff lists what makes the keys of two explanations different.
func Diff(old, new *Explanation) []Difference {
	var all []Difference
	add := func(what, a, b string) {
		if a != b {
			all = append(all, Difference{what, a, b})
		}
	}
	add("run", fmt.Sprintf("%q", old.Argv), fmt.Sprintf("%q", new.Argv))
	add("outputs", fmt.Sprintf("%q", old.Output), fmt.Sprintf("%q", new.Output))
	add("timeout", old.Limit, new.Limit)
	for _, k := range keys(old.Env, new.Env) {
		add("env "+k, quoted(old.Env, k), quoted(new.Env, k))
	}
	a, b := byPath(old.Inputs), byPath(new.Inputs)
	for _, p := range keys(a, b) {
		add("input "+p, a[p], b[p])
	}
	return all
}

func keys[V any](a, b map[string]V) []string {
	all := maps.Clone(a)
	if all == nil {
		return slices.Sorted(maps.Keys(b))
	}
	maps.Copy(all, b)
	return slices.Sorted(maps.Keys(all))
}

func quoted(env map[string]string, k string) string {
	if v, ok := env[k]; ok {
		return fmt.Sprintf("%q", v)
	}
	return ""
}

func byPath(inputs []ExplainedInput) map[string]string {
	m := make(map[string]string, len(inputs))
	for _, in := range inputs {
		switch {
		case in.Target != "":
			m[in.Path] = "link to " + in.Target
		case in.Executable:
			m[in.Path] = in.Digest.String() + " executable"
		default:
			m[in.Path] = in.Digest.String()
		}
	}
	return m
}

// NotBuilt says that the key of a step is not known, because it depends on a step
// that has no result in the cache.
type NotBuilt struct {
	Step string // the one without a result
	Key  digest.Digest
}

// ErrorKind implements errctx.Kind.
func (*NotBuilt) ErrorKind() string { return "engine.not_built" }

func (e *NotBuilt) Error() string {
	return fmt.Sprintf("step %q has no cached result: run it first", e.Step)
}
