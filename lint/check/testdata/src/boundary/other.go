package boundary

import "fmt"

func two(err error) error { return fmt.Errorf("x: %v", err) }
