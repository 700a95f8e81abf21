package yaml

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Read returns the document in src and its faults in the order they were found. The node
// is never nil; that of an empty document is Null, that of an unreadable one Invalid.
func Read(src []byte) (*Node, []Fault) {
	text := strings.TrimPrefix(string(src), "\ufeff")
	if strings.Contains(text, "\r") {
		text = strings.ReplaceAll(text, "\r\n", "\n")
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	r := &reader{src: text, anchors: map[string]*Node{}, place: place{line: 1, column: 1}}
	if !r.checkCharacters() {
		return &Node{Line: 1, Column: 1}, r.faults
	}
	r.src = strings.ReplaceAll(r.src, "\x00", "\x01") // reported; from here on 0 stands for the end
	return r.document(), r.faults
}

// place is a position in the source. It is a value, so that a lookahead can return to it.
type place struct {
	off  int // next byte
	line int // from 1
	bol  int // where the line begins
	// The column, in characters, of the byte at known, which is on this line: counting on from there
	// keeps a file that is one long line linear.
	known, column int
}

type reader struct {
	src string
	place
	depth, nodes int
	slab         []Node // the latest nodes: one allocation for many
	flowing      int    // how many brackets are open
	anchors      map[string]*Node
	faults       []Fault
	failed       bool // a syntax fault is being left behind; the innermost block collection recovers
	gaveUp       bool // a limit was reached: nobody recovers
}

// checkCharacters reports what YAML does not allow anywhere. After a byte that is not UTF-8 there is nothing to read.
func (r *reader) checkCharacters() bool {
	start := r.place
	defer func() { r.place, r.failed = start, false }()
	for i, c := range r.src {
		switch {
		case c == '\n':
			r.off = i
			r.newline()
		case c == utf8.RuneError && !strings.HasPrefix(r.src[i:], "\ufffd"):
			r.off = i
			r.fault("invalid UTF-8", "save the file as UTF-8")
			return false
		case c < ' ' && c != '\t' || c == 0x7f:
			r.off = i
			r.fault(fmt.Sprintf("control character %U", c), `remove it, or write it as an escape such as "\x1b" in double quotes`)
		}
		if r.gaveUp {
			return false
		}
	}
	return true
}

// document reads directives, one document, and nothing after it.
func (r *reader) document() *Node {
	directives := false
	for r.skip(); r.peek() == '%' && r.off == r.bol; r.skip() {
		if line := r.restOfLine(); !strings.HasPrefix(line, "%YAML 1.") {
			r.fault(fmt.Sprintf("unknown directive %s", Quote(line)), "remove the line")
			r.failed = r.gaveUp
		}
		r.off += len(r.restOfLine())
		directives = true
	}
	switch {
	case r.atMarker("---"):
		r.off += len("---")
	case directives:
		r.fault("a directive without a document", `put "---" behind the directives`)
		r.failed = r.gaveUp
	}
	root := r.lost(r.value(-1, onOwnLine))
	if !r.failed {
		r.skip()
		switch {
		case r.atMarker("..."):
			r.off += len("...")
			if r.skip(); !r.eof() {
				r.fault("text after the end of the document", "remove it; a file holds one document")
			}
		case r.atMarker("---"):
			r.fault("a second document", "a file holds one document")
		case !r.eof():
			r.fault("unexpected text after the document's value", "indent it, if it belongs to the value")
		}
	}
	return root
}

func (r *reader) eof() bool { return r.off >= len(r.src) }

// peek returns the next byte, 0 at the end.
func (r *reader) peek() byte { return r.peekAt(0) }

func (r *reader) peekAt(n int) byte {
	if r.off+n < len(r.src) {
		return r.src[r.off+n]
	}
	return 0
}

func (r *reader) restOfLine() string {
	rest, _, _ := strings.Cut(r.src[r.off:], "\n")
	return rest
}

// newline moves to the beginning of the next line; the next byte is a line feed.
func (r *reader) newline() {
	r.off++
	r.line++
	r.bol, r.known, r.column = r.off, r.off, 1
}

// breaks counts and skips the line ends that come next, with the blanks around them.
func (r *reader) breaks() int {
	for n := 0; ; n++ {
		if r.skipBlanks(); r.peek() != '\n' {
			return n
		}
		r.newline()
	}
}

// skip moves to the next content, over blanks, comments and line ends.
func (r *reader) skip() {
	for !r.eof() {
		switch c := r.src[r.off]; {
		case c == '\n':
			r.newline()
		case blank(c):
			r.off++
		case r.atComment():
			r.off += len(r.restOfLine())
		default:
			return
		}
	}
}

func (r *reader) skipBlanks() {
	for blank(r.peek()) {
		r.off++
	}
}

func (r *reader) atComment() bool {
	return r.peek() == '#' && (r.off == r.bol || blank(r.src[r.off-1]))
}

// atMarker reports whether a line of "---" or "..." begins here.
func (r *reader) atMarker(marker string) bool {
	return r.off == r.bol && strings.HasPrefix(r.src[r.off:], marker) && ends(r.peekAt(len(marker)))
}

// atEnd reports whether the document has no more content.
func (r *reader) atEnd() bool { return r.eof() || r.atMarker("---") || r.atMarker("...") }

// at reports whether the next byte is the indicator c, which counts as one only before a blank or a line end.
func (r *reader) at(c byte) bool { return r.peek() == c && ends(r.peekAt(1)) }

// node begins a node here.
func (r *reader) node(k Kind) *Node {
	if r.off < r.known {
		r.known, r.column = r.bol, 1
	}
	r.column += utf8.RuneCountInString(r.src[r.known:r.off])
	r.known = r.off
	if r.nodes++; r.nodes > MaxNodes && !r.gaveUp {
		r.giveUp(fmt.Sprintf("more than %d values", MaxNodes), "split the file")
	}
	if len(r.slab) == cap(r.slab) {
		r.slab = make([]Node, 0, 256)
	}
	r.slab = append(r.slab, Node{Kind: k, Line: r.line, Column: r.column})
	return &r.slab[len(r.slab)-1]
}

// nodeAt begins a node at a place that the reader has left behind.
func (r *reader) nodeAt(k Kind, at place) *Node {
	here := r.place
	r.place = at
	defer func() { r.place = here }()
	return r.node(k)
}

// fault reports a syntax fault here.
func (r *reader) fault(message, hint string) { r.faultAt(r.node(Invalid), message, hint) }

// faultAt reports a syntax fault where n begins. The value being read cannot be completed.
func (r *reader) faultAt(n *Node, message, hint string) {
	r.report(Syntax, n, message, hint)
	r.failed = true
}

func (r *reader) report(k FaultKind, n *Node, message, hint string) {
	if r.gaveUp {
		return
	}
	r.faults = append(r.faults, Fault{k, n.Line, n.Column, message, hint})
	if len(r.faults) == MaxFaults {
		r.giveUp(fmt.Sprintf("more than %d faults", MaxFaults), "mend those above first")
	}
}

// giveUp ends the reading: everything fails from here.
func (r *reader) giveUp(message, hint string) {
	r.failed, r.gaveUp = true, true
	at := r.node(Invalid)
	r.faults = append(r.faults, Fault{Limit, at.Line, at.Column, message, hint})
}

// enter guards a nested value; it reports whether there is room for one more.
func (r *reader) enter() bool {
	if r.depth++; r.depth <= MaxDepth {
		return true
	}
	if !r.gaveUp {
		r.giveUp(fmt.Sprintf("more than %d levels", MaxDepth), "")
	}
	return false
}

func (r *reader) leave() { r.depth-- }

// recover goes on after a fault in an entry that began at start, in a block collection of kind k and the given
// indentation: with the first line that is not part of the entry. It reports whether reading goes on at all.
func (r *reader) recover(start place, k Kind, indent int) bool {
	if r.gaveUp {
		return false
	}
	r.failed = false
	r.place = start
	for {
		if r.off += len(r.restOfLine()); r.eof() {
			return true
		}
		r.newline()
		for r.peek() == ' ' {
			r.off++
		}
		if depth := r.off - r.bol; depth > indent || depth == indent && k == Map && r.at('-') {
			continue
		}
		switch r.peek() {
		case '\n', '\t', '#', ']', '}', ',': // empty, or the end of something that the entry began
			continue
		}
		return true
	}
}

// blank and ends classify the byte after something; 0 is the end of the source.
func blank(c byte) bool { return c == ' ' || c == '\t' }
func ends(c byte) bool  { return blank(c) || c == '\n' || c == 0 }

// Quote quotes a text for a message, abbreviated.
func Quote(s string) string { return strconv.Quote(Abbreviate(s)) }

// Abbreviate returns the first 40 characters of a text for a message.
func Abbreviate(s string) string {
	const longest = 40
	if start := []rune(s[:min(len(s), utf8.UTFMax*(longest+1))]); len(start) > longest {
		return string(start[:longest]) + "…"
	}
	return s
}

// flowIndicator reports whether c has a meaning inside brackets.
func flowIndicator(c byte) bool {
	return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'
}

// digits returns how many bytes s begins with that are in set.
func digits(s, set string) int {
	n := 0
	for n < len(s) && strings.IndexByte(set, s[n]) >= 0 {
		n++
	}
	return n
}
