package errctx

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"strconv"
	"strings"
)

// Error returns "outer: inner: root".
func (n *node[E]) Error() string { return render(&n.layer, n.root) }

func render(l *layer, root error) string {
	cause := root.Error()
	size := len(cause)
	for k := l; k != nil; k = k.next {
		if !k.blank() {
			size += len(k.msg) + len(": ")
		}
	}
	var b strings.Builder
	b.Grow(size)
	for ; l != nil; l = l.next {
		if !l.blank() {
			b.WriteString(l.msg)
			b.WriteString(": ")
		}
	}
	b.WriteString(cause)
	return b.String()
}

// Format implements fmt.Formatter: %s and %v print Error, %q quotes it, and
// %+v prints one line for each layer with its attributes and call site, then the
// root with its kind and type. Joined errors are indented below the root.
func (n *node[E]) Format(s fmt.State, verb rune) {
	if verb == 'v' && s.Flag('+') {
		var b strings.Builder
		r := renderer{budget: maxRendered}
		r.write(&b, n, "")
		_, _ = io.WriteString(s, strings.TrimSuffix(b.String(), "\n"))
		return
	}
	_, _ = fmt.Fprintf(s, fmt.FormatString(plain{s}, verb), n.Error())
}

// plain hides the flags that mean nothing to a string.
type plain struct{ fmt.State }

func (p plain) Flag(c int) bool { return c == '-' && p.State.Flag(c) }

// What is rendered of one error. Foreign joins may be cyclic; what is beyond is left out.
const (
	maxRendered = 1000 // errors
	maxNesting  = 64   // joins in joins, groups in groups
)

// renderer counts what it has rendered.
type renderer struct{ budget, depth int }

// below yields what is to be rendered under a root, as far as the limits allow.
func (r *renderer) below(err error) iter.Seq[error] {
	return func(yield func(error) bool) {
		if r.depth == maxNesting {
			return
		}
		r.depth++
		defer func() { r.depth-- }()
		for _, e := range below(err) {
			if r.budget--; e != nil && (r.budget < 0 || !yield(e)) {
				return
			}
		}
	}
}

func (r *renderer) write(b *strings.Builder, err error, indent string) {
	if h, ok := err.(handle); ok {
		for l := range h.top().all() {
			b.WriteString(indent)
			b.WriteString(l.msg)
			for _, a := range l.attrs() {
				b.WriteByte(' ')
				b.WriteString(a.Key)
				b.WriteByte('=')
				b.WriteString(a.Value.Resolve().String())
			}
			b.WriteByte('\n')
			if f := l.frame(); f.Function != "" {
				b.WriteString(indent)
				b.WriteString("    at ")
				b.WriteString(f.Function)
				b.WriteString(" (")
				b.WriteString(f.File)
				b.WriteByte(':')
				b.WriteString(strconv.Itoa(f.Line))
				b.WriteString(")\n")
			}
		}
		err = h.Unwrap()
	}
	b.WriteString(indent)
	b.WriteString(strings.ReplaceAll(err.Error(), "\n", "\n"+indent))
	b.WriteString(" [")
	if k := kindOf(err); k != "" {
		b.WriteString(k)
		b.WriteByte(' ')
	}
	fmt.Fprintf(b, "%T]\n", err)
	for e := range r.below(err) {
		r.write(b, e, indent+"  ")
	}
}

// below returns what is worth showing under a root: the branches of a join, and
// a handle with layers of its own further down the chain.
func below(err error) []error {
	for visits := maxVisits; err != nil && visits > 0; visits-- {
		switch u := err.(type) {
		case interface{ Unwrap() []error }:
			return u.Unwrap()
		case interface{ Unwrap() error }:
			err = u.Unwrap()
			if _, ok := err.(handle); ok {
				return []error{err}
			}
		default:
			return nil
		}
	}
	return nil
}

// kindOf returns the identifier of a root that has one.
func kindOf(err error) string {
	if k, ok := err.(Kind); ok {
		return k.ErrorKind()
	}
	return ""
}

