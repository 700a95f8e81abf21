package main

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRules(t *testing.T) {
	unit := func(words ...string) []makeRule { return []makeRule{{words[0], words[1:]}} }
	for _, tt := range []struct {
		intent, text string
		want         []makeRule
	}{
		{"nothing is no rule", "", nil},
		{"empty lines mean nothing", "\n \n", nil},
		{"a rule on one line", "a.o: src/a.c src/a.h\n", unit("a.o", "src/a.c", "src/a.h")},
		{"the last line may lack its end", "a.o: a.c", unit("a.o", "a.c")},
		{"a backslash continues a line", "a.o: a.c \\\n a.h \\\n b.h\n", unit("a.o", "a.c", "a.h", "b.h")},
		{"lines may end as in Windows", "a.o: a.c \\\r\n a.h\r\n", unit("a.o", "a.c", "a.h")},
		{"several rules", "a.o: a.c\nb.o: b.c b.h\n", []makeRule{{"a.o", []string{"a.c"}}, {"b.o", []string{"b.c", "b.h"}}}},
		{"a space in a name", `u\ v.o: a\ b/u\ v.c`, unit("u v.o", "a b/u v.c")},
		{"a number sign in a name", `a.o: x\#1.h`, unit("a.o", "x#1.h")},
		{"a dollar in a name", "a.o: d$$.h $.h", unit("a.o", "d$.h", "$.h")},
		{"a backslash in a name", `a.o: b\s.h`, unit("a.o", `b\s.h`)},
		{"a backslash before a space in a name", `a.o: e\\\ f.h`, unit("a.o", `e\ f.h`)},
		{"a backslash at the end of a name", `a.o: e\\ f.h`, unit("a.o", `e\`, "f.h")},
		{"a colon in a name, with and without a backslash", `a.o: c:c.h d\:d.h`, unit("a.o", "c:c.h", "d:d.h")},
		{"tabs separate as well", "a.o:\ta.c\ta.h", unit("a.o", "a.c", "a.h")},
	} {
		t.Run(tt.intent, func(t *testing.T) {
			got, err := parseRules(tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(makeRule{})); diff != "" {
				t.Errorf("rules of %q (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestParseRulesRefuses(t *testing.T) {
	for intent, text := range map[string]string{
		"a line without a target":   "a.c a.h\n",
		"a target without a source": "a.o:\n",
		"a target without a name":   ": a.c\n",
		"a second line of prose":    "a.o: a.c\ncompilation terminated.\n",
	} {
		t.Run(intent, func(t *testing.T) {
			rules, err := parseRules(text)
			if bad, ok := errors.AsType[*BadRule](err); !ok || bad.Line == "" {
				t.Errorf("parseRules(%q) = %v, %v; want a *BadRule with the line", text, rules, err)
			}
		})
	}
}

// Whatever a compiler writes, a rule that is accepted has a target and a source, none empty.
func FuzzParseRules(f *testing.F) {
	for _, seed := range []string{"a.o: a.c a.h\n", "a.o: a.c \\\n b.h", `a\ b.o: e\\\ f.h $$ \# \:`, `\`, ":", "a:", "a: \\\n", "a: $$$", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := parseRules(text)
		if err != nil && rules != nil {
			t.Fatalf("rules %v beside the error %v", rules, err)
		}
		for _, r := range rules {
			if r.target == "" || len(r.sources) == 0 {
				t.Fatalf("rule %+v of %q", r, text)
			}
			for _, s := range r.sources {
				if s == "" {
					t.Fatalf("an empty name in %+v of %q", r, text)
				}
			}
		}
	})
}
