package check

import (
	"fmt"
	"go/ast"
	"go/token"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
)

// URL is where the pages of the checks are, without the name of one.
const URL = "https://github.com/holdfast-go/holdfast/blob/main/docs/lint/"

// Analyzer returns the name of c's analyzer: an identifier.
func (c *Check) Analyzer() string { return strings.ReplaceAll(c.ID, "-", "") }

// URL returns the address of c's page.
func (c *Check) URL() string { return URL + c.ID + ".md" }

// Doc returns c as an analyzer documents it.
func (c *Check) Doc() string {
	return fmt.Sprintf("%s\n\n%s\n\nTier: %s.", c.Title, c.Why, c.Tier)
}

// Analyzers returns the analyzers of a suite: one for each check that cfg asks for, in the order of families, all
// fed by one pass over a package. cfg may be changed, by flags for instance, until they run.
func Analyzers(cfg *Config, families ...*Family) []*analysis.Analyzer {
	engine := &analysis.Analyzer{
		Name:       "errlint",
		Doc:        "find what the checks of errlint report",
		URL:        URL + "README.md",
		Requires:   []*analysis.Analyzer{inspect.Analyzer},
		ResultType: reflect.TypeFor[*result](),
	}
	for _, f := range families {
		for _, a := range f.Requires {
			if !slices.Contains(engine.Requires, a) {
				engine.Requires = append(engine.Requires, a)
			}
		}
	}
	engine.Run = func(pass *analysis.Pass) (any, error) { return run(pass, cfg, families), nil }
	var out []*analysis.Analyzer
	for _, f := range families {
		for _, c := range f.Checks {
			out = append(out, c.analyzer(cfg, engine))
		}
	}
	return append(out, Directive.analyzer(cfg, engine))
}

// result is what a package has, before the profile is asked.
type result struct{ findings []Finding }

func (c *Check) analyzer(cfg *Config, engine *analysis.Analyzer) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name: c.Analyzer(), Doc: c.Doc(), URL: c.URL(), Requires: []*analysis.Analyzer{engine},
		Run: func(pass *analysis.Pass) (any, error) {
			for _, f := range pass.ResultOf[engine].(*result).findings {
				if f.Check == c && cfg.speaks(&f) {
					pass.Report(f.diagnostic(cfg))
				}
			}
			return nil, nil
		},
	}
}

// speaks reports whether a finding is for the profile.
func (cfg *Config) speaks(f *Finding) bool {
	named := func(names []string) bool {
		return slices.Contains(names, f.Check.ID) || slices.Contains(names, f.Check.Analyzer())
	}
	switch {
	case named(cfg.Disable):
		return false
	case named(cfg.Enable), cfg.Profile == "strict":
		return true
	}
	return f.tier() != OptIn
}

func (f *Finding) tier() Tier {
	if f.Tier != 0 {
		return f.Tier
	}
	return f.Check.Tier
}

func (f *Finding) diagnostic(cfg *Config) analysis.Diagnostic {
	d := analysis.Diagnostic{Pos: f.Node.Pos(), End: f.Node.End(), Category: f.Check.ID, Message: f.Message, URL: f.Check.URL()}
	if f.Cause != nil && f.Cause != f.Node {
		d.Related = []analysis.RelatedInformation{{Pos: f.Cause.Pos(), End: f.Cause.End(), Message: "the error that is lost"}}
	}
	if cfg.Fixes == "none" {
		return d
	}
	for _, fix := range f.Fixes {
		if fix.Ask && cfg.Fixes == "safe" {
			continue
		}
		d.SuggestedFixes = append(d.SuggestedFixes, analysis.SuggestedFix{Message: fix.Message, TextEdits: fix.Edits})
	}
	return d
}

// run lets the families look, and puts aside what is not to be reported.
func run(pass *analysis.Pass, cfg *Config, families []*Family) *result {
	p := newPass(pass, pass.ResultOf[inspect.Analyzer].(*inspector.Inspector), cfg)
	for _, f := range families {
		f.Run(p)
	}
	directives := make([][]*directive, len(p.files))
	for i := range p.files {
		directives[i] = p.directives(&p.files[i])
	}
	everywhere := p.packageDirectives(directives)
	var kept []Finding
	for _, f := range p.findings {
		pos := f.Node.Pos()
		if p.Skipped(pos) || !cfg.Tests && p.Test(pos) || p.presents(pos) || cfg.opaque(p, &f) {
			continue
		}
		silenced := false
		around := p.around(f.Node)
		for i := range p.files {
			if p.files[i].FileStart <= pos && pos <= p.files[i].FileEnd {
				for _, d := range directives[i] {
					if d.silences(&f, around) {
						d.used, silenced = true, true
					}
				}
			}
		}
		for _, d := range everywhere {
			if len(d.checks) == 0 || slices.Contains(d.checks, f.Check.ID) {
				d.used, silenced = true, true
			}
		}
		if file := p.file(pos); file != nil && file.mapped {
			f.Fixes = nil
		}
		if !silenced {
			kept = append(kept, f)
		}
	}
	for i := range p.files {
		if p.Skipped(p.files[i].FileStart) {
			continue
		}
		for _, d := range directives[i] {
			switch {
			case !d.opaque:
			case d.reason == "":
				kept = append(kept, Finding{Check: Directive, Node: d.comment, Message: "opaque without a reason: say why the error is given away as text"})
			case !d.used:
				kept = append(kept, Finding{Check: Directive, Node: d.comment, Message: "opaque, and nothing is lost here: remove it"})
			}
		}
	}
	// The order is that of the text, whichever family came first.
	slices.SortStableFunc(kept, func(a, b Finding) int { return int(a.Node.Pos() - b.Node.Pos()) })
	return &result{kept}
}

// presenters are methods that exist to make text of a value.
var presenters = []string{"Error", "String", "GoString", "Format", "MarshalText", "MarshalJSON", "MarshalYAML", "MarshalXML", "MarshalBinary", "AppendText", "LogValue", "MarshalLog", "MarshalLogObject", "MarshalZerologObject"}

// presents reports whether pos is in a method that makes text of its receiver.
func (p *Pass) presents(pos token.Pos) bool {
	d := p.Decl(pos)
	return d != nil && d.Recv != nil && slices.Contains(presenters, d.Name.Name)
}

// opaque reports whether the configuration names the place as a boundary.
func (cfg *Config) opaque(p *Pass, f *Finding) bool {
	for _, b := range cfg.Opaque {
		if b.Reason == "" || !within(p.Pkg.Path(), b.Package) || len(b.Checks) > 0 && !slices.Contains(b.Checks, f.Check.ID) {
			continue
		}
		if b.Func == "" || b.Func == funcName(p.Decl(f.Node.Pos())) {
			return true
		}
	}
	return false
}

func within(path, pattern string) bool {
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		return path == below || strings.HasPrefix(path, below+"/")
	}
	return path == pattern
}

// funcName returns "F", "T.M" or "(*T).M".
func funcName(d *ast.FuncDecl) string {
	switch {
	case d == nil:
		return ""
	case d.Recv == nil || len(d.Recv.List) == 0:
		return d.Name.Name
	}
	star := false
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			star, t = true, x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.Ident:
			if star {
				return "(*" + x.Name + ")." + d.Name.Name
			}
			return x.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}
