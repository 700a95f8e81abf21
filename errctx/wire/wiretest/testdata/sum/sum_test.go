package sum

// Test is no variant: it is not there outside of tests.
type Test struct{}

func (Test) sampleError() {}
