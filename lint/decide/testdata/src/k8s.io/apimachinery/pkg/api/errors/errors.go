package errors

func IsNotFound(err error) bool { return false }
