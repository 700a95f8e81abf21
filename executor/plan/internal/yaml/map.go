package yaml

import "fmt"

// mapBuilder adds entries to a map and keeps its keys unique: by looking for few, by an index for many.
type mapBuilder struct {
	reader *reader
	node   *Node
	index  map[string]*Node
}

// indexFrom is the number of entries from which an index pays.
const indexFrom = 16

func (m *mapBuilder) find(key string) *Node {
	if m.index != nil {
		return m.index[key]
	}
	for _, e := range m.node.Entries {
		if e.Key.Value == key {
			return e.Key
		}
	}
	return nil
}

// add appends an entry, unless the key is there already: that is a fault.
func (m *mapBuilder) add(key, value *Node) {
	if key.Kind == Seq || key.Kind == Map { // an alias of one
		m.reader.report(Syntax, key, "a key that is not a word or a string", "")
		m.node.Partial = true
		return
	}
	if first := m.find(key.Value); first != nil {
		m.reader.report(Duplicate, key, fmt.Sprintf("duplicate key %s, first at %d:%d", Quote(key.Value), first.Line, first.Column), "remove one of them")
		return
	}
	m.put(Entry{key, value})
}

func (m *mapBuilder) put(e Entry) {
	m.node.Entries = append(m.node.Entries, e)
	switch {
	case m.index != nil:
		m.index[e.Key.Value] = e.Key
	case len(m.node.Entries) == indexFrom:
		m.index = make(map[string]*Node, 2*indexFrom)
		for _, e := range m.node.Entries {
			m.index[e.Key.Value] = e.Key
		}
	}
}

// merge replaces a "<<" entry by the entries of the maps that it names, except those whose keys are there already.
func (m *mapBuilder) merge() {
	for i, e := range m.node.Entries {
		if e.Key.Value != "<<" || !e.Key.plain {
			continue
		}
		m.node.Entries = append(m.node.Entries[:i:i], m.node.Entries[i+1:]...)
		m.index = nil // no longer needed by add, and out of date
		sources := []*Node{e.Value}
		if e.Value.Kind == Seq {
			sources = e.Value.Items
		}
		taken := make(map[string]bool, len(m.node.Entries))
		for _, own := range m.node.Entries {
			taken[own.Key.Value] = true
		}
		for _, source := range sources {
			m.mergeOne(source, taken)
		}
		return // keys are unique: there is only one
	}
}

func (m *mapBuilder) mergeOne(source *Node, taken map[string]bool) {
	if source.Kind != Map {
		m.node.Partial = true
		if source.Kind != Invalid {
			m.reader.report(Syntax, source, "\"<<\" merges maps, and this is none", "name one as in: <<: *defaults")
		}
		return
	}
	m.node.Partial = m.node.Partial || source.Partial
	for _, e := range source.Entries {
		if m.reader.nodes++; m.reader.nodes > MaxNodes {
			m.reader.node(Invalid) // reports it
			return
		}
		if !taken[e.Key.Value] {
			taken[e.Key.Value] = true
			m.node.Entries = append(m.node.Entries, e)
		}
	}
}
