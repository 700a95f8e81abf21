package provoke

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

var selfRows = map[string]provocation{
	"ctx-attempt-deadline": func(ctx context.Context, _ *Env) error {
		attempt, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		<-attempt.Done()
		return fmt.Errorf("attempt: %w", attempt.Err())
	},
	"ctx-foreign-canceled": func(context.Context, *Env) error {
		foreign, cancel := context.WithCancel(context.Background())
		cancel()
		return fmt.Errorf("rpc: %w", foreign.Err())
	},
	"panic-index": func(context.Context, *Env) (err error) {
		defer func() { err, _ = recover().(error) }()
		three := make([]int, 0, 3)
		return fmt.Errorf("%d", three[cap(three)])
	},
	"panic-nil-map": func(context.Context, *Env) (err error) {
		defer func() { err, _ = recover().(error) }()
		var none map[string]int
		none["x"] = 1
		return nil
	},
	"dec-json-unsupported": func(context.Context, *Env) error {
		_, err := json.Marshal(make(chan int))
		return err
	},
}
