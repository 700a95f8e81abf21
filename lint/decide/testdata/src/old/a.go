//go:build go1.21

package old

type T struct{ n int }

func (*T) Error() string { return "" }

func plain(err error) int {
	if t, ok := err.(*T); ok { // want `err.\(\*T\)`
		return t.n
	}
	if t, ok := err.(*T); ok { // want `err.\(\*T\)`
		return t.n
	}
	if u, ok := err.(*T); ok && u.n > 0 { // want `err.\(\*T\)`
		return u.n
	}
	if _, ok := err.(*T); ok { // want `err.\(\*T\)`
		return 1
	}
	return 0
}
