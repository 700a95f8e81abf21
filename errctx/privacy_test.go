package errctx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

// Two canaries. secretCanary is planted wherever a secret can be declared, and must not be in any
// output. privateCanary is planted where nothing is declared: the program's own log shows
// it, other programs and strangers must not.
const (
	secretCanary  = "canary-that-nobody-may-see"
	privateCanary = "canary-for-our-own-eyes"
)

// passkey is secret by its type.
type passkey string

func (passkey) SecretValue() {}

// serial is safe by its type.
type serial int

func (serial) SafeValue()       {}
func (s serial) String() string { return fmt.Sprintf("serial-%d", int(s)) }

// request is a value that describes itself to slog, with a secret in it.
type request struct{ password string }

func (r request) LogValue() slog.Value {
	return slog.GroupValue(slog.String("user", "bob"), errctx.Secret(slog.String("password", r.password)))
}

// confidential is an error that is secret as an attribute or a field. (Its text is not, where
// it is an error: Error methods are printed by everybody.)
type confidential struct{}

func (confidential) Error() string { return secretCanary }
func (confidential) SecretValue()  {}

// leaky is a root with secrets in its fields, in every shape.
type leaky struct {
	Path     string
	Count    int       `errctx:"safe"`
	Password string    `errctx:"secret"`
	Token    passkey   // by its type
	Tokens   []passkey // in a list
	ByName   map[string]passkey
	Nested   struct{ Inner *struct{ Token passkey } }
	Cause    error
	Hidden   string `json:"-"`
	Serial   serial
	When     time.Duration `json:"when" errctx:"safe"`
	internal string
}

func (*leaky) ErrorKind() string { return "test.leaky" }
func (*leaky) Error() string     { return "leaky " + privateCanary }

func planted() error {
	root := &leaky{
		Path: privateCanary, Count: 3, Password: secretCanary, Token: secretCanary, Tokens: []passkey{secretCanary},
		ByName: map[string]passkey{"a": secretCanary}, Cause: confidential{}, Hidden: secretCanary, Serial: 7,
		When: time.Second, internal: secretCanary,
	}
	root.Nested.Inner = &struct{ Token passkey }{secretCanary}
	inner := errctx.Wrap(errctx.New(root, "open", errctx.Secret(slog.String("password", secretCanary))), "use",
		slog.Any("token", passkey(secretCanary)),
		slog.Any("request", request{secretCanary}),
		slog.Any("header", struct{ Auth passkey }{secretCanary}),
		slog.Group("g", slog.Group("h", slog.Any("token", passkey(secretCanary))), slog.String("who", privateCanary)),
	)
	return errctx.Annotate(errors.Join(inner, errors.New("beside")), "all",
		slog.Any("cause", inner),                              // a handle as an attribute
		errctx.Safe(slog.Any("safe cause", inner)),            // and as one for everybody
		errctx.Safe(slog.Any("token", passkey(secretCanary))), // a secret stays one
		errctx.Safe(errctx.Secret(slog.Int("pin", 1234_5678))),
		errctx.Safe(slog.Group("g", slog.Any("token", passkey(secretCanary)), slog.String("phase", "open"))),
		slog.String("path", privateCanary),
		slog.Any("confidential", confidential{}),
		errctx.Safe(slog.Int("attempt", 2)),
		slog.Any("serial", serial(9)),
	)
}

func TestCanaries(t *testing.T) {
	err := planted()
	joined := errctx.Annotate(errctx.Join(
		errctx.New(&leaky{Token: secretCanary}, "a"), errctx.New(&leaky{Password: secretCanary}, "b", slog.Any("t", passkey(secretCanary))),
	), "many")
	logged := func(h func(*bytes.Buffer) slog.Handler, err error) string {
		var b bytes.Buffer
		slog.New(h(&b)).Error("m", "err", err, errctx.Secret(slog.String("direct", secretCanary)))
		return b.String()
	}
	text := func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) }
	js := func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) }
	marshal := func(err error) string {
		b, bad := json.Marshal(err)
		if bad != nil {
			t.Fatal(bad)
		}
		return string(b)
	}
	attrs := func(err error) string { // what a careless reader of the layers would print
		var b strings.Builder
		for l := range errctx.Layers(err) {
			for _, a := range l.Attrs() {
				if shown, ok := errctx.Public.Attr(a); ok {
					fmt.Fprintln(&b, shown, shown.Value.Any())
				}
			}
		}
		return b.String()
	}
	type output struct {
		name, text string
		ours       bool // for the program's own eyes
	}
	outputs := []output{
		{"%+v", fmt.Sprintf("%+v", err), true},
		{"slog text", logged(text, err), true},
		{"slog JSON", logged(js, err), true},
		{"json.Marshal", marshal(err), true},
		{"Public.Attr", attrs(err), false},
		{"joined %+v", fmt.Sprintf("%+v", joined), true},
		{"joined JSON", marshal(joined), true},
		{"joined slog", logged(js, joined) + logged(text, joined), true},
	}
	for _, p := range []errctx.Profile{errctx.Local, errctx.Log, errctx.Wire, errctx.Public, 200} {
		ours := p == errctx.Local || p == errctx.Log
		outputs = append(outputs,
			output{p.String() + " text", p.Text(err), ours},
			output{p.String() + " JSON", string(p.JSON(err)), ours})
		if !ours {
			outputs = append(outputs, output{p.String() + " line", p.Line(err), false})
		}
	}
	for _, o := range outputs {
		if strings.Contains(o.text, secretCanary) || strings.Contains(o.text, "12345678") {
			t.Errorf("%s shows a secret:\n%s", o.name, o.text)
		}
		// That the private one is there where it may be shows that the search finds what there is.
		if seen := strings.Contains(o.text, privateCanary); seen != (o.ours) {
			t.Errorf("%s: private values shown: %v\n%s", o.name, seen, o.text)
		}
		if strings.Contains(o.name, "JSON") && !json.Valid([]byte(strings.TrimSpace(o.text))) {
			t.Errorf("%s is not JSON:\n%s", o.name, o.text)
		}
	}
	for _, want := range []string{`"attempt":2`, `"serial":"serial-9"`, `"phase":"open"`, `"Count":3`, `"when":"1s"`, `"Serial":"serial-7"`} {
		if got := string(errctx.Public.JSON(err)); !strings.Contains(got, want) {
			t.Errorf("what is safe is not public: no %s in\n%s", want, got)
		}
	}
}

