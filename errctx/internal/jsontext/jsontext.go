// Package jsontext appends JSON strings, and walks over JSON without reflection.
package jsontext

import "unicode/utf8"

const hex = "0123456789abcdef"

// AppendQuote appends s as a JSON string.
func AppendQuote(b []byte, s string) []byte {
	return append(AppendEscaped(append(b, '"'), s), '"')
}

// AppendEscaped appends what stands between the quotes of a JSON string: as encoding/json
// writes it, but with <, > and & as they are. What is not UTF-8 becomes \ufffd.
func AppendEscaped(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		size := 1
		switch c {
		case '"', '\\':
			b = append(append(b, s[start:i]...), '\\', c)
		case '\n':
			b = append(append(b, s[start:i]...), `\n`...)
		case '\r':
			b = append(append(b, s[start:i]...), `\r`...)
		case '\t':
			b = append(append(b, s[start:i]...), `\t`...)
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			if c >= utf8.RuneSelf && (r != utf8.RuneError || size > 1) && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
			b = append(append(b, s[start:i]...), '\\', 'u', hex[r>>12&0xf], hex[r>>8&0xf], hex[r>>4&0xf], hex[r&0xf])
		}
		i += size
		start = i
	}
	return append(b, s[start:]...)
}
