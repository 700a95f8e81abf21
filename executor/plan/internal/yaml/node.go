// Package yaml reads YAML into nodes that know their lines, and goes on after a syntax fault.
//
// It is a reader for configuration files that people edit: all faults of a file in one pass, each with its line,
// column and remedy. What it understands is the part of YAML 1.2 that such files use: block and flow
// collections, all five styles of scalars, comments, anchors, aliases and merge keys (<<), and all of JSON. It refuses,
// rather than misreads, the rest: tags, keys that are not scalars, streams of several documents.
//
// Promises:
//
//   - Any bytes are read without a panic, in time and memory linear in their number, bounded by [MaxDepth] and [MaxNodes].
//   - After a fault the reader goes on with the next entry of a block collection. What was lost is marked,
//     with [Invalid] or [Node.Partial], so that nobody has to guess whether a key is missing or was not understood.
//   - A document without faults means what it means to other YAML 1.2 readers.
//
// It is not a wrapper of a YAML library, because those at hand stop at the first fault, need gigabytes for a hostile
// file of 16 MiB, or overflow the stack. One of them checks this one in the tests.
package yaml

// Limits of a document. A file that goes over one of them has a fault of kind [Limit].
const (
	MaxDepth  = 64        // collections inside each other; a plan needs five
	MaxNodes  = 4_000_000 // scalars and collections; a plan of 100,000 typical steps has 2,500,000
	MaxFaults = 100       // syntax faults that are reported before the reader gives up
)

// Node is a value of a document. Aliases of an anchor share its Items and Entries: nodes are read only, and
// a walk over all of them has to be bounded, because it may see far more than [MaxNodes].
type Node struct {
	Kind         Kind
	Partial      bool    // a fault has hidden some of the Items or Entries
	plain        bool    // a scalar without quotes
	Line, Column int     // where it begins, from 1; columns count characters
	Value        string  // of a scalar: its text without quotes and escapes
	Items        []*Node // of a Seq
	Entries      []Entry // of a Map, in file order, keys once; merged entries come last
}

// Entry is a key of a Map with its value. The key is a scalar and is known by its Value, whatever its Kind.
type Entry struct{ Key, Value *Node }

// Kind is the type of a node.
type Kind uint8

// The kinds of nodes. Plain scalars get theirs by the rules of YAML 1.2's core schema.
const (
	Invalid Kind = iota // lost to a fault that has been reported
	Null
	Bool
	Int
	Float
	String
	Seq
	Map
)

// Fault is something wrong in a document.
type Fault struct {
	Kind         FaultKind
	Line, Column int
	Message      string
	Hint         string // how to mend it, if that is known
}

// FaultKind tells faults apart.
type FaultKind uint8

// The kinds of faults.
const (
	Syntax    FaultKind = iota // not YAML, or a part of YAML that is not supported
	Duplicate                  // a key that its map has already; the first one counts
	Limit                      // too large; the rest of the document was not read
)

// resolve returns the kind of a plain scalar.
func resolve(s string) Kind {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return Null
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return Bool
	case ".nan", ".NaN", ".NAN":
		return Float
	}
	if s[0] > '9' { // nearly all words
		return String
	}
	if len(s) > 2 && s[0] == '0' {
		switch s[1] {
		case 'o':
			return kindIf(digits(s[2:], "01234567") == len(s)-2, Int)
		case 'x':
			return kindIf(digits(s[2:], "0123456789abcdefABCDEF") == len(s)-2, Int)
		}
	}
	if s[0] == '-' || s[0] == '+' {
		s = s[1:]
	}
	switch s {
	case ".inf", ".Inf", ".INF":
		return Float
	}
	return number(s)
}

// number returns the kind of an unsigned decimal number.
func number(s string) Kind {
	const decimal = "0123456789"
	whole := digits(s, decimal)
	if rest := s[whole:]; rest == "" {
		return kindIf(whole > 0, Int)
	}
	s = s[whole:]
	if s[0] == '.' {
		fraction := digits(s[1:], decimal)
		if whole+fraction == 0 {
			return String
		}
		s = s[1+fraction:]
	} else if whole == 0 {
		return String
	}
	if s == "" {
		return Float
	}
	if s[0] != 'e' && s[0] != 'E' {
		return String
	}
	s = s[1:]
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	return kindIf(s != "" && digits(s, decimal) == len(s), Float)
}

func kindIf(is bool, k Kind) Kind {
	if is {
		return k
	}
	return String
}