// What the four readers see of one error.
func TestProfiles(t *testing.T) {
	root := &leaky{Path: "/home/bob", Count: 3, Serial: 7, When: time.Second}
	err := errctx.Wrap(errctx.New(root, "open blob"), "run step",
		slog.String("path", "/home/bob"), errctx.Safe(slog.String("step", "cc")), errctx.Secret(slog.String("pin", "1")))
	for _, tt := range []struct {
		p                errctx.Profile
		line, text, json string
	}{
		{errctx.Log, "run step: open blob: leaky " + privateCanary, `run step path=/home/bob step=cc pin=[secret]
    at errctx_test.TestProfiles (errctx/privacy_test.go:N)
open blob
    at errctx_test.TestProfiles (errctx/privacy_test.go:N)
leaky canary-for-our-own-eyes [test.leaky *errctx_test.leaky]`,
			`{"message":"run step: open blob: leaky canary-for-our-own-eyes","kind":"test.leaky","type":"*errctx_test.leaky","root":"leaky canary-for-our-own-eyes",` +
				`"fields":{"Path":"/home/bob","Count":3,"Password":"[secret]","Token":"[secret]","Tokens":null,"ByName":null,"Nested":{"Inner":null},"Cause":null,"Serial":"serial-7","when":"1s"},` +
				`"layers":[{"message":"run step","function":"errctx_test.TestProfiles","file":"errctx/privacy_test.go","line":N,"attrs":{"path":"/home/bob","step":"cc","pin":"[secret]"}},` +
				`{"message":"open blob","function":"errctx_test.TestProfiles","file":"errctx/privacy_test.go","line":N}]}`},
		{errctx.Wire, "run step: open blob: test.leaky", `run step path=[private] step=cc
    at errctx_test.TestProfiles (errctx/privacy_test.go:N)
open blob
    at errctx_test.TestProfiles (errctx/privacy_test.go:N)
test.leaky [*errctx_test.leaky]`,
			`{"message":"run step: open blob: test.leaky","kind":"test.leaky","type":"*errctx_test.leaky",` +
				`"fields":{"Path":"[private]","Count":3,"Tokens":"[private]","ByName":"[private]","Nested":"[private]","Cause":"[private]","Serial":"serial-7","when":"1s"},` +
				`"layers":[{"message":"run step","function":"errctx_test.TestProfiles","file":"errctx/privacy_test.go","line":N,"attrs":{"path":"[private]","step":"cc"}},` +
				`{"message":"open blob","function":"errctx_test.TestProfiles","file":"errctx/privacy_test.go","line":N}]}`},
		{errctx.Public, "run step: open blob: test.leaky", "run step step=cc\nopen blob\ntest.leaky",
			`{"message":"run step: open blob: test.leaky","kind":"test.leaky","fields":{"Count":3,"Serial":"serial-7","when":"1s"},` +
				`"layers":[{"message":"run step","attrs":{"step":"cc"}},{"message":"open blob"}]}`},
	} {
		if got := tt.p.Line(err); got != tt.line {
			t.Errorf("%s.Line:\n got %s\nwant %s", tt.p, got, tt.line)
		}
		if got := scrub(tt.p.Text(err)); got != tt.text {
			t.Errorf("%s.Text:\n got %s\nwant %s", tt.p, got, tt.text)
		}
		if got := scrub(string(tt.p.JSON(err))); got != tt.json {
			t.Errorf("%s.JSON:\n got %s\nwant %s", tt.p, got, tt.json)
		}
	}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{storeErr(nil), ""},
		{errors.New("x /home/bob"), "internal error"},
		{errctx.Annotate(errors.New("x /home/bob"), "load"), "load: internal error"},
		{errctx.New(harmless{}, "load"), "load: the moon is full"},
	} {
		if got := errctx.Public.Line(tt.err); got != tt.want {
			t.Errorf("Public.Line(%v) = %q, want %q", tt.err, got, tt.want)
		}
	}
}

