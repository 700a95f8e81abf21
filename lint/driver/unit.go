package driver

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/holdfast-go/holdfast/lint/check"
)

// transportFlag carries the configuration to the vet tool, where the command runs itself: what is found comes back
// with all that is known of it. The go command takes the flag as part of the name under which it keeps the answer.
const transportFlag = "transport"

// transportEnv says to -V=full, which gets no flags, that the configuration comes with them.
const transportEnv = "ERRLINT_TRANSPORT"

// unit is the command as a vet tool. It does not return.
func unit(s Suite) {
	log.SetFlags(0)
	log.SetPrefix("errlint: ")
	args := os.Args[1:]
	if slices.Contains(args, "-V=full") {
		if err := printBuildID(s, os.Stdout); err != nil {
			log.Fatal(err)
		}
		os.Exit(0)
	}
	// The package is known before the flags are: they are on top of its configuration.
	pkg := &unitchecker.Config{}
	if file := args[len(args)-1]; strings.HasSuffix(file, ".cfg") {
		data, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		if err := json.Unmarshal(data, pkg); err != nil {
			log.Fatalf("%s: %v", file, err)
		}
	}
	var analyzers []*analysis.Analyzer
	if encoded, ok := transported(args); ok {
		flag.String(transportFlag, "", "")
		cfg := &check.Config{}
		if err := json.Unmarshal([]byte(encoded), cfg); err != nil {
			log.Fatal(err)
		}
		analyzers = []*analysis.Analyzer{transport(cfg, s.Analyzers(cfg))}
	} else {
		cfg, err := unitConfig(s, pkg)
		if err != nil {
			log.Fatal(err)
		}
		unitFlags(s, cfg, args)
		analyzers = named(s.Analyzers(cfg))
	}
	if pkg.VetxOnly {
		analyzers = factsOnly(analyzers)
	}
	unitchecker.Main(analyzers...)
}

// transported returns the configuration that the command sent to itself.
func transported(args []string) (encoded string, ok bool) {
	for _, a := range args {
		if encoded, ok = strings.CutPrefix(a, "-"+transportFlag+"="); ok {
			break
		}
	}
	return encoded, ok
}

// unitFlags adds what a person can say to "go vet" to the flags of the analyzers.
func unitFlags(s Suite, cfg *check.Config, args []string) {
	flag.String(transportFlag, "", "for errlint itself")
	flag.StringVar(&cfg.Profile, "profile", cfg.Profile, `"default" or "strict"`)
	flag.Func("enable", "checks to enable, separated by commas", s.names(&cfg.Enable))
	flag.Func("disable", "checks to disable, separated by commas", s.names(&cfg.Disable))
	flag.BoolVar(&cfg.Tests, "tests", cfg.Tests, "report in tests too")
	flag.BoolVar(&cfg.Generated, "generated", cfg.Generated, "report in generated files too")
	if slices.Contains(args, "-fix") {
		cfg.Fixes = "safe"
	}
	for _, c := range s.Checks {
		// Who asks for an analyzer by its flag wants to hear it, whatever the profile.
		if slices.Contains(args, "-"+c.Analyzer()) || slices.Contains(args, "-"+c.Analyzer()+"=true") {
			cfg.Enable = append(cfg.Enable, c.ID)
		}
	}
}

// factsOnly returns analyzers with the same flags that do nothing but have those run that leave facts: what else could be
// said about a package that is only imported is not asked for.
func factsOnly(analyzers []*analysis.Analyzer) []*analysis.Analyzer {
	var facts []*analysis.Analyzer
	seen := map[*analysis.Analyzer]bool{}
	var visit func([]*analysis.Analyzer)
	visit = func(all []*analysis.Analyzer) {
		for _, a := range all {
			if seen[a] {
				continue
			}
			seen[a] = true
			if len(a.FactTypes) > 0 {
				facts = append(facts, a)
			}
			visit(a.Requires)
		}
	}
	visit(analyzers)
	var out []*analysis.Analyzer
	for _, a := range analyzers {
		b := *a
		b.Requires = facts
		b.Run = func(*analysis.Pass) (any, error) { return nil, nil }
		out = append(out, &b)
	}
	return out
}

// named returns analyzers whose messages end with the name of the check: "go vet" does not print it, and
// who wants to silence a finding needs it. A cause that is the place of the finding would be said twice.
func named(analyzers []*analysis.Analyzer) []*analysis.Analyzer {
	var out []*analysis.Analyzer
	for _, a := range analyzers {
		b := *a
		b.Run = func(pass *analysis.Pass) (any, error) {
			p := *pass
			p.Report = func(d analysis.Diagnostic) {
				d.Message += " (" + d.Category + ")"
				d.Related = slices.DeleteFunc(d.Related, func(r analysis.RelatedInformation) bool { return r.Pos == d.Pos })
				pass.Report(d)
			}
			return a.Run(&p)
		}
		out = append(out, &b)
	}
	return out
}

// names returns a flag's function that adds names of checks to a list.
func (s Suite) names(to *[]string) func(string) error {
	return func(list string) error {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			c, err := s.find(name)
			if err != nil {
				return err
			}
			*to = append(*to, c.ID)
		}
		return nil
	}
}

// unitConfig returns the configuration for a package. Those of other modules are looked at for what they tell about
// themselves, and not by anybody's configuration.
func unitConfig(s Suite, pkg *unitchecker.Config) (*check.Config, error) {
	if pkg.Dir == "" || pkg.Standard[pkg.ImportPath] || pkg.ModuleVersion != "" {
		return &check.Config{}, nil
	}
	found := findSettings(pkg.Dir)
	if found == "" {
		return &check.Config{}, nil
	}
	settings, err := readSettings(s, found)
	if err != nil {
		return nil, err
	}
	return &settings.Config, nil
}

// printBuildID says what the answers of the tool depend on beside its flags: the go command keeps them under that. These are the
// executable, and the configuration of all packages that can be meant from here.
func printBuildID(s Suite, w io.Writer) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	h := sha256.New()
	f, err := os.Open(exe)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if os.Getenv(transportEnv) == "" {
		if err := checkVersion(context.Background()); err != nil {
			return err
		}
		cwd, err := os.Getwd()
		if err != nil {
			return err
		}
		for _, file := range allSettings(cwd) {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if _, err := readSettings(s, file); err != nil {
				return err // once, and not for each package
			}
			fmt.Fprintf(h, "%s %d\n%s", file, len(data), data)
		}
	}
	_, err = fmt.Fprintf(w, "%s version devel errlint buildID=%02x\n", filepath.Base(exe), h.Sum(nil))
	return err
}
