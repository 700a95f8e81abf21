package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample has the sum below according to golang.org/x/mod/sumdb/dirhash.
var sample = [][2]string{
	{modulePath + "@" + moduleVersion + "/zstd.h", "int zstd;\n"},
	{modulePath + "@" + moduleVersion + "/a.c", "#include \"zstd.h\"\n"},
	{modulePath + "@" + moduleVersion + "/a.S", ""},
	{modulePath + "@" + moduleVersion + "/a.go", "package zstd\n"},
	{modulePath + "@" + moduleVersion + "/ZSTD_LICENSE", "free\n"},
	{modulePath + "@" + moduleVersion + "/tools/b.c", "int b;\n"},
}

const sampleSum = "h1:NdghI9e6dPg3k/rgFRXVYOS0LbCelQEBHEuGkHnfDnM="

func archive(t *testing.T, files [][2]string) []*zip.File {
	t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	for _, f := range files {
		part, err := w.Create(f[0])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(f[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(data.Bytes()), int64(data.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return r.File
}

func TestUnpack(t *testing.T) {
	t.Run("the C files of the top folder and the licence are taken", func(t *testing.T) {
		got, err := unpack("m.zip", archive(t, sample), sampleSum)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]byte{
			"zstd.h": []byte("int zstd;\n"), "a.c": []byte("#include \"zstd.h\"\n"), "a.S": {}, "ZSTD_LICENSE": []byte("free\n"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("files (-want +got):\n%s", diff)
		}
	})
	for intent, change := range map[string]func([][2]string) [][2]string{
		"another byte in a file that is not taken": func(f [][2]string) [][2]string { f[3][1] += " "; return f },
		"another name":     func(f [][2]string) [][2]string { f[1][0] += "c"; return f },
		"one file less":    func(f [][2]string) [][2]string { return f[1:] },
		"one file more":    func(f [][2]string) [][2]string { return append(f, [2]string{"x", ""}) },
		"nothing in there": func([][2]string) [][2]string { return nil },
	} {
		t.Run("nothing is taken from an archive with "+intent, func(t *testing.T) {
			got, err := unpack("m.zip", archive(t, change(append([][2]string{}, sample...))), sampleSum)
			if wrong, ok := errors.AsType[*WrongSum](err); !ok || wrong.Want != sampleSum || wrong.Got == sampleSum || got != nil {
				t.Errorf("unpack = %d files, %v; want a *WrongSum", len(got), err)
			}
		})
	}
}
