package packs

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

func TestStatuses(t *testing.T) {
	for n := range 700 {
		want := statuses.find(n, n/100)
		if n < 300 || n > 599 {
			want = classify.Finding{}
		}
		if n/100 == 4 || n/100 == 5 {
			if want.Kind == none {
				t.Errorf("%d means nothing", n)
			}
		}
		check(t, []classify.Pack{HTTP},
			tell{fmt.Sprint("HTTPStatusCode ", n), &statusFake{status: n}, want},
			tell{fmt.Sprint("StatusCode ", n), &otherStatusFake{status: n}, want},
		)
	}
	// What is known of the inside is more than a status.
	inner := &wrapFake{statusFake{status: 503}, net.ErrClosed}
	check(t, []classify.Pack{HTTP, Net}, sure("a status around an error", inner, stopped))
	if v := policy(t, HTTP).Classify(t.Context(), &retryAfterFake{statusFake{status: 429}, 3 * time.Second}); v.After != 3*time.Second {
		t.Errorf("RetryAfter is not heard: %s", v)
	}
}

type wrapFake struct {
	statusFake
	err error
}

func (e *wrapFake) Unwrap() error { return e.err }

type headerFake struct {
	statusFake
	header http.Header
}

func (e *headerFake) Header() http.Header { return e.header }

type responseFake struct {
	statusFake
	response *http.Response
}

func (e *responseFake) Response() *http.Response { return e.response }

type httpResponseFake struct {
	statusFake
	response *http.Response
}

func (e *httpResponseFake) HTTPResponse() *http.Response { return e.response }

// As in smithy, whose response is of a type of its own.
type smithyResponse struct{ *http.Response }

type smithyFake struct {
	statusFake
	response *smithyResponse
}

func (e *smithyFake) HTTPResponse() *smithyResponse { return e.response }

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, "-7": 0, "86400": 24 * time.Hour, "86401": 0, "99999999999999999999": 0, "soon": 0,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second, "Fri, 02 Jan 2026 03:04:00 GMT": 0, "Sat, 02 Jan 2027 03:04:05 GMT": 0,
	} {
		if got := retryAfter(http.Header{"Retry-After": {v}}, now); got != want {
			t.Errorf("%q: got %s, want %s", v, got, want)
		}
	}
	header := http.Header{"Retry-After": {"7"}}
	response := &http.Response{Header: header}
	busy := statusFake{status: 503}
	want := classify.Finding{Kind: unavailable, After: 7 * time.Second}
	check(t, []classify.Pack{HTTP},
		tell{"Header", &headerFake{busy, header}, want},
		tell{"Response", &responseFake{busy, response}, want},
		tell{"HTTPResponse", &httpResponseFake{busy, response}, want},
		tell{"HTTPResponse of smithy", &smithyFake{busy, &smithyResponse{response}}, want},
		sure("no response", &responseFake{busy, nil}, unavailable),
		sure("no response of smithy", &smithyFake{busy, nil}, unavailable),
		sure("a response of smithy without one", &smithyFake{busy, &smithyResponse{}}, unavailable),
		sure("not for what a retry does not help", &headerFake{statusFake{status: 400}, header}, invalid),
	)
}

// fieldFake has its status in a field, as the errors of several clients.
type fieldFake struct {
	fake
	Code   string
	Status int
	Header http.Header
}

func TestFrom(t *testing.T) {
	p := HTTPFrom(func(e *fieldFake) (int, http.Header) { return e.Status, e.Header })
	check(t, []classify.Pack{p},
		sure("404", &fieldFake{Status: 404}, missing),
		tell{"429", &fieldFake{Status: 429, Header: http.Header{"Retry-After": {"2"}}}, classify.Finding{Kind: throttled, After: 2 * time.Second}},
		sure("no status", &fieldFake{}, none),
	)
	p = S3From(func(e fieldFake) (string, int) { return e.Code, e.Status })
	expect(t, policy(t, p), sure("SlowDown", fieldFake{Code: "SlowDown", Status: 503}, throttled))
	expect(t, policy(t, p), open("500", fieldFake{Code: "NewCode", Status: 500}, unavailable))
	expect(t, policy(t, p), sure("nothing", fieldFake{Code: "NewCode"}, none))
}

