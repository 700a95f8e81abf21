package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"

	"github.com/holdfast-go/holdfast/classify"
)

// The same "connection refused" ends the daemon if the database said it, moves an item if
// it was a worker, and is noted if it was the mirror.
var policy = classify.Must(classify.New(classify.Role{
	Name: "daemon",
	Can: classify.SetOf(classify.Cancelled, classify.Drop, classify.BestEffort, classify.RetryHere,
		classify.RetryElsewhere, classify.Fail, classify.Fatal),
	Edges: []classify.Edge{
		{Name: "database", Packs: network, Do: classify.Every(classify.Fatal)},
		{Name: "worker", Packs: network, Do: classify.Every(classify.RetryElsewhere)},
		{Name: "mirror", Packs: network, Do: classify.Every(classify.BestEffort), Default: classify.BestEffort},
		{Name: "message", Packs: network, Do: classify.Every(classify.Drop), Default: classify.Drop, Item: true},
		{Name: "inbox", Packs: network, Do: classify.Every(classify.RetryHere)},
	},
}))

// network says what is wrong with a peer, whoever it is.
var network = []classify.Pack{{Name: "network", Rules: []classify.Rule{
	classify.KindIs("timeout", os.ErrDeadlineExceeded, classify.Timeout),
	classify.KindIs("hang-up", io.EOF, classify.Interrupted),
	classify.KindFunc("peer", func(e *net.OpError) classify.Finding {
		switch {
		case errors.Is(e, context.Canceled): // a dial of ours, which is no fault of the peer's
			return classify.Finding{Kind: classify.Stopped}
		case e.Timeout():
			return classify.Finding{Kind: classify.Timeout}
		case e.Op == "dial":
			return classify.Finding{Kind: classify.Unavailable}
		default:
			return classify.Finding{Kind: classify.Interrupted}
		}
	}),
	classify.KindOn[*badReply]("bad reply", classify.Corrupt),
	classify.KindOn[*badMessage]("bad message", classify.Invalid),
	classify.KindOn[*httpStatus]("status", classify.Unavailable),
}}}
