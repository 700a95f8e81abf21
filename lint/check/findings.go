package check

import "golang.org/x/tools/go/analysis"

// Findings returns what the profile of cfg has to say about a package, in the order of its text, with the tier set: a driver that
// wants more than an [analysis.Diagnostic] holds asks for it in an analyzer that requires engine, which is what all
// of [Analyzers] require.
func Findings(pass *analysis.Pass, engine *analysis.Analyzer, cfg *Config) []Finding {
	var out []Finding
	for _, f := range pass.ResultOf[engine].(*result).findings {
		if cfg.speaks(&f) {
			f.Tier = f.tier()
			out = append(out, f)
		}
	}
	return out
}
