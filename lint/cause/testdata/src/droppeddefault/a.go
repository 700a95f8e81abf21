package droppeddefault

import (
	"errors"
	"fmt"
	"os"
	"strconv"
)

func restated(s string) error {
	if _, err := strconv.Atoi(s); err != nil {
		return fmt.Errorf("bad number %q", s)
	}
	return nil
}

func decided(name string) error {
	_, err := os.Stat(name)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return errors.New("not there")
		}
		return errors.New("failed")
	}
	return nil
}

func nested(dir, name string) error {
	_, err := os.Stat(name)
	if err != nil {
		if _, err := os.Stat(dir); err == nil {
			return errors.New("the directory is there") // want `errors.Is and errors.As on err stop here`
		}
	}
	return nil
}
