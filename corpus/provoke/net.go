package provoke

import (
	"context"
	"io"
	"net"
	"strconv"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func itoa(n int) string { return strconv.Itoa(n) }

// dial connects to addr.
func (e *Env) dial(ctx context.Context, addr string) net.Conn {
	c := must((&net.Dialer{}).DialContext(ctx, "tcp", addr))
	e.cleanup(func() { _ = c.Close() })
	return c
}

// reset closes a connection so that the peer gets an RST.
func reset(c net.Conn) {
	_ = c.(*net.TCPConn).SetLinger(0)
	_ = c.Close()
}

// hold reads and never answers, until the peer closes.
func hold(c net.Conn) { _, _ = io.Copy(io.Discard, c) }

// resolver asks a server of ours, which replies with answer, or not at all.
func (e *Env) resolver(answer func(dnsmessage.Message) *dnsmessage.Message) *net.Resolver {
	server := must(net.ListenPacket("udp", "127.0.0.1:0"))
	e.cleanup(func() { _ = server.Close() })
	e.wg.Go(func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:n]) != nil {
				continue
			}
			if a := answer(q); a != nil {
				if b, err := a.Pack(); err == nil {
					_, _ = server.WriteTo(b, from)
				}
			}
		}
	})
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

func rcode(c dnsmessage.RCode) func(dnsmessage.Message) *dnsmessage.Message {
	return func(q dnsmessage.Message) *dnsmessage.Message {
		return &dnsmessage.Message{Header: dnsmessage.Header{ID: q.ID, Response: true, RCode: c}, Questions: q.Questions}
	}
}

var netRows = map[string]provocation{
	"net-refused": func(ctx context.Context, e *Env) error {
		_, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.refused())
		return err
	},
	"net-reset-read": func(ctx context.Context, e *Env) error {
		c := e.dial(ctx, e.serve(func(c net.Conn) {
			_, _ = c.Read(make([]byte, 1))
			reset(c)
		}))
		_ = must(c.Write([]byte("x")))
		_, err := c.Read(make([]byte, 1))
		return err
	},
	"net-read-timeout": func(ctx context.Context, e *Env) error {
		c := e.dial(ctx, e.serve(hold))
		check(c.SetReadDeadline(time.Now().Add(20 * time.Millisecond)))
		_, err := c.Read(make([]byte, 1))
		return err
	},
	"net-closed-local": func(ctx context.Context, e *Env) error {
		c := e.dial(ctx, e.serve(hold))
		check(c.Close())
		_, err := c.Read(make([]byte, 1))
		return err
	},
	"net-dial-timeout": func(ctx context.Context, e *Env) error {
		// The deadline is over before the handshake is.
		_, err := (&net.Dialer{Deadline: time.Now().Add(-time.Second)}).DialContext(ctx, "tcp", e.refused())
		return err
	},
	"net-epipe-write": func(ctx context.Context, e *Env) error {
		c := e.dial(ctx, e.serve(func(c net.Conn) { _ = c.Close() }))
		var err error
		for err == nil {
			_, err = c.Write(make([]byte, 1<<20))
			if err == nil {
				time.Sleep(time.Millisecond)
			}
		}
		return err
	},
	"net-unix-absent": func(ctx context.Context, e *Env) error {
		_, err := (&net.Dialer{}).DialContext(ctx, "unix", e.dir()+"/daemon.sock")
		return err
	},
	"net-peer-eof": func(ctx context.Context, e *Env) error {
		c := e.dial(ctx, e.serve(func(c net.Conn) { _, _ = c.Write([]byte("ab")) }))
		_, err := io.ReadFull(c, make([]byte, 8))
		return err
	},
	"net-eaddrinuse": func(ctx context.Context, e *Env) error {
		_, err := new(net.ListenConfig).Listen(ctx, "tcp", e.listen().Addr().String())
		return err
	},
	"net-eaddrnotavail": func(ctx context.Context, _ *Env) error {
		_, err := new(net.ListenConfig).Listen(ctx, "tcp", "192.0.2.7:0")
		return err
	},
	"net-listen-no-dir": func(ctx context.Context, e *Env) error {
		_, err := new(net.ListenConfig).Listen(ctx, "unix", e.dir()+"/none/x.sock")
		return err
	},
	"net-accept-emfile": func(ctx context.Context, e *Env) error {
		l := e.listen()
		e.dial(ctx, l.Addr().String())
		e.fillDescriptors()
		_, err := l.Accept()
		return err
	},
	"net-listener-closed": func(_ context.Context, e *Env) error {
		l := e.listen()
		check(l.Close())
		_, err := l.Accept()
		return err
	},
	"dns-nxdomain": func(ctx context.Context, e *Env) error {
		_, err := e.resolver(rcode(dnsmessage.RCodeNameError)).LookupHost(ctx, "nope.example.")
		return err
	},
	"dns-timeout": func(ctx context.Context, e *Env) error {
		ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		silent := func(dnsmessage.Message) *dnsmessage.Message { return nil }
		_, err := e.resolver(silent).LookupHost(ctx, "x.example.")
		return err
	},
	"dns-servfail": func(ctx context.Context, e *Env) error {
		_, err := e.resolver(rcode(dnsmessage.RCodeServerFailure)).LookupHost(ctx, "x.example.")
		return err
	},
}
