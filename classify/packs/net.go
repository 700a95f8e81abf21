package packs

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/holdfast-go/holdfast/classify"
)

// Net is for connections, listeners and names. What the operating system says about a
// connection depends on what was being done: a socket file that is not there is, for who dials, a
// server that is not there. Whatever needs no such context is [Syscall]'s.
var Net = netTable.pack()

var netTable = table{
	name: "net",
	rules: []classify.Rule{
		classify.KindFunc("*net.OpError", operation),
		classify.KindFunc("*net.DNSError", lookup),
	},
	rows: concat(opRows, []row{
		code("*net.OpError, before an exchange, Timeout() is true", timeout, "net: OpError.Timeout, nothing was sent"),
		code("*net.OpError, before an exchange, context.Canceled", stopped, "net: Dialer.DialContext, nothing was sent"),
		unsure("*net.OpError, otherwise, Timeout() is true", timeout, "net: OpError.Timeout"),
		unsure("*net.OpError, otherwise, net.ErrClosed", stopped, "net: ErrClosed, closed by this program, perhaps meanwhile"),
		code("*net.DNSError, IsNotFound", misconfigured, "net: DNSError.IsNotFound"),
		code("*net.DNSError, IsTimeout", timeout, "net: DNSError.IsTimeout"),
		code("*net.DNSError, IsTemporary", unavailable, "net: DNSError.IsTemporary"),
		on[*net.AddrError]("*net.AddrError", misconfigured, "net: AddrError"),
		on[net.InvalidAddrError]("net.InvalidAddrError", misconfigured, "net: InvalidAddrError"),
		on[net.UnknownNetworkError]("net.UnknownNetworkError", misconfigured, "net: UnknownNetworkError"),
		on[*net.ParseError]("*net.ParseError", invalid, "net: ParseError"),
		is("net.ErrClosed", net.ErrClosed, stopped, "net: ErrClosed, closed by this program"),
		is("net.ErrWriteToConnected", net.ErrWriteToConnected, bug, "net: ErrWriteToConnected"),
		cutOff("io.ErrUnexpectedEOF", io.ErrUnexpectedEOF, interrupted, "io: ErrUnexpectedEOF, of an exchange"),
		cutOff("io.EOF", io.EOF, interrupted, "io: EOF, where the peer had to answer"),
	}),
}

// attempt is an errno of an operation, as [net.OpError] names it.
type attempt struct {
	op    string
	errno syscall.Errno
}

var ops, opRows = indexed(
	op("dial", syscall.ENOENT, code("dial: ENOENT", unavailable, "unix(7): the server has made no socket")),
	op("dial", syscall.EAGAIN, code("dial: EAGAIN", unavailable, "connect(2): the backlog of a Unix socket is full")),
	op("dial", syscall.EADDRNOTAVAIL, code("dial: EADDRNOTAVAIL", exhausted, "connect(2): all ports of the ephemeral range are in use")),
	op("dial", syscall.ECONNRESET, code("dial: ECONNRESET", unavailable, "connect(2), nothing was sent")),
	op("dial", syscall.ECONNABORTED, code("dial: ECONNABORTED", unavailable, "connect(2), nothing was sent")),
	op("dial", syscall.ETIMEDOUT, code("dial: ETIMEDOUT", timeout, "connect(2), nothing was sent")),
	op("listen", syscall.EACCES, code("listen: EACCES", misconfigured, "bind(2): the address is protected")),
	op("listen", syscall.EPERM, code("listen: EPERM", misconfigured, "bind(2)")),
	op("listen", syscall.ENOENT, code("listen: ENOENT", misconfigured, "unix(7): the directory of the socket is not there")),
	op("accept", syscall.EAGAIN, code("accept: EAGAIN", interrupted, "accept(2): the connection was gone again")),
	op("accept", syscall.EPERM, code("accept: EPERM", interrupted, "accept(2): firewall rules forbid the connection")),
	op("read", syscall.EHOSTUNREACH, unsure("read: EHOSTUNREACH", interrupted, "ip(7)")),
	op("read", syscall.ENETUNREACH, unsure("read: ENETUNREACH", interrupted, "ip(7)")),
	op("read", syscall.ENETDOWN, unsure("read: ENETDOWN", interrupted, "ip(7)")),
	op("read", syscall.ECONNREFUSED, unsure("read: ECONNREFUSED", unavailable, "udp(7): nobody listens there")),
	op("write", syscall.EHOSTUNREACH, unsure("write: EHOSTUNREACH", interrupted, "ip(7)")),
	op("write", syscall.ENETUNREACH, unsure("write: ENETUNREACH", interrupted, "ip(7)")),
	op("write", syscall.ENETDOWN, unsure("write: ENETDOWN", interrupted, "ip(7)")),
)

func op(name string, e syscall.Errno, r row) keyed[attempt] {
	return keyed[attempt]{attempt{name, e}, r}
}

// before are the operations of a [net.OpError] that come before an exchange. Those of net/http and of
// golang.org/x/net are among them.
var before = map[string]bool{"dial": true, "listen": true, "accept": true, "proxyconnect": true, "socks connect": true}

func operation(e *net.OpError) classify.Finding {
	cause := e.Err
	if call, ok := cause.(*os.SyscallError); ok {
		cause = call.Err
	}
	if errno, ok := cause.(syscall.Errno); ok {
		return ops.find(attempt{e.Op, canonical(errno)})
	}
	if t, ok := cause.(interface{ Timeout() bool }); ok && t.Timeout() {
		return classify.Finding{Kind: timeout, OutcomeUnknown: !before[e.Op]}
	}
	if before[e.Op] {
		return when(errors.Is(cause, context.Canceled), stopped)
	}
	return perhaps(errors.Is(cause, net.ErrClosed), stopped)
}

func lookup(e *net.DNSError) classify.Finding {
	switch {
	case e.IsTimeout:
		return classify.Finding{Kind: timeout}
	case e.IsNotFound:
		return classify.Finding{Kind: misconfigured}
	default:
		return when(e.IsTemporary, unavailable)
	}
}
