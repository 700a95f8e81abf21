package errctx

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
)

// Error returns "outer: inner: root".
func (n *node[E]) Error() string { return line(&n.layer, n.root.Error()) }

// Format implements fmt.Formatter: %s and %v print Error, %q quotes it, and
// %+v prints [Profile.Text] for [Local].
func (n *node[E]) Format(s fmt.State, verb rune) {
	if verb == 'v' && s.Flag('+') {
		_, _ = io.WriteString(s, Local.Text(n))
		return
	}
	_, _ = fmt.Fprintf(s, fmt.FormatString(plain{s}, verb), n.Error())
}

// plain hides the flags that mean nothing to a string.
type plain struct{ fmt.State }

func (p plain) Flag(c int) bool { return c == '-' && p.State.Flag(c) }

// Text renders err for p in many lines: one for each layer with its attributes,
// one for its call site, then the root with its kind and type. Joined errors are
// indented below the root.
func (p Profile) Text(err error) string {
	if isNil(err) {
		return ""
	}
	w := textWriter{walker: newWalker(p)}
	w.tree(err, "")
	return strings.TrimSuffix(string(w.b), "\n")
}

type textWriter struct {
	walker
	b []byte
}

func (w *textWriter) tree(err error, indent string) {
	root := err
	if h, ok := asHandle(err); ok {
		root = h.Unwrap()
		for l := range h.top().all() {
			w.layer(l, indent)
		}
	}
	w.write(indent, strings.ReplaceAll(printable(w.cause(root), true), "\n", "\n"+indent))
	kind := kindOf(root)
	if !w.text && kind != "" {
		kind = "" // it stands for the text
	}
	switch {
	case kind != "" && w.types:
		w.write(" [", kind, " ", typeName(root), "]")
	case w.types:
		w.write(" [", typeName(root), "]")
	case kind != "":
		w.write(" [", kind, "]")
	}
	w.write("\n")
	var parts [][]byte
	before := w.b
	for e := range w.below(root) {
		w.b = nil
		w.tree(e, indent+"  ")
		parts = append(parts, w.b)
	}
	w.b = before
	for _, p := range arranged(root, parts) {
		if p.times > 1 {
			w.write(indent, "  ", strconv.Itoa(p.times), " times:\n")
		}
		w.b = append(w.b, p.text...)
	}
}

func (w *textWriter) layer(l *layer, indent string) {
	w.write(indent, printable(l.msg, false))
	for _, a := range l.attrs() {
		w.attr(a)
	}
	w.write("\n")
	at := l.place()
	if w.sites == none || at == nil || at.Function == "" {
		return
	}
	function, file := w.names(at)
	w.write(indent, "    at ", function, " (", file, ":", strconv.Itoa(at.Line), ")")
	if r := l.record(); r != nil && r.origin != "" {
		w.write(" on ", r.origin)
	}
	w.write("\n")
}

func (w *textWriter) attr(a slog.Attr) {
	x, private := disclose(a.Value, private)
	if x.Kind() == slog.KindGroup && (len(x.Group()) == 0 || a.Key == "") || a.Equal(slog.Attr{}) {
		if x.Kind() == slog.KindGroup {
			for _, m := range x.Group() { // as slog does: nothing, or its members
				w.attr(slog.Attr{Key: m.Key, Value: w.around(m.Value, private)})
			}
		}
		return
	}
	switch w.treat(private) {
	case omit:
		return
	case mask:
		x = slog.StringValue(masked(private))
	default:
		x = w.plain(x, private, maxNesting)
	}
	w.write(" ", printable(a.Key, false), "=", printable(x.String(), false))
}

// around gives a member of a group the privacy of the group.
func (w *textWriter) around(v slog.Value, p privacy) slog.Value {
	if p == safe {
		return slog.AnyValue(public{v})
	}
	return v
}

// printable escapes what would be taken for another line, or for a terminal's commands: texts
// may come from other programs.
func printable(s string, lines bool) string {
	odd := func(r rune) bool {
		return r < ' ' && !(lines && (r == '\n' || r == '\t')) || r == 0x7f || r == '\u2028' || r == '\u2029'
	}
	if strings.IndexFunc(s, odd) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if odd(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (w *textWriter) write(texts ...string) {
	for _, s := range texts {
		w.b = append(w.b, s...)
	}
}

// part is a rendered branch of a join, and how often it stands there.
type part struct {
	text  []byte
	times int
}

// arranged returns the branches of a join in the order in which they are shown: for a
// [Joined], whose branches have none, sorted and each once.
func arranged(join error, rendered [][]byte) []part {
	_, unordered := join.(interface{ unordered() })
	if unordered {
		slices.SortFunc(rendered, slices.Compare[[]byte])
	}
	parts := make([]part, 0, len(rendered))
	for i, r := range rendered {
		if unordered && i > 0 && string(r) == string(rendered[i-1]) {
			parts[len(parts)-1].times++
			continue
		}
		parts = append(parts, part{r, 1})
	}
	return parts
}
