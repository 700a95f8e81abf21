package packs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		<-late.Done()
		gone, cancel := context.WithCancelCause(t.Context())
		cancel(errors.New("enough"))
		check(t, []classify.Pack{Context},
			open("the deadline of an attempt", fmt.Errorf("attempt: %w", late.Err()), timeout),
			open("somebody else's cancellation", fmt.Errorf("rpc: %w", gone.Err()), stopped),
		)
		// A cause is an error of its own.
		expect(t, policy(t, Context), sure("a cause", context.Cause(gone), none))
	})
}

func TestRuntime(t *testing.T) {
	caught := func(f func()) (err error) {
		defer func() { err, _ = recover().(error) }()
		f()
		return nil
	}
	var (
		s []int
		m map[string]int
		x any = 1
		p *time.Time
		z int
	)
	check(t, []classify.Pack{Runtime},
		sure("an index out of range", caught(func() { _ = s[len(s)+3] }), bug),
		sure("a write to a nil map", caught(func() { m["x"] = 1 }), bug),
		sure("a failed assertion", caught(func() { _ = x.(string) }), bug),
		sure("a nil pointer", caught(func() { _ = p.Unix() }), bug),
		sure("a division by zero", caught(func() { _ = 1 / z }), bug),
		sure("panic(nil)", caught(func() { panic(any(nil)) }), bug), //nolint:govet // on purpose
		sure("reflect", caught(func() { reflect.ValueOf(1).Elem() }), bug),
	)
}

type timeoutFake struct{ timeout, temporary bool }

func (timeoutFake) Error() string     { return "?" }
func (e timeoutFake) Timeout() bool   { return e.timeout }
func (e timeoutFake) Temporary() bool { return e.temporary }

func TestTimeouts(t *testing.T) {
	check(t, []classify.Pack{Timeouts},
		open("Timeout", timeoutFake{timeout: true}, timeout),
		open("Timeout comes first", timeoutFake{timeout: true, temporary: true}, timeout),
		sure("Temporary", timeoutFake{temporary: true}, unavailable),
		sure("neither", timeoutFake{}, none),
	)
	// Wrappers answer for what they wrap, so the methods are asked last: a lock that is taken is no timeout.
	lock := os.NewSyscallError("flock", syscall.EAGAIN)
	if !os.IsTimeout(lock) {
		t.Error("os.SyscallError does not answer Timeout any more")
	}
	expect(t, policy(t, Standard...), sure("a lock", lock, conflict))
}

// The client of net/http has a timeout of its own, which it says in two ways.
func TestClientTimeout(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
		}
		<-release
	}))
	defer server.Close()
	defer close(release)
	client := &http.Client{Timeout: 50 * time.Millisecond}
	_, head := client.Get(server.URL)
	response, err := client.Get(server.URL + "/body")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_, body := response.Body.Read(make([]byte, 1))
	p := policy(t, Standard...)
	expect(t, p, open("while awaiting headers", head, timeout))
	expect(t, p, open("while reading the body", body, timeout))

	post := func(ctx context.Context, c *http.Client) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader("order"))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Do(r) //nolint:bodyclose // there is none
		return err
	}
	late, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	superseded, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	slow := &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: 50 * time.Millisecond}}
	// Nobody knows what became of the order.
	expect(t, p, open("a POST that the client gave up", post(t.Context(), client), timeout))
	expect(t, p, open("a POST whose context was late", post(late, http.DefaultClient), timeout))
	expect(t, p, open("a POST whose context somebody cancelled", post(superseded, http.DefaultClient), stopped))
	expect(t, p, open("a POST without headers in time", post(t.Context(), slow), timeout))
	// A server that was not reached has none.
	unreached := &http.Client{Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: time.Nanosecond}).DialContext}}
	proxied := &http.Client{Transport: &http.Transport{
		DialContext: (&net.Dialer{Timeout: time.Nanosecond}).DialContext, Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:9"}),
	}}
	expect(t, p, sure("a POST that was not sent", post(t.Context(), unreached), timeout))
	expect(t, p, sure("a POST that was not sent to a proxy", post(t.Context(), proxied), timeout))
}
