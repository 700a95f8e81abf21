package packs

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// HTTP is for the exchanges of net/http, and for errors that carry the status of a response by a
// method HTTPStatusCode or StatusCode. A status is asked last: it is less than what the
// body said, and wrappers answer for what they wrap.
//
// After is what the method RetryAfter of the error says, or the Retry-After of the response
// where it is reached: by a method Header, Response or HTTPResponse.
//
// An error that has its status in a field is for [HTTPFrom].
var HTTP = httpTable.pack()

var httpTable = table{
	name: "http",
	rules: []classify.Rule{
		classify.KindFunc("exchange", exchange),
		classify.KindFunc("HTTP/2 stream", func(e streamError) classify.Finding { return streamCodes.find(e.Code) }),
		classify.KindFunc("*http.ProtocolError", func(e *http.ProtocolError) classify.Finding {
			if e == http.ErrNotSupported {
				return classify.Finding{Kind: misconfigured}
			}
			return classify.Finding{Kind: invalid}
		}),
		statusRule, otherStatusRule,
	},
	rows: concat(statusRows, streamRows, []row{
		unsure("*url.Error, io.EOF or io.ErrUnexpectedEOF", interrupted, "net/http: Transport; RFC 9110, 9.2.2"),
		unsure("*url.Error, net.ErrClosed", interrupted, "net/http: Transport closes a connection whose other half failed"),
		is("http.ErrSchemeMismatch", http.ErrSchemeMismatch, misconfigured, "net/http: ErrSchemeMismatch"),
		code("http.ErrNotSupported", misconfigured, "net/http: ErrNotSupported"),
		on[*http.MaxBytesError]("*http.MaxBytesError", invalid, "net/http: MaxBytesError"),
		is("http.ErrMissingFile", http.ErrMissingFile, invalid, "net/http: ErrMissingFile, of a form"),
		is("http.ErrNoCookie", http.ErrNoCookie, missing, "net/http: ErrNoCookie"),
		is("http.ErrNoLocation", http.ErrNoLocation, invalid, "net/http: ErrNoLocation"),
		is("http.ErrLineTooLong", http.ErrLineTooLong, invalid, "net/http: ErrLineTooLong"),
		code("*http.ProtocolError", invalid, "net/http: ProtocolError"),
		is("http.ErrHandlerTimeout", http.ErrHandlerTimeout, timeout, "net/http: ErrHandlerTimeout"),
		is("http.ErrServerClosed", http.ErrServerClosed, stopped, "net/http: ErrServerClosed"),
		is("http.ErrAbortHandler", http.ErrAbortHandler, stopped, "net/http: ErrAbortHandler"),
		is("http.ErrBodyReadAfterClose", http.ErrBodyReadAfterClose, bug, "net/http: ErrBodyReadAfterClose"),
		is("http.ErrBodyNotAllowed", http.ErrBodyNotAllowed, bug, "net/http: ErrBodyNotAllowed"),
		is("http.ErrContentLength", http.ErrContentLength, bug, "net/http: ErrContentLength"),
		is("http.ErrHijacked", http.ErrHijacked, bug, "net/http: ErrHijacked"),
		is("http.ErrUseLastResponse", http.ErrUseLastResponse, bug, "net/http: ErrUseLastResponse is for Client alone"),
		is("http.ErrSkipAltProtocol", http.ErrSkipAltProtocol, bug, "net/http: ErrSkipAltProtocol is for Transport alone"),
		cutOff("io.ErrUnexpectedEOF", io.ErrUnexpectedEOF, interrupted, "net/http: Response.Body; RFC 9112, 8"),
	}),
}

// HTTPFrom is [HTTP] for errors of type E that have the status in a field. The header may be nil.
//
//	packs.HTTPFrom(func(e *googleapi.Error) (int, http.Header) { return e.Code, e.Header })
func HTTPFrom[E error](get func(E) (status int, header http.Header)) classify.Pack {
	return from("http", func(e E) classify.Finding {
		status, header := get(e)
		return ofStatus(status, func() time.Duration { return retryAfter(header, time.Now()) })
	})
}

