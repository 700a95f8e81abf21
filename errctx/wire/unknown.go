package wire

import (
	"errors"
	"log/slog"

	"github.com/holdfast-go/holdfast/errctx"
)

// Unknown is an error of a kind that this program does not know, or one of a type that
// the sender's sums do not declare. Encoded again it is what it was, byte for byte.
//
// A sum that travels has a variant for it:
//
//	type Unknown struct{ *wire.Unknown }
//
//	func (Unknown) storeError() {}
type Unknown struct {
	env      *Envelope
	branches []error
}

// ErrorKind returns the kind that the sender wrote, or "errctx.unknown" if there is none.
func (u *Unknown) ErrorKind() string {
	if u == nil || u.env == nil || u.env.Kind == "" {
		return "errctx.unknown"
	}
	return u.env.Kind
}

// Error says what is known: the text if the sender sent it, else the kind or the type.
func (u *Unknown) Error() string {
	if u == nil || u.env == nil {
		return "unknown error"
	}
	switch e := u.env; {
	case e.Text != "":
		return e.Text
	case len(u.branches) > 0:
		return errors.Join(u.branches...).Error()
	case e.Kind != "":
		return "error of the unknown kind " + e.Kind
	case e.Type != "":
		return "error of type " + e.Type
	default:
		return "unknown error"
	}
}

// Payload returns what the sender's codec wrote, as JSON; nil if there was nothing.
func (u *Unknown) Payload() []byte {
	if u == nil || u.env == nil {
		return nil
	}
	return u.env.Payload
}

// Unwrap returns the branches if the sender's error was a join that no sum declares.
func (u *Unknown) Unwrap() []error {
	if u == nil {
		return nil
	}
	return u.branches
}

// wireUnknown is how an Unknown is found in the variants that embed it.
func (u *Unknown) wireUnknown() *Unknown { return u }

type unknown interface{ wireUnknown() *Unknown }

// restore puts a root into the layers that came with it.
func restore[K errctx.Kind](root K, e *Envelope) errctx.WithContext[K] {
	records := make([]errctx.Record, len(e.Layers))
	for i, l := range e.Layers {
		r := &records[i]
		*r, r.Attrs = l.Record, nil
		for _, a := range l.Attrs {
			r.Attrs = append(r.Attrs, errctx.Safe(a))
		}
		r.Attrs = append(r.Attrs, l.Private...)
		if e.Dropped > 0 && i == min(e.DroppedAt, len(e.Layers)-1) {
			r.Attrs = append(r.Attrs, errctx.Safe(slog.Int("layers_left_out", e.Dropped)))
		}
	}
	return errctx.Restore(root, e.Origin, records...)
}

// Foreign is an error that stood in a field of one that was sent: a cause. It says
// what the sender saw, and matches nothing here: the sender's syscall.ENOSPC is no
// full disk of ours.
type Foreign struct {
	Type string `json:"type"`           // Go's name of the type
	Kind string `json:"kind,omitempty"` // of an errctx.Kind
	Text string `json:"text,omitempty"` // what its Error method returned; from a [Trusted] sender, or where it is a constant
	// Private says that the text was sent in trust. It is not passed on to others.
	Private bool `json:"private,omitempty"`
}

func (f *Foreign) Error() string {
	if f.Text == "" {
		return "error of type " + f.Type
	}
	return f.Text
}

// ErrorKind returns the kind of the sender's error, or "errctx.foreign" if it had none.
func (f *Foreign) ErrorKind() string {
	if f.Kind == "" {
		return "errctx.foreign"
	}
	return f.Kind
}
