package yaml

import (
	"fmt"
	"strings"
)

// where says what a value comes after: it decides what may begin here.
type where uint8

const (
	onOwnLine   where = iota // anything may begin
	afterDash                // of a list: anything, a map or list may begin on the same line
	afterColon               // no block collection
	afterAnchor              // no block collection
)

// value reads the value of an entry of a block collection whose indentation is outer. The reader
// stands behind the entry's indicator. No value at all is Null.
func (r *reader) value(outer int, w where) *Node {
	begin := r.place
	switch r.skip(); {
	case r.line == begin.line && !r.atEnd():
		return r.block(outer, w)
	case r.inside(outer, w):
		return r.block(outer, onOwnLine)
	}
	return r.nodeAt(Null, begin)
}

// inside reports whether the content at the beginning of this line belongs to an entry of a collection
// of indentation outer: it is indented more, or it is a list right below its key.
func (r *reader) inside(outer int, w where) bool {
	if r.atEnd() {
		return false
	}
	indent := r.off - r.bol
	return indent > outer || indent == outer && w == afterColon && r.at('-')
}

// block reads a value in block context, which begins here.
func (r *reader) block(outer int, w where) *Node {
	if !r.enter() {
		return r.node(Invalid)
	}
	defer r.leave()
	if r.peek() != '&' {
		return r.content(outer, w)
	}
	begin := r.place
	name := r.name()
	var n *Node
	switch r.skip(); {
	case r.peek() == '*':
		r.fault("an anchor on an alias", "use the name that is there already")
		return r.node(Invalid)
	case r.line == begin.line && !r.atEnd():
		n = r.content(outer, afterAnchor)
	case r.inside(outer, w):
		n = r.content(outer, onOwnLine)
	default:
		n = r.nodeAt(Null, begin)
	}
	r.anchors[name] = n
	return n
}

// content reads a value without its anchor.
func (r *reader) content(outer int, w where) *Node {
	begin := r.place
	switch c := r.peek(); {
	case r.at('-') && (w == onOwnLine || w == afterDash):
		return r.sequence()
	case r.at('-'):
		r.fault("a list begins in the middle of a line", "begin it on the next line, or write it in brackets: [a, b]")
		return r.node(Invalid)
	case c == '|' || c == '>':
		return r.blockScalar(outer)
	case c == '[' || c == '{':
		n := r.flow(outer)
		r.endOfLine(n)
		return n
	}
	n := r.scalar(outer)
	if r.failed {
		return n
	}
	line := r.line
	switch r.skipBlanks(); {
	case !r.at(':'):
		if n.plain {
			r.continuePlain(n, outer)
		}
		r.endOfLine(n)
	case line != begin.line:
		r.faultAt(n, "a key that goes on over several lines", "is a quote missing?")
	case w == afterColon:
		r.fault("a second ':' on the line of a key", "put the value in quotes, or begin the map on the next line")
	case w == afterAnchor:
		r.faultAt(n, "an anchor on a key", "to name the map, put the anchor on the line above")
	case !r.tabbed(begin.off):
		return r.mapping(n, begin.off-begin.bol)
	}
	return n
}

// endOfLine makes sure that nothing follows n on its last line.
func (r *reader) endOfLine(n *Node) {
	if r.failed {
		return
	}
	switch r.skipBlanks(); {
	case r.eof() || r.peek() == '\n' || r.atComment():
	case r.at(':'):
		r.faultAt(n, "a key that is not a word or a string", "")
	case r.peek() == '#':
		r.fault("a comment right behind a value", "put a space before '#'")
	case r.peek() == ']' || r.peek() == '}':
		r.fault(fmt.Sprintf("'%c' closes nothing", r.peek()), "")
	default:
		r.fault(fmt.Sprintf("unexpected %s after a value", Quote(r.restOfLine())), "is a comma or a quote missing?")
	}
}

// sequence reads "- a" lines; the reader stands on the first dash.
func (r *reader) sequence() *Node {
	n := r.node(Seq)
	for more, indent := true, r.off-r.bol; more; more = r.next(n, indent) {
		start := r.place
		if r.tabbed(r.off) {
			n.Partial = true
		} else {
			r.off += len("-")
			n.Items = append(n.Items, r.lost(r.value(indent, afterDash)))
		}
		if r.failed && !r.recover(start, Seq, indent) {
			n.Partial = true
			break
		}
	}
	return n
}

// mapping reads "key: value" lines; the first key has been read, the reader stands on its colon.
func (r *reader) mapping(key *Node, indent int) *Node {
	n := &Node{Kind: Map, Line: key.Line, Column: key.Column}
	m := mapBuilder{reader: r, node: n}
	for more := true; more; more = r.next(n, indent) {
		start := r.place
		if key == nil && !r.tabbed(r.off) {
			key = r.key(indent)
		}
		if r.failed {
			n.Partial = true
		} else {
			r.off += len(":")
			m.add(key, r.lost(r.value(indent, afterColon)))
		}
		if r.failed && !r.recover(start, Map, indent) {
			n.Partial = true
			break
		}
		key = nil
	}
	m.merge()
	return n
}

// key reads a key at the beginning of a line, up to its colon.
func (r *reader) key(indent int) *Node {
	line := r.line
	switch r.peek() {
	case '&':
		r.fault("an anchor on a key", "")
		return nil
	case '[', '{':
		r.fault("a key that is not a word or a string", "")
		return nil
	}
	n := r.scalar(indent)
	if r.failed {
		return nil
	}
	switch r.skipBlanks(); {
	case r.line != line:
		r.faultAt(n, "a key that goes on over several lines", "is a quote missing?")
	case !r.at(':') && n.plain && strings.Contains(n.Value, ":"):
		r.faultAt(n, fmt.Sprintf("expected \"key: value\", found %s", Quote(n.Value)), "put a space after the ':'")
	case !r.at(':'):
		r.faultAt(n, fmt.Sprintf("expected \"key: value\", found %s", Quote(n.Value)), "")
	}
	return n
}

// next moves to the next entry of a block collection and reports whether there is one. It
// reports lines in between that belong to nothing.
func (r *reader) next(n *Node, indent int) bool {
	for {
		if r.skip(); r.atEnd() {
			return false
		}
		switch depth := r.off - r.bol; {
		case r.tabbed(r.off):
		case depth < indent:
			return false
		case depth == indent && n.Kind == Seq:
			return r.at('-')
		case depth == indent && !r.at('-'):
			return true
		case depth == indent:
			r.fault("a list item among the entries of a map", "")
		default:
			r.fault("an entry that does not line up with those before it", "indent all entries of a map or list alike")
		}
		n.Partial = true
		if !r.recover(r.place, n.Kind, indent) {
			return false
		}
	}
}

// tabbed refuses an entry of a block collection, which begins at off on this line, that is
// indented with tabs: nobody can tell how far that is.
func (r *reader) tabbed(off int) bool {
	if !strings.Contains(r.src[r.bol:off], "\t") {
		return false
	}
	r.fault("a tab in the indentation", "indent with spaces")
	return true
}

// lost marks n as lost if it is a scalar that a fault has ended. A collection knows what it has lost.
func (r *reader) lost(n *Node) *Node {
	if r.failed && n.Kind < Seq {
		n.Kind = Invalid
	}
	return n
}