// The rules for a status, which other packs have too.
var (
	statusRule = classify.KindCapability("HTTPStatusCode()", func(e interface{ HTTPStatusCode() int }) classify.Finding {
		return ofStatus(e.HTTPStatusCode(), func() time.Duration { return retryAfterOf(e) })
	})
	otherStatusRule = classify.KindCapability("StatusCode()", func(e interface{ StatusCode() int }) classify.Finding {
		return ofStatus(e.StatusCode(), func() time.Duration { return retryAfterOf(e) })
	})
)

// exchange is for what the transport says of a connection: below a *url.Error nobody else closes it.
func exchange(e *url.Error) classify.Finding {
	return perhaps(e.Err == io.EOF || e.Err == io.ErrUnexpectedEOF || e.Op != "parse" && errors.Is(e.Err, net.ErrClosed), interrupted)
}

// ofStatus returns the finding for a status, or for its class.
func ofStatus(status int, after func() time.Duration) classify.Finding {
	if status < 300 || status > 599 {
		return classify.Finding{}
	}
	f := statuses.find(status, status/100)
	switch f.Kind {
	case throttled, unavailable, exhausted, conflict, timeout:
		f.After = after()
	}
	return f
}

func status(n int, name string, k classify.Kind, source string) keyed[int] {
	return keyed[int]{n, code(name, k, source)}
}

func unsureStatus(n int, name string, k classify.Kind, source string) keyed[int] {
	return keyed[int]{n, unsure(name, k, source)}
}

var statuses, statusRows = indexed(
	status(301, "301 Moved Permanently", misconfigured, "RFC 9110, 15.4.2"),
	status(302, "302 Found", misconfigured, "RFC 9110, 15.4.3"),
	status(303, "303 See Other", misconfigured, "RFC 9110, 15.4.4"),
	status(307, "307 Temporary Redirect", misconfigured, "RFC 9110, 15.4.8"),
	status(308, "308 Permanent Redirect", misconfigured, "RFC 9110, 15.4.9"),
	status(4, "any other 4xx", invalid, "RFC 9110, 15.5"),
	status(400, "400 Bad Request", invalid, "RFC 9110, 15.5.1"),
	status(401, "401 Unauthorized", misconfigured, "RFC 9110, 15.5.2: lacks valid credentials"),
	status(402, "402 Payment Required", exhausted, "RFC 9110, 15.5.3; used for quotas"),
	status(403, "403 Forbidden", denied, "RFC 9110, 15.5.4"),
	status(404, "404 Not Found", missing, "RFC 9110, 15.5.5"),
	status(405, "405 Method Not Allowed", misconfigured, "RFC 9110, 15.5.6"),
	status(407, "407 Proxy Authentication Required", misconfigured, "RFC 9110, 15.5.8"),
	status(408, "408 Request Timeout", timeout, "RFC 9110, 15.5.9: the request was not complete"),
	status(409, "409 Conflict", conflict, "RFC 9110, 15.5.10"),
	status(410, "410 Gone", missing, "RFC 9110, 15.5.11"),
	status(412, "412 Precondition Failed", conflict, "RFC 9110, 15.5.13"),
	status(421, "421 Misdirected Request", misconfigured, "RFC 9110, 15.5.20"),
	status(423, "423 Locked", conflict, "RFC 4918, 11.3"),
	status(425, "425 Too Early", throttled, "RFC 8470, 5.2"),
	status(426, "426 Upgrade Required", misconfigured, "RFC 9110, 15.5.22"),
	status(429, "429 Too Many Requests", throttled, "RFC 6585, 4"),
	status(451, "451 Unavailable For Legal Reasons", denied, "RFC 7725, 3"),
	status(499, "499 (client closed the request)", stopped, "nginx, ngx_http_request.h"),
	unsureStatus(5, "any other 5xx", unavailable, "RFC 9110, 15.6"),
	unsureStatus(500, "500 Internal Server Error", unavailable, "RFC 9110, 15.6.1"),
	status(501, "501 Not Implemented", misconfigured, "RFC 9110, 15.6.2"),
	unsureStatus(502, "502 Bad Gateway", unavailable, "RFC 9110, 15.6.3"),
	status(503, "503 Service Unavailable", unavailable, "RFC 9110, 15.6.4"),
	unsureStatus(504, "504 Gateway Timeout", timeout, "RFC 9110, 15.6.5"),
	status(505, "505 HTTP Version Not Supported", misconfigured, "RFC 9110, 15.6.6"),
	status(506, "506 Variant Also Negotiates", misconfigured, "RFC 2295, 8.1"),
	status(507, "507 Insufficient Storage", exhausted, "RFC 4918, 11.5"),
	status(508, "508 Loop Detected", misconfigured, "RFC 5842, 7.2"),
	status(511, "511 Network Authentication Required", misconfigured, "RFC 6585, 6"),
)

