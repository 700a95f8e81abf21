// Command demo loses errors.
package main

import (
	"errors"
	"fmt"
	"os"

	"example.com/demo/store"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	for _, name := range args {
		if err := load(name); err != nil {
			return fmt.Errorf("run %s: %v", name, err) // a verb that keeps the text
		}
	}
	if err := store.Check(len(args)); err == store.ErrFull { // a comparison
		return nil
	}
	return nil
}

func load(name string) error {
	if _, err := os.ReadFile(name); err != nil {
		return errors.New("load: " + err.Error()) // a copy of the text
	}
	return nil
}
