package provoke

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/netip"
	"net/url"
	"os/user"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/goccy/go-yaml"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// decode is a provocation that needs nothing from its surroundings.
func decode(f func() error) provocation { return func(context.Context, *Env) error { return f() } }

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_ = must(io.WriteString(w, text))
	check(w.Close())
	return b.Bytes()
}

func gunzip(b []byte) error {
	_, err := io.Copy(io.Discard, must(gzip.NewReader(bytes.NewReader(b))))
	return err
}

var decodeRows = map[string]provocation{
	"dec-gzip-header": decode(func() error {
		_, err := gzip.NewReader(strings.NewReader("this is not a gzip file"))
		return err
	}),
	"dec-gzip-checksum": decode(func() error {
		b := gzipped("hello")
		b[len(b)-8] ^= 0xff
		return gunzip(b)
	}),
	"dec-gzip-cut": decode(func() error { b := gzipped(strings.Repeat("hello", 100)); return gunzip(b[:len(b)-10]) }),
	"dec-flate-corrupt": decode(func() error {
		_, err := io.Copy(io.Discard, flate.NewReader(bytes.NewReader([]byte{0xff, 0xff, 0xff, 0xff})))
		return err
	}),
	"dec-zip": decode(func() error {
		text := "this is not a zip file"
		_, err := zip.NewReader(strings.NewReader(text), int64(len(text)))
		return err
	}),
	"dec-zstd-magic": decode(func() error {
		d := must(zstd.NewReader(strings.NewReader("this is not a zstd frame")))
		defer d.Close()
		_, err := io.Copy(io.Discard, d)
		return err
	}),
	"dec-zstd-checksum": decode(func() error {
		e := must(zstd.NewWriter(nil))
		b := e.EncodeAll([]byte("hello hello"), nil)
		check(e.Close())
		b[len(b)-1] ^= 0xff
		d := must(zstd.NewReader(nil))
		defer d.Close()
		_, err := d.DecodeAll(b, nil)
		return err
	}),
	"dec-tar-header": decode(func() error {
		_, err := tar.NewReader(strings.NewReader(strings.Repeat("garbage ", 128))).Next()
		return err
	}),
	"dec-tar-insecure-path": decode(func() error {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		check(w.WriteHeader(&tar.Header{Name: "../../etc/passwd", Mode: 0o644}))
		h := must(tar.NewReader(&b).Next())
		if !strings.HasPrefix(h.Name, "..") {
			return nil
		}
		return &escapes{h.Name}
	}),
	"dec-json-syntax": decode(func() error { return json.Unmarshal([]byte("{a"), new(any)) }),
	"dec-json-cut": decode(func() error {
		return json.NewDecoder(strings.NewReader(`{"n": [1, 2`)).Decode(new(any))
	}),
	"dec-json-type": decode(func() error {
		var v struct{ N int }
		return json.Unmarshal([]byte(`{"N":"x"}`), &v)
	}),
	"dec-xml-syntax":    decode(func() error { return xml.Unmarshal([]byte("<a><b></a>"), new(struct{ B string })) }),
	"dec-strconv-range": decode(func() error { _, err := strconv.ParseInt("99999999999999999999", 10, 64); return err }),
	"dec-hex":           decode(func() error { _, err := hex.DecodeString("zz"); return err }),
	"dec-base64":        decode(func() error { _, err := base64.StdEncoding.DecodeString("a?"); return err }),
	"dec-time":          decode(func() error { _, err := time.Parse(time.RFC3339, "yesterday"); return err }),
	"dec-proto": decode(func() error {
		return proto.Unmarshal([]byte{0x08, 0xff}, new(durationpb.Duration))
	}),
	"dec-url":             decode(func() error { _, err := url.Parse("http://[::1"); return err }),
	"config-duration":     decode(func() error { _, err := time.ParseDuration("5 parsecs"); return err }),
	"config-addr":         decode(func() error { _, err := netip.ParseAddrPort("localhost"); return err }),
	"config-strconv":      decode(func() error { _, err := strconv.Atoi("many"); return err }),
	"config-yaml":         decode(func() error { return yaml.Unmarshal([]byte("a: [1, 2"), new(any)) }),
	"config-yaml-type":    decode(func() error { return yaml.Unmarshal([]byte("n: x"), new(struct{ N int })) }),
	"config-toml":         decode(func() error { _, err := toml.Decode("a = [1,", new(map[string]any)); return err }),
	"config-no-such-user": decode(func() error { _, err := user.Lookup("no-such-user-xyz"); return err }),
}

// escapes is an archive member that would land outside of the folder.
type escapes struct{ name string }

func (e *escapes) Error() string { return "archive member " + e.name + " leaves the folder" }
