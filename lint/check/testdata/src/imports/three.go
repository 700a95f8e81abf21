package imports

import (
	"errors"

	fmt2 "fmt"
)

var _ = fmt2.Sprint

func three(err error) error {
	fmt := "shadows the package"
	_ = fmt
	return errors.New("x: " + err.Error()) // want `only the text`
}
