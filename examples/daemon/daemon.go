package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/supervise"
	"github.com/holdfast-go/holdfast/errctx"
)

// places is where the daemon finds what it depends on, and where it is found.
type places struct {
	inbox, database, mirror string
	workers                 map[string]string // name to address
}

// counts is what the daemon did, over all its lives.
type counts struct{ done, retried, degraded, dropped atomic.Int64 }

type daemon struct {
	places
	counts  *counts
	db      *database
	mirror  *mirror
	workers chan *worker // those that have nothing to do
	tasks   *supervise.Supervisor
}

type worker struct {
	client
	name string
}

// serve runs the daemon until ctx is done, or it dies.
func serve(ctx context.Context, p places, c *counts, notify func(supervise.End)) *supervise.Report {
	d := &daemon{
		places:  p,
		counts:  c,
		db:      &database{client{edge: "database", addr: p.database}},
		mirror:  &mirror{url: "http://" + p.mirror, http: &http.Client{Transport: &http.Transport{}}},
		workers: make(chan *worker, len(p.workers)),
	}
	defer d.db.Close()
	defer d.mirror.http.CloseIdleConnections()
	for name, addr := range p.workers {
		w := &worker{client{edge: "worker", addr: addr}, name}
		defer w.Close()
		d.workers <- w
	}

	s := supervise.New(policy, supervise.Options{Grace: 2 * time.Second, Handlers: 8, Notify: notify})
	s.Critical("heartbeat", d.heartbeat)
	s.Critical("dispatcher", d.dispatch)
	s.Restarted("inbox", d.listen, supervise.Backoff{Min: 20 * time.Millisecond})
	s.BestEffort("announcement", d.announce)
	d.tasks = s
	return s.Run(ctx)
}

// heartbeat notices a database that is gone while nobody needs it.
func (d *daemon) heartbeat(ctx context.Context) error {
	for {
		if err := d.db.do(ctx, "PING", ""); err != nil {
			return err
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}

// dispatch gives items to workers. Each attempt is a session of its own.
func (d *daemon) dispatch(ctx context.Context) error {
	if err := d.db.recover(ctx); err != nil { // what an earlier life has left half done
		return err
	}
	for {
		var w *worker
		select {
		case w = <-d.workers:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		i, found, err := d.db.take(ctx)
		switch {
		case err != nil:
			return err
		case !found, i.not == w.name && len(d.workers) > 0:
			d.workers <- w
			if found { // another one is free
				if err := d.db.back(ctx, i, i.not); err != nil {
					return err
				}
			}
			if err := sleep(ctx, 5*time.Millisecond); err != nil {
				return err
			}
		default:
			d.start(i, w)
		}
	}
}

// start has a worker carry out an item. If that fails the item goes back to the queue, and
// the worker is left alone for a while.
func (d *daemon) start(i item, w *worker) {
	attempt := func(ctx context.Context) error {
		result, err := w.carryOut(ctx, i)
		if err != nil {
			return errctx.Annotate(err, "carry out item", slog.Int("item", i.id), slog.String("worker", w.name))
		}
		note := "complete"
		if err := d.mirror.store(ctx, fmt.Sprint("item-", i.id), result); err != nil {
			// The item succeeds without, and its result says so. Whether that is all right is the policy's decision.
			v := policy.Classify(ctx, err)
			if v.Class != classify.BestEffort {
				return err
			}
			d.counts.degraded.Add(1)
			note = "without mirror: " + v.Kind.String()
		}
		if err := d.db.done(ctx, i, note); err != nil {
			return err
		}
		d.counts.done.Add(1)
		d.workers <- w
		return nil
	}
	giveBack := func(ctx context.Context, end supervise.End) error {
		if end.Action == supervise.Requeued {
			d.counts.retried.Add(1)
			d.tasks.BestEffort("rest for a worker", func(ctx context.Context) error {
				err := sleep(ctx, 100*time.Millisecond)
				d.workers <- w
				return err
			})
		}
		return d.db.back(ctx, i, w.name)
	}
	if !d.tasks.Session("item on worker "+w.name, attempt, giveBack) {
		d.workers <- w // we are stopping; the next life recovers the item
	}
}

// listen takes messages: one a line. Each is a handler of its own.
func (d *daemon) listen(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.inbox)
	if err != nil {
		return errctx.Annotate(classify.Dep("inbox", err), "open inbox")
	}
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx) // we closed it
			}
			_ = l.Close()
			return errctx.Annotate(classify.Dep("inbox", err), "accept message")
		}
		if !d.tasks.Handle("message", func(ctx context.Context) error { return d.receive(ctx, conn) }) {
			_ = conn.Close() // nobody will read from it
		}
	}
}

func (d *daemon) receive(ctx context.Context, conn net.Conn) error {
	defer func() { _ = conn.Close() }()
	err := conn.SetDeadline(time.Now().Add(patience))
	if err != nil {
		return classify.Dep("message", err)
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return classify.Dep("message", err)
	}
	text, err := parse(strings.TrimSpace(line))
	if err != nil {
		d.counts.dropped.Add(1)
		_, _ = fmt.Fprintln(conn, "BAD") // the sender may have left
		return err
	}
	if err := d.db.put(ctx, text); err != nil {
		return err
	}
	_, err = fmt.Fprintln(conn, "OK")
	return classify.Dep("message", err)
}

// announce tells the mirror that we are here, for those who look.
func (d *daemon) announce(ctx context.Context) error {
	return d.mirror.store(ctx, "daemon", "here since "+time.Now().Format(time.RFC3339))
}

// sleep returns nil after d, or why ctx was done before.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