// harmless is an error whose text is for everybody.
type harmless struct{}

func (harmless) ErrorKind() string { return "test.harmless" }
func (harmless) Error() string     { return "the moon is full" }
func (harmless) SafeValue()        {}

// An attribute keeps its declaration when it is given to slog directly, or printed.
func TestDeclaredAttributesOutsideOfErrors(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, nil))
	log.Info("m", errctx.Safe(slog.Int("n", 1)), errctx.Secret(slog.String("s", secretCanary)))
	if got := b.String(); !strings.HasSuffix(got, "n=1 s=[secret]\n") {
		t.Errorf("slog: %s", got)
	}
	s := errctx.Secret(slog.String("s", secretCanary))
	for _, got := range []string{fmt.Sprint(s), fmt.Sprintf("%+v %#v %s %d", s, s, s.Value, s.Value.Any())} {
		if strings.Contains(got, secretCanary) || !strings.Contains(got, "[secret]") {
			t.Errorf("printed: %s", got)
		}
	}
	for _, tt := range []struct {
		a    slog.Attr
		want bool
	}{
		{slog.Int("n", 1), false},
		{errctx.Safe(slog.Int("n", 1)), true},
		{slog.Any("n", serial(1)), true},
		{slog.Any("n", passkey("")), false},
		{errctx.Safe(slog.Any("n", passkey(""))), false},
		{errctx.Secret(errctx.Safe(slog.Int("n", 1))), false},
		{slog.Any("n", nil), false},
	} {
		if got := errctx.IsSafe(tt.a); got != tt.want {
			t.Errorf("IsSafe(%v) = %v", tt.a, got)
		}
	}
}

// What is declared deeper inside holds, and what is not understood is hidden.
func TestDeclarationsInside(t *testing.T) {
	for name, tt := range map[string]struct {
		a    slog.Attr
		want string // of Public
	}{
		"a private field in a safe struct": {errctx.Safe(slog.Any("v", struct {
			Path string
			User string `errctx:"private"`
		}{"/p", privateCanary})), `{"v":{"Path":"/p"}}`},
		"a mistyped tag": {errctx.Safe(slog.Any("v", struct {
			A int
			B string `errctx:"Secret"`
		}{1, secretCanary})), `{"v":{"A":1}}`},
		"secret by its pointer": {errctx.Safe(slog.Any("v", byPointer{secretCanary})), ``},
		"… in a field":          {errctx.Safe(slog.Any("v", struct{ A, B any }{1, byPointer{secretCanary}})), `{"v":{"A":1}}`},
		"a safe part is no safe whole": {slog.Any("v", struct {
			serial
			User string
		}{1, privateCanary}), ``},
		"no attribute":               {slog.Attr{}, ``},
		"an empty group":             {errctx.Safe(slog.Group("g")), ``},
		"a group without a name":     {errctx.Safe(slog.Group("", slog.Int("a", 1))), `{"a":1}`},
		"a private one without name": {slog.Group("", slog.String("a", privateCanary), errctx.Safe(slog.Int("b", 1))), `{"b":1}`},
	} {
		w := errctx.New(harmless{}, "m", tt.a)
		var tree struct {
			Layers []struct{ Attrs json.RawMessage }
		}
		if err := json.Unmarshal(errctx.Public.JSON(w), &tree); err != nil {
			t.Fatal(err)
		}
		if got := string(tree.Layers[0].Attrs); got != tt.want {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
		for _, out := range []string{errctx.Public.Text(w), errctx.Wire.Text(w), string(errctx.Wire.JSON(w))} {
			if strings.Contains(out, privateCanary) || strings.Contains(out, secretCanary) {
				t.Errorf("%s: %s", name, out)
			}
		}
		if out := errctx.Local.Text(w) + string(errctx.Log.JSON(w)); strings.Contains(out, secretCanary) {
			t.Errorf("%s: %s", name, out)
		}
	}
	// An error that embeds something safe is not safe itself.
	if got := errctx.Public.Line(errctx.New(&embedsSafe{1, privateCanary}, "m")); strings.Contains(got, privateCanary) {
		t.Errorf("shown to strangers: %s", got)
	}
}

type byPointer struct{ text string }

func (*byPointer) SecretValue() {}

type embedsSafe struct {
	serial
	user string
}

func (*embedsSafe) ErrorKind() string { return "test.embeds_safe" }
func (e *embedsSafe) Error() string   { return "no access for " + e.user }
