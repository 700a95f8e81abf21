package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/holdfast-go/holdfast/classify"
	"github.com/holdfast-go/holdfast/errctx"
)

// patience is how long a peer has for an answer.
const patience = 300 * time.Millisecond

// client speaks the line protocol of one peer, one request at a time.
type client struct {
	edge, addr string

	mu    sync.Mutex
	conn  net.Conn
	lines *bufio.Reader
}

// ask sends a line and returns the answer. It returns a [*net.OpError], or io.EOF if the peer hung up;
// either came through the client's edge. After an error the next ask connects anew.
func (c *client) ask(ctx context.Context, verb, rest string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, err := c.exchange(ctx, strings.TrimSpace(verb+" "+rest))
	if err != nil {
		c.hangUp()
		return "", errctx.Annotate(classify.Dep(c.edge, err), "ask peer",
			slog.String("request", verb), slog.String("peer", c.addr))
	}
	return answer, nil
}

func (c *client) exchange(ctx context.Context, line string) (string, error) {
	if c.conn == nil {
		dialer := net.Dialer{Timeout: patience}
		conn, err := dialer.DialContext(ctx, "tcp", c.addr)
		if err != nil {
			return "", err
		}
		c.conn, c.lines = conn, bufio.NewReader(conn)
	}
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintln(c.conn, line); err != nil {
		return "", err
	}
	answer, err := c.lines.ReadString('\n')
	return strings.TrimSpace(answer), err
}

func (c *client) hangUp() {
	if c.conn != nil {
		_ = c.conn.Close() // nobody waits for what it would say
		c.conn = nil
	}
}

func (c *client) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hangUp()
}

// item is what the database has queued.
type item struct {
	id   int
	text string
	not  string // the worker it must not go to
}

// database is our side of it.
type database struct{ client }

// take returns the next item, or none.
func (db *database) take(ctx context.Context) (item, bool, error) {
	answer, err := db.ask(ctx, "TAKE", "")
	if err != nil || answer == "NONE" {
		return item{}, false, err
	}
	f := strings.SplitN(answer, " ", 4)
	if len(f) != 4 || f[0] != "ITEM" {
		return item{}, false, db.nonsense(answer)
	}
	id, err := strconv.Atoi(f[1])
	if err != nil {
		return item{}, false, db.nonsense(answer)
	}
	return item{id, f[3], f[2]}, true, nil
}

func (db *database) put(ctx context.Context, text string) error { return db.do(ctx, "PUT", text) }
func (db *database) recover(ctx context.Context) error          { return db.do(ctx, "RECOVER", "") }
func (db *database) done(ctx context.Context, i item, note string) error {
	return db.do(ctx, "DONE", fmt.Sprint(i.id, " ", note))
}
func (db *database) back(ctx context.Context, i item, not string) error {
	return db.do(ctx, "BACK", fmt.Sprint(i.id, " ", not))
}

func (db *database) do(ctx context.Context, verb, rest string) error {
	answer, err := db.ask(ctx, verb, rest)
	if err == nil && answer != "OK" {
		return db.nonsense(answer)
	}
	return err
}

func (c *client) nonsense(answer string) error {
	return classify.Dep(c.edge, errctx.New(&badReply{Peer: c.addr, Reply: answer}, "read answer"))
}

// badReply is an answer that the protocol does not have.
type badReply struct{ Peer, Reply string }

// ErrorKind implements errctx.Kind.
func (*badReply) ErrorKind() string { return "daemon.bad_reply" }
func (e *badReply) Error() string   { return fmt.Sprintf("%s answered %q", e.Peer, e.Reply) }

// carryOut has a worker do an item.
func (c *client) carryOut(ctx context.Context, i item) (string, error) {
	answer, err := c.ask(ctx, "WORK", i.text)
	if err != nil {
		return "", err
	}
	result, ok := strings.CutPrefix(answer, "RESULT ")
	if !ok {
		return "", c.nonsense(answer)
	}
	return result, nil
}

// mirror is a place for results that nobody waits for.
type mirror struct {
	url  string
	http *http.Client
}

func (m *mirror) store(ctx context.Context, name, content string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, m.url+"/"+name, strings.NewReader(content))
	if err != nil {
		return errctx.Annotate(err, "make request", slog.String("name", name)) // a bug, hence no edge
	}
	resp, err := m.http.Do(req)
	if err == nil {
		err = resp.Body.Close()
		if resp.StatusCode >= 300 {
			err = &httpStatus{resp.StatusCode}
		}
	}
	return errctx.Annotate(classify.Dep("mirror", err), "store on mirror", slog.String("name", name))
}

// httpStatus is an answer other than success.
type httpStatus struct{ Code int }

// ErrorKind implements errctx.Kind.
func (*httpStatus) ErrorKind() string { return "daemon.http_status" }
func (e *httpStatus) Error() string   { return "HTTP status " + strconv.Itoa(e.Code) }

// parse reads a message: "PUT", and the text of an item.
func parse(line string) (string, error) {
	text, ok := strings.CutPrefix(line, "PUT ")
	if !ok || strings.TrimSpace(text) == "" {
		return "", classify.Dep("message", errctx.New(&badMessage{Line: line}, "read message"))
	}
	return text, nil
}

// badMessage is a message that makes no sense.
type badMessage struct{ Line string }

// ErrorKind implements errctx.Kind.
func (*badMessage) ErrorKind() string { return "daemon.bad_message" }
func (e *badMessage) Error() string   { return fmt.Sprintf("%q is no message", e.Line) }
