// Package yaml gives a YAML document as nodes that know their lines: one value for each
// scalar and collection, duplicate keys and unsupported constructs reported, all of
// them in one pass.
//
// It is a thin layer over go.yaml.in/yaml: what that library decodes into Go values, or
// stops at, has to become positions and faults here.
//
// Promises:
//
//   - Any bytes are read without a panic, in time and memory linear in their number, bounded by [MaxDepth] and [MaxNodes].
//   - What was lost to a fault is marked, with [Invalid] or [Node.Partial], so that
//     nobody has to guess whether a key is missing or was not understood.
package yaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	upstream "go.yaml.in/yaml/v4"
)

// Limits of a document. A file that goes over one of them has a fault of kind [Limit].
const (
	MaxDepth  = 64        // collections inside each other; a plan needs five
	MaxNodes  = 4_000_000 // scalars and collections; a plan of 100,000 typical steps has 2,500,000
	MaxFaults = 100       // faults that are reported
)

// Node is a value of a document. Aliases of an anchor share its Items and Entries: nodes are read only, and
// a walk over all of them has to be bounded, because it may see far more than [MaxNodes].
type Node struct {
	Kind         Kind
	Partial      bool    // a fault has hidden some of the Items or Entries
	Line, Column int     // where it begins, from 1; columns count characters
	Value        string  // of a scalar: its text without quotes and escapes
	Items        []*Node // of a Seq
	Entries      []Entry // of a Map, in file order, keys once; merged entries come last
}

// Entry is a key of a Map with its value. The key is a scalar and is known by its Value, whatever its Kind.
type Entry struct{ Key, Value *Node }

// Kind is the type of a node.
type Kind uint8

// The kinds of nodes.
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
	Syntax    FaultKind = iota // not YAML, or a part of YAML that is not supported; after the first, the rest of the document was not read
	Duplicate                  // a key that its map has already; the first one counts
	Limit                      // too large; the rest of the document was not read
)

// Read returns the document in src and its faults in the order they were found. The node
// is never nil; that of an empty document is Null, that of an unreadable one Invalid.
func Read(src []byte) (*Node, []Fault) { return read(src, MaxNodes) }

func read(src []byte, maxNodes int) (*Node, []Fault) {
	r := &reader{src: src, maxNodes: maxNodes, done: map[*upstream.Node]*Node{}}
	root := r.document(src)
	if root == nil {
		root = &Node{Line: 1, Column: 1}
	}
	return root, r.faults
}

// reader turns the library's nodes into ours, each once.
type reader struct {
	src      []byte
	maxNodes int
	lines    int                      // of the source, once it has been asked
	last     int                      // the column behind its end
	done     map[*upstream.Node]*Node // nil while it is being turned
	deep     bool                     // MaxDepth was reached
	merged   int                      // entries looked at for merge keys, which can name a large map any number of times
	full     bool                     // maxNodes was reached
	faults   []Fault
}

// CheckDepth implements the library's limit on collections inside each other.
func (r *reader) CheckDepth(depth int, _ *upstream.DepthContext) error {
	if depth > MaxDepth {
		r.deep = true
		return errTooDeep
	}
	return nil
}

// errTooDeep tells the library to stop. The library's parser makes text of it, so nobody could find a type in it:
// the reader remembers in deep that it said so.
var errTooDeep = fmt.Errorf("more than %d levels", MaxDepth)

// CheckAlias implements the library's limit on aliases. Nodes share what they alias, so it costs nothing here.
func (*reader) CheckAlias(int, int) error { return nil }

func (r *reader) fault(kind FaultKind, line, column int, hint, format string, args ...any) {
	line, column = r.inside(line, column)
	if len(r.faults) < MaxFaults {
		r.faults = append(r.faults, Fault{kind, max(line, 1), max(column, 1), fmt.Sprintf(format, args...), hint})
	}
}

// document returns the root of the only document, or nil.
func (r *reader) document(src []byte) *Node {
	if i := invalidUTF8(src); i >= 0 {
		line, start := 1+bytes.Count(src[:i], []byte("\n")), bytes.LastIndexByte(src[:i], '\n')+1
		r.fault(Syntax, line, 1+utf8.RuneCount(src[start:i]), "save the file as UTF-8", "invalid UTF-8")
		return nil
	}
	loader, err := upstream.NewLoader(bytes.NewReader(src), upstream.WithPlugin(r))
	if err != nil {
		r.loadFault(err)
		return nil
	}
	var doc, second upstream.Node
	switch err := loader.Load(&doc); {
	case errors.Is(err, io.EOF):
		return &Node{Kind: Null, Line: 1, Column: 1}
	case err != nil:
		r.loadFault(err)
		return nil
	}
	switch err := loader.Load(&second); {
	case err == nil:
		r.fault(Syntax, second.Line, second.Column, "keep one document in a file", "a second document")
	case !errors.Is(err, io.EOF):
		r.loadFault(err)
	}
	root := &doc
	if doc.Kind == upstream.DocumentNode {
		if len(doc.Content) == 0 {
			return &Node{Kind: Null, Line: 1, Column: 1}
		}
		root = doc.Content[0]
	}
	return r.node(root)
}

