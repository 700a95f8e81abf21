// Package cost measures what linters cost: the analysis alone, and whole commands.
package cost

import (
	"cmp"
	"context"
	"fmt"
	"go/types"
	"os"
	"reflect"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/packages"

	"github.com/holdfast-go/holdfast/bench/lint/module"
	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

// Analysis is what the analyzers of a suite cost on packages that are in memory already.
type Analysis struct {
	Suite string
	// CPU is user and system time, in each round.
	CPU []time.Duration
	// Allocated are the bytes allocated in one round.
	Allocated uint64
	Findings  int
}

// Median returns the median of d.
func Median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	if len(d) == 0 {
		return 0
	}
	return d[len(d)/2]
}

// Load parses and type-checks packages of the module in dir. What they import comes from export data, unless it is among them.
func Load(ctx context.Context, dir string, patterns []string) ([]*packages.Package, error) {
	found, err := packages.Load(&packages.Config{Context: ctx, Dir: dir, Env: module.Env(), Mode: packages.LoadSyntax | packages.NeedModule}, patterns...)
	if err != nil {
		return nil, err
	}
	var out []*packages.Package
	for _, p := range inOrder(found) {
		if len(p.Errors) == 0 && !p.IllTyped && len(p.Syntax) > 0 {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no package of %s loads", dir)
	}
	return out, nil
}

// inOrder puts packages after those that they import, as facts need it.
func inOrder(found []*packages.Package) []*packages.Package {
	wanted := map[*packages.Package]bool{}
	for _, p := range found {
		wanted[p] = true
	}
	var out []*packages.Package
	packages.Visit(found, nil, func(p *packages.Package) {
		if wanted[p] {
			out = append(out, p)
		}
	})
	return out
}

// Measure runs the suites over packages in turns.
func Measure(ctx context.Context, suites []tool.Suite, loaded []*packages.Package, rounds int) ([]Analysis, error) {
	out := make([]Analysis, len(suites))
	for round := range rounds + 1 { // the first one is to warm up
		for i, s := range suites {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := cpu(syscall.RUSAGE_SELF)
			findings := 0
			err := Analyze(s.Analyzers, loaded, func(*analysis.Pass, analysis.Diagnostic) { findings++ })
			took := cpu(syscall.RUSAGE_SELF) - start
			runtime.ReadMemStats(&after)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			out[i].Suite, out[i].Findings, out[i].Allocated = s.Name, findings, after.TotalAlloc-before.TotalAlloc
			if round > 0 {
				out[i].CPU = append(out[i].CPU, took)
			}
		}
	}
	return out, nil
}

// cpu returns the user and system time of this process, or of its children.
func cpu(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Analyze is the smallest driver that does what go vet does: one package after the other, facts in memory. There are no facts
// of packages that are not among the loaded ones.
func Analyze(analyzers []*analysis.Analyzer, loaded []*packages.Package, report func(*analysis.Pass, analysis.Diagnostic)) error {
	d := driver{objects: map[objectFact]analysis.Fact{}, packages: map[packageFact]analysis.Fact{}, report: report}
	for _, p := range loaded {
		d.results = map[*analysis.Analyzer]any{}
		for _, a := range analyzers {
			if err := d.run(a, p); err != nil {
				return err
			}
		}
	}
	return nil
}

type objectFact struct {
	object types.Object
	kind   reflect.Type
}

type packageFact struct {
	pkg  *types.Package
	kind reflect.Type
}

type driver struct {
	objects  map[objectFact]analysis.Fact
	packages map[packageFact]analysis.Fact
	results  map[*analysis.Analyzer]any
	report   func(*analysis.Pass, analysis.Diagnostic)
}

func (d *driver) run(a *analysis.Analyzer, p *packages.Package) error {
	if _, done := d.results[a]; done {
		return nil
	}
	pass := &analysis.Pass{
		Analyzer: a, Fset: p.Fset, Files: p.Syntax, OtherFiles: p.OtherFiles, IgnoredFiles: p.IgnoredFiles,
		Pkg: p.Types, TypesInfo: p.TypesInfo, TypesSizes: p.TypesSizes,
		ResultOf: map[*analysis.Analyzer]any{},
		ReadFile: os.ReadFile,
	}
	pass.Report = func(found analysis.Diagnostic) { d.report(pass, found) }
	if p.Module != nil {
		pass.Module = &analysis.Module{Path: p.Module.Path, Version: p.Module.Version, GoVersion: p.Module.GoVersion}
	}
	for _, r := range a.Requires {
		if err := d.run(r, p); err != nil {
			return err
		}
		pass.ResultOf[r] = d.results[r]
	}
	d.facts(pass)
	result, err := a.Run(pass)
	if err != nil {
		return fmt.Errorf("%s: %w", p.PkgPath, err)
	}
	d.results[a] = result
	return nil
}

func (d *driver) facts(pass *analysis.Pass) {
	pass.ImportObjectFact = func(o types.Object, f analysis.Fact) bool {
		return take(d.objects[objectFact{o, reflect.TypeOf(f)}], f)
	}
	pass.ExportObjectFact = func(o types.Object, f analysis.Fact) { d.objects[objectFact{o, reflect.TypeOf(f)}] = f }
	pass.ImportPackageFact = func(p *types.Package, f analysis.Fact) bool {
		return take(d.packages[packageFact{p, reflect.TypeOf(f)}], f)
	}
	pass.ExportPackageFact = func(f analysis.Fact) { d.packages[packageFact{pass.Pkg, reflect.TypeOf(f)}] = f }
	pass.AllObjectFacts = func() []analysis.ObjectFact {
		var out []analysis.ObjectFact
		for k, f := range d.objects {
			out = append(out, analysis.ObjectFact{Object: k.object, Fact: f})
		}
		slices.SortFunc(out, func(a, b analysis.ObjectFact) int { return cmp.Compare(a.Object.Pos(), b.Object.Pos()) })
		return out
	}
	pass.AllPackageFacts = func() []analysis.PackageFact {
		var out []analysis.PackageFact
		for k, f := range d.packages {
			out = append(out, analysis.PackageFact{Package: k.pkg, Fact: f})
		}
		slices.SortFunc(out, func(a, b analysis.PackageFact) int { return cmp.Compare(a.Package.Path(), b.Package.Path()) })
		return out
	}
}

func take(have, into analysis.Fact) bool {
	if have == nil {
		return false
	}
	reflect.ValueOf(into).Elem().Set(reflect.ValueOf(have).Elem())
	return true
}
