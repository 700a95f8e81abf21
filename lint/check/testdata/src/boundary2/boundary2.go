// Package boundary2 is named by the configuration.
package boundary2

import "fmt"

type server struct{}

func (s *server) reply(err error) error { return fmt.Errorf("x: %v", err) }

func other(err error) error { return fmt.Errorf("x: %v", err) } // want `err is formatted`