func invalidUTF8(src []byte) int {
	for i := 0; i < len(src); {
		c, n := utf8.DecodeRune(src[i:])
		if c == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

// loadFault reports where the library stopped. What it says is shown, never looked at.
func (r *reader) loadFault(err error) {
	kind := Syntax
	if r.deep {
		kind = Limit
	}
	if e, ok := errors.AsType[*upstream.LoadError](err); ok {
		message := e.Message
		if e.ContextMsg != "" && !r.deep {
			message += ", " + e.ContextMsg
		}
		hint := ""
		if kind == Syntax && r.at(e.Mark.Line, e.Mark.Column) == '*' {
			hint = "put a pattern in quotes"
		}
		r.fault(kind, e.Mark.Line, e.Mark.Column, hint, "%s", message)
		return
	}
	r.fault(kind, 1, 1, "", "%v", err)
}

// inside returns the position, or the last one of the source for one beyond its end: the
// library counts on when it looks for what is not there, and takes more characters for line ends than editors do.
func (r *reader) inside(line, column int) (int, int) {
	if r.lines == 0 {
		text := bytes.TrimRight(r.src, "\r\n")
		r.lines = 1 + bytes.Count(text, []byte("\n")) + bytes.Count(text, []byte("\r")) - bytes.Count(text, []byte("\r\n"))
		r.last = 1 + utf8.RuneCount(text[1+bytes.LastIndexAny(text, "\r\n"):])
	}
	if line <= r.lines {
		return line, column
	}
	return r.lines, r.last
}

// at returns the character at a position of the source, 0 where there is none.
func (r *reader) at(line, column int) rune {
	text := r.src
	for ; line > 1; line-- {
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	for _, c := range string(text[:min(len(text), utf8.UTFMax*max(column, 0))]) {
		if column--; column == 0 {
			return c
		}
	}
	return 0
}

// node turns n, and what is in it. MaxDepth bounds the recursion, and an alias of something around it is a fault.
func (r *reader) node(n *upstream.Node) *Node {
	for n.Kind == upstream.AliasNode && n.Alias != nil {
		if known, ok := r.done[n.Alias]; ok && known == nil {
			r.fault(Syntax, n.Line, n.Column, "an alias cannot stand inside of what it means", "alias *%s contains itself", n.Value)
			return &Node{Line: n.Line, Column: n.Column}
		}
		shared := *r.node(n.Alias)
		shared.Line, shared.Column = r.inside(n.Line, n.Column)
		return &shared
	}
	if known, ok := r.done[n]; ok {
		return known
	}
	out := &Node{Value: n.Value}
	out.Line, out.Column = r.inside(n.Line, n.Column)
	if len(r.done) >= r.maxNodes {
		r.overflow(n.Line, n.Column)
		return out
	}
	r.done[n] = nil
	switch n.Kind {
	case upstream.ScalarNode:
		out.Kind = r.scalar(n)
	case upstream.SequenceNode:
		out.Kind = Seq
		for _, c := range n.Content {
			out.Items = append(out.Items, r.node(c))
		}
	case upstream.MappingNode:
		out.Kind = Map
		r.entries(out, n)
	}
	r.done[n] = out
	return out
}

func (r *reader) overflow(line, column int) {
	if !r.full {
		r.full = true
		r.fault(Limit, line, column, "", "more than %d values", r.maxNodes)
	}
}

var scalars = map[string]Kind{"!!null": Null, "!!bool": Bool, "!!int": Int, "!!float": Float, "!!str": String, "!!timestamp": String}

func (r *reader) scalar(n *upstream.Node) Kind {
	kind, ok := scalars[n.ShortTag()]
	if !ok {
		r.fault(Syntax, n.Line, n.Column, "leave the tag out", "the tag %s is not supported", n.ShortTag())
	}
	return kind
}

// entries fills a map: each key once, merged entries last.
func (r *reader) entries(out *Node, n *upstream.Node) {
	first := make(map[string]*Node, len(n.Content)/2)
	var merged []*Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], r.node(n.Content[i+1])
		if k.ShortTag() == "!!merge" {
			merged = append(merged, v)
			continue
		}
		key := r.node(k)
		switch {
		case key.Kind == Invalid: // reported
			out.Partial = true
		case key.Kind == Seq || key.Kind == Map:
			r.fault(Syntax, k.Line, k.Column, "use text for a key", "a key that is a list or a map")
			out.Partial = true
		case first[key.Value] != nil:
			r.fault(Duplicate, key.Line, key.Column, "remove one of them",
				"duplicate key %s, first at %d:%d", Quote(key.Value), first[key.Value].Line, first[key.Value].Column)
		default:
			first[key.Value] = key
			out.Entries = append(out.Entries, Entry{key, v})
		}
	}
	for _, m := range merged {
		r.merge(out, m, first)
	}
}

// merge adds the entries of a merge key's map, or list of maps, that are not there yet.
func (r *reader) merge(out, m *Node, first map[string]*Node) {
	switch m.Kind {
	case Map:
		out.Partial = out.Partial || m.Partial
		if r.merged += len(m.Entries); r.merged > r.maxNodes {
			r.overflow(m.Line, m.Column)
			out.Partial = true
			return
		}
		for _, e := range m.Entries {
			if first[e.Key.Value] == nil {
				first[e.Key.Value] = e.Key
				out.Entries = append(out.Entries, e)
			}
		}
	case Seq:
		for _, item := range m.Items {
			if item.Kind != Map {
				r.fault(Syntax, item.Line, item.Column, "merge maps", "<< with something that is no map")
				continue
			}
			r.merge(out, item, first)
		}
	case Invalid:
		out.Partial = true
	default:
		r.fault(Syntax, m.Line, m.Column, "merge a map", "<< with something that is no map")
	}
}
