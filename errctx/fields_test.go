package errctx_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/errctx"
)

// everything has a field of each sort.
type everything struct {
	Bool     bool
	Int      int8
	Uint     uint16
	Float    float32
	Text     string
	Time     time.Time
	Wait     time.Duration
	Bytes    []byte
	List     []int
	Long     [40]int
	Map      map[string]int
	Struct   struct{ A, B int }
	Pointer  *int
	Nil      *int
	Func     func()
	Any      any
	Stringer fmt.Stringer
	Err      error
	Kind     error
	Handle   storeErr
	Self     *everything
	Renamed  string `json:"other,omitempty"`
	Left     string `json:"-"`
	hidden   string
}

func (*everything) ErrorKind() string { return "test.everything" }
func (*everything) Error() string     { return "everything" }

type panicky struct{}

func (panicky) String() string               { panic("String") }
func (panicky) MarshalText() ([]byte, error) { panic("MarshalText") }

func TestFieldsOfTheRoot(t *testing.T) {
	one := 1
	e := &everything{
		Int: -1, Uint: 2, Float: 0.5, Text: "a\"b", Time: time.Unix(0, 0).UTC(), Wait: time.Second, Bytes: []byte("abc"),
		List: []int{1, 2}, Map: map[string]int{"b": 2, "a": 1}, Pointer: &one, Any: []string{"x"}, Stringer: time.Minute,
		Err: errors.New("cause"), Kind: &missing{"k"}, Handle: open(&missing{"h"}), hidden: "x", Left: "x",
	}
	var tree struct{ Fields map[string]any }
	if err := json.Unmarshal(errctx.Public.JSON(nil), &tree); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(errctx.Log.JSON(errctx.New(e, "m")), &tree); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Bool": `false`, "Int": `-1`, "Uint": `2`, "Float": `0.5`, "Text": `"a\"b"`, "Time": `"1970-01-01T00:00:00Z"`, "Wait": `"1s"`,
		"Bytes": `"3 bytes"`, "List": `[1,2]`, "Map": `{"a":1,"b":2}`, "Struct": `{"A":0,"B":0}`, "Pointer": `1`, "Nil": `null`,
		"Func": `null`, "Any": `["x"]`, "Stringer": `"1m0s"`, "Err": `{"text":"cause","type":"*errors.errorString"}`,
		"Kind": `{"kind":"test.missing","text":"missing k","type":"*errctx_test.missing"}`, "other": `""`, "Self": `null`,
	} {
		got, err := json.Marshal(tree.Fields[name])
		if err != nil || string(got) != want {
			t.Errorf("%s = %s (%v), want %s", name, got, err, want)
		}
		delete(tree.Fields, name)
	}
	if long, _ := tree.Fields["Long"].([]any); len(long) != 33 || long[32] != "… 8 more" {
		t.Errorf("Long = %v", long)
	}
	if h, _ := tree.Fields["Handle"].(map[string]any); h["message"] != "open blob: missing h" || h["layers"] == nil {
		t.Errorf("Handle = %v", h)
	}
	if len(tree.Fields) != 2 {
		t.Errorf("there is more: %v", tree.Fields)
	}
}

// Whatever stands in fields and attributes, the encoding ends, and is JSON.
func TestHostileValues(t *testing.T) {
	circle := &everything{Any: math.NaN(), Stringer: panicky{}, Func: func() {}}
	circle.Self, circle.Err = circle, circle
	w := errctx.New(circle, "m",
		slog.Any("f", func() {}), slog.Any("ch", make(chan int)), slog.Float64("inf", math.Inf(1)), slog.Any("p", panicky{}),
		slog.Any("self", circle), slog.Any("nil", nil), slog.Any("map", map[any]any{1: "a", "b": math.Inf(-1)}),
		slog.String("text", "\x00\xff\u2028"), slog.Any("valuer", endlessValuer{}), slog.Any("panics", panickyValuer{}),
		slog.Any("typed nil", (*missing)(nil)), slog.Uint64("big", math.MaxUint64), slog.Group("g"), slog.Duration("d", 1),
	)
	for name, p := range map[string]errctx.Profile{"local": errctx.Local, "log": errctx.Log, "wire": errctx.Wire, "public": errctx.Public} {
		if b := p.JSON(w); !json.Valid(b) || len(b) > 1<<16 {
			t.Errorf("%s: %d bytes: %.2000s", name, len(b), b)
		}
		if s := p.Text(w); s == "" || len(s) > 1<<16 {
			t.Errorf("%s: %d bytes of text", name, len(s))
		}
	}
	if _, err := json.Marshal(w); err != nil {
		t.Error(err)
	}
}

type endlessValuer struct{}

func (v endlessValuer) LogValue() slog.Value { return slog.AnyValue(v) }

type panickyValuer struct{}

func (panickyValuer) LogValue() slog.Value { panic("LogValue") }
