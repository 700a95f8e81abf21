package wire

import (
	"reflect"
	"strconv"

	"github.com/holdfast-go/holdfast/errctx"
)

// Registry encodes plain errors, and decodes them without knowing which sum they are of.
// It is immutable.
type Registry struct{ sums []Declared }

// NewRegistry returns the registry of these sums. Where two of them declare the same
// type or the same kind, the first one is used.
func NewRegistry(sums ...Declared) *Registry { return &Registry{sums} }

// Encode returns err as JSON, nil for nil. The outermost error in err's chain that a sum declares is
// the root; joins are entered. An error that no sum declares keeps its kind, the name of
// its type, and its layers: it arrives as an [Unknown].
func (r *Registry) Encode(err error, opts ...Option) []byte {
	if err == nil {
		return nil
	}
	return r.envelope(newEncoder(opts), err).encode()
}

// Decode returns the error that data is: a handle on the sum that declares its kind, a
// WithContext[*errctx.Joined[E]] if it was one, else a WithContext[*Unknown]; or a [*Malformed] if
// data is no envelope. [errctx.From] and errors.AsType find what is in it.
func (r *Registry) Decode(data []byte) (error, MalformedErr) {
	env, bad := Parse(data)
	if bad != nil {
		return nil, bad
	}
	return r.restore(&decoder{}, env), nil
}

// Envelope is Encode for other formats than JSON.
func (r *Registry) Envelope(err error, opts ...Option) *Envelope {
	env := r.envelope(newEncoder(opts), err)
	return env.fit(len(env.AppendJSON(nil)))
}

// Restore is Decode for other formats than JSON.
func (r *Registry) Restore(env *Envelope) error { return r.restore(&decoder{}, env.checked()) }

// maxChain bounds the walk over an error's chain, which may be cyclic.
const maxChain = 10_000

func (r *Registry) envelope(e *encoder, err error) (env *Envelope) {
	given := reflect.TypeOf(err).String()
	defer func() {
		if recover() != nil { // in a method of somebody's error
			env = e.envelope()
			env.Type = given
		}
	}()
	var layers []errctx.Layer
	outermost := err
	for range maxChain {
		own, root := errctx.Split(err)
		for l := range own {
			layers = append(layers, l)
		}
		if outermost == err {
			outermost = root
		}
		if env := r.root(e, root, layers); env != nil {
			return env
		}
		u, ok := root.(interface{ Unwrap() error })
		if !ok {
			break
		}
		if err = u.Unwrap(); err == nil {
			break
		}
	}
	env = e.undeclared(outermost)
	e.layers(env, layers)
	return env
}

// root returns the envelope of a root that is declared, unknown or a join.
func (r *Registry) root(e *encoder, root error, layers []errctx.Layer) *Envelope {
	if u, ok := root.(unknown); ok {
		return r.again(e, u.wireUnknown(), layers)
	}
	for _, s := range r.sums {
		if s.declares(root) {
			env := s.payload(e, root)
			e.layers(env, layers)
			return env
		}
	}
	j, ok := root.(interface{ Unwrap() []error })
	if !ok || e.depth >= maxDepth || e.branches >= maxRead {
		return nil
	}
	env := e.undeclared(root)
	env.Text = "" // the branches say it
	e.layers(env, layers)
	env.Joined = []*Envelope{}
	e.depth++
	defer func() { e.depth-- }()
	left := 0
	for _, branch := range flat(j.Unwrap()) {
		if e.branches++; e.branches > maxRead-1 {
			left++
			continue
		}
		env.Joined = append(env.Joined, r.envelope(e, branch))
	}
	if left > 0 {
		env.Joined = append(env.Joined, &Envelope{Version: version, Kind: "errctx.left_out", Text: strconv.Itoa(left) + " more errors"})
	}
	return env
}

// flat returns the branches of a join, and in place of foreign joins among them theirs: errors.Join
// in a loop makes one as deep as the loop is long.
func flat(branches []error) []error {
	visits := maxRead
	return appendFlat(nil, branches, &visits)
}

func appendFlat(all, branches []error, visits *int) []error {
	for _, b := range branches {
		if b == nil {
			continue
		}
		inner, join := b.(interface{ Unwrap() []error })
		if _, kind := b.(errctx.Kind); join && !kind && *visits > 0 {
			*visits--
			all = appendFlat(all, inner.Unwrap(), visits)
			continue
		}
		all = append(all, b)
	}
	return all
}

// again returns the envelope of an unknown error. What is known of its branches is encoded anew
// if it is not passed on as it is.
func (r *Registry) again(e *encoder, u *Unknown, layers []errctx.Layer) *Envelope {
	env := e.again(u, layers)
	if env == u.env || len(u.branches) == 0 {
		return env
	}
	env.Joined = make([]*Envelope, len(u.branches))
	e.depth++
	defer func() { e.depth-- }()
	for i, branch := range u.branches {
		env.Joined[i] = r.envelope(e, branch)
	}
	return env
}

func (r *Registry) restore(d *decoder, env *Envelope) error {
	for _, s := range r.sums {
		if s.knows(env.Kind) {
			return s.decode(d, env)
		}
	}
	if env.Joined == nil {
		return restore(&Unknown{env: env}, env)
	}
	branches := make([]error, len(env.Joined))
	for i, j := range env.Joined {
		branches[i] = r.restore(d, j)
	}
	if env.Kind == joinedKind && len(branches) > 0 {
		for _, s := range r.sums {
			if err, ok := s.join(branches, env); ok {
				return err
			}
		}
	}
	return restore(&Unknown{env, branches}, env)
}

// joinedKind is that of errctx.Joined, whatever its branches.
var joinedKind = (*errctx.Joined[errctx.Kind])(nil).ErrorKind()
