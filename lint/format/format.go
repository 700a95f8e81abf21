// Package format reads the formats of package fmt, and knows where in the source each directive is.
package format

import (
	"strconv"
	"unicode/utf8"
)

// Directive is one conversion of a format, such as %[1]-8.3v.
type Directive struct {
	// Start and End are the offsets of the directive in the format, and Verb that of its verb.
	Start, Verb, End int
	// Rune is the verb. It is 0 where the format ends in the middle.
	Rune rune
	// Flags are those of "+-# 0" that it has.
	Flags string
	// Sized says that it has a width or a precision.
	Sized bool
	// Arg is the index of the operand, counted from 0; -1 for %%.
	Arg int
}

// Plain reports whether the directive prints its operand as Error or String give it: %v and %s without more.
func (d *Directive) Plain() bool {
	return (d.Rune == 'v' || d.Rune == 's') && d.Flags == "" && !d.Sized
}

// Parse returns the directives of a format, with the operands as package fmt counts them.
func Parse(s string) []Directive {
	var out []Directive
	arg := 0
	for i := 0; i < len(s); {
		if s[i] != '%' {
			i++
			continue
		}
		d := Directive{Start: i}
		i++
		for i < len(s) && (s[i] == '+' || s[i] == '-' || s[i] == '#' || s[i] == ' ' || s[i] == '0') {
			d.Flags += s[i : i+1]
			i++
		}
		index := func() {
			if i < len(s) && s[i] == '[' {
				for j := i + 1; j < len(s); j++ {
					if s[j] == ']' {
						if n, err := strconv.Atoi(s[i+1 : j]); err == nil && n > 0 {
							arg = n - 1
						}
						i = j + 1
						return
					}
				}
			}
		}
		number := func() {
			if i < len(s) && s[i] == '*' {
				d.Sized = true
				arg++
				i++
				return
			}
			for i < len(s) && '0' <= s[i] && s[i] <= '9' {
				d.Sized = true
				i++
			}
		}
		index()
		number()
		if i < len(s) && s[i] == '.' {
			d.Sized = true
			i++
			index()
			number()
		}
		index()
		d.Verb = i
		if i < len(s) {
			r, size := utf8.DecodeRuneInString(s[i:])
			d.Rune = r
			i += size
		}
		d.End = i
		d.Arg = arg
		if d.Rune == '%' {
			d.Arg = -1
		} else {
			arg++
		}
		out = append(out, d)
	}
	return out
}
