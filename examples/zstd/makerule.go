package main

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/holdfast-go/holdfast/errctx"
)

// makeRule is what a compiler writes for one file under -MM: an object, and the
// files it is made from, the translation unit first.
type makeRule struct {
	target  string
	sources []string
}

// parseRules reads the rules of a makefile as compilers write them. A rule ends
// with its line, and "\" at a line's end continues it. It returns a [*BadRule]
// for a line that is not a target, a colon and at least one file.
//
// In a name, "$$" is "$", and a backslash keeps a space, a "#", a ":" or, before
// one of those, another backslash from having a meaning; anywhere else it is
// itself (gcc's libcpp/mkdeps.cc, munge; clang does the same).
func parseRules(text string) ([]makeRule, errctx.WithContext[*BadRule]) {
	var rules []makeRule
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for i, line := range strings.Split(strings.ReplaceAll(text, "\\\n", " "), "\n") {
		words := splitWords(line)
		if len(words) == 0 {
			continue
		}
		target, isTarget := strings.CutSuffix(words[0], ":")
		if !isTarget || target == "" || len(words) < 2 {
			return nil, errctx.New(&BadRule{line}, "read the compiler's list of headers", slog.Int("rule", i+1))
		}
		rules = append(rules, makeRule{target, words[1:]})
	}
	return rules, nil
}

// splitWords splits a line at spaces that no backslash keeps, and takes the escapes away.
func splitWords(line string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	for i := 0; i < len(line); {
		slashes := len(line[i:]) - len(strings.TrimLeft(line[i:], `\`))
		i += slashes
		next := byte(0)
		if i < len(line) {
			next = line[i]
		}
		escapable := strings.IndexByte(" \t#:", next) >= 0
		if escapable {
			word.WriteString(strings.Repeat(`\`, slashes/2))
		} else {
			word.WriteString(strings.Repeat(`\`, slashes))
		}
		switch {
		case i == len(line):
		case escapable && slashes%2 == 1:
			word.WriteByte(next)
		case next == ' ' || next == '\t':
			end()
		case strings.HasPrefix(line[i:], "$$"):
			word.WriteByte('$')
			i++
		default:
			word.WriteByte(next)
		}
		i++
	}
	end()
	return words
}

// BadRule is a line of a compiler that is no rule.
type BadRule struct{ Line string }

func (*BadRule) ErrorKind() string { return "zstd.bad_rule" }
func (e *BadRule) Error() string   { return fmt.Sprintf("not a rule: %q", head(e.Line, 200)) }
