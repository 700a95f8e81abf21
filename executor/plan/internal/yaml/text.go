package yaml

import (
	"strconv"
	"unicode/utf8"
)

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
