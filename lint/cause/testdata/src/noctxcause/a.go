package noctxcause

import "context"

func run(ctx context.Context) error { return ctx.Err() }
