package provoke

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"strings"
	"time"
)

// web serves h.
func (e *Env) web(h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	e.cleanup(s.CloseClientConnections)
	e.cleanup(s.Close)
	return s
}

// get fetches url with a client of its own and reads all of the reply.
func (e *Env) get(ctx context.Context, url string, timeout time.Duration) error {
	t := http.DefaultTransport.(*http.Transport).Clone()
	e.cleanup(t.CloseIdleConnections)
	resp, err := (&http.Client{Timeout: timeout, Transport: t}).Do(must(http.NewRequestWithContext(ctx, http.MethodGet, url, nil)))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		return &statusErr{resp.StatusCode}
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

// statusErr is what a careful program makes of a reply that is no success.
type statusErr struct{ code int }

func (e *statusErr) Error() string       { return fmt.Sprintf("unexpected HTTP status %d", e.code) }
func (e *statusErr) HTTPStatusCode() int { return e.code }

func replied(code int) provocation {
	return func(ctx context.Context, e *Env) error {
		return e.get(ctx, e.web(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }).URL, 0)
	}
}

// raw serves one fixed reply to whatever is asked, and then closes.
func (e *Env) raw(reply string) (url string) {
	return "http://" + e.serve(func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, reply)
	})
}

var httpRows = map[string]provocation{
	"http-client-timeout": func(ctx context.Context, e *Env) error {
		s := e.web(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		return e.get(ctx, s.URL, 50*time.Millisecond)
	},
	"http-body-timeout": func(ctx context.Context, e *Env) error {
		s := e.web(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "abc")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		})
		return e.get(ctx, s.URL, 100*time.Millisecond)
	},
	"http-body-cut": func(ctx context.Context, e *Env) error {
		return e.get(ctx, e.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), 0)
	},
	"http-server-closed-idle": func(ctx context.Context, e *Env) error { return e.get(ctx, e.raw(""), 0) },
	"http-redirect-loop": func(ctx context.Context, e *Env) error {
		return e.get(ctx, e.web(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) }).URL, 0)
	},
	"http-bad-scheme": func(ctx context.Context, e *Env) error { return e.get(ctx, "foo://x", 0) },
	"http-tls-unknown-ca": func(ctx context.Context, e *Env) error {
		s := httptest.NewUnstartedServer(http.NotFoundHandler())
		s.Config.ErrorLog = quiet
		s.StartTLS()
		e.cleanup(s.Close)
		return e.get(ctx, s.URL, 0)
	},
	"http-to-https-mismatch": func(ctx context.Context, e *Env) error {
		s := e.web(func(http.ResponseWriter, *http.Request) {})
		return e.get(ctx, strings.Replace(s.URL, "http:", "https:", 1), 0)
	},
	"http-max-bytes": func(ctx context.Context, e *Env) error {
		result := make(chan error, 1)
		s := e.web(func(w http.ResponseWriter, r *http.Request) {
			_, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 10))
			result <- err
		})
		resp := must(http.DefaultClient.Do(must(http.NewRequestWithContext(ctx, http.MethodPost, s.URL, strings.NewReader(strings.Repeat("x", 100))))))
		check(resp.Body.Close())
		return <-result
	},
	"http-status-503-no-error": replied(503),
	"http-status-401":          replied(401),
	"http-status-413":          replied(413),
	"http-status-429":          replied(429),
	"http-status-404":          replied(404),
	"http-status-501":          replied(501),
	"http-garbage-reply":       func(ctx context.Context, e *Env) error { return e.get(ctx, e.raw("SSH-2.0-OpenSSH_9.2\r\n"), 0) },
	"http-bad-chunk": func(ctx context.Context, e *Env) error {
		return e.get(ctx, e.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"), 0)
	},
	"smtp-greylisted": func(_ context.Context, e *Env) error {
		return smtp.SendMail(e.smtp("451 4.7.1 try again later"), nil, "a@example.com", []string{"b@example.com"}, []byte("x"))
	},
	"smtp-rejected": func(_ context.Context, e *Env) error {
		return smtp.SendMail(e.smtp("550 5.1.1 no such user"), nil, "a@example.com", []string{"b@example.com"}, []byte("x"))
	},
}

// smtp serves a mail server that answers RCPT with that.
func (e *Env) smtp(rcpt string) (addr string) {
	return e.serve(func(c net.Conn) {
		_, _ = io.WriteString(c, "220 mail.example ESMTP\r\n")
		lines(c, func(line string) bool {
			reply := "250 ok"
			if strings.HasPrefix(line, "RCPT") {
				reply = rcpt
			}
			_, err := io.WriteString(c, reply+"\r\n")
			return err == nil
		})
	})
}
