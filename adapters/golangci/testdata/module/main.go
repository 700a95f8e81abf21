package main

import (
	"errors"
	"fmt"
	"os"

	"example.com/m/api"
)

func open() error {
	if _, err := os.Open("x"); err != nil {
		return fmt.Errorf("open: %v", err)
	}
	if _, err := os.Open("y"); err != nil {
		return errors.New(err.Error())
	}
	if _, err := os.Open("z"); err != nil {
		return fmt.Errorf("open: %v", err) //nolint:errlint // a test
	}
	return api.Get("x")
}

func main() {
	if err := open(); err != nil {
		fmt.Println(err)
	}
}
