package provoke

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/storage/memory"
	"github.com/gorilla/websocket"
	"github.com/moby/moby/client"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	tracesdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"golang.org/x/oauth2/clientcredentials"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// jsonReply serves one JSON document to every request.
func (e *Env) jsonReply(code int, body string, headers ...string) (url string) {
	return e.web(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}).URL
}

// kubernetes is what an update of an object says when the API server answers with that status.
func kubernetes(code int, reason metav1.StatusReason, headers ...string) provocation {
	return func(ctx context.Context, e *Env) error {
		url := e.jsonReply(code, fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","message":"m","reason":%q,"code":%d}`, reason, code), headers...)
		return kubernetesAt(ctx, url)
	}
}

func kubernetesAt(ctx context.Context, url string) error {
	scheme := runtime.NewScheme()
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	c := must(rest.RESTClientFor(&rest.Config{Host: url, APIPath: "/api", ContentConfig: rest.ContentConfig{
		GroupVersion: &schema.GroupVersion{Version: "v1"}, NegotiatedSerializer: serializer.NewCodecFactory(scheme).WithoutConversion(),
	}}))
	return c.Put().Resource("configmaps").Name("x").Body([]byte("{}")).MaxRetries(0).Do(ctx).Error()
}

// oauth fetches a token from a server that answers with that.
func oauth(code int, body string) provocation {
	return func(ctx context.Context, e *Env) error {
		_, err := (&clientcredentials.Config{ClientID: "id", ClientSecret: "s", TokenURL: e.jsonReply(code, body)}).Token(ctx)
		return err
	}
}

// export sends a span to a collector that answers with that.
func (e *Env) export(ctx context.Context, url string) error {
	x := must(otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(url), otlptracehttp.WithRetry(otlptracehttp.RetryConfig{}), otlptracehttp.WithTimeout(time.Second)))
	defer x.Shutdown(ctx)
	return x.ExportSpans(ctx, []tracesdk.ReadOnlySpan{tracetest.SpanStub{Name: "x"}.Snapshot()})
}

// docker returns a client for the daemon at url.
func (e *Env) docker(url string) *client.Client {
	c := must(client.New(client.WithHost(url), client.WithAPIVersion("1.44")))
	e.cleanup(func() { _ = c.Close() })
	return c
}

func inspect(ctx context.Context, c *client.Client) error {
	_, err := c.ImageInspect(ctx, "none")
	return err
}

func clone(ctx context.Context, url string) error {
	_, err := git.CloneContext(ctx, memory.NewStorage(), nil, &git.CloneOptions{URL: url})
	return err
}

// socket opens a WebSocket to a server that then does f.
func (e *Env) socket(ctx context.Context, f func(*websocket.Conn)) error {
	s := e.web(func(w http.ResponseWriter, r *http.Request) {
		c, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			return
		}
		f(c)
		_ = c.Close()
	})
	c, resp, err := websocket.DefaultDialer.DialContext(ctx, strings.Replace(s.URL, "http", "ws", 1), nil)
	check(err)
	_ = resp.Body.Close()
	defer c.Close()
	_, _, err = c.ReadMessage()
	return err
}

func closing(code int) func(*websocket.Conn) {
	return func(c *websocket.Conn) {
		_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	}
}

var serviceRows = map[string]provocation{
	"k8s-conflict":       kubernetes(409, metav1.StatusReasonConflict),
	"k8s-already-exists": kubernetes(409, metav1.StatusReasonAlreadyExists),
	"k8s-not-found":      kubernetes(404, metav1.StatusReasonNotFound),
	"k8s-forbidden":      kubernetes(403, metav1.StatusReasonForbidden),
	"k8s-unauthorized":   kubernetes(401, metav1.StatusReasonUnauthorized),
	"k8s-invalid":        kubernetes(422, metav1.StatusReasonInvalid),
	"k8s-too-many":       kubernetes(429, metav1.StatusReasonTooManyRequests, "Retry-After", "2"),
	"k8s-server-timeout": kubernetes(504, metav1.StatusReasonTimeout),
	"k8s-internal":       kubernetes(500, metav1.StatusReasonInternalError),
	"k8s-refused":        func(ctx context.Context, e *Env) error { return kubernetesAt(ctx, "http://"+e.refused()) },

	"oauth-invalid-client": oauth(401, `{"error":"invalid_client"}`),
	"oauth-invalid-grant":  oauth(400, `{"error":"invalid_grant"}`),
	"oauth-unavailable":    oauth(503, `{"error":"temporarily_unavailable"}`),
	"oauth-html":           oauth(200, `<html>sign in</html>`),

	"otel-unavailable":  func(ctx context.Context, e *Env) error { return e.export(ctx, e.jsonReply(503, "{}")) },
	"otel-unauthorized": func(ctx context.Context, e *Env) error { return e.export(ctx, e.jsonReply(401, "{}")) },
	"otel-refused":      func(ctx context.Context, e *Env) error { return e.export(ctx, "http://"+e.refused()) },

	"docker-down": func(ctx context.Context, e *Env) error {
		return inspect(ctx, e.docker("unix://"+e.dir()+"/docker.sock"))
	},
	"docker-not-found": func(ctx context.Context, e *Env) error {
		return inspect(ctx, e.docker(e.daemon(404, "No such image: none")))
	},
	"docker-conflict": func(ctx context.Context, e *Env) error { return inspect(ctx, e.docker(e.daemon(409, "is in use"))) },
	"docker-internal": func(ctx context.Context, e *Env) error { return inspect(ctx, e.docker(e.daemon(500, "driver failed"))) },

	"git-no-repository": func(ctx context.Context, e *Env) error { return clone(ctx, e.jsonReply(404, "")) },
	"git-unauthorized":  func(ctx context.Context, e *Env) error { return clone(ctx, e.jsonReply(401, "")) },
	"git-unavailable":   func(ctx context.Context, e *Env) error { return clone(ctx, e.jsonReply(503, "")) },
	"git-refused":       func(ctx context.Context, e *Env) error { return clone(ctx, "http://"+e.refused()) },
	"git-no-reference": func(context.Context, *Env) error {
		_, err := must(git.Init(memory.NewStorage(), nil)).Reference(plumbing.NewBranchReferenceName("none"), true)
		return err
	},
	"git-no-object": func(context.Context, *Env) error {
		_, err := must(git.Init(memory.NewStorage(), nil)).CommitObject(plumbing.NewHash("0123456789012345678901234567890123456789"))
		return err
	},

	"ws-going-away": func(ctx context.Context, e *Env) error { return e.socket(ctx, closing(websocket.CloseServiceRestart)) },
	"ws-policy":     func(ctx context.Context, e *Env) error { return e.socket(ctx, closing(websocket.ClosePolicyViolation)) },
	"ws-abnormal":   func(ctx context.Context, e *Env) error { return e.socket(ctx, func(*websocket.Conn) {}) },
	"ws-bad-handshake": func(ctx context.Context, e *Env) error {
		_, resp, err := websocket.DefaultDialer.DialContext(ctx, strings.Replace(e.jsonReply(403, ""), "http", "ws", 1), nil)
		if resp != nil {
			_ = resp.Body.Close()
		}
		return err
	},
}

// daemon serves what a Docker daemon answers.
func (e *Env) daemon(code int, message string) (url string) {
	return strings.Replace(e.jsonReply(code, fmt.Sprintf(`{"message":%q}`, message)), "http", "tcp", 1)
}
