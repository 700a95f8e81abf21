package packs

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// Every row of an operation, as package net returns it.
func TestOperations(t *testing.T) {
	own, standard := policy(t, Net), policy(t, Standard...)
	for at, want := range ops {
		for _, cause := range []error{os.NewSyscallError("x", at.errno), at.errno} {
			err := &net.OpError{Op: at.op, Net: "tcp", Err: cause}
			expect(t, own, tell{at.op + " " + at.errno.Error(), err, want})
			expect(t, standard, tell{at.op + " " + at.errno.Error(), err, want})
		}
	}
	op := func(op string, err error) error { return &net.OpError{Op: op, Net: "tcp", Err: err} }
	call := func(name string, errno syscall.Errno) error { return op(name, os.NewSyscallError("x", errno)) }
	check(t, []classify.Pack{Net, Syscall},
		sure("dial refused", call("dial", syscall.ECONNREFUSED), unavailable),
		sure("dial without a route", call("dial", syscall.EHOSTUNREACH), unavailable),
		open("read reset", call("read", syscall.ECONNRESET), interrupted),
		open("write to a closed peer", call("write", syscall.EPIPE), interrupted),
		open("read, after keep-alives", call("read", syscall.ETIMEDOUT), timeout),
		sure("accept without a descriptor", call("accept", syscall.EMFILE), exhausted),
		open("accept of who went away", call("accept", syscall.ECONNABORTED), interrupted),
		sure("listen on a taken port", call("listen", syscall.EADDRINUSE), misconfigured),
		sure("listen on a foreign address", call("listen", syscall.EADDRNOTAVAIL), misconfigured),
		sure("dial timeout", op("dial", timeoutFake{timeout: true}), timeout),
		sure("dial timeout, to a proxy", op("proxyconnect", op("dial", timeoutFake{timeout: true})), timeout),
		sure("accept timeout", op("accept", timeoutFake{timeout: true}), timeout),
		open("read timeout", op("read", timeoutFake{timeout: true}), timeout),
		sure("nothing known", op("read", errors.New("?")), none),
	)
}

func TestNet(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dial := func() (client, server net.Conn) {
		t.Helper()
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		server, err = l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _, _ = client.Close(), server.Close() })
		return client, server
	}
	b := make([]byte, 1)

	silent, _ := dial()
	_ = silent.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	ours, _ := dial()
	_ = ours.Close()
	reset, peer := dial()
	_ = peer.(*net.TCPConn).SetLinger(0)
	_ = peer.Close()
	ended, peer := dial()
	_ = peer.Close()
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = dead.Close()
	waiting, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer waiting.Close()
	_ = waiting.(*net.TCPListener).SetDeadline(time.Now())
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	in, out := net.Pipe()
	_ = out.Close()

	check(t, []classify.Pack{Net, FS, Syscall, Context},
		sure("a closed port", second(net.Dial("tcp", dead.Addr().String())), unavailable),
		sure("a socket that nobody made", second(net.Dial("unix", filepath.Join(t.TempDir(), "s"))), unavailable),
		open("a silent peer", second(silent.Read(b)), timeout),
		open("a connection that we closed", second(ours.Read(b)), stopped),
		open("a reset", second(reset.Read(b)), interrupted),
		open("the end", second(ended.Read(b)), interrupted),
		sure("accept after Close", second(dead.Accept()), stopped),
		sure("accept with a deadline", second(waiting.Accept()), timeout),
		sure("a taken port", second(net.Listen("tcp", l.Addr().String())), misconfigured),
		sure("an address without a port", second(net.Dial("tcp", "localhost")), misconfigured),
		sure("a network that there is not", second(net.Dial("foo", "x:1")), misconfigured),
		sure("an invalid CIDR", second2(net.ParseCIDR("1.2.3.4/99")), invalid),
		sure("a cancelled dial", second(new(net.Dialer).DialContext(gone, "tcp", l.Addr().String())), stopped),
		sure("a dial that is late", second(new(net.Dialer).DialContext(late, "tcp", l.Addr().String())), timeout),
		sure("WriteTo where Write is due", second(writeTo(t)), bug),
		open("a pipe", second(in.Read(b)), interrupted),
	)
	if runtime.GOOS != "windows" {
		check(t, []classify.Pack{Net, Syscall},
			sure("a foreign address", second(net.Listen("tcp", "192.0.2.7:0")), misconfigured),
			sure("a socket without a directory", second(net.Listen("unix", filepath.Join(t.TempDir(), "none", "s"))), misconfigured),
		)
	}
}

func second2[A, B any](_ A, _ B, err error) error { return err }

func writeTo(t *testing.T) (int, error) {
	t.Helper()
	c, err := net.Dial("udp", "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	return c.(*net.UDPConn).WriteTo([]byte("x"), c.RemoteAddr())
}

func TestNames(t *testing.T) {
	// A resolver that answers as it is told, without a network.
	answer := func(rcode byte) *net.Resolver {
		return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				for {
					var size [2]byte
					if _, err := io.ReadFull(theirs, size[:]); err != nil {
						return
					}
					message := make([]byte, int(size[0])<<8|int(size[1]))
					if _, err := io.ReadFull(theirs, message); err != nil || rcode == 0xff {
						return
					}
					end := 12 // a question: labels, type, class
					for end < len(message) && message[end] != 0 {
						end += int(message[end]) + 1
					}
					message = message[:end+5]
					message[2], message[3] = message[2]|0x80, 0x80|rcode
					message[10], message[11] = 0, 0
					_, _ = theirs.Write(append([]byte{byte(len(message) >> 8), byte(len(message))}, message...))
				}
			}()
			return ours, nil
		}}
	}
	lookup := func(rcode byte) error { return second(answer(rcode).LookupHost(t.Context(), "nope.example.")) }
	check(t, []classify.Pack{Net},
		sure("NXDOMAIN", lookup(3), misconfigured),
		sure("SERVFAIL", lookup(2), unavailable),
		sure("dial of a name that is not there", &net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, misconfigured),
		open("a name server that says nothing, as net reports it for a read", &net.OpError{Op: "read", Err: &net.DNSError{IsTimeout: true}}, timeout),
		sure("a name server that says nothing", &net.DNSError{IsTimeout: true, IsTemporary: true}, timeout),
		sure("an invalid address", net.InvalidAddrError("x"), misconfigured),
		sure("nothing known", &net.DNSError{}, none),
	)
}
