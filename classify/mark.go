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
// A mark decides what is done and leaves the rest to the error: the edge is the one that the error came
// through, unless a [Verdict] names another. By a bare [Class] the outcome is as unknown as
// it is without the mark; a Verdict says so in its OutcomeUnknown, or denies it.
//
// Mark returns nil when err is nil, and err itself when d is None.
func Mark(err error, d Decision) error {
	v := verdictOf(d)
	if err == nil || v.Class == None {
		return err
	}
	_, bare := d.(Class)
	return &marked{err, v, bare}
}

type marked struct {
	err  error
	v    Verdict
	bare bool // a class and no more
}

func (m *marked) Error() string { return m.err.Error() }
func (m *marked) Unwrap() error { return m.err }

// Transparent keeps the type from being shown in place of the error's.
func (m *marked) Transparent() {}
