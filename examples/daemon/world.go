package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/classify/supervise"
	"github.com/holdfast-go/holdfast/errctx"
)

// world is what the daemon lives in: real servers on loopback, each of which can be taken down.
// Its goroutines are supervised as well, by a role that takes everything it does not know for fatal.
type world struct {
	places
	rows     *rows
	database *server
	mirror   *server
	workers  map[string]*server
	hanging  map[string]*atomic.Bool
	pace     time.Duration // of the producer
	sent     atomic.Int64  // messages that the daemon took
	tasks    *supervise.Supervisor
}

var worldPolicy = classify.Must(classify.New(
	classify.Role{
		Name: "world",
		Can:  classify.SetOf(classify.Cancelled, classify.RetryHere, classify.Fatal),
		// The producer goes on, whatever becomes of a message.
		Edges: []classify.Edge{{Name: "daemon", Packs: network, Do: classify.Every(again)}},
	},
	// A daemon that died of what passes is started again; one that has a bug is not.
	classify.OnFunc("daemon", classify.SetOf(classify.RetryHere, classify.Fatal), func(e *supervise.Death) classify.Verdict {
		if e.Report.Code == supervise.ExitTemporary {
			return again
		}
		return classify.Verdict{Class: classify.Fatal}
	}),
))

var again = classify.Verdict{Class: classify.RetryHere, Free: true}

// newWorld starts the servers. The tasks of the world start with its Run.
func newWorld(pace time.Duration) (*world, error) {
	w := &world{rows: &rows{}, workers: map[string]*server{}, hanging: map[string]*atomic.Bool{}, pace: pace}
	w.tasks = supervise.New(worldPolicy, supervise.Options{Grace: 5 * time.Second, Notify: func(supervise.End) {}})
	w.places.workers = map[string]string{}

	w.database = w.lines("database", w.rows.answer)
	for _, name := range []string{"a", "b"} {
		hangs := &atomic.Bool{}
		w.hanging[name] = hangs
		w.workers[name] = w.lines("worker "+name, func(ctx context.Context, line string) string {
			if hangs.Load() {
				_ = sleep(ctx, 2*patience) // ended by the end of the world
			}
			_ = sleep(ctx, 2*time.Millisecond) // the work
			return "RESULT " + strings.ToUpper(strings.TrimPrefix(line, "WORK "))
		})
	}
	w.mirror = w.web()
	for _, s := range []*server{w.database, w.workers["a"], w.workers["b"], w.mirror} {
		if err := s.up(); err != nil {
			return nil, err
		}
	}
	w.places.database, w.places.mirror = w.database.addr, w.mirror.addr
	for name, s := range w.workers {
		w.places.workers[name] = s.addr
	}
	// The inbox has an address that nobody has now, and keeps it over the daemon's lives.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errctx.Annotate(err, "find address for inbox")
	}
	w.inbox = l.Addr().String()
	w.tasks.Restarted("producer", w.produce, supervise.Backoff{Min: 10 * time.Millisecond, Max: 50 * time.Millisecond})
	return w, errctx.Annotate(l.Close(), "find address for inbox")
}

// run runs the world for as long as f runs: who lives in it is told to stop first.
func (w *world) run(ctx context.Context, f func(context.Context) error) *supervise.Report {
	whole, end := context.WithCancelCause(context.WithoutCancel(ctx))
	w.tasks.Critical("inhabitant", func(whole context.Context) error {
		ctx, cancel := context.WithCancelCause(ctx)
		defer context.AfterFunc(whole, func() { cancel(context.Cause(whole)) })()
		err := f(ctx)
		end(errors.New("nobody lives here"))
		return err
	})
	return w.tasks.Run(whole)
}

// produce sends a message every now and then.
func (w *world) produce(ctx context.Context) error {
	for {
		if err := w.send(ctx, fmt.Sprint("PUT item ", w.sent.Load())); err != nil {
			return err
		}
		w.sent.Add(1)
		if err := sleep(ctx, w.pace); err != nil {
			return err
		}
	}
}

// send sends one message to the daemon, and waits for the answer.
func (w *world) send(ctx context.Context, message string) error {
	inbox := &client{edge: "daemon", addr: w.inbox}
	defer inbox.Close()
	_, err := inbox.ask(ctx, message, "")
	return err
}

// server is a program of its own, as far as the daemon can tell.
type server struct {
	name  string
	tasks *supervise.Supervisor
	serve func(context.Context, net.Listener) error // until ctx is done

	addr string

	mu   sync.Mutex
	kill context.CancelFunc // nil while it is down
	fell time.Time
	gone chan struct{} // closed when serve has ended
}

