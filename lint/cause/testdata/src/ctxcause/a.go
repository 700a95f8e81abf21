package ctxcause

import (
	"context"
	"fmt"
)

type key struct{ context.Context }

func (k key) Err() error { return k.Context.Err() }

func run(parent context.Context, ch chan int) error {
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(nil)
	select {
	case <-ctx.Done():
		return ctx.Err() // want `the cause of ctx stops here: its Err does not have it, ask context.Cause`
	case <-ch:
		return fmt.Errorf("run: %w", ctx.Err()) // want `the cause of ctx stops here`
	}
}

func test(ctx context.Context) bool { return ctx.Err() != nil }
