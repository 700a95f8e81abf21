package compare

import "github.com/holdfast-go/holdfast/bench/peer"

var nesting = Feature{
	Name: "A wrapped error is not taken for a root",
	Doc:  "Yes: to start a chain on what is a chain already does not compile.",
	probe: func(p peer.Peer) Outcome {
		s := snippets[p.Name]
		expr := put(s.start, put(s.start, "fault"))
		if err := s.compiles("_ = " + expr); err != nil {
			return yes("`%s`: %v", expr, err)
		}
		return no("`%s` compiles", expr)
	},
	special: map[string]func() Outcome{
		"errctx": func() Outcome {
			s := snippets["errctx"]
			for _, expr := range []string{
				`errctx.Adopt(errctx.New(fault, "m"), "m")`,
				`errctx.AdoptValue(errctx.New(fault, "m"), "m")`,
				`errctx.Map(errctx.New(fault, "m"), func(f *Fault) errctx.WithContext[*Fault] { return errctx.New(f, "m") })`,
				`errctx.New(errctx.New(fault, "m"), "m")`,
			} {
				if err := s.compiles("_ = " + expr); err == nil {
					return no("`%s` compiles", expr)
				}
			}
			err := s.compiles(`_ = errctx.New(errctx.New(fault, "m"), "m")`)
			return yes("New, Adopt, AdoptValue and Map of a handle do not compile: %v", err)
		},
	},
}
