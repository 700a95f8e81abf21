package jsontext

import (
	"bytes"
	"encoding/json"
	"reflect"
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

// value reads what json.Unmarshal would into an any.
func value(r *Reader) any {
	switch r.Next() {
	case '{':
		m := map[string]any{}
		r.Members(func(name string) { m[name] = value(r) })
		return m
	case '[':
		l := []any{}
		r.Elements(func(int) { l = append(l, value(r)) })
		return l
	case '"':
		s, _ := r.Text()
		return s
	default:
		var v any
		_ = json.Unmarshal(r.Raw(), &v)
		return v
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-2.5e3,true,false,null,"x\n\u00e4\ud83d\ude00",{}],"b":{"c":[]}, "a" : 2}`, ` [ ] `, `"]}\"{["`, `7`, "\"\xff\"",
		`[[],[[]],{"":{"":""}}]`, "{\n}", `[1e400]`, `{"a":"x\`, `"\`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want any
		if json.Unmarshal(data, &want) != nil {
			if json.Valid(data) {
				return // a number that is none to Go
			}
			value(NewReader(data[:len(data):len(data)])) // must end, within the data
			return
		}
		if got := value(NewReader(data)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, want %#v", data, got, want)
		}
		r := NewReader(data)
		if got := r.Raw(); !bytes.Equal(got, bytes.TrimSpace(data)) || r.Next() != 0 {
			t.Errorf("%q: Raw = %q", data, got)
		}
		// What is asked for something else skips it.
		r = NewReader(append(append([]byte("["), data...), ",1]"...))
		var last string
		r.Elements(func(i int) {
			switch {
			case i == 1:
				last = string(r.Raw())
			case len(data)%3 == 0 && r.Next() != '{':
				r.Members(func(string) {})
			case len(data)%3 == 1 && r.Next() != '[':
				r.Elements(func(int) {})
			}
		})
		if last != "1" {
			t.Errorf("%q: what follows is %q", data, last)
		}
	})
}
