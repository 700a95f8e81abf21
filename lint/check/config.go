package check

// Config is what a user of the suite can say. The zero value is the default profile.
type Config struct {
	// Profile is "default" (what is nearly always a fault) or "strict" (all checks).
	Profile string `json:"profile,omitempty"`
	// Enable and Disable are names of checks, on top of the profile.
	Enable  []string `json:"enable,omitempty"`
	Disable []string `json:"disable,omitempty"`
	// Tests includes test files and test helpers.
	Tests bool `json:"tests,omitempty"`
	// Generated includes generated files.
	Generated bool `json:"generated,omitempty"`
	// Opaque are places that give errors away as text on purpose.
	Opaque []Boundary `json:"opaque,omitempty"`
	// Fixes is "safe" (only what may be applied by itself), "all" or "none". Empty is all.
	Fixes string `json:"fixes,omitempty"`
	// Sinks are functions, by the full name of go/types such as "(*example.com/m/log.Logger).Note", that take
	// text for people: what goes there is not lost.
	Sinks []string `json:"sinks,omitempty"`
	// Constructors are functions that make an error of text, beside those that are found.
	Constructors []Constructor `json:"constructors,omitempty"`
	// Equivalents are texts that have a typed equivalent.
	Equivalents []Equivalent `json:"equivalents,omitempty"`
}

// Boundary is a place that gives errors away as text on purpose.
type Boundary struct {
	// Package is an import path, or with "/..." at the end all below it.
	Package string `json:"package"`
	// Func is a function or method such as "WriteStatus" or "(*Server).reply"; empty means the whole package.
	Func string `json:"func,omitempty"`
	// Checks are those it silences; empty means all.
	Checks []string `json:"checks,omitempty"`
	// Reason is mandatory.
	Reason string `json:"reason"`
}

// Constructor is a function that makes an error of text.
type Constructor struct {
	Func string `json:"func"`
	// Text is the index of the parameter that is the text, or the format if Format is set.
	Text   int  `json:"text"`
	Format bool `json:"format,omitempty"`
	// Wraps says that its format understands %w.
	Wraps bool `json:"wraps,omitempty"`
	// With is the function to use where there is a cause: same parameters, the cause first.
	With string `json:"with,omitempty"`
}

// Equivalent is a text that errors are searched for, and what to ask instead.
type Equivalent struct {
	Text string `json:"text"`
	// Is is a sentinel such as "io/fs.ErrNotExist", or a function on errors such as "k8s.io/apimachinery/pkg/api/errors.IsConflict".
	Is string `json:"is"`
}
