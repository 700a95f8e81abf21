package classify

// Mark puts an explicit decision on an error, for the one place that knows what
// the value cannot say: who sent the kill, whether we are stopping, whether a
// missing row is an answer. Seen from the outside, the mark comes before every
// rule that would have matched inside.
//
// The mark is a link of the chain that errors.Is, As and AsType look through:
// they find what they found before. It stays where it was put, so context added
// over it keeps it ([errctx.Annotate], fmt.Errorf with %w), while what digs below
// it leaves it behind (errctx.From, errors.AsType, a handle's Root). Mark last,
// at the decider.
//
// Mark returns nil when err is nil, and err itself when d is None.
func Mark(err error, d Decision) error {
	v := verdictOf(d)
	if err == nil || v.Class == None {
		return err
	}
	return &marked{err: err, v: v}
}

type marked struct {
	err error
	v   Verdict
}

func (m *marked) Error() string { return m.err.Error() }
func (m *marked) Unwrap() error { return m.err }

// Transparent keeps the type from being shown in place of the error's.
func (m *marked) Transparent() {}
