package switches

func completeBesideTests(err ownError) {
	switch err.(type) {
	case *first:
	case second:
	case third:
	}
}
