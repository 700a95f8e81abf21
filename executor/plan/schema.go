package plan

import (
	_ "embed"
	"slices"
)

//go:embed plan.schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of plans, for editors and for checks without a workspace. It
// knows the form of a plan; what only the whole of it shows, such as an unknown step or a missing file, is for [Parse].
func Schema() []byte { return slices.Clone(schema) }
