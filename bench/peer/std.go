package peer

import (
	"errors"
	"fmt"
)

// std is the standard library: fmt.Errorf with %w. Attributes are text.
func std() Peer {
	return of(Peer{
		Name: "fmt.Errorf %w",
		Path: "errors",
		Uses: `fmt.Errorf("…: %w", err)`,
	}, api[error]{
		first: func(f *Fault) error { return fmt.Errorf("open blob: %w", f) },
		more:  func(err error) error { return fmt.Errorf("open blob: %w", err) },
		attrs: func(err error) error { return fmt.Errorf("open blob "+attrText+": %w", Digest, Size, Took, err) },
		root:  as,
		any:   func(err error) error { return fmt.Errorf("open blob: %w", err) },
		ten: func(f *Fault) error {
			err := fmt.Errorf("open blob: %w", f)
			err = fmt.Errorf("read chunk: %w", err)
			err = fmt.Errorf("fetch input: %w", err)
			err = fmt.Errorf("materialise input: %w", err)
			err = fmt.Errorf("prepare sandbox: %w", err)
			err = fmt.Errorf("run action: %w", err)
			err = fmt.Errorf("build target: %w", err)
			err = fmt.Errorf("build package: %w", err)
			err = fmt.Errorf("run plan: %w", err)
			return fmt.Errorf("serve request: %w", err)
		},
	})
}

// as is how one gets at a typed root where layers are errors.
func as(err error) error {
	f, _ := errors.AsType[*Fault](err)
	return f
}
