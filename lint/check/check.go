// Package check is what the checks of errlint have in common: how a check describes itself, how it
// sees a package, how it reports, and how a suite of checks becomes analyzers.
package check

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"
)

// Tier says in which profiles a check speaks.
type Tier uint8

const (
	// Error is on by default: what it finds is lost information.
	Error Tier = 1 + iota
	// Warning is on by default: what it finds nearly always is.
	Warning
	// OptIn is for the strict profile, or for those who ask for the check.
	OptIn
)

// String returns "error", "warning" or "opt-in".
func (t Tier) String() string {
	switch t {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "opt-in"
	}
}

// Check is one sort of place where an error stops being an error. Its text is the source of
// the page in docs/lint and of errlint -explain; Before must be reported by it, and
// where the check fixes, the fix must make After of it: a test holds all checks to that.
type Check struct {
	// ID is the check's name, in kebab case without digits. With "-" removed it is the analyzer's.
	ID string
	// Tier of its findings, unless one of them says otherwise.
	Tier Tier
	// Title is a sentence without a full stop.
	Title string
	// Why says what goes wrong later, in a paragraph or two.
	Why string
	// Before and After are declarations of Go without package clause and imports. After is
	// what a person would write where there is no fix.
	Before, After string
	// Silent lists what looks alike and is not reported.
	Silent []string
	// Fix is what the fix does, or empty.
	Fix string
	// Since is the version that had it first.
	Since string
}

// Finding is one place.
type Finding struct {
	Check *Check
	// Tier is that of the check, unless set.
	Tier Tier
	// Node is what is underlined.
	Node ast.Node
	// Message is one line: what happens, and what stops working. Lower case, without a full stop.
	Message string
	// Cause is the error that is lost, if it has a place of its own.
	Cause ast.Expr
	// Fixes are alternatives, the best one first.
	Fixes []Fix
}

// Fix is a change that removes a finding.
type Fix struct {
	Message string
	Edits   []analysis.TextEdit
	// Ask says that a person has to look: it changes what a program prints or does, beside
	// the chain of the error. Such a fix is shown and never applied by itself.
	Ask bool
}

// Family is a set of checks that look for their findings together.
type Family struct {
	Name   string
	Checks []*Check
	// Requires are analyzers whose results Run asks for with [Pass.ResultOf].
	Requires []*analysis.Analyzer
	Run      func(*Pass)
}

// Replace returns the edit that puts text in the place of n.
func Replace(n ast.Node, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: n.Pos(), End: n.End(), NewText: []byte(text)}
}

// ReplaceRange returns the edit that puts text in the place of [pos, end).
func ReplaceRange(pos, end token.Pos, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: pos, End: end, NewText: []byte(text)}
}