// up starts the server where it was before.
func (s *server) up() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kill != nil {
		return nil
	}
	l, err := net.Listen("tcp", cmp.Or(s.addr, "127.0.0.1:0"))
	if err != nil {
		return errctx.Annotate(err, "start server", slog.String("server", s.name))
	}
	s.addr = l.Addr().String()
	life, kill := context.WithCancel(context.Background())
	gone := make(chan struct{})
	run := func(ctx context.Context) error {
		defer close(gone)
		defer context.AfterFunc(ctx, kill)()
		defer context.AfterFunc(life, func() { _ = l.Close() })()
		return s.serve(life, l)
	}
	if !s.tasks.BestEffort(s.name, run) { // the world is about to end
		kill()
		return l.Close()
	}
	s.kill, s.gone = kill, gone
	return nil
}

// down ends the server, and every conversation with it in the middle of a word.
func (s *server) down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kill != nil {
		s.fell = time.Now()
		s.kill()
		<-s.gone
		s.kill = nil
	}
}

// downSince returns when the server went down last.
func (s *server) downSince() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fell
}

// lines returns a server of the line protocol.
func (w *world) lines(name string, answer func(context.Context, string) string) *server {
	s := &server{name: name, tasks: w.tasks}
	s.serve = func(life context.Context, l net.Listener) error {
		for {
			conn, err := l.Accept()
			if err != nil {
				return nil // taken down
			}
			if !s.tasks.Handle("conversation with "+name, func(ctx context.Context) error {
				defer context.AfterFunc(ctx, func() { _ = conn.Close() })()  // the conversation sees that it is closed
				defer context.AfterFunc(life, func() { _ = conn.Close() })() // likewise
				talk(life, conn, answer)
				_ = conn.Close() // or was before
				return nil
			}) {
				_ = conn.Close() // nobody will read from it
			}
		}
	}
	return s
}

func talk(ctx context.Context, conn net.Conn, answer func(context.Context, string) string) {
	for in := bufio.NewScanner(conn); in.Scan(); {
		if _, err := fmt.Fprintln(conn, answer(ctx, in.Text())); err != nil {
			return // the other side is gone
		}
	}
}

// web returns an HTTP server that takes everything.
func (w *world) web() *server {
	serve := func(life context.Context, l net.Listener) error {
		web := &http.Server{ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0), Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // a mirror that nobody reads
		})}
		defer func() { _ = web.Close() }()          // with its conversations
		if err := web.Serve(l); life.Err() == nil { // l is closed when life ends
			return err
		}
		return nil
	}
	return &server{name: "mirror", tasks: w.tasks, serve: serve}
}

// rows are what the database has on disk: they are still there when it comes back.
type rows struct {
	mu      sync.Mutex
	next    int
	queued  []row
	running map[int]row
	done    map[string]int // by note
	seen    map[int]bool
}

type row struct {
	id        int
	not, text string
}

func (r *rows) answer(_ context.Context, line string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running == nil {
		r.running, r.done, r.seen = map[int]row{}, map[string]int{}, map[int]bool{}
	}
	verb, rest, _ := strings.Cut(line, " ")
	switch verb {
	case "PING":
		return "OK"
	case "PUT":
		r.next++
		r.queued = append(r.queued, row{r.next, "-", rest})
		return "OK"
	case "TAKE":
		if len(r.queued) == 0 {
			return "NONE"
		}
		x := r.queued[0]
		r.queued = r.queued[1:]
		r.running[x.id] = x
		return fmt.Sprintf("ITEM %d %s %s", x.id, x.not, x.text)
	case "RECOVER":
		for _, x := range r.running {
			r.queued = append(r.queued, x)
		}
		clear(r.running)
		return "OK"
	case "DONE", "BACK":
		number, rest, _ := strings.Cut(rest, " ")
		id, err := strconv.Atoi(number)
		x, running := r.running[id]
		switch {
		case err != nil:
			return "BAD"
		case !running: // somebody was faster
			return "OK"
		case verb == "BACK":
			x.not = rest
			r.queued = append([]row{x}, r.queued...)
		default:
			r.done[rest]++
			r.seen[id] = true
		}
		delete(r.running, id)
		return "OK"
	default:
		return "BAD"
	}
}

// sums returns how many items were accepted, how many are done, and how many are still to be.
func (r *rows) sums() (accepted, done, open int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.next, len(r.seen), len(r.queued) + len(r.running)
}
