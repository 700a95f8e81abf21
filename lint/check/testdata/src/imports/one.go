// Package imports needs imports that it does not have.
package imports

import (
	"errors"
	"os"

	. "strings"
)

func one(name string, err error) error {
	if _, err := os.Stat(name); err != nil {
		return errors.New("x: " + err.Error()) // want `only the text`
	}
	return errors.New(ToUpper(name))
}
