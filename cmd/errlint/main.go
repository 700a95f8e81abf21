// Command errlint finds the places where an error stops being an error. See "errlint -help", and
// docs/lint for what it reports.
package main

import (
	"os"

	"github.com/holdfast-go/holdfast/lint"
	"github.com/holdfast-go/holdfast/lint/driver"
)

func main() {
	os.Exit(driver.Main(driver.Suite{Checks: lint.Checks(), Analyzers: lint.Analyzers}))
}
