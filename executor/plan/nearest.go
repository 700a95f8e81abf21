package plan

// Suggest returns a hint such as `did you mean "compile"?` for a name that no step
// has, and "" when none is like it.
func (p *Plan) Suggest(name string) string {
	names := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		names[i] = s.Name
	}
	return new(suggester).didYouMean(name, names)
}
