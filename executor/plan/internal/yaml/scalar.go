package yaml

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scalar reads a quoted scalar, an alias, or the first line of a plain scalar, in a block collection of indentation outer.
func (r *reader) scalar(outer int) *Node {
	switch r.peek() {
	case '"', '\'':
		return r.quoted(outer)
	case '*':
		return r.alias()
	case '!':
		n := r.node(Invalid)
		r.faultAt(n, fmt.Sprintf("a tag: %s", Quote(r.plainText())), "remove it, and put text in quotes")
		return n
	}
	return r.plain()
}

// name reads the name behind '&' or '*'.
func (r *reader) name() string {
	r.off++
	start := r.off
	for !ends(r.peek()) && !flowIndicator(r.peek()) {
		r.off++
	}
	return r.src[start:r.off]
}

// alias returns the anchored node as it would be if it were written here.
func (r *reader) alias() *Node {
	n := r.node(Invalid)
	start := r.off
	if target, ok := r.anchors[r.name()]; ok {
		line, column := n.Line, n.Column
		*n = *target
		n.Line, n.Column, n.plain = line, column, false
		return n
	}
	// Nearly always this is a pattern, so read what the author took for one.
	r.off = start
	text := r.src[start : start+1]
	r.off++
	text += r.plainText()
	if r.flowing > 0 && (r.peek() == '{' || r.peek() == '[') {
		text += "…" // "*.{c,h}": there is no telling where it ends
		r.failed = true
	}
	r.report(Syntax, n, fmt.Sprintf("unknown anchor %s", Quote(text)), "put a pattern in quotes: "+Quote(text))
	return n
}

// plain reads the first line of a plain scalar.
func (r *reader) plain() *Node {
	n := r.node(Invalid)
	c, next := r.peek(), r.peekAt(1)
	indicator := ends(next) || r.flowing > 0 && flowIndicator(next)
	switch {
	case c == ':' && indicator:
		r.fault("a key is missing before ':'", "")
	case c == '?' && indicator:
		r.fault("a key introduced by '?'", `write "key: value"`)
	case c == '-' && indicator:
		r.fault("a list item in brackets", "put commas between the items instead of dashes")
	case r.flowing > 0 && c == ',':
		r.fault("a value is missing before ','", "")
	case c == ']' || c == '}':
		r.fault(fmt.Sprintf("'%c' closes nothing", c), "")
	case strings.IndexByte(",[{#&*!|>'\"%@`", c) >= 0:
		r.fault(fmt.Sprintf("a value cannot begin with %q", c), "put it in quotes")
	default:
		n.Value, n.plain = r.plainText(), true
		n.Kind = resolve(n.Value)
	}
	return n
}

// plainText returns the rest of the line as far as a plain scalar goes.
func (r *reader) plainText() string {
	start := r.off
	for ; !r.eof(); r.off++ {
		c := r.src[r.off]
		switch {
		case c == '\n', r.flowing > 0 && flowIndicator(c), c == '#' && blank(r.src[r.off-1]):
		case c == ':' && (ends(r.peekAt(1)) || r.flowing > 0 && flowIndicator(r.peekAt(1))):
		default:
			continue
		}
		break
	}
	return strings.TrimRight(r.src[start:r.off], " \t")
}

// continuePlain reads the further lines of a plain scalar: those that are indented more than outer.
func (r *reader) continuePlain(n *Node, outer int) {
	var folded strings.Builder
	for r.peek() == '\n' {
		before := r.place
		breaks := r.breaks()
		indent := r.off - r.bol
		if r.flowing == 0 { // a tab there is a mistake more often than not, and not YAML
			indent = digits(r.src[r.bol:r.off], " ")
		}
		if r.atEnd() || r.atComment() || indent <= outer || r.flowing > 0 && (flowIndicator(r.peek()) || r.peek() == ':') {
			r.place = before
			break
		}
		if folded.Len() == 0 {
			folded.WriteString(n.Value)
		}
		folded.WriteString(fold(breaks))
		folded.WriteString(r.plainText())
		if r.peek() == ':' {
			hint := "is the line indented too much, or is a ':' missing above?"
			if r.flowing > 0 {
				hint = "is a comma missing above?"
			}
			r.fault("a ':' in a value that goes on over several lines", hint)
			return
		}
	}
	if folded.Len() > 0 {
		n.Kind, n.Value = String, folded.String()
	}
}

// fold returns what stands for so many line ends inside a scalar.
func fold(breaks int) string {
	if breaks == 1 {
		return " "
	}
	return strings.Repeat("\n", breaks-1)
}

// quoted reads a scalar in single or double quotes.
func (r *reader) quoted(outer int) *Node {
	n := r.node(String)
	q := r.peek()
	r.off++
	var text []byte
	kept := 0 // bytes of text that folding does not trim: they were escaped
	for {
		run := strings.IndexAny(r.src[r.off:], "'\"\\\n")
		if run < 0 {
			r.faultAt(n, "a string that is never closed", "add the closing quote")
			return n
		}
		text = append(text, r.src[r.off:r.off+run]...)
		r.off += run
		switch c := r.peek(); {
		case c == '\n':
			for len(text) > kept && blank(text[len(text)-1]) {
				text = text[:len(text)-1]
			}
			text = append(text, fold(r.breaks())...)
			if !r.eof() && (r.atEnd() || r.off-r.bol <= outer) {
				r.faultAt(n, "a string that is never closed", "add the closing quote, or indent the lines it goes on over")
				return n
			}
		case c == '\\' && q == '"':
			if text = r.escape(text); r.failed {
				return n
			}
			kept = len(text)
		case c == '\'' && q == '\'' && r.peekAt(1) == '\'':
			text = append(text, '\'')
			r.off += 2
		case c == q:
			r.off++
			n.Value = string(text)
			return n
		default:
			text = append(text, c)
			r.off++
		}
	}
}

