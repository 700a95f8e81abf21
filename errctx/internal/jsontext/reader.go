package jsontext

import (
	"bytes"
	"encoding/json"
	"strings"
)

// Reader walks over JSON that is known to be valid (json.Valid), one value at a time:
// what a program does that wants the order of members, numbers as they were written, and no
// reflection.
type Reader struct {
	data []byte
	at   int
}

// NewReader returns a reader of one valid JSON value.
func NewReader(valid []byte) *Reader { return &Reader{data: valid} }

// Next returns the first byte of the next value: one of { [ " t f n, or of a number.
func (r *Reader) Next() byte {
	for r.at < len(r.data) {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\r', '\n', ',', ':':
			r.at++
		default:
			return c
		}
	}
	return 0
}

// Members calls f with the name of each member of the object that comes next; f reads the
// value. Without an object it skips what is there and reports false.
func (r *Reader) Members(f func(name string)) bool {
	if r.Next() != '{' {
		r.Raw()
		return false
	}
	r.at++
	for r.Next() != '}' && r.Next() != 0 {
		name, _ := r.Text()
		before := r.at
		f(name)
		if r.at == before {
			r.Raw()
		}
	}
	r.at++
	return true
}

// Elements calls f with the index of each element of the array that comes next; f reads
// the value. Without an array it skips what is there and reports false.
func (r *Reader) Elements(f func(i int)) bool {
	if r.Next() != '[' {
		r.Raw()
		return false
	}
	r.at++
	for i := 0; r.Next() != ']' && r.Next() != 0; i++ {
		before := r.at
		f(i)
		if r.at == before {
			r.Raw()
		}
	}
	r.at++
	return true
}

// Text reads a string. Without one it skips what is there and reports false.
func (r *Reader) Text() (string, bool) {
	raw := r.Raw()
	if len(raw) < 2 || raw[0] != '"' {
		return "", false
	}
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 && isASCII(inner) {
		return string(inner), true
	}
	var s string
	err := json.Unmarshal(raw, &s) // escapes, and what is not UTF-8
	return s, err == nil
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// Raw reads a value of any sort and returns its bytes, which are those of the input.
func (r *Reader) Raw() []byte {
	first := r.Next()
	start := r.at
	switch first {
	case 0:
		return nil
	case '"':
		r.skipString()
	case '{', '[':
		for depth := 0; r.at < len(r.data); {
			switch r.data[r.at] {
			case '"':
				r.skipString()
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			if r.at++; depth == 0 {
				break
			}
		}
	default:
		for r.at++; r.at < len(r.data) && strings.IndexByte(",:]} \t\r\n", r.data[r.at]) < 0; {
			r.at++
		}
	}
	return r.data[start:r.at]
}

func (r *Reader) skipString() {
	for r.at++; r.at < len(r.data); r.at++ {
		switch r.data[r.at] {
		case '\\':
			r.at++
		case '"':
			r.at++
			return
		}
	}
	r.at = len(r.data) // an escape at the end goes beyond it
}
