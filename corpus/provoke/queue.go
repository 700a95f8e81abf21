package provoke

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	amqp "github.com/rabbitmq/amqp091-go"
)

const natsInfo = `INFO {"server_id":"x","version":"2.10.0","proto":1,"headers":true,"max_payload":1024,"auth_required":false}` + "\r\n"

// nats serves NATS: login is said after CONNECT, reply is a function of what is published to which reply subject.
func (e *Env) nats(login string, reply func(replyTo, sid string) string) (url string) {
	return "nats://" + e.serve(func(c net.Conn) {
		_, _ = io.WriteString(c, natsInfo)
		sid := ""
		lines(c, func(line string) bool {
			f := strings.Fields(line)
			answer := ""
			switch {
			case len(f) == 0:
			case f[0] == "CONNECT":
				answer = login
			case f[0] == "PING":
				answer = "PONG\r\n"
			case f[0] == "SUB":
				sid = f[len(f)-1]
			case f[0] == "PUB" || f[0] == "HPUB":
				answer = reply(f[2], sid)
			}
			_, err := io.WriteString(c, answer)
			return err == nil
		})
	})
}

func silent(string, string) string { return "" }

func (e *Env) natsConn(url string) (*nats.Conn, error) {
	c, err := nats.Connect(url, nats.NoReconnect(), nats.Timeout(time.Second), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err == nil {
		e.cleanup(c.Close)
	}
	return c, err
}

func request(c *nats.Conn, timeout time.Duration) error {
	_, err := c.Request("work", []byte("x"), timeout)
	return err
}

// amqpFrame is a method frame on channel 0.
func amqpFrame(class, method uint16, arguments []byte) []byte {
	payload := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, class), method)
	payload = append(payload, arguments...)
	b := binary.BigEndian.AppendUint32([]byte{1, 0, 0}, uint32(len(payload)))
	return append(append(b, payload...), 0xce)
}

func longString(s string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...)
}

// amqpStart is Connection.Start of a server that knows passwords.
var amqpStart = func() []byte {
	b := []byte{0, 9}                // version
	b = append(b, longString("")...) // properties: none
	b = append(b, longString("PLAIN")...)
	return amqpFrame(10, 10, append(b, longString("en_US")...))
}()

func amqpDial(ctx context.Context, addr string) error {
	c, err := amqp.DialConfig("amqp://u:p@"+addr, amqp.Config{Heartbeat: time.Second, Dial: func(network, addr string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, addr)
	}})
	if err == nil {
		_ = c.Close()
	}
	return err
}

var queueRows = map[string]provocation{
	"nats-refused": func(_ context.Context, e *Env) error { _, err := e.natsConn("nats://" + e.refused()); return err },
	"nats-unauthorized": func(_ context.Context, e *Env) error {
		_, err := e.natsConn(e.nats("-ERR 'Authorization Violation'\r\n", silent))
		return err
	},
	"nats-no-responders": func(_ context.Context, e *Env) error {
		c := must(e.natsConn(e.nats("", func(replyTo, sid string) string {
			return "HMSG " + replyTo + " " + sid + " 16 16\r\nNATS/1.0 503\r\n\r\n\r\n"
		})))
		return request(c, 2*time.Second)
	},
	"nats-timeout": func(_ context.Context, e *Env) error {
		return request(must(e.natsConn(e.nats("", silent))), 30*time.Millisecond)
	},
	"nats-closed": func(_ context.Context, e *Env) error {
		c := must(e.natsConn(e.nats("", silent)))
		c.Close()
		return request(c, time.Second)
	},
	"nats-max-payload": func(_ context.Context, e *Env) error {
		return must(e.natsConn(e.nats("", silent))).Publish("work", make([]byte, 4096))
	},
	"nats-bad-subject": func(_ context.Context, e *Env) error {
		return must(e.natsConn(e.nats("", silent))).Publish("", nil)
	},

	"amqp-refused": func(ctx context.Context, e *Env) error { return amqpDial(ctx, e.refused()) },
	"amqp-bad-password": func(ctx context.Context, e *Env) error {
		return amqpDial(ctx, e.serve(func(c net.Conn) {
			_, _ = c.Read(make([]byte, 8))
			_, _ = c.Write(amqpStart)
			_, _ = c.Read(make([]byte, 4096)) // its StartOk; RabbitMQ then hangs up
		}))
	},
	"amqp-access-refused": func(ctx context.Context, e *Env) error {
		return amqpDial(ctx, e.serve(func(c net.Conn) {
			_, _ = c.Read(make([]byte, 8))
			_, _ = c.Write(amqpStart)
			_, _ = c.Read(make([]byte, 4096))
			text := "ACCESS_REFUSED - access to vhost '/' refused"
			b := binary.BigEndian.AppendUint16(nil, 403)
			b = append(append(b, byte(len(text))), text...)
			_, _ = c.Write(amqpFrame(10, 50, append(b, 0, 0, 0, 0)))
			hold(c)
		}))
	},
	"amqp-other-version": func(ctx context.Context, e *Env) error {
		return amqpDial(ctx, e.serve(func(c net.Conn) {
			_, _ = c.Read(make([]byte, 8))
			_, _ = io.WriteString(c, "AMQP\x00\x01\x00\x00")
		}))
	},
	"amqp-bad-url": func(context.Context, *Env) error { _, err := amqp.ParseURI("http://host"); return err },
}
