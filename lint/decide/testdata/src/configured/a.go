package configured

import "strings"

func _(err error) {
	_ = strings.Contains(err.Error(), "the flux capacitor") // want `ask errors.Is\(err, car.ErrFlux\)`
	_ = strings.Contains(err.Error(), "no fuel")            // want `ask car.IsEmpty\(err\)`
}
