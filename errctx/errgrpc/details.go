package errgrpc

import (
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/holdfast-go/holdfast/errctx"
)

// details are those of one status that is being made.
type details struct {
	list []*anypb.Any
	room int // bytes that are left for what may be left out
}

// overhead is what an Any costs in a status beside its parts: tags and lengths.
const overhead = 16

func (d *details) append(a *anypb.Any) {
	d.list = append(d.list, a)
	d.room -= len(a.TypeUrl) + len(a.Value) + overhead
}

func (d *details) add(m proto.Message) {
	a := &anypb.Any{}
	if anypb.MarshalFrom(a, m, proto.MarshalOptions{Deterministic: true}) == nil {
		d.append(a)
	}
}

// take moves those of the carried details that are of m's type, and reports whether there are any.
func (d *details) take(carried *[]*anypb.Any, m proto.Message) bool {
	before := len(*carried)
	*carried = slices.DeleteFunc(*carried, func(a *anypb.Any) bool {
		if a.MessageIs(m) {
			d.append(a)
			return true
		}
		return false
	})
	return len(*carried) < before
}

// standard are the details of the standard, in their order.
var standard = [...]struct {
	message proto.Message // of their type
	of      func(c *Codec, s subject, room int) proto.Message
}{
	ErrorInfo:           {&errdetails.ErrorInfo{}, (*Codec).errorInfo},
	PreconditionFailure: {&errdetails.PreconditionFailure{}, (*Codec).preconditionFailure},
	RetryInfo:           {&errdetails.RetryInfo{}, (*Codec).retryInfo},
}

// subject is what a status is about.
type subject struct {
	err  error
	kind string // not empty
}

// maxMetadata bounds the metadata of an ErrorInfo, in bytes.
const maxMetadata = 1 << 10

func (c *Codec) errorInfo(s subject, _ int) proto.Message {
	info := &errdetails.ErrorInfo{Reason: reason(s.kind), Domain: valid(c.domain)}
	left := maxMetadata
	for l := range errctx.Layers(s.err) {
		for _, a := range l.Attrs() {
			if shown, ok := errctx.Wire.Attr(a); ok && errctx.IsSafe(a) {
				addMetadata(info, shown, "", &left)
			}
		}
	}
	return info
}

// addMetadata adds a safe attribute. Of several with one name the outermost is sent.
func addMetadata(info *errdetails.ErrorInfo, a slog.Attr, prefix string, left *int) {
	key := prefix + a.Key
	if a.Value.Kind() == slog.KindGroup {
		for _, m := range a.Value.Group() {
			addMetadata(info, m, key+"_", left)
		}
		return
	}
	key, value := metadataKey(key), valid(a.Value.String())
	if _, ok := info.Metadata[key]; ok || len(key)+len(value) > *left {
		return
	}
	*left -= len(key) + len(value)
	if info.Metadata == nil {
		info.Metadata = map[string]string{}
	}
	info.Metadata[key] = value
}

// metadataKey makes a key that matches [a-z][a-zA-Z0-9-_]+ and has at most 64 characters, as
// error_details.proto demands.
func metadataKey(key string) string {
	b := []byte(strings.Map(func(r rune) rune {
		if r == '-' {
			return r
		}
		return wordly(r)
	}, key))
	switch {
	case len(b) == 0 || b[0] == '-' || b[0] == '_' || unicode.IsDigit(rune(b[0])):
		b = append([]byte("a_"), b...)
	case len(b) == 1:
		b = append(b, '_')
	}
	b[0] |= 'a' - 'A'
	return string(b[:min(len(b), 64)])
}

// reason makes a reason that matches [A-Z][A-Z0-9_]+[A-Z0-9] and has at most 63 characters, as
// AIP-193 demands.
func reason(kind string) string {
	s := strings.Trim(strings.ToUpper(strings.Map(wordly, kind)), "_")
	if len(s) < 3 || unicode.IsDigit(rune(s[0])) {
		s = strings.TrimRight("KIND_"+s, "_")
	}
	return strings.TrimRight(s[:min(len(s), 63)], "_")
}

func (c *Codec) preconditionFailure(s subject, room int) proto.Message {
	failure := &errdetails.PreconditionFailure{}
	room -= len("type.googleapis.com/google.rpc.PreconditionFailure") + overhead
	for _, v := range first(c.violations, s.err, func(vs []Violation) bool { return len(vs) > 0 }) {
		violation := &errdetails.PreconditionFailure_Violation{
			Type: valid(v.Type), Subject: valid(v.Subject), Description: valid(v.Description),
		}
		if room -= proto.Size(violation) + 4; room < 0 {
			break
		}
		failure.Violations = append(failure.Violations, violation)
	}
	if failure.Violations == nil {
		return nil
	}
	return failure
}

func (c *Codec) retryInfo(s subject, _ int) proto.Message {
	if after := first(c.retryAfter, s.err, func(d time.Duration) bool { return d > 0 }); after > 0 {
		return &errdetails.RetryInfo{RetryDelay: durationpb.New(after)}
	}
	return nil
}

// first returns the first answer that says something.
func first[T any](hooks []func(error) T, err error, says func(T) bool) (none T) {
	for _, ask := range hooks {
		if t := ask(err); says(t) {
			return t
		}
	}
	return none
}

// valid makes a text fit for protobuf.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
