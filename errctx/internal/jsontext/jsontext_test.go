package jsontext

import (
	"bytes"
	"encoding/json"
	"testing"
)

func FuzzAppendQuote(f *testing.F) {
	for _, s := range []string{"", "plain", `"\`, "\x00\n\r\t\x1f\x7f", "ä€😀", "\u2028\u2029", "\xff\xc3", "<&>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		var viaJSON, viaUs string
		got := AppendQuote(nil, s)
		if err := json.Unmarshal(got, &viaUs); err != nil {
			t.Fatalf("%q: %s: %v", s, got, err)
		}
		if err := json.Unmarshal(want.Bytes(), &viaJSON); err != nil || viaUs != viaJSON {
			t.Errorf("%q came back as %q, through encoding/json as %q (%v)", s, viaUs, viaJSON, err)
		}
	})
}
