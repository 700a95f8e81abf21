package packs

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
)

// names finds a type of a library that must not be imported, by its path and its name: the
// last resort, where the type has no method that would tell. A type of
// the same name in a fork that changed its path is another type, and unknown.
type names[T any] struct {
	table map[string]T
	seen  atomic.Pointer[map[uintptr]*T] // by the address of the type; nil for a type that is not in the table
}

// of returns what the table says about the type of err.
func (n *names[T]) of(err error) *T {
	rt := reflect.TypeOf(err)
	key := reflect.ValueOf(rt).Pointer()
	seen := n.seen.Load()
	if seen != nil {
		if t, ok := (*seen)[key]; ok {
			return t
		}
	}
	var t *T
	if row, named := n.table[typeName(rt)]; named {
		t = &row
	}
	n.learn(key, t)
	return t
}

// learn adds a type. Of two that are learned at once one may be lost, and is learned again.
func (n *names[T]) learn(key uintptr, t *T) {
	grown := map[uintptr]*T{}
	if seen := n.seen.Load(); seen != nil {
		grown = maps.Clone(*seen)
	}
	grown[key] = t
	n.seen.Store(&grown)
}

// typeName spells a type with the plain path of its package, without a pointer.
func typeName(rt reflect.Type) string {
	if rt.Kind() == reflect.Pointer {
		rt = rt.Elem()
	}
	return plainPath(rt.PkgPath()) + "." + rt.Name()
}

// plainPath is the path of a package without vendoring and major versions.
func plainPath(path string) string {
	if i := strings.LastIndex(path, "/vendor/"); i >= 0 {
		path = path[i+len("/vendor/"):]
	}
	return strings.Join(slices.DeleteFunc(strings.Split(path, "/"), isMajor), "/")
}

// isMajor reports whether an element of a path is a major version, such as v5.
func isMajor(s string) bool {
	digits, ok := strings.CutPrefix(s, "v")
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}
