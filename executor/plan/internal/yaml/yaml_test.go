package yaml_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/holdfast-go/holdfast/executor/plan/internal/yaml"
)

// show writes a node in one line: scalars by kind and text, lost things as !, lost entries as ….
func show(n *yaml.Node) string {
	var parts []string
	for _, item := range n.Items {
		parts = append(parts, show(item))
	}
	for _, e := range n.Entries {
		parts = append(parts, e.Key.Value+": "+show(e.Value))
	}
	if n.Partial {
		parts = append(parts, "…")
	}
	inside := strings.Join(parts, ", ")
	switch n.Kind {
	case yaml.Null:
		return "null"
	case yaml.Bool:
		return "bool " + n.Value
	case yaml.Int:
		return "int " + n.Value
	case yaml.Float:
		return "float " + n.Value
	case yaml.String:
		return fmt.Sprintf("%q", n.Value)
	case yaml.Seq:
		return "[" + inside + "]"
	case yaml.Map:
		return "{" + inside + "}"
	}
	return "!"
}

// documents are what the reader understands, with what show makes of it.
var documents = []struct{ name, src, want string }{
	{"nothing", "", "null"},
	{"comments only", "# a\n  # b\n", "null"},
	{"a byte order mark", "\ufeffa: b", `{a: "b"}`},
	{"markers", "--- # one\na: b\n...\n# end\n", `{a: "b"}`},
	{"line ends of Windows and of old", "a: b\r\nc: d\re: f", `{a: "b", c: "d", e: "f"}`},
	{"block collections", "a:\n  b: c\n  d:\n    - e\n    - f\n", `{a: {b: "c", d: ["e", "f"]}}`},
	{"a list as far left as its key", "a:\n- b\n- c: d\n  e: f\ng: h", `{a: ["b", {c: "d", e: "f"}], g: "h"}`},
	{"compact lists", "- - a\n  - b\n-\n  - c\n", `[["a", "b"], ["c"]]`},
	{"values that are not there", "a:\nb:\n  c:\nd:\n-\n-", "{a: null, b: {c: null}, d: [null, null]}"},
	{"flow collections", "{a: [b, 'c', {d: e,},], f: , g, \"h\":i, j : k, l: []}", `{a: ["b", "c", {d: "e"}], f: null, g: null, h: "i", j: "k", l: []}`},
	{"flow over lines", "a: [b, # one\n  c\n   d,\n]\ne: {\n  f: g\n}", `{a: ["b", "c d"], e: {f: "g"}}`},
	{"JSON", "{\"a\":{\"b\":[1,-2.5e3,true,null,\"\\u00e9\\/\"]}}", `{a: {b: [int 1, float -2.5e3, bool true, null, "é/"]}}`},
	{"JSON indented with tabs", "{\n\t\"a\": [\n\t\t1\n\t]\n}\n", "{a: [int 1]}"},
	{"kinds of plain scalars", "[~, null, '', True, no, 0, -1, +1, 0o17, 0xFf, 0b1, 1_0, 1.5, .5, 1., 1e3, .inf, -.inf, .nan, 1:2, 1.2.3, ., -x, 30s, 1e, 0x, 0o8]",
		`[null, null, "", bool True, "no", int 0, int -1, int +1, int 0o17, int 0xFf, int 0b1, int 1_0, float 1.5, float .5, float 1., float 1e3, float .inf, float -.inf, float .nan, "1:2", "1.2.3", ".", "-x", "30s", "1e", "0x", "0o8"]`},
	{"plain scalars keep what is no indicator", "- a#b\n- a:b\n- -c\n- ?d\n- :e\n- a [b] {c}, d\n- http://x/y#z # comment\n- a\t# comment",
		`["a#b", "a:b", "-c", "?d", ":e", "a [b] {c}, d", "http://x/y#z", "a"]`},
	{"plain scalars over lines", "a: b\n  c\n\n  d\n - e\nf: g", `{a: "b c\nd - e", f: "g"}`},
	{"single quotes", "- 'it''s'\n- 'a \n\n  b\n  c'\n- ''", `["it's", "a\nb c", ""]`},
	{"double quotes", `- "\x41\u00e9\U0001F600\t\\\"\/\0"` + "\n- \"a \\\n   b\\ \n\n  c \"\n- \"\"", `["Aé😀\t\\\"/\x00", "a b \nc ", ""]`},
	{"keys in quotes", "'a b': 1\n\"c:d\": 2\n", "{a b: int 1, c:d: int 2}"},
	{"a literal scalar", "a: |\n  b\n   c\n\n  d\n\ne: f", `{a: "b\n c\n\nd\n", e: "f"}`},
	{"chomping", "a: |-\n  x\n\nb: |+\n  x\n\nc: >-\n  x\n\n", `{a: "x", b: "x\n\n", c: "x"}`},
	{"an indentation indicator", "a: |2\n   x\n  y\nb: |-2\n    z\n", `{a: " x\ny\n", b: "  z"}`},
	{"a folded scalar", "a: >\n  b\n  c\n\n  d\n    e\n  f\n", `{a: "b c\nd\n  e\nf\n"}`},
	{"block scalars without text", "a: |\nb: >+\n\nc: |-\n\n", `{a: "", b: "\n", c: ""}`},
	{"block scalars at the edge", "- |\n a\n- >\n  b\n", `["a\n", "b\n"]`},
	{"a literal document", "|\na\n b\n", `"a\n b\n"`},
	{"anchors", "a: &x [b]\nc: *x\nd: &y\n  e: *x\nf: &z\ng: *z\nh: [&w i, *w]", `{a: ["b"], c: ["b"], d: {e: ["b"]}, f: null, g: null, h: ["i", "i"]}`},
	{"an anchor of the document", "&a\nb: c", `{b: "c"}`},
	{"merge keys", "a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 0\nd: {<<: *a}\ne: {'<<': 1}",
		`{a: {x: int 1, y: int 2}, b: {y: int 3, z: int 4}, c: {x: int 0, y: int 2, z: int 4}, d: {x: int 1, y: int 2}, e: {<<: int 1}}`},
	{"many keys", manyKeys(40, "", ""), "{" + manyKeys(40, "int ", ", ") + "}"},
}

