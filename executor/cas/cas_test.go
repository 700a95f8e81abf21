package cas_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/cas/castest"
	"github.com/holdfast-go/holdfast/executor/digest"
)

var hello = digest.Of([]byte("hello"))

// unverified is a store whose reader does not keep its promise.
type unverified struct {
	cas.Store
	r io.Reader
}

func (s unverified) Open(context.Context, digest.Digest) (io.ReadCloser, cas.StoreErr) {
	return io.NopCloser(s.r), nil
}

func TestReadAll(t *testing.T) {
	ctx := t.Context()
	s := castest.NewMemory("hello")
	for _, tt := range []struct {
		name  string
		store cas.Store
		d     digest.Digest
		limit int64
		want  string
		err   cas.StoreError
	}{
		{"whole", s, hello, 5, "hello", nil},
		{"empty", s, digest.Empty, 0, "", nil},
		{"in small pieces", unverified{r: iotest.OneByteReader(strings.NewReader("hello"))}, hello, 5, "hello", nil},
		{"the end together with the bytes", unverified{r: iotest.DataErrReader(strings.NewReader("hello"))}, hello, 5, "hello", nil},
		{"missing", s, digest.Of([]byte("a")), 5, "", &cas.MissingDigest{Digest: digest.Of([]byte("a")), Where: "memory"}},
		{"larger than its reader can take", s, hello, 4, "", &cas.TooLarge{Digest: hello, Limit: 4}},
		{"too large is said without looking", s, digest.Digest{Size: 1 << 62}, 1 << 20, "", &cas.TooLarge{Digest: digest.Digest{Size: 1 << 62}, Limit: 1 << 20}},
		{"a negative size", unverified{r: strings.NewReader("")}, digest.Digest{Size: -1 << 40}, 5, "", &cas.CorruptBlob{Digest: digest.Digest{Size: -1 << 40}, Where: "read", Got: digest.Empty}},
		{"nothing", unverified{r: strings.NewReader("")}, hello, 5, "", &cas.CorruptBlob{Digest: hello, Where: "read", Got: digest.Empty}},
		{"too little", unverified{r: strings.NewReader("hell")}, hello, 5, "", &cas.CorruptBlob{Digest: hello, Where: "read", Got: digest.Of([]byte("hell"))}},
		{"too much", unverified{r: strings.NewReader("hello, world")}, hello, 5, "", &cas.CorruptBlob{Digest: hello, Where: "read", Got: digest.Of([]byte("hello,"))}},
		{"a fault of the disk", unverified{r: iotest.ErrReader(syscall.EIO)}, hello, 5, "", &cas.StoreIO{Op: "read", Path: hello.String(), Err: syscall.EIO}},
		{"a fault of the machine", unverified{r: iotest.ErrReader(syscall.ENOMEM)}, hello, 5, "", &cas.Resource{Op: "read", Path: hello.String(), Err: syscall.ENOMEM}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cas.ReadAll(ctx, tt.store, tt.d, tt.limit)
			if string(got) != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if d := cmp.Diff(tt.err, root(err)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

func root(err cas.StoreErr) cas.StoreError {
	if err == nil {
		return nil
	}
	return err.Root()
}

func TestVerifyReader(t *testing.T) {
	verdict := errctx.New[cas.StoreError](&cas.CorruptBlob{}, "verify")
	endless := io.MultiReader(strings.NewReader("hello"), endlessly{})
	for _, tt := range []struct {
		name string
		r    io.Reader
		d    digest.Digest
		read string
		err  error
		got  digest.Digest
	}{
		{"the right bytes", strings.NewReader("hello"), hello, "hello", io.EOF, digest.Digest{}},
		{"in small pieces", iotest.OneByteReader(strings.NewReader("hello")), hello, "hello", io.EOF, digest.Digest{}},
		{"the end together with the bytes", iotest.DataErrReader(strings.NewReader("hello")), hello, "hello", io.EOF, digest.Digest{}},
		{"no bytes", strings.NewReader(""), digest.Empty, "", io.EOF, digest.Digest{}},
		{"other bytes", strings.NewReader("jello"), hello, "jello", verdict, digest.Of([]byte("jello"))},
		{"other bytes, the end together with them", iotest.DataErrReader(strings.NewReader("jello")), hello, "jello", verdict, digest.Of([]byte("jello"))},
		{"too few", strings.NewReader("hell"), hello, "hell", verdict, digest.Of([]byte("hell"))},
		{"too many", iotest.OneByteReader(endless), hello, "hello.", verdict, digest.Of([]byte("hello."))},
		{"a fault", io.MultiReader(strings.NewReader("hel"), iotest.ErrReader(syscall.EIO)), hello, "hel", syscall.EIO, digest.Digest{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got digest.Digest
			r := cas.VerifyReader(io.NopCloser(tt.r), tt.d, func(d digest.Digest) cas.StoreErr { got = d; return verdict })
			var read strings.Builder
			buf := make([]byte, 100)
			var err error
			for err == nil {
				var n int
				n, err = r.Read(buf)
				read.Write(buf[:n])
			}
			if read.String() != tt.read || err != tt.err || got != tt.got {
				t.Errorf("read %q, %v, found %v; want %q, %v, %v", read.String(), err, got, tt.read, tt.err, tt.got)
			}
			if n, again := r.Read(buf); n != 0 || again != err {
				t.Errorf("afterwards: %d, %v, want the same error", n, again)
			}
		})
	}
}

type endlessly struct{}

func (endlessly) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '.'
	}
	return len(p), nil
}

func TestReadErrorKeepsAHandle(t *testing.T) {
	missing := errctx.New[cas.StoreError](&cas.MissingDigest{Digest: hello, Where: "there"}, "look")
	for _, err := range []error{missing, errors.Join(io.ErrClosedPipe, missing), errctx.Annotate(missing, "on the way")} {
		if got := cas.ReadError(err, digest.Empty).Root(); got != missing.Root() {
			t.Errorf("ReadError(%v) is %#v", err, got)
		}
	}
}
