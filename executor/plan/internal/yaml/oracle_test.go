package yaml_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"

	goccy "github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/holdfast-go/holdfast/executor/plan/internal/yaml"
)

// plainValue returns what n means, as encoding/json would have it.
func plainValue(n *yaml.Node) any {
	switch n.Kind {
	case yaml.Bool:
		return strings.EqualFold(n.Value, "true")
	case yaml.Int, yaml.Float:
		f, err := strconv.ParseFloat(n.Value, 64)
		if err != nil {
			i, _ := strconv.ParseInt(n.Value, 0, 64) // hexadecimal or octal
			f = float64(i)
		}
		return f
	case yaml.String:
		return n.Value
	case yaml.Seq:
		items := []any{}
		for _, item := range n.Items {
			items = append(items, plainValue(item))
		}
		return items
	case yaml.Map:
		entries := map[string]any{}
		for _, e := range n.Entries {
			entries[e.Key.Value] = plainValue(e.Value)
		}
		return entries
	}
	return nil
}

// differs are the documents on which the other reader is known to say something else, and why.
var differs = map[string]string{
	"a byte order mark":          "it takes the mark for a part of the first key",
	"kinds of plain scalars":     "it takes 0b1 and 1_0 for integers, as YAML 1.1 did, and 1e3 for text",
	"double quotes":              "it trims an escaped space at the end of a line",
	"block scalars without text": "it refuses them before an entry at the margin",
	"a literal document":         "it refuses text at the margin",
	"merge keys":                 "it lets the last of several maps win; the rule is that the first does",
}

// Another reader agrees with this one.
func TestAgreesWithAnotherReader(t *testing.T) {
	for _, tt := range documents {
		if differs[tt.name] != "" {
			continue
		}
		t.Run(tt.name, func(t *testing.T) {
			n, _ := yaml.Read([]byte(tt.src))
			var want any
			if err := goccy.Unmarshal([]byte(tt.src), &want); err != nil && !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			text, err := json.Marshal(want)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, plainValue(n)); diff != "" {
				t.Errorf("(-the other +this):\n%s", diff)
			}
		})
	}
}

// Whatever the bytes are, there is no panic, a document without faults has nothing lost, and faults
// lie inside the file. JSON is read as encoding/json reads it.
func FuzzRead(f *testing.F) {
	for _, tt := range documents {
		f.Add([]byte(tt.src))
	}
	for _, src := range faulty {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		n, faults := yaml.Read(src)
		lines := 1 + bytes.Count(src, []byte("\n")) + bytes.Count(src, []byte("\r"))
		for _, fault := range faults {
			if fault.Message == "" || fault.Line < 1 || fault.Line > lines || fault.Column < 1 || fault.Column > len(src)+1 {
				t.Errorf("fault %+v of %d lines", fault, lines)
			}
		}
		if budget := 100_000; len(faults) == 0 && hasLost(n, &budget) {
			t.Error("something was lost, and no fault tells")
		}
		checkJSON(t, src, n, faults)
	})
}

func hasLost(n *yaml.Node, budget *int) bool {
	*budget--
	if n.Kind == yaml.Invalid || n.Partial {
		return true
	}
	for _, item := range n.Items {
		if *budget > 0 && hasLost(item, budget) {
			return true
		}
	}
	for _, e := range n.Entries {
		if *budget > 0 && hasLost(e.Value, budget) {
			return true
		}
	}
	return false
}

func checkJSON(t *testing.T, src []byte, n *yaml.Node, faults []yaml.Fault) {
	t.Helper()
	var want any
	if err := json.Unmarshal(src, &want); err != nil || !bytes.ContainsAny(src, "[{") {
		return
	}
	for _, fault := range faults {
		if fault.Kind == yaml.Duplicate || fault.Kind == yaml.Limit {
			return
		}
	}
	// What JSON allows and YAML does not: bytes that are not UTF-8, DEL, half a surrogate pair.
	if text := string(src); strings.ToValidUTF8(text, "") != text || strings.ContainsAny(text, "\x7f") || strings.Contains(strings.ToLower(text), `\ud`) {
		return
	}
	if len(faults) > 0 {
		t.Fatalf("JSON has faults: %v", faults)
	}
	if diff := cmp.Diff(want, plainValue(n)); diff != "" {
		t.Errorf("(-encoding/json +this):\n%s", diff)
	}
}
