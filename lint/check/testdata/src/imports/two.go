package imports

import "errors"

func two(err error) error {
	return errors.New("x: " + err.Error()) // want `only the text`
}
