package packs

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/asn1"
	"encoding/base32"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"mime"
	"net/textproto"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

type notMarshalable struct{ err error }

func (n notMarshalable) MarshalJSON() ([]byte, error) { return nil, n.err }

// flipped returns data compressed, and with the bits of one byte flipped.
func flipped(t *testing.T, compress func(io.Writer) io.WriteCloser, at int) io.Reader {
	t.Helper()
	var b bytes.Buffer
	w := compress(&b)
	if _, err := w.Write([]byte(strings.Repeat("holdfast ", 100))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data := b.Bytes()
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 0xff
	return bytes.NewReader(data)
}

func TestDecode(t *testing.T) {
	var n int
	var nothing any
	var s struct{ N int }
	text := strings.NewReader
	toGzip := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	toZlib := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	unzip := func(r io.Reader) error {
		z, err := gzip.NewReader(r)
		if err != nil {
			return err
		}
		return second(io.ReadAll(z))
	}
	inflate := func(r io.Reader) error {
		z, err := zlib.NewReader(r)
		if err != nil {
			return err
		}
		return second(io.ReadAll(z))
	}
	scan := func() error {
		sc := bufio.NewScanner(text(strings.Repeat("x", 100)))
		sc.Buffer(nil, 10)
		sc.Scan()
		return sc.Err()
	}
	long := func() error {
		w := tar.NewWriter(io.Discard)
		if err := w.WriteHeader(&tar.Header{Name: "x", Size: 1}); err != nil {
			return err
		}
		return second(w.Write([]byte("xx")))
	}
	closed := func() error {
		w := tar.NewWriter(io.Discard)
		_ = w.Close()
		return second(w.Write([]byte("x")))
	}
	check(t, []classify.Pack{Decode},
		sure("a URL", second(url.Parse("http://[::1")), invalid),
		sure("an escape", second(url.PathUnescape("%zz")), invalid),
		sure("a host", url.InvalidHostError("x"), invalid),

		sure("JSON", json.Unmarshal([]byte("{a"), &n), invalid),
		sure("JSON of another type", json.Unmarshal([]byte(`{"N":"x"}`), &s), invalid),
		sure("JSON into nothing", json.Unmarshal([]byte("1"), nothing), bug),
		sure("a channel", second(json.Marshal(make(chan int))), bug),
		sure("not a number", second(json.Marshal(math.NaN())), invalid),
		sure("a value that cannot be marshalled", second(json.Marshal(notMarshalable{errors.New("?")})), bug),
		sure("… for a reason", second(json.Marshal(notMarshalable{strconv.ErrRange})), invalid),

		sure("XML", xml.Unmarshal([]byte("<a></b>"), &s), invalid),
		sure("XML of another name", xml.Unmarshal([]byte("<b></b>"), &struct {
			XMLName xml.Name `xml:"a"`
		}{}), invalid),
		sure("XML of a channel", second(xml.Marshal(make(chan int))), bug),
		sure("XML tags", &xml.TagPathError{}, bug),
		sure("CSV", second(csv.NewReader(text("a,b\nc\n")).ReadAll()), invalid),
		sure("ASN.1", second(asn1.Unmarshal([]byte{0x30, 0x80}, &s)), invalid),
		sure("ASN.1 of another type", second(asn1.Unmarshal([]byte{0x04, 0x00}, &n)), invalid),
		sure("base64", second(base64.StdEncoding.DecodeString("!")), invalid),
		sure("base32", second(base32.StdEncoding.DecodeString("!")), invalid),
		sure("ascii85", second2(ascii85.Decode(make([]byte, 10), []byte("\xff"), true)), invalid),
		sure("hex", second(hex.DecodeString("zz")), invalid),
		sure("half a byte", second(hex.DecodeString("abc")), invalid),

		sure("a number out of range", second(strconv.ParseInt("99999999999999999999", 10, 64)), invalid),
		sure("no number", second(strconv.Atoi("x")), invalid),
		sure("a time", second(time.Parse(time.RFC3339, "x")), invalid),
		sure("a regular expression", second(regexp.Compile("(")), invalid),
		sure("a pattern", second(path.Match("[", "x")), invalid),
		sure("a pattern of files", second(filepath.Match("[", "x")), invalid),

		sure("no gzip", unzip(text("this is text")), invalid),
		sure("gzip, its checksum", unzip(flipped(t, toGzip, -8)), corrupt),
		sure("gzip, cut off", unzip(io.LimitReader(flipped(t, toGzip, -1), 20)), invalid),
		sure("no bytes", unzip(text("")), invalid),
		sure("flate", second(io.ReadAll(flate.NewReader(text("\xff\xff")))), corrupt),
		sure("flate, itself", flate.InternalError("x"), bug),
		sure("no zlib", inflate(text("xxxx")), invalid),
		sure("zlib, its checksum", inflate(flipped(t, toZlib, -1)), corrupt),
		sure("bzip2", second(io.ReadAll(bzip2.NewReader(text("xxxx")))), corrupt),
		sure("no zip", second(zip.NewReader(text("this is text"), 12)), invalid),
		sure("no tar", second(tar.NewReader(text(strings.Repeat("x", 1024))).Next()), invalid),
		sure("tar, more than said", long(), bug),
		sure("tar, after its end", closed(), bug),

		sure("a line of a protocol", second(textproto.NewReader(bufio.NewReader(text("no colon\r\n\r\n"))).ReadMIMEHeader()), invalid),
		sure("a media type", second2(mime.ParseMediaType("a/b; =")), invalid),
		sure("a long line", scan(), invalid),
		sure("a long slice", second(bufio.NewReaderSize(text(strings.Repeat("x", 100)), 16).ReadSlice('y')), invalid),
		sure("a negative count", second(bufio.NewReader(text("")).Peek(-1)), bug),
		sure("UnreadByte", bufio.NewReader(text("x")).UnreadByte(), bug),
	)
}
