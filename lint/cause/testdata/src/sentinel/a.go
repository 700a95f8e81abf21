package sentinel

import (
	"errors"
	"os"
)

var ErrNotFound = errors.New("not found")

func find(name string) (string, error) {
	if _, err := os.Stat(name); err != nil {
		return "", ErrNotFound // want `errors.Is and errors.As on err stop here: ErrNotFound is returned instead, and does not wrap it`
	}
	return name, nil
}

func silent(name string) error {
	_, err := os.Stat(name)
	if os.IsNotExist(err) {
		return ErrNotFound
	}
	if err != nil {
		if os.IsPermission(err) {
			return ErrNotFound
		}
		return err
	}
	if err != nil && name == "" {
		return ErrNotFound
	}
	return nil
}
