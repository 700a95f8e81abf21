package yaml

import "fmt"

// flow reads a collection in brackets or braces, which begins here, in a block collection
// of indentation outer. After a fault it returns what it has.
func (r *reader) flow(outer int) *Node {
	n := r.node(Seq)
	end := byte(']')
	if r.peek() == '{' {
		n.Kind, end = Map, '}'
	}
	if !r.enter() {
		return n
	}
	defer r.leave()
	r.flowing++
	defer func() { r.flowing-- }()

	r.off++
	m := mapBuilder{reader: r, node: n}
	for r.flowSkip(n, outer) && r.peek() != end {
		switch {
		case n.Kind == Map:
			r.flowEntry(&m, outer, end)
		default:
			n.Items = append(n.Items, r.lost(r.flowValue(n, outer)))
			if !r.failed && r.flowSkip(n, outer) && r.peek() == ':' {
				r.fault("a map without braces in a list", "put the item in quotes if it is text, or in braces: {key: value}")
			}
		}
		if r.failed || !r.flowSkip(n, outer) {
			break
		}
		switch c := r.peek(); {
		case c == ',':
			r.off++
		case c != end:
			r.fault(fmt.Sprintf("expected ',' or '%c', found %s", end, Quote(r.restOfLine())), "")
		}
	}
	if r.failed {
		n.Partial = true
	} else {
		r.off++
	}
	m.merge()
	return n
}

// flowSkip moves to the next content of n and reports whether there is any: when
// n is not closed, it ends at the next entry of the block collection around it.
func (r *reader) flowSkip(n *Node, outer int) bool {
	if r.failed {
		return false
	}
	line := r.line
	r.skip()
	c := r.peek()
	outside := r.line != line && r.off-r.bol <= outer && c != ']' && c != '}'
	if outside || r.atEnd() {
		brackets := map[Kind]string{Seq: "[]", Map: "{}"}[n.Kind]
		r.faultAt(n, fmt.Sprintf("'%c' is never closed", brackets[0]), fmt.Sprintf("close it with '%c'", brackets[1]))
	}
	return !r.failed
}

// flowEntry reads "key: value" or "key".
func (r *reader) flowEntry(m *mapBuilder, outer int, end byte) {
	quoted := r.peek() == '"' || r.peek() == '\''
	key := r.flowValue(m.node, outer)
	if !r.flowSkip(m.node, outer) {
		return
	}
	begin := r.place
	if r.peek() == ':' && (quoted || ends(r.peekAt(1)) || flowIndicator(r.peekAt(1))) {
		r.off++
		if r.flowSkip(m.node, outer) && r.peek() != ',' && r.peek() != end {
			m.add(key, r.lost(r.flowValue(m.node, outer)))
			return
		}
	}
	m.add(key, r.lost(r.nodeAt(Null, begin)))
}

// flowValue reads a value inside the collection in.
func (r *reader) flowValue(in *Node, outer int) *Node {
	switch r.peek() {
	case '[', '{':
		return r.flow(outer)
	case '&':
		begin := r.place
		name := r.name()
		more := r.flowSkip(in, outer)
		var n *Node
		switch c := r.peek(); {
		case !more || c == ',' || c == ']' || c == '}':
			n = r.nodeAt(Null, begin)
		case c == '*':
			r.fault("an anchor on an alias", "use the name that is there already")
			n = r.node(Invalid)
		default:
			n = r.flowValue(in, outer)
		}
		r.anchors[name] = n
		return n
	}
	n := r.scalar(outer)
	if n.plain && !r.failed {
		r.continuePlain(n, outer)
	}
	return n
}