// streamError is the shape that the error of an HTTP/2 stream in net/http, of an unexported
// type, converts itself to in its method As.
type streamError struct { //errlint:opaque(no-unwrap) errors.As writes to it; nobody gets one
	StreamID uint32
	Code     uint32
	Cause    error
}

func (streamError) Error() string { return "HTTP/2 stream" }

func stream(n uint32, r row) keyed[uint32] { return keyed[uint32]{n, r} }

var streamCodes, streamRows = indexed(
	stream(0x1, unsure("HTTP/2 PROTOCOL_ERROR (1)", interrupted, "RFC 9113, 7")),
	stream(0x2, unsure("HTTP/2 INTERNAL_ERROR (2)", interrupted, "RFC 9113, 7")),
	stream(0x3, unsure("HTTP/2 FLOW_CONTROL_ERROR (3)", interrupted, "RFC 9113, 7")),
	stream(0x5, unsure("HTTP/2 STREAM_CLOSED (5)", interrupted, "RFC 9113, 7")),
	stream(0x6, unsure("HTTP/2 FRAME_SIZE_ERROR (6)", interrupted, "RFC 9113, 7")),
	stream(0x7, code("HTTP/2 REFUSED_STREAM (7)", unavailable, "RFC 9113, 8.7: nothing was done")),
	stream(0x8, unsure("HTTP/2 CANCEL (8)", interrupted, "RFC 9113, 7: the peer gave it up")),
	stream(0xb, code("HTTP/2 ENHANCE_YOUR_CALM (11)", throttled, "RFC 9113, 7")),
	stream(0xc, code("HTTP/2 INADEQUATE_SECURITY (12)", misconfigured, "RFC 9113, 7")),
	stream(0xd, code("HTTP/2 HTTP_1_1_REQUIRED (13)", misconfigured, "RFC 9113, 7")),
)

// retryAfterOf returns what an error says about when to come back.
func retryAfterOf(err any) time.Duration {
	switch e := err.(type) {
	case interface{ RetryAfter() time.Duration }:
		return max(0, e.RetryAfter())
	case interface{ Header() http.Header }:
		return retryAfter(e.Header(), time.Now())
	case interface{ Response() *http.Response }:
		return retryAfterIn(e.Response())
	case interface{ HTTPResponse() *http.Response }:
		return retryAfterIn(e.HTTPResponse())
	}
	// The response of smithy embeds one of net/http.
	m := reflect.ValueOf(err).MethodByName("HTTPResponse")
	if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 {
		return 0
	}
	r := m.Call(nil)[0]
	if r.Kind() == reflect.Pointer {
		r = r.Elem()
	}
	if r.Kind() != reflect.Struct {
		return 0
	}
	if f := r.FieldByName("Response"); f.IsValid() && f.CanInterface() {
		if response, ok := f.Interface().(*http.Response); ok {
			return retryAfterIn(response)
		}
	}
	return 0
}

func retryAfterIn(r *http.Response) time.Duration {
	if r == nil {
		return 0
	}
	return retryAfter(r.Header, time.Now())
}

// maxRetryAfter is the longest wait that is advice and no refusal.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the field Retry-After: RFC 9110, 10.2.3.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(v); err == nil {
		if seconds < 0 || seconds > int(maxRetryAfter/time.Second) {
			return 0
		}
		return time.Duration(seconds) * time.Second
	}
	t, err := http.ParseTime(v)
	if err != nil || t.Sub(now) > maxRetryAfter {
		return 0
	}
	return max(0, t.Sub(now))
}

func concat(parts ...[]row) (all []row) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