// escapes are the escapes of one letter in double quotes.
var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// hexEscapes are those of a fixed number of hexadecimal digits.
var hexEscapes = map[byte]int{'x': 2, 'u': 4, 'U': 8}

// escape appends what the escape that begins here stands for.
func (r *reader) escape(text []byte) []byte {
	c := r.peekAt(1)
	if c == '\n' {
		r.off++
		return append(text, strings.Repeat("\n", r.breaks()-1)...)
	}
	if s, ok := escapes[c]; ok {
		r.off += 2
		return append(text, s...)
	}
	start := r.off
	char, ok := r.hexEscape()
	if ok && utf16.IsSurrogate(char) { // JSON writes characters beyond U+FFFF as pairs
		var low rune
		if low, ok = r.hexEscape(); ok {
			char = utf16.DecodeRune(char, low)
			ok = char != utf8.RuneError
		}
	}
	if !ok || !utf8.ValidRune(char) {
		r.off = start
		r.fault("an unknown escape", `write \\ for a backslash, or use single quotes`)
	}
	return utf8.AppendRune(text, char)
}

func (r *reader) hexEscape() (rune, bool) {
	size := hexEscapes[r.peekAt(1)]
	if r.peek() != '\\' || size == 0 || r.off+2+size > len(r.src) {
		return 0, false
	}
	code, err := strconv.ParseUint(r.src[r.off+2:r.off+2+size], 16, 31)
	r.off += 2 + size
	return rune(code), err == nil
}

// blockScalar reads a literal (|) or folded (>) scalar in a block collection of indentation outer.
func (r *reader) blockScalar(outer int) *Node {
	n := r.node(String)
	folded := r.peek() == '>'
	r.off++
	indent, chomp := -1, byte(0) // what the header leaves open
	for c := r.peek(); !ends(c); c = r.peek() {
		switch {
		case indent < 0 && '1' <= c && c <= '9':
			indent = max(outer, 0) + int(c-'0')
		case chomp == 0 && (c == '+' || c == '-'):
			chomp = c
		default:
			r.fault(fmt.Sprintf("unexpected %s after '|' or '>'", Quote(r.restOfLine())), "begin the text on the next line")
			return n
		}
		r.off++
	}
	if r.endOfLine(n); r.failed {
		return n
	}
	r.off += len(r.restOfLine())
	lines, blanks := r.textLines(outer, indent)
	n.Value = joinLines(lines, folded)
	switch {
	case chomp == '+':
		if len(lines) > 0 {
			blanks++
		}
		n.Value += strings.Repeat("\n", blanks)
	case chomp == 0 && len(lines) > 0:
		n.Value += "\n"
	}
	return n
}

// textLines returns the lines of a block scalar without their indentation, and the number of
// empty lines after them. The reader stands at the end of the line before. A negative indent is that of the first line.
func (r *reader) textLines(outer, indent int) (lines []string, blanks int) {
	deepest := 0 // of the empty lines
	for r.peek() == '\n' {
		before := r.place
		r.newline()
		for r.peek() == ' ' && (indent < 0 || r.off-r.bol < indent) {
			r.off++
		}
		depth := r.off - r.bol
		switch {
		case r.eof() && depth == 0: // the file ends with a line end
			return lines, blanks
		case r.eof() || r.peek() == '\n':
			deepest = max(deepest, depth)
			blanks++
			continue
		case r.atEnd() || depth <= outer || depth < indent:
			r.place = before
			return lines, blanks
		case indent < 0 && deepest > depth:
			r.fault("a text that is indented less than the empty lines above it", "remove the spaces there")
			return lines, blanks
		case indent < 0:
			indent = depth
		}
		for ; blanks > 0; blanks-- {
			lines = append(lines, "")
		}
		lines = append(lines, r.restOfLine())
		r.off += len(r.restOfLine())
	}
	return lines, blanks
}

// joinLines joins the lines of a block scalar. Folding makes one line of neighbours,
// except where one of them is indented further.
func joinLines(lines []string, folded bool) string {
	if !folded {
		return strings.Join(lines, "\n")
	}
	var b strings.Builder
	further := func(line string) bool { return line != "" && blank(line[0]) }
	last := -1 // the last line with text
	for i, line := range lines {
		if line == "" {
			continue
		}
		switch breaks := i - last; {
		case last < 0:
			b.WriteString(strings.Repeat("\n", i))
		case further(line) || further(lines[last]):
			b.WriteString(strings.Repeat("\n", breaks))
		default:
			b.WriteString(fold(breaks))
		}
		b.WriteString(line)
		last = i
	}
	return b.String()
}
