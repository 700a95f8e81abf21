// Package lint is errlint: it finds the places where an error stops being an error. See
// docs/lint for what each check reports; cmd/errlint runs them.
package lint

import (
	"golang.org/x/tools/go/analysis"

	"github.com/holdfast-go/holdfast/lint/cause"
	"github.com/holdfast-go/holdfast/lint/check"
	"github.com/holdfast-go/holdfast/lint/decide"
	"github.com/holdfast-go/holdfast/lint/flatten"
	"github.com/holdfast-go/holdfast/lint/handle"
	"github.com/holdfast-go/holdfast/lint/sealed"
	"github.com/holdfast-go/holdfast/lint/unwrap"
)

// families are all checks, in the order of the documentation.
var families = []*check.Family{flatten.Family, cause.Family, decide.Family, unwrap.Family, sealed.Family, handle.Family}

// Checks returns all checks, in the order of the documentation.
func Checks() []*check.Check {
	var out []*check.Check
	for _, f := range families {
		out = append(out, f.Checks...)
	}
	return append(out, check.Directive)
}

// Analyzers returns one analyzer for each check, for any driver of go/analysis. What they report depends
// on cfg, which must not change once they run. A nil cfg is the default profile.
func Analyzers(cfg *check.Config) []*analysis.Analyzer {
	if cfg == nil {
		cfg = &check.Config{}
	}
	return check.Analyzers(cfg, families...)
}
