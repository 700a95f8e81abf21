package imports

import "errors"

func four(err error) error {
	fmt := "shadows the package"
	_ = fmt
	return errors.New("x: " + err.Error()) // want `only the text`
}
