package texts

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

var (
	ErrGone  = errors.New("gone for good")
	notFound = regexp.MustCompile(`(?i)no such host`)
	messages = []string{"a"}
	_        = apierrors.IsNotFound
	_        = io.EOF
)

func known(err error) {
	_ = strings.Contains(err.Error(), "permission denied")                     // want `decided on the text of err, which a wrap or a release may change: ask errors.Is\(err, fs.ErrPermission\)`
	_ = !strings.HasSuffix(strings.ToLower(err.Error()), "connection refused") // want `ask errors.Is\(err, syscall.ECONNREFUSED\)`
	_ = err.Error() == "EOF"                                                   // want `ask errors.Is\(err, io.EOF\)`
	_ = "EOF" != err.Error()                                                   // want `ask errors.Is\(err, io.EOF\)`
	_ = notFound.MatchString(err.Error())                                      // want `ask errors.As\(err, \*net.DNSError\)`
	_ = slices.Contains([]string{"x", "file exists"}, err.Error())             // want `ask errors.Is\(err, fs.ErrExist\)`
	_ = strings.Contains(fmt.Sprint(err), "use of closed network connection")  // want `ask errors.Is\(err, net.ErrClosed\)`
	_ = strings.Contains(fmt.Sprintf("%v", err), "broken pipe")                // want `ask errors.Is\(err, syscall.EPIPE\)`
	_ = err.Error() == ErrGone.Error()                                         // want `ask errors.Is\(err, ErrGone\)`
	_ = strings.Contains(err.Error(), "not found")                             // want `ask apierrors.IsNotFound\(err\)`
	_ = strings.Contains(err.Error(), "open /x: no such file or directory")    // want `ask errors.Is\(err, fs.ErrNotExist\)`
	_ = strings.Index(err.Error(), "code = Unavailable") >= 0                  // want `ask status.Code\(err\) == codes.Unavailable`
}

func switches(err error) int {
	switch err.Error() { // want `ask errors.Is\(err, io.EOF\)`
	case "EOF":
		return 1
	}
	switch msg := err.Error(); { // a switch without a tag
	case strings.HasPrefix(msg, "i/o timeout"): // want `ask errors.Is\(err, os.ErrDeadlineExceeded\)`
		return 2
	}
	return 0
}

func variable(err error, verbose bool) bool {
	msg := err.Error()
	if verbose {
		msg = strings.ToLower(msg)
	}
	if strings.Contains(msg, "broken pipe") { // want `decided on the text of err`
		return true
	}
	return func() bool { return strings.Contains(msg, "no space left") }() // want `ask errors.Is\(err, syscall.ENOSPC\)`
}

func pathError(err *os.PathError) bool {
	return strings.Contains(err.Error(), "is a directory") // want `ask errors.Is\(err, syscall.EISDIR\)`
}

func own() error { return fmt.Errorf("bad frobnication of %s", "x") }

func module() bool {
	err := own()
	return err != nil && strings.Contains(err.Error(), "bad frobnication") // want `which this package makes: give the error a variable or a type`
}

type generic[E error] struct{ err E }

func (g generic[E]) is() bool {
	return strings.Contains(g.err.Error(), "context canceled") // want `ask errors.Is\(g.err, context.Canceled\)`
}

// Strict profile only.

func unknown(err, other error, s string) {
	_ = strings.Contains(err.Error(), "flux capacitor") // want `decided on the text of err, which a wrap or a release may change$`
	_, e := fmt.Sscan("x", &s)
	_ = strings.Contains(e.Error(), "flux capacitor")
	_, e = os.Open("x")
	_ = strings.Contains(e.Error(), "flux capacitor") // want `decided on the text of e`
}

// Silent.

func silent(err error, out []byte, s string) {
	_ = strings.Contains(string(out), "permission denied")
	_ = err.Error() == ""
	_ = err.Error() == fmt.Errorf("x").Error()
	_ = strings.Contains(err.Error(), s)
	_, _, _ = strings.Cut(err.Error(), "flux")
	_ = strings.Contains("permission denied", s)
	_ = strings.Split(err.Error(), "\n")
	msg := err.Error()
	msg = string(out)
	_ = strings.Contains(msg, "permission denied")
	var both string
	if s == "" {
		both = err.Error()
	} else {
		both = s
	}
	_ = strings.Contains(both, "permission denied")
	fmt.Println(err.Error())
}
