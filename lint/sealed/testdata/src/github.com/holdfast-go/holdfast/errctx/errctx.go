// Package errctx has the signatures that matter.
package errctx

type Kind interface {
	error
	ErrorKind() string
}

type WithContext[E error] interface {
	error
	Unwrap() error
	Root() E
	handle()
}

func New[K Kind](root K, msg string) WithContext[K] { return nil }
