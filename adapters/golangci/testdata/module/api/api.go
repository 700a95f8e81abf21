// Package api is for other modules.
package api

import (
	"fmt"
	"os"
)

// Get says nothing new.
func Get(name string) error {
	if _, err := os.Stat(name); err != nil {
		return fmt.Errorf("stat %s: %v", name, err)
	}
	return nil
}
