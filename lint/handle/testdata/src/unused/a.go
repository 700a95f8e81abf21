// Package unused has nothing to do with errctx.
package unused

import "fmt"

func Wrap(err error, msg string) error { return fmt.Errorf("%s: %w", msg, err) }

func use(err error, path string) error {
	if err == nil {
		return Wrap(err, "x "+path)
	}
	return Wrap(err, "x "+path)
}