// tree is the structured form of an error, the same for JSON and slog.
type tree struct {
	Message string `json:"message"`
	Kind    string `json:"kind,omitempty"`
	Type    string `json:"type"`
	Root    string `json:"root"`
	Layers  []step `json:"layers,omitempty"`
	Below   []tree `json:"below,omitempty"`
}

type step struct {
	Message  string         `json:"message"`
	Function string         `json:"function,omitempty"`
	File     string         `json:"file,omitempty"`
	Line     int            `json:"line,omitempty"`
	Attrs    map[string]any `json:"attrs,omitempty"`
}

func treeOf(err error) tree {
	r := renderer{budget: maxRendered}
	return r.tree(err)
}

func (r *renderer) tree(err error) tree {
	t := tree{Message: err.Error()}
	if h, ok := err.(handle); ok {
		for l := range h.top().all() {
			f := l.frame()
			t.Layers = append(t.Layers, step{l.msg, f.Function, f.File, f.Line, values(l.attrs(), maxNesting)})
		}
		err = h.Unwrap()
	}
	t.Root, t.Kind, t.Type = err.Error(), kindOf(err), fmt.Sprintf("%T", err)
	for e := range r.below(err) {
		t.Below = append(t.Below, r.tree(e))
	}
	return t
}

func values(attrs []slog.Attr, depth int) map[string]any {
	if len(attrs) == 0 || depth == 0 {
		return nil
	}
	m := make(map[string]any, len(attrs))
	for _, a := range attrs {
		v := a.Value.Resolve()
		switch v.Kind() {
		case slog.KindGroup:
			m[a.Key] = values(v.Group(), depth-1)
		case slog.KindInt64, slog.KindUint64, slog.KindBool:
			m[a.Key] = v.Any()
		default: // text: an attribute must not be able to break the encoding of the error it belongs to
			m[a.Key] = v.String()
		}
	}
	return m
}

// LogValue implements slog.LogValuer: a group with the message, the root's kind
// and type, and the layers with their attributes and call sites.
func (n *node[E]) LogValue() slog.Value {
	t := treeOf(n)
	attrs := []slog.Attr{slog.String("message", t.Message)}
	if t.Kind != "" {
		attrs = append(attrs, slog.String("kind", t.Kind))
	}
	attrs = append(attrs, slog.String("type", t.Type), slog.String("root", t.Root))
	if t.Layers != nil {
		attrs = append(attrs, slog.Any("layers", steps(t.Layers)))
	}
	if t.Below != nil {
		attrs = append(attrs, slog.Any("below", branches(t.Below)))
	}
	return slog.GroupValue(attrs...)
}

// MarshalJSON implements json.Marshaler with the tree that LogValue logs.
func (n *node[E]) MarshalJSON() ([]byte, error) {
	return json.Marshal(treeOf(n))
}

// steps and branches are lists for slog's handlers: JSON as JSON, text as one word.
type (
	steps    []step
	branches []tree
)

// MarshalJSON keeps encoding/json from using MarshalText.
func (s steps) MarshalJSON() ([]byte, error) { return json.Marshal([]step(s)) }

// MarshalText renders "message (function:line); …" for slog.TextHandler.
func (s steps) MarshalText() ([]byte, error) {
	var b strings.Builder
	for i, l := range s {
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "%s (%s:%d)", l.Message, l.Function[strings.LastIndexByte(l.Function, '/')+1:], l.Line)
	}
	return []byte(b.String()), nil
}

// MarshalJSON keeps encoding/json from using MarshalText.
func (t branches) MarshalJSON() ([]byte, error) { return json.Marshal([]tree(t)) }

// MarshalText renders the branches' messages for slog.TextHandler.
func (t branches) MarshalText() ([]byte, error) {
	var b strings.Builder
	for i, e := range t {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(e.Message)
	}
	return []byte(b.String()), nil
}
