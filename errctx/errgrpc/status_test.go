package errgrpc_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/holdfast-go/holdfast/errctx"
	"github.com/holdfast-go/holdfast/errctx/errgrpc"
	"github.com/holdfast-go/holdfast/errctx/errgrpc/errctxpb"
	"github.com/holdfast-go/holdfast/errctx/wire"
)

// late is a root around another error.
type late struct {
	kind string
	Err  error
}

func (e *late) Error() string     { return "late: " + e.Err.Error() }
func (e *late) ErrorKind() string { return e.kind }
func (e *late) Unwrap() error     { return e.Err }

// statusful is a root with a status of its own.
type statusful struct{ st *status.Status }

func (e statusful) Error() string              { return "private text" }
func (e statusful) GRPCStatus() *status.Status { return e.st }

func TestCodeAndMessage(t *testing.T) {
	hand := status.Error(codes.AlreadyExists, "there is one")
	far := newCodec().FromStatus(newCodec().ToStatus(lost()))
	unknown := func(kind string, err error) error { return errctx.New(&late{kind, err}, "wait") }
	for _, tt := range []struct {
		name    string
		err     error
		code    codes.Code
		message string
	}{
		{"nil", nil, codes.OK, ""},
		{"a kind", lost(), codes.NotFound, "open blob: store.missing"},
		{"a kind without a handle", &missing{"abc", 3}, codes.NotFound, "store.missing"},
		{"no kind", errors.New("private text"), codes.Unknown, "*errors.errorString"},
		{"a layer on no kind", errctx.Annotate(fs.ErrNotExist, "open"), codes.Unknown, "open: *errors.errorString"},
		{"private text around a kind", fmt.Errorf("user ann: %w", lost()), codes.NotFound, "open blob: store.missing"},
		{"layers around that", errctx.Annotate(fmt.Errorf("user ann: %w", lost()), "get"), codes.NotFound, "get: open blob: store.missing"},
		{"cancelled", context.Canceled, codes.Canceled, "*errors.errorString"},
		{"late", fmt.Errorf("work: %w", context.DeadlineExceeded), codes.DeadlineExceeded, "*fmt.wrapError"},
		{"a kind around a deadline", unknown("store.unheard_of", context.DeadlineExceeded), codes.DeadlineExceeded, "wait: store.unheard_of"},
		{"a kind that says otherwise", unknown("store.late", context.DeadlineExceeded), codes.FailedPrecondition, "wait: store.late"},
		{"by hand", hand, codes.AlreadyExists, "there is one"},
		{"a layer on one by hand", errctx.Annotate(hand, "put"), codes.AlreadyExists, "put: there is one"},
		{"a kind around one by hand", unknown("store.unheard_of", hand), codes.AlreadyExists, "wait: store.unheard_of"},
		{"a kind that says otherwise around one by hand", unknown("store.late", hand), codes.FailedPrecondition, "wait: store.late"},
		{"a layer on a server's", errctx.Annotate(far, "ask"), codes.NotFound, "ask: open blob: store.missing"},
		{"a status that is none", statusful{}, codes.Unknown, "errgrpc_test.statusful"},
		{"a status that is OK", statusful{status.New(codes.OK, "fine")}, codes.Unknown, "errgrpc_test.statusful"},
		{"branches that agree", errors.Join(lost(), nil, lost()), codes.NotFound, "*errors.joinError"},
		{"branches that do not", errors.Join(lost(), context.Canceled), codes.Unknown, "*errors.joinError"},
		{"no branches", errors.Join(), codes.OK, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			st := newCodec().ToStatus(tt.err)
			if st.Code() != tt.code || st.Message() != tt.message {
				t.Errorf("%v %q, want %v %q", st.Code(), st.Message(), tt.code, tt.message)
			}
			if (newCodec().FromStatus(st) == nil) != (tt.err == nil) {
				t.Errorf("%v came back as %v", tt.err, newCodec().FromStatus(st))
			}
		})
	}
}

