package engine

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"github.com/holdfast-go/holdfast/executor/merkle"
	"github.com/holdfast-go/holdfast/executor/plan"
	"github.com/holdfast-go/holdfast/executor/process"
)

// binding says where a path of an input root comes from.
type binding struct {
	path   string
	from   *node       // a step, or
	source *sourceFile // a file of the workspace
}

// bound is a step's action with the origin of its inputs.
type bound struct {
	action   action.Action
	coded    action.Encoded
	tree     *merkle.Tree
	bindings []binding
	sources  []*sourceFile
}

// bind computes a step's action from its source files and its dependencies' results. It
// reads no blob, save for the Tree of an output folder that only a part is taken from.
func bind(ctx context.Context, store cas.Store, src *sources, s *plan.Step, results map[string]result) (*bound, Err) {
	b := &bound{}
	var entries []merkle.Entry
	for _, in := range s.Inputs {
		if in.Step == "" {
			for _, path := range in.Files {
				f, err := src.get(path)
				if err != nil {
					return nil, errctx.Map(errctx.Wrap(err, "bind inputs", named(s.Name)), storeFault)
				}
				entries = append(entries, merkle.Entry{Path: path, Kind: merkle.File, Digest: f.digest, Executable: f.exec})
				b.bindings = append(b.bindings, binding{path: path, source: f})
				b.sources = append(b.sources, f)
			}
			continue
		}
		from := results[in.Step]
		taken, err := take(ctx, store, s.Name, in, from.result)
		if err != nil {
			return nil, err
		}
		for _, e := range taken {
			b.bindings = append(b.bindings, binding{path: e.Path, from: from.node})
		}
		entries = append(entries, taken...)
	}
	tree, berr := merkle.Build(entries)
	if berr != nil {
		return nil, errctx.Map(errctx.Wrap(berr, "build input root", named(s.Name)), inputConflict)
	}
	b.tree = tree
	b.action = action.Action{Argv: s.Run, Env: environment(s.Env), Outputs: s.Outputs, InputRoot: tree.Root, Timeout: s.Timeout}
	coded, aerr := b.action.Encode()
	if aerr != nil {
		return nil, errctx.Map(errctx.Wrap(aerr, "compute key", named(s.Name)), malformedStep)
	}
	b.coded = coded
	return b, nil
}

// environment returns what a step declares, and a PATH if it declares none: compilers
// find their own parts by it. It is part of the key.
func environment(declared map[string]string) map[string]string {
	env := map[string]string{"PATH": process.DefaultPath}
	maps.Copy(env, declared)
	return env
}

// result is a dependency's.
type result struct {
	node   *node
	result *action.Result
}

// take returns what an input takes from a result: all of it, one output, or something inside an output folder.
func take(ctx context.Context, store cas.Store, step string, in plan.Input, res *action.Result) ([]merkle.Entry, Err) {
	if in.Path == "" {
		return slices.Collect(res.Entries()), nil
	}
	if e, ok := res.Output(in.Path); ok {
		return []merkle.Entry{e}, nil
	}
	for _, d := range res.Dirs {
		below, ok := strings.CutPrefix(in.Path, d.Path+"/")
		if !ok {
			continue
		}
		tree, err := readTree(ctx, store, d.Tree)
		if err != nil {
			return nil, errctx.Wrap(err, "look into output folder", named(in.Step), errctx.Safe(slog.String("path", d.Path)))
		}
		if e, ok := tree.Find(below); ok {
			e.Path = in.Path
			if e.Kind == merkle.Directory {
				e.Kind = merkle.Subtree
			}
			return []merkle.Entry{e}, nil
		}
	}
	return nil, errctx.New[Error](&InputAbsent{step, in.Step, in.Path}, "bind inputs")
}

func readTree(ctx context.Context, store cas.Store, d digest.Digest) (*merkle.Tree, Err) {
	data, err := cas.ReadAll(ctx, store, d, maxTree)
	if err != nil {
		return nil, errctx.Map(err, storeFault)
	}
	tree, derr := merkle.DecodeTree(data)
	if derr != nil {
		return nil, errctx.Map(derr, malformedTree)
	}
	return tree, nil
}

// maxTree bounds the Tree message of an output folder, in bytes: some two million files.
const maxTree = 256 << 20
