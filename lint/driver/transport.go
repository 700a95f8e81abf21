package driver

import (
	"encoding/json"
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/check"
)

const transportName = "findings"

// transport returns an analyzer that reports what a suite finds as messages that hold a [Finding] each.
func transport(cfg *check.Config, suite []*analysis.Analyzer) *analysis.Analyzer {
	engine := suite[0].Requires[0]
	return &analysis.Analyzer{
		Name: transportName, Doc: "carries findings from errlint to errlint", Requires: []*analysis.Analyzer{engine},
		Run: func(pass *analysis.Pass) (any, error) {
			for _, f := range check.Findings(pass, engine, cfg) {
				message, err := json.Marshal(pack(pass, cfg, &f))
				if err != nil {
					return nil, err
				}
				pass.Report(analysis.Diagnostic{Pos: f.Node.Pos(), Message: string(message)})
			}
			return nil, nil
		},
	}
}

func pack(pass *analysis.Pass, cfg *check.Config, f *check.Finding) *Finding {
	out := &Finding{
		Check: f.Check.ID, Tier: f.Tier.String(), Message: f.Message, URL: f.Check.URL(),
		Range: rangeOf(pass, f.Node), Fixes: []Fix{},
	}
	if f.Cause != nil {
		r := rangeOf(pass, f.Cause)
		out.Cause = &Cause{Range: r, Text: source(pass, f.Cause.Pos(), f.Cause.End())}
	}
	for _, fix := range f.Fixes {
		if cfg.Fixes == "none" || cfg.Fixes == "safe" && fix.Ask {
			continue
		}
		if edits, ok := packEdits(pass, fix.Edits); ok {
			out.Fixes = append(out.Fixes, Fix{Message: fix.Message, Safe: !fix.Ask, Edits: edits})
		}
	}
	if len(out.Fixes) > 0 {
		out.Imports = importNames(pass, f.Node.Pos())
	}
	return out
}

func rangeOf(pass *analysis.Pass, n ast.Node) Range {
	from, to := pass.Fset.Position(n.Pos()), pass.Fset.Position(n.End())
	if to.Filename != from.Filename || to.Line < from.Line { // a directive //line is in between
		to = from
	}
	return Range{File: from.Filename, Line: from.Line, Column: from.Column, EndLine: to.Line, EndColumn: to.Column}
}

// packEdits is not ok with edits that cannot be applied: those of files that are not there as they were written, and those that overlap.
func packEdits(pass *analysis.Pass, edits []analysis.TextEdit) ([]Edit, bool) {
	var out []Edit
	for _, e := range edits {
		f := pass.Fset.File(e.Pos)
		if !e.End.IsValid() {
			e.End = e.Pos
		}
		if f == nil || e.End < e.Pos || int(e.End) > f.Base()+f.Size() || pass.Fset.Position(e.Pos).Filename != f.Name() {
			return nil, false
		}
		out = append(out, Edit{
			File: f.Name(), Start: f.Offset(e.Pos), End: f.Offset(e.End),
			Old: source(pass, e.Pos, e.End), New: string(e.NewText),
		})
	}
	for i, a := range out {
		if slices.ContainsFunc(out[:i], func(b Edit) bool { return a.overlaps(b) }) {
			return nil, false
		}
	}
	return out, len(out) > 0
}

// source returns a part of a file, or "" where it cannot be read.
func source(pass *analysis.Pass, pos, end token.Pos) string {
	f := pass.Fset.File(pos)
	src, err := pass.ReadFile(f.Name())
	if err != nil || f.Offset(end) > len(src) {
		return ""
	}
	return string(src[f.Offset(pos):f.Offset(end)])
}

// importNames returns the names of the imports around pos that are not the last element of their path.
func importNames(pass *analysis.Pass, pos token.Pos) map[string]string {
	var out map[string]string
	for _, f := range pass.Files {
		if pos < f.FileStart || f.FileEnd < pos {
			continue
		}
		for _, spec := range f.Imports {
			name := pass.TypesInfo.PkgNameOf(spec)
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil || name == nil || spec.Name != nil || name.Name() == path.Base(p) {
				continue
			}
			if out == nil {
				out = map[string]string{}
			}
			out[p] = name.Name()
		}
	}
	return out
}