// The message is the one that package errctx renders for the wire.
func TestMessageIsTheLine(t *testing.T) {
	for _, err := range []error{lost(), errctx.Wrap(lost(), "get"), &missing{}, errors.New("x"), errctx.Annotate(errors.New("x"), "y")} {
		if got, want := newCodec().ToStatus(err).Message(), errctx.Wire.Line(err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if got, want := newCodec(errgrpc.Trusted()).ToStatus(err).Message(), errctx.Log.Line(err); got != want {
			t.Errorf("trusted: %q, want %q", got, want)
		}
	}
}

// find returns the details of one type.
func find[M proto.Message](st *status.Status) (found []M) {
	for _, d := range st.Details() {
		if m, ok := d.(M); ok {
			found = append(found, m)
		}
	}
	return found
}

func TestDetails(t *testing.T) {
	hooks := []errgrpc.Option{
		errgrpc.ViolationsOf(func(e *fs.PathError) []errgrpc.Violation {
			return []errgrpc.Violation{{Type: "PATH", Subject: "one", Description: "two"}}
		}),
		errgrpc.RetryAfterOf(func(*fs.PathError) time.Duration { return time.Second }),
	}
	path := &fs.PathError{Op: "open", Path: "/home/ann", Err: fs.ErrNotExist}
	for _, tt := range []struct {
		name string
		err  error
		opts []errgrpc.Option
		want []string
	}{
		{"nothing special", &full{}, nil, []string{"ErrorInfo", "Envelope"}},
		{"violations", lost(), nil, []string{"ErrorInfo", "PreconditionFailure", "Envelope"}},
		{"come again", &busy{time.Second}, nil, []string{"ErrorInfo", "RetryInfo", "Envelope"}},
		{"come again at once", &busy{}, nil, []string{"ErrorInfo", "Envelope"}},
		{"hooks", path, hooks, []string{"ErrorInfo", "PreconditionFailure", "RetryInfo", "Envelope"}},
		{"only violations", path, append(hooks, errgrpc.Only(errgrpc.PreconditionFailure)), []string{"PreconditionFailure"}},
		{"only what is not there", &full{}, append(hooks, errgrpc.Only(errgrpc.PreconditionFailure)), nil},
		{"nothing at all", path, append(hooks, errgrpc.Only()), nil},
		{"only violations of another server", newCodec().FromStatus(newCodec().ToStatus(lost())), []errgrpc.Option{errgrpc.Only(errgrpc.PreconditionFailure)}, []string{"PreconditionFailure"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, a := range newCodec(tt.opts...).ToStatus(tt.err).Proto().Details {
				got = append(got, string(a.MessageName().Name()))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	st := newCodec(hooks...).ToStatus(path)
	if got := find[*errdetails.RetryInfo](st)[0].RetryDelay.AsDuration(); got != time.Second {
		t.Errorf("come again after %v", got)
	}
}

// Reasons and metadata are what AIP-193 and error_details.proto demand.
func TestErrorInfo(t *testing.T) {
	okReason := regexp.MustCompile(`^[A-Z][A-Z0-9_]+[A-Z0-9]$`)
	okKey := regexp.MustCompile(`^[a-z][a-zA-Z0-9-_]+$`)
	for kind, want := range map[string]string{
		"store.missing": "STORE_MISSING", "Store/Disk-Full!": "STORE_DISK_FULL", "9p.gone": "KIND_9P_GONE",
		"a": "KIND_A", "": "GRPC_UNKNOWN", "...": "KIND", strings.Repeat("ab.", 40): strings.TrimSuffix(strings.Repeat("AB_", 21), "_"),
		"ä": "KIND",
	} {
		st := newCodec().ToStatus(errctx.New(&late{kind, errors.New("x")}, "wait",
			errctx.Safe(slog.Int("n", 1)), errctx.Safe(slog.Group("Group", "a b", "x", "9", time.Second)), errctx.Safe(slog.String(strings.Repeat("k", 99), "v")),
			errctx.Safe(slog.String("", "empty")), slog.String("private", "canary")))
		info := find[*errdetails.ErrorInfo](st)[0]
		if info.Reason != want || !okReason.MatchString(info.Reason) || len(info.Reason) > 63 {
			t.Errorf("%q has the reason %q, want %q", kind, info.Reason, want)
		}
		for k := range info.Metadata {
			if !okKey.MatchString(k) || len(k) > 64 {
				t.Errorf("the key %q", k)
			}
		}
		if diff := cmp.Diff(map[string]string{"n_": "1", "group_a_b": "x", "group_9": "1s", strings.Repeat("k", 64): "v", "a_": "empty"}, info.Metadata); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// An error of our own says for itself what it is, whatever caused it.
func TestACausesDetailsAreNotOurs(t *testing.T) {
	cause := status.New(codes.Aborted, "text")
	cause, err := cause.WithDetails(&errdetails.ErrorInfo{Reason: "FOREIGN"}, &errdetails.QuotaFailure{})
	if err != nil {
		t.Fatal(err)
	}
	st := newCodec().ToStatus(errctx.New(&late{"store.unheard_of", cause.Err()}, "wait"))
	if got := find[*errdetails.ErrorInfo](st); len(got) != 1 || got[0].Reason != "STORE_UNHEARD_OF" || len(find[*errdetails.QuotaFailure](st)) != 0 {
		t.Errorf("%v", st)
	}
}

func TestOKIsNoCodeOfAKind(t *testing.T) {
	defer func() {
		if _, ok := recover().(*wire.Misdeclared); !ok {
			t.Error("the table was taken")
		}
	}()
	errgrpc.Codes(map[string]codes.Code{"store.missing": codes.OK})
}

const canary = "canary-5d1f"

// leaky has canaries in every place that must stay at home.
func leaky() error {
	err := errctx.New[storeError](&full{Path: canary + "-path", Token: canary + "-token", Need: 1}, "write",
		slog.String("private", canary+"-attr"), errctx.Secret(slog.String("secret", canary+"-secret")),
		slog.Group("g", slog.String("inner", canary+"-group")))
	return errctx.Annotate(fmt.Errorf("%s-text: %w", canary, err), "put", slog.Any("err", errors.New(canary)))
}

func marshal(t testing.TB, st *status.Status) []byte {
	t.Helper()
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(st.Proto())
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestPrivateValuesStayAtHome(t *testing.T) {
	for name, err := range map[string]error{
		"a handle":        leaky(),
		"a join":          errors.Join(leaky(), errors.New(canary)),
		"an unknown type": errctx.Annotate(errors.New(canary), "open"),
		"in a cause":      errctx.New(&late{"store.late", leaky()}, "wait"),
	} {
		if data := marshal(t, newCodec().ToStatus(err)); bytes.Contains(data, []byte(canary)) {
			t.Errorf("%s: %q", name, data)
		}
	}
	data := marshal(t, newCodec(errgrpc.Trusted()).ToStatus(leaky()))
	for suffix, want := range map[string]bool{"-attr": true, "-group": true, "-token": false, "-secret": false} {
		if bytes.Contains(data, []byte(canary+suffix)) != want {
			t.Errorf("to a trusted peer: %s must travel: %v\n%q", suffix, want, data)
		}
	}
}

// What was sent in trust is not passed on to those who are not trusted.
func TestTrustIsNotPassedOn(t *testing.T) {
	type stranger = late // of a kind that nobody declares
	far := newCodec(errgrpc.Trusted(), errgrpc.Origin("far"))
	for name, sent := range map[string]error{
		"a declared kind":    leaky(),
		"an undeclared kind": errctx.New(&stranger{"far.stranger", errors.New(canary)}, "wait", slog.String("private", canary)),
		"a join":             errors.Join(leaky(), errors.New(canary)),
	} {
		t.Run(name, func(t *testing.T) {
			near := newCodec(errgrpc.Trusted())
			got := near.FromStatus(far.ToStatus(sent))
			if !bytes.Contains(marshal(t, near.ToStatus(got)), []byte(canary)) {
				t.Errorf("a trusted peer does not get what was sent: %+v", got)
			}
			for _, err := range []error{got, errctx.Annotate(got, "ask"), errors.Join(errors.New("x"), got)} {
				if data := marshal(t, newCodec().ToStatus(err)); bytes.Contains(data, []byte(canary)) {
					t.Errorf("%v: %q", err, data)
				}
			}
		})
	}
}

// Nor is the payload of a kind that this program cannot judge.
func TestTrustedPayloadsAreNotPassedOn(t *testing.T) {
	st, err := status.New(codes.Aborted, "text").WithDetails(&errctxpb.Envelope{Version: 1, Kind: "far.novel", Payload: []byte(`"` + canary + `"`), Trusted: true})
	if err != nil {
		t.Fatal(err)
	}
	got := newCodec().FromStatus(st)
	if data := marshal(t, newCodec().ToStatus(got)); bytes.Contains(data, []byte(canary)) || !bytes.Contains(data, []byte("far.novel")) {
		t.Errorf("%q", data)
	}
}

// The text of a client's own side has addresses in it.
func TestTheClientsSideStaysAtHome(t *testing.T) {
	conn := dial(t, "127.0.0.1:1", newCodec().DialOptions()...)
	_, err := get(t.Context(), conn, "in")
	for _, err := range []error{err, errctx.Annotate(err, "ask")} {
		st := newCodec().ToStatus(err)
		if st.Code() != codes.Unavailable || !strings.HasSuffix(st.Message(), "grpc.unavailable") || bytes.Contains(marshal(t, st), []byte("127.0.0.1")) {
			t.Errorf("%v", st)
		}
		back := newCodec().FromStatus(st)
		if k, _ := errors.AsType[errctx.Kind](back); k.ErrorKind() != "grpc.unavailable" {
			t.Errorf("%v", back)
		}
	}
}

// newer is a status of a program that is ahead of this one: its kind and a field of
// its envelope are unknown here.
func newer(t testing.TB) *status.Status {
	env := &errctxpb.Envelope{Version: 2, Kind: "store.novel", Payload: []byte(`{"a": 1}`), Layers: []*errctxpb.Layer{{Message: "open"}}, Origin: "far"}
	env.ProtoReflect().SetUnknown(protowire.AppendString(protowire.AppendTag(nil, 99, protowire.BytesType), "of a later version"))
	st, err := status.New(codes.DataLoss, "open: store.novel").WithDetails(
		&errdetails.ErrorInfo{Reason: "STORE_NOVEL", Domain: "far"}, &errdetails.QuotaFailure{}, env)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func TestUnknownKindsSurvive(t *testing.T) {
	sent := newer(t)
	c := newCodec(errgrpc.Origin("near"))
	got := c.FromStatus(sent)
	if again := c.ToStatus(got); !bytes.Equal(marshal(t, again), marshal(t, sent)) {
		t.Errorf("%v became %v", sent, again)
	}
	wrapped := c.ToStatus(errctx.Annotate(got, "ask"))
	if wrapped.Code() != codes.DataLoss || wrapped.Message() != "ask: open: store.novel" || len(find[*errdetails.QuotaFailure](wrapped)) != 1 {
		t.Errorf("with a layer: %v", wrapped)
	}
	before, after := find[*errctxpb.Envelope](sent)[0], find[*errctxpb.Envelope](wrapped)[0]
	if after.Kind != before.Kind || !bytes.Equal(after.Payload, before.Payload) || after.Version != 2 ||
		!bytes.Equal(after.ProtoReflect().GetUnknown(), before.ProtoReflect().GetUnknown()) || len(after.Layers) != 2 {
		t.Errorf("with a layer: %v", after)
	}
}

// An envelope that makes no sense makes an error of the status.
func TestMalformedEnvelopes(t *testing.T) {
	deep := &errctxpb.Envelope{Version: 1}
	for range 40 {
		deep = &errctxpb.Envelope{Version: 1, Joined: []*errctxpb.Envelope{deep}}
	}
	for name, env := range map[string]*errctxpb.Envelope{
		"no version":        {},
		"too deep":          deep,
		"too many layers":   {Version: 1, Layers: make([]*errctxpb.Layer, 1001)},
		"too many branches": {Version: 1, Joined: make([]*errctxpb.Envelope, 1001)},
		"a bad branch":      {Version: 1, Joined: []*errctxpb.Envelope{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			for i := range env.Layers {
				env.Layers[i] = &errctxpb.Layer{}
			}
			for i := range env.Joined {
				if env.Joined[i] == nil {
					env.Joined[i] = &errctxpb.Envelope{Version: 1}
				}
			}
			a, err := anypb.New(env)
			if err != nil {
				t.Fatal(err)
			}
			degraded(t, a)
		})
	}
	degraded(t, &anypb.Any{TypeUrl: "type.googleapis.com/holdfast.errctx.v1.Envelope", Value: []byte{0xff}})
	degraded(t, &anypb.Any{TypeUrl: "nowhere/unheard.Of"})
}

func degraded(t *testing.T, detail *anypb.Any) {
	t.Helper()
	st := status.FromProto(&spb.Status{Code: int32(codes.Aborted), Message: "text", Details: []*anypb.Any{detail}})
	err := newCodec().FromStatus(st)
	_, remote := errctx.Origin(err)
	k, ok := errors.AsType[errctx.Kind](err)
	if got, _ := status.FromError(err); !remote || !ok || k.ErrorKind() != "grpc.aborted" || !proto.Equal(got.Proto(), st.Proto()) || err.Error() != st.Err().Error() {
		t.Errorf("%+v", err)
	}
}

// trailers returns the size of what a status takes in the trailers of a call.
func trailers(t testing.TB, st *status.Status) int {
	return len("grpc-status-details-bin") + base64.RawStdEncoding.EncodedLen(len(marshal(t, st))) + len("grpc-message") + len(st.Message()) + 2*32
}

func TestSize(t *testing.T) {
	long := strings.Repeat("a long text ", 100)
	var many []errgrpc.Violation
	for i := range 1000 {
		many = append(many, errgrpc.Violation{Type: "MISSING", Subject: fmt.Sprintf("blobs/%064d/1", i)})
	}
	deep := lost()
	for i := range 100 {
		deep = errctx.Wrap(deep, long, errctx.Safe(slog.String(fmt.Sprint("key", i), long)), slog.String("s", long))
	}
	var branches []error
	for range 20 {
		branches = append(branches, deep)
	}
	list := errgrpc.ViolationsOf(func(*full) []errgrpc.Violation { return many })
	for name, err := range map[string]error{
		"a deep chain": deep, "a join": errors.Join(branches...), "many violations": &full{},
		"everything": errors.Join(append(branches, &full{})...),
	} {
		st := newCodec(errgrpc.Only()).ToStatus(err)
		if n := len(st.Message()); n > 512 {
			t.Errorf("%s: a message of %d bytes", name, n)
		}
		st = newCodec(list).ToStatus(err)
		if n := len(marshal(t, st)); n > errgrpc.MaxStatus {
			t.Errorf("%s: %d bytes", name, n)
		}
		if n := trailers(t, st); n > 8<<10 {
			t.Errorf("%s: %d bytes of trailers", name, n)
		}
		if _, ok := errctx.From[storeError](newCodec().FromStatus(st)); !ok {
			t.Errorf("%s: the type is lost", name)
		}
	}
	st := newCodec().ToStatus(deep)
	env := find[*errctxpb.Envelope](st)[0]
	if int(env.Dropped)+len(env.Layers) != 101 || env.DroppedAt == 0 || int(env.DroppedAt) >= len(env.Layers) || env.Layers[len(env.Layers)-1].Message != "open blob" {
		t.Errorf("%d layers, %d left out at %d", len(env.Layers), env.Dropped, env.DroppedAt)
	}
	root := errctx.New[storeError](&large{strings.Repeat("x", 20<<10)}, "read")
	if w, ok := errctx.From[storeError](newCodec().FromStatus(newCodec().ToStatus(root))); !ok || w.Root().(*large).Data != root.Root().(*large).Data {
		t.Error("a large root is lost")
	}
}

// Texts that are not UTF-8 do not spoil the status.
func TestInvalidUTF8(t *testing.T) {
	bad := "a\xff"
	err := errctx.New(&late{bad, errors.New(bad)}, bad, errctx.Safe(slog.String(bad, bad)), errctx.Safe(slog.Any("any", []string{bad})))
	st := newCodec(errgrpc.Domain(bad), errgrpc.Origin(bad), errgrpc.Trusted(), errgrpc.Class(func(error) string { return bad }),
		errgrpc.ViolationsOf(func(*late) []errgrpc.Violation { return []errgrpc.Violation{{bad, bad, bad}} })).ToStatus(err)
	marshal(t, st)
	if len(st.Details()) != 3 || newCodec().FromStatus(st) == nil {
		t.Errorf("%v", st)
	}
}

func TestClass(t *testing.T) {
	st := newCodec(errgrpc.Class(func(err error) string { return "retry elsewhere" })).ToStatus(lost())
	if env := find[*errctxpb.Envelope](st)[0]; env.Class != "retry elsewhere" {
		t.Errorf("%v", env)
	}
}

// How an error of a call is printed and logged.
func TestRendering(t *testing.T) {
	c := newCodec(errgrpc.Origin("far"))
	got := c.FromStatus(c.ToStatus(lost()))
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "err", got)
	for _, want := range []string{`"code":"NotFound"`, `"source":"server"`, `"store.missing"`, `"open blob"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is not in %s", want, log.String())
		}
	}
	if s := fmt.Sprintf("%+v", got); !strings.Contains(s, "on far") {
		t.Errorf("%s", s)
	}
	if s := fmt.Sprintf("%q %s", got, got); s != `"open blob: blob abc/3 is missing" open blob: blob abc/3 is missing` {
		t.Errorf("%s", s)
	}
	log.Reset()
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "err", c.FromStatus(status.New(codes.Aborted, "stop")))
	if !strings.Contains(log.String(), `"message":"stop"`) {
		t.Errorf("%s", log.String())
	}
}
