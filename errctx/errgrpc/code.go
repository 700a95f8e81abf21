package errgrpc

import (
	"context"
	"strings"
	"unicode"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/holdfast-go/holdfast/errctx"
)

// carrier is an error that has a status already.
type carrier interface {
	error
	GRPCStatus() *status.Status
}

// carried returns the status that err itself carries, if it is one of an error.
func carried(err error) (carrier, codes.Code) {
	if c, ok := err.(carrier); ok {
		if code := c.GRPCStatus().Code(); code != codes.OK {
			return c, code
		}
	}
	return nil, codes.OK
}

// maxVisits bounds a walk over foreign errors: a chain may be cyclic.
const maxVisits = 10_000

// code returns the code of an error: from the outside in, what a carried status, the table or the
// context package says first. Of a join it is what all branches agree on, so that
// their order makes no difference.
//
// from is the error whose status it is, unless an error with a kind of its own is
// around that one: then the status is only the cause.
func (c *Codec) code(err error, visits *int) (code codes.Code, from carrier) {
	own := false
	for ; err != nil && *visits > 0; *visits-- {
		if from, code := carried(err); from != nil {
			if own {
				return code, nil
			}
			return code, from
		}
		if k, ok := err.(errctx.Kind); ok {
			own = true
			if code, ok := c.codes[k.ErrorKind()]; ok {
				return code, nil
			}
		}
		switch err {
		case context.Canceled:
			return codes.Canceled, nil
		case context.DeadlineExceeded:
			return codes.DeadlineExceeded, nil
		}
		switch u := err.(type) {
		case interface{ Unwrap() error }:
			err = u.Unwrap()
		case interface{ Unwrap() []error }:
			*visits--
			return c.agreed(u.Unwrap(), visits), nil
		default:
			return codes.Unknown, nil
		}
	}
	return codes.Unknown, nil
}

func (c *Codec) agreed(branches []error, visits *int) codes.Code {
	agreed := codes.OK
	for _, b := range branches {
		if b == nil {
			continue
		}
		switch code, _ := c.code(b, visits); agreed { // the second one is who says so, and no fault
		case codes.OK:
			agreed = code
		case code:
		default:
			return codes.Unknown
		}
	}
	if agreed == codes.OK {
		return codes.Unknown
	}
	return agreed
}

// kindOf returns the kind of an error of which only the code is known: "grpc.deadline_exceeded".
func kindOf(code codes.Code) string { return "grpc." + snake(code.String()) }

// snake turns DeadlineExceeded into deadline_exceeded.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(rune(name[i-1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Trim(strings.Map(wordly, b.String()), "_")
}

// wordly replaces what is no letter or digit.
func wordly(r rune) rune {
	if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return r
	}
	return '_'
}