func TestRead(t *testing.T) {
	for _, tt := range documents {
		t.Run(tt.name, func(t *testing.T) {
			n, faults := yaml.Read([]byte(tt.src))
			if len(faults) > 0 {
				t.Errorf("faults: %v", faults)
			}
			if diff := cmp.Diff(tt.want, show(n)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func manyKeys(n int, kind, separator string) string {
	if separator == "" {
		separator = "\n"
	}
	entries := make([]string, n)
	for i := range entries {
		entries[i] = fmt.Sprintf("k%d: %s%d", i, kind, i)
	}
	return strings.Join(entries, separator)
}

// faulty are documents with faults.
var faulty = []string{
	"a:\n  b: [c, d\n  e: f\ng: h",
	"a:\n  b: {c: [d}\n  e: f\n",
	"a: {\n  b: c\n  d: e\n}\nf: g",
	"a: \"b\nc: d",
	"a: 'b\n  c\nd: e",
	"a: b: c\nd: e",
	"a: - b\nc: d",
	"a\nb: c",
	"a:b\nc: d",
	"a: b\nc:d\ne: f",
	"a: b\n   c: d\ne: f",
	"a:\n  b: c\n d: e\nf: g",
	"a:\n    b: c\n  d: e\nf: g",
	"a: b\n- c\nd: e",
	"- a\nb: c",
	"a:\n\tb: c\nd: e",
	"a:\n  b: c\n\td: e\n",
	"a: b\n  \n\nc: [d,, e]\nf: {,}\n",
	"a: @b\nc: `d\ne: %f\ng: ,h\n",
	"in: [*.h, b]\nx: *.h\ny:\n  - **/*.c\nz: [*.{c,h}, b]\nw: 1",
	"a: !!str b\nc: !d\ne: f",
	"[a]: b\nc: d",
	"{a: b}: c\nd: e",
	"a: [b] c\nd: \"e\" f\ng: 'h'i",
	"a: \"\\q\"\nb: \"\\ud800\"\nc: \"\\xZZ\"\nd: \"\\U00110000\"",
	"a: |x\n  y\nb: | z\n  w\nc: d",
	"a: b#c\nd: \"e\"#f\ng: h",
	"a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}\n",
	"<<: 1\na: b", "a: {<<: [{x: 1}, 2]}",
	"a: b\n---\nc: d", "a: b\n...\nc: d", "%FOO\n---\na: b", "%YAML 1.2\na: b",
	"a: \x01b\nc: \x00d", "a: \xff\nb: c",
	"a: &x *y", "a: &x\n  - *x\n", "&a - b", "a: &x b: c",
	"a: ]\nb: }\nc: d", "a: [- b]\nc: [? d]\ne: [: f]",
	"a: [b,\n---\nc", "[a, b", "{a: b, c", "\"abc", "a: [\n\n# x\n",
	strings.Repeat("[", 100), strings.Repeat("- ", 100), "a: " + strings.Repeat("{a: ", 100),
	"steps:\n  compile: {\n    run: [cc]\n    outputs: [x]\n  }\n  link: {run: [a]}\n",
	"steps:\n  a:\n    run: [x]\n     inputs: [y]\n    outputs: [z]\n  b\n    run: [x]\n  c:\n    run: [x]\n",
	"a: b\n}\nc: d", "a: {b: c}}\nd: e", "a: [b]]\nd: e",
	"a: 'b' 'c'\nd: e", "\"a\nb\": c\nd: e", "a\n b: c\nd: e",
	"- - a\n  b: c\n- d",
	"a: b\n&x c: d\n[e]: f\n\"g\nh\": i\nj: k",
	"a: &x [b]\n*x : c\nd: {*x : e}\nf: g",
	"a: [&x , &y *x, b]\nc: [&z",
	"a: [b\n  c: d]\ne: f",
	"a: {b: c, [d]: e}\nf: {g: h, {i: j}: k}",
	"a: |\n    \n  b\nc: d",
	"a: b # \\\nc: \"\\u12\"\nd: \"\\ud83d\\u0041\"",
	"a: thisisaverylongkeywithoutanycolonbehindit!\nthisisaverylongkeywithoutanycolonbehindit!!\nb: c",
	"- a\n\t- b\n- c\n",
	"a: - b",
	"a: 'b'\n  c: d\ne: f",
}

// What is reported of faulty documents, and what is left of them.
func TestFaults(t *testing.T) {
	var got strings.Builder
	for _, src := range faulty {
		n, faults := yaml.Read([]byte(src))
		left := show(n)
		if len(src) > 100 {
			src, left = src[:20]+"…", yaml.Abbreviate(left)
		}
		fmt.Fprintf(&got, "%q\n  leaves %s\n", src, left)
		for _, f := range faults {
			fmt.Fprintf(&got, "  %d:%d %s: %s (%s)\n", f.Line, f.Column, []string{"syntax", "duplicate", "limit"}[f.Kind], f.Message, f.Hint)
		}
		if len(faults) == 0 {
			t.Errorf("%q has no fault", src)
		}
	}
	const golden = "testdata/faults.golden"
	if os.Getenv("HOLDFAST_UPDATE") == "1" {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLimits(t *testing.T) {
	limit := func(message string) func([]yaml.Fault) bool {
		return func(faults []yaml.Fault) bool {
			last := faults[len(faults)-1]
			return last.Kind == yaml.Limit && last.Message == message
		}
	}
	for _, tt := range []struct {
		name, src string
		want      func([]yaml.Fault) bool
	}{
		{"many faults", strings.Repeat("a: b\n", 10*yaml.MaxFaults), func(f []yaml.Fault) bool { return len(f) == yaml.MaxFaults }},
		{"many values", "[" + strings.Repeat("a,", 20_001) + "]", limit("more than 20000 values")},
		{"a merge bomb", mergeBomb(500), limit("more than 20000 values")},
		{"flow depth", strings.Repeat("[", 1_000_000), limit("more than 64 levels")},
		{"block depth", strings.Repeat("- ", 1_000_000), limit("more than 64 levels")},
		{"mixed depth", "a:\n- " + strings.Repeat("[{a: ", 100), limit("more than 64 levels")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, faults := yaml.ReadSome([]byte(tt.src), 20_000)
			if len(faults) == 0 || len(faults) > yaml.MaxFaults+1 || !tt.want(faults) {
				t.Errorf("%d faults, last %v", len(faults), faults[max(0, len(faults)-1):])
			}
		})
	}
}

// mergeBomb has n maps of up to n entries in n lines.
func mergeBomb(n int) string {
	var b strings.Builder
	b.WriteString("a0: &a0 {k0: 0}\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "a%d: &a%d {k%d: 0, <<: *a%d}\n", i, i, i, i-1)
	}
	return b.String()
}

// Files that a reader with a quadratic step somewhere would not finish in a day.
func TestHostileFilesTakeLinearTime(t *testing.T) {
	const n = 1 << 19
	for name, src := range map[string]string{
		"tabs in quotes":         "\"" + strings.Repeat("\t", n),
		"quotes":                 strings.Repeat("'", n),
		"one angle after other":  strings.Repeat("<", n),
		"one long line":          "{" + strings.Repeat("a: {}, ", 1<<16) + "}",
		"siblings":               manyKeys(1<<16, "", ""),
		"keys without values":    strings.ReplaceAll(manyKeys(1<<16, "", ""), ": ", ":\n#"),
		"empty lines in a text":  "a: |\n" + strings.Repeat("\n", n) + " b",
		"empty lines after text": "a: |\n b\n" + strings.Repeat("\n", n),
		"empty lines in a plain": "a: b\n" + strings.Repeat("\n", n) + " c",
		"folded lines":           "a: b\n" + strings.Repeat(" c\n", n/4),
		"comments":               strings.Repeat("#\n", n),
		"strings left open":      strings.Repeat("a: \"\n", n/8),
		"brackets left open":     strings.Repeat("a: [\n", n/8),
	} {
		t.Run(name, func(t *testing.T) {
			n, _ := yaml.Read([]byte(src))
			if n == nil {
				t.Error("no node")
			}
		})
	}
}
