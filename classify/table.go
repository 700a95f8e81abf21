package classify

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/holdfast-go/holdfast/errctx"
)

// table finds the rules for a link by its dynamic type, so that a walk costs one
// lookup a link, whatever the number of rules. A program has few error types,
// and each is studied once.
type table struct {
	rules  []Rule
	second bool                               // there are rules for the second pass
	shapes atomic.Pointer[map[uintptr]*shape] // by what typeWord returns
	recent [64]atomic.Pointer[shape]          // the same, where the last one of each slot is found sooner
}

func newTable(rules []Rule) *table {
	t := &table{rules: rules, second: slices.ContainsFunc(rules, func(r Rule) bool { return r.sort == capability })}
	t.shapes.Store(&map[uintptr]*shape{})
	return t
}

// shape is what a table knows about a dynamic type of error.
type shape struct {
	word   uintptr
	first  []*Rule         // typed rules
	asked  []*Rule         // sentinels that a link may be by its own word
	equal  map[error]*Rule // sentinels that a link must equal, where one lookup tells
	second []*Rule         // capabilities
	joins  Mode            // zero: as declared further out
	unwrap unwrap
	mark   bool
	dep    bool // a boundary
	gaveUp bool // the end of a budget
	handle bool // an errctx handle
	unsure bool // may say that the outcome is unknown
	enters bool // changes what those inside inherit: one of dep, handle, unsure and joins
	cancel bool // may be context.Canceled
}

type unwrap uint8

const (
	leaf unwrap = iota
	single
	branching
)

func (t *table) shape(err error) *shape {
	word := typeWord(err)
	slot := &t.recent[word>>5%uintptr(len(t.recent))]
	if s := slot.Load(); s != nil && s.word == word {
		return s
	}
	s, ok := (*t.shapes.Load())[word]
	if !ok {
		// Of two goroutines that learn at once one may lose what it learned, and it is learned again.
		s = t.study(reflect.TypeOf(err))
		s.word = word
		grown := maps.Clone(*t.shapes.Load())
		grown[word] = s
		t.shapes.Store(&grown)
	}
	slot.Store(s)
	return s
}

// typeWord returns what an error's interface has for its type: the same for all errors of a type.
func typeWord(err error) uintptr { return *(*uintptr)(unsafe.Pointer(&err)) }

var (
	canceledType = reflect.TypeOf(context.Canceled)
	markedType   = reflect.TypeFor[*marked]()
	depType      = reflect.TypeFor[*dep]()
	unsureType   = reflect.TypeFor[Uncertain]()
	gaveUpType   = reflect.TypeFor[*GaveUp]()
	errorType    = reflect.TypeFor[error]()
	errctxPath   = reflect.TypeFor[errctx.Layer]().PkgPath()

	singleType    = reflect.TypeFor[interface{ Unwrap() error }]()
	branchingType = reflect.TypeFor[interface{ Unwrap() []error }]()
	isType        = reflect.TypeFor[interface{ Is(error) bool }]()
	asType        = reflect.TypeFor[interface{ As(any) bool }]()
)

func (t *table) study(rt reflect.Type) *shape {
	s := &shape{mark: rt == markedType, dep: rt == depType, gaveUp: rt == gaveUpType, unsure: rt.Implements(unsureType)}
	switch {
	case rt.Implements(singleType):
		s.unwrap = single
	case rt.Implements(branchingType):
		s.unwrap = branching
	}
	// The branches of a join speak for themselves: its Is and As would answer for whichever comes first.
	hasIs := s.unwrap != branching && rt.Implements(isType)
	hasAs := s.unwrap != branching && rt.Implements(asType)
	s.cancel = rt == canceledType || hasIs
	s.handle = s.unwrap == single && isHandle(rt)

	// A struct may hold what cannot be hashed, though == can tell it from a target.
	hashable := rt.Kind() != reflect.Struct && rt.Kind() != reflect.Array
	for i := range t.rules {
		r := &t.rules[i]
		switch r.sort {
		case typed:
			if hasAs || matches(r.typ, rt) && !(s.unwrap == single && embeds(rt, r.typ, maxEmbedding)) {
				s.first = append(s.first, r)
			}
		case sentinel:
			switch {
			case hasIs, r.typ == rt && !hashable:
				s.asked = append(s.asked, r)
			case r.typ == rt && s.equal == nil:
				s.equal = map[error]*Rule{r.target: r}
			case r.typ == rt:
				if _, taken := s.equal[r.target]; !taken {
					s.equal[r.target] = r
				}
			}
		case capability:
			if matches(r.typ, rt) {
				s.second = append(s.second, r)
			}
		case joins:
			if s.joins == 0 && matches(r.typ, rt) {
				s.joins = r.mode
			}
		}
	}
	s.enters = s.dep || s.handle || s.unsure || s.joins != 0
	return s
}

// isHandle reports whether rt is an errctx.WithContext.
func isHandle(rt reflect.Type) bool {
	return rt.Kind() == reflect.Pointer && rt.Elem().PkgPath() == errctxPath
}

// matches reports whether a rule for want is asked about a link of type rt.
func matches(want, rt reflect.Type) bool {
	return want == rt || want.Kind() == reflect.Interface && rt.Implements(want)
}

// maxEmbedding ends the search in types that embed pointers to themselves.
const maxEmbedding = 8

// embeds reports whether rt is an iface only because it embeds one.
func embeds(rt, iface reflect.Type, depth int) bool {
	if iface.Kind() != reflect.Interface || depth == 0 {
		return false
	}
	if rt.Kind() == reflect.Pointer {
		rt = rt.Elem()
	}
	if rt.Kind() != reflect.Struct {
		return false
	}
	for f := range rt.Fields() {
		if f.Anonymous && f.Type.Implements(iface) && (f.Type.Kind() == reflect.Interface || embeds(f.Type, iface, depth-1)) {
			return true
		}
	}
	return false
}
