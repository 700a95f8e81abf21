package driver

import (
	"bytes"
	"encoding/json"
)

// document is what -json prints.
type document struct {
	Version  int        `json:"version"`
	Module   string     `json:"module,omitempty"`
	Findings []*Finding `json:"findings"`
	Summary  summary    `json:"summary"`
}

type summary struct {
	Findings int            `json:"findings"`
	Fixable  int            `json:"fixable"`
	Hidden   int            `json:"hidden"`          // by the baseline
	Fixed    map[string]int `json:"fixed,omitempty"` // by check
	Checks   map[string]int `json:"checks"`
	// Incomplete says that some packages do not compile, and were not looked at.
	Incomplete bool `json:"incomplete,omitempty"`
}

func (c *command) printJSON(r *report) error {
	d := document{Version: 1, Findings: []*Finding{}}
	if len(c.modules) == 1 {
		d.Module = c.modules[0].Path
	}
	d.Summary = summary{Findings: len(r.findings), Hidden: r.hidden, Fixed: r.fixed, Checks: map[string]int{}, Incomplete: r.failed}
	for _, f := range r.findings {
		public := *f
		public.Imports = nil
		d.Findings = append(d.Findings, &public)
		d.Summary.Checks[f.Check]++
		if f.safeFix() != nil {
			d.Summary.Fixable++
		}
	}
	data, err := encode(d)
	if err != nil {
		return err
	}
	_, err = c.stdout.Write(data)
	return err
}

// encode returns JSON for people and programs: indented, and with < and > as they are.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
