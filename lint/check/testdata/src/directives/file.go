package directives

import "fmt"

//lint:file-ignore errlint all of it is old

func old(err error) error { return fmt.Errorf("x: %v", err) }