func TestHTTP(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("abc"))
		case "/none":
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = c.Close()
			}
		}
	}))
	defer server.Close()
	secure := httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	client := &http.Client{Timeout: 10 * time.Second}
	get := func(url string) error {
		r, err := client.Get(url)
		if err != nil {
			return err
		}
		defer r.Body.Close()
		return second(io.ReadAll(r.Body))
	}
	large := http.MaxBytesReader(httptest.NewRecorder(), io.NopCloser(strings.NewReader("abc")), 1)
	done := &http.Server{}
	_ = done.Close()
	_, noForm := (&http.Request{Method: "POST", Header: http.Header{}}).MultipartReader()

	check(t, []classify.Pack{HTTP, TLS, Net, Syscall, Decode},
		open("a body that is cut off", get(server.URL+"/cut"), interrupted),
		open("no answer", get(server.URL+"/none"), interrupted),
		open("a connection that the transport closed", &url.Error{Op: "Put", Err: &net.OpError{Op: "write", Err: net.ErrClosed}}, interrupted),
		open("an unexpected end", &url.Error{Op: "Put", Err: io.ErrUnexpectedEOF}, interrupted),
		sure("a server without TLS", get(strings.Replace(server.URL, "http", "https", 1)), misconfigured),
		sure("an unknown authority", get(secure.URL), misconfigured),
		sure("an invalid URL", get("http://[::1"), invalid),
		sure("a body that is too large", second(io.ReadAll(large)), invalid),
		sure("a closed server", done.ListenAndServe(), stopped),
		sure("no cookie", second((&http.Request{}).Cookie("x")), missing),
		sure("no form", noForm, invalid),
		sure("what is not supported", http.ErrNotSupported, misconfigured),
	)
}

// streamFake converts itself as the error of an HTTP/2 stream does in net/http.
type streamFake struct{ streamError }

func (e streamFake) As(target any) bool {
	if s, ok := target.(*streamError); ok {
		*s = e.streamError
		return true
	}
	return false
}

func TestHTTP2(t *testing.T) {
	for n, want := range streamCodes {
		check(t, []classify.Pack{HTTP}, tell{fmt.Sprint("stream ", n), streamFake{streamError{1, n, errors.New("?")}}, want})
	}
	// The real one, of which the type is not exported.
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	r, err := server.Client().Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	check(t, []classify.Pack{HTTP}, open("an aborted stream", second(io.ReadAll(r.Body)), interrupted))
}

// apiFake is an error of smithy, and responseError the one around it.
type apiFake struct {
	fake
	code string
}

func (e *apiFake) ErrorCode() string { return e.code }

type connectionFake struct{ fake }

func (connectionFake) ConnectionError() bool { return true }

type canceledFake struct{ fake }

func (canceledFake) CanceledError() bool { return true }

func TestS3(t *testing.T) {
	for c, want := range s3Codes {
		check(t, []classify.Pack{S3},
			tell{c, &apiFake{code: c}, want},
			tell{c + " in a response", &wrapFake{statusFake{status: 400}, &apiFake{code: c}}, want},
		)
	}
	check(t, []classify.Pack{S3},
		sure("a code that is not known", &wrapFake{statusFake{status: 404}, &apiFake{code: "New"}}, missing),
		sure("no status", &wrapFake{statusFake{}, &apiFake{code: "New"}}, none),
		open("a connection", connectionFake{}, interrupted),
		open("a cancelled request", canceledFake{}, stopped),
	)
	rename(t, &awsErrors, "github.com/aws/aws-sdk-go-v2/aws/retry.MaxAttemptsError", &attemptsFake{})
	rename(t, &awsErrors, "github.com/aws/aws-sdk-go-v2/aws/retry.MaxAttemptsError", &otherAttemptsFake{})
	rename(t, &awsLate, "github.com/aws/smithy-go.DeserializationError", &deserializationFake{})
	check(t, []classify.Pack{S3},
		sure("a client that gave up", &attemptsFake{&apiFake{code: "SlowDown"}, 3}, exhausted),
		sure("a client of one attempt", &attemptsFake{&apiFake{code: "SlowDown"}, 1}, throttled),
		sure("a client that does not count", &otherAttemptsFake{&apiFake{code: "SlowDown"}}, exhausted),
		open("an answer that makes no sense", &deserializationFake{errors.New("?")}, corrupt),
		sure("… for a reason", &deserializationFake{&apiFake{code: "SlowDown"}}, throttled),
	)
}

type attemptsFake struct {
	error
	Attempt int
}

func (e *attemptsFake) Unwrap() error { return e.error }

type otherAttemptsFake struct{ error }

func (e *otherAttemptsFake) Unwrap() error { return e.error }

type deserializationFake struct{ error }

func (e *deserializationFake) Unwrap() error { return e.error }
