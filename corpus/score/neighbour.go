package score

import (
	"context"
	"errors"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/hashicorp/go-retryablehttp"
	"github.com/jackc/pgx/v5/pgconn"
)

// Neighbour is another answer to the question whether to try again. It knows the error only.
type Neighbour struct {
	Name  string
	Retry func(error) bool
}

// Neighbours are what else Go programs ask.
var Neighbours = []Neighbour{
	{"`Temporary()` of net.Error", temporary},
	{"aws `retry.NewStandard().IsErrorRetryable`", retry.NewStandard().IsErrorRetryable},
	{"always stop", func(error) bool { return false }},
	{"`pgconn.SafeToRetry`", pgconn.SafeToRetry},
	{"go-retryablehttp's `DefaultRetryPolicy`", func(err error) bool {
		again, _ := retryablehttp.DefaultRetryPolicy(context.Background(), nil, err)
		return again
	}},
	{"Temporal's default: all but what says that it is not retryable", func(error) bool { return true }},
}

func temporary(err error) bool {
	e, ok := errors.AsType[net.Error](err)
	//lint:ignore SA1019 deprecated, and asked all the same: that is what is measured
	return ok && e.Temporary()
}
