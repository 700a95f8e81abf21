package switches

// fake is a variant that only tests have.
type fake struct{}

func (fake) own()          {}
func (fake) Error() string { return "fake" }

var _ ownError = fake{}
