package flatten_test

import (
	"testing"

	"github.com/holdfast-go/holdfast/lint/checktest"
	"github.com/holdfast-go/holdfast/lint/flatten"
)

func TestVerb(t *testing.T)        { checktest.Run(t, flatten.Family, "verb") }
func TestText(t *testing.T)        { checktest.Run(t, flatten.Family, "texts") }
func TestLiteral(t *testing.T)     { checktest.Run(t, flatten.Family, "literal") }
func TestConstructor(t *testing.T) { checktest.Run(t, flatten.Family, "wrap", "constructor") }
func TestStatus(t *testing.T)      { checktest.Run(t, flatten.Family, "status") }
