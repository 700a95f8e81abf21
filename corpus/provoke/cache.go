package provoke

import (
	"context"
	"io"
	"net"
	"strings"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/redis/go-redis/v9"
)

// silence is a logger of clients that would print what we provoke.
type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

func init() { redis.SetLogger(silence{}) }

// redis returns a client of a server that answers GET with reply.
func (e *Env) redis(reply string) *redis.Client {
	return e.redisAt(e.serve(func(c net.Conn) {
		lines(c, func(line string) bool {
			answer := ""
			switch strings.ToUpper(line) {
			case "HELLO":
				answer = "-ERR unknown command 'hello'\r\n" // an old server: clients go on without
			case "CLIENT":
				answer = "-ERR unknown command 'client'\r\n"
			case "PING":
				answer = "+PONG\r\n"
			case "GET":
				answer = reply
			}
			_, err := io.WriteString(c, answer)
			return err == nil
		})
	}))
}

func (e *Env) redisAt(addr string, change ...func(*redis.Options)) *redis.Client {
	o := &redis.Options{Addr: addr, MaxRetries: -1, DisableIdentity: true, Protocol: 2, ReadTimeout: 50 * time.Millisecond}
	for _, f := range change {
		f(o)
	}
	c := redis.NewClient(o)
	e.cleanup(func() { _ = c.Close() })
	return c
}

func redisAnswer(reply string) provocation {
	return func(ctx context.Context, e *Env) error { return e.redis(reply).Get(ctx, "k").Err() }
}

// memcacheAnswer is what a client gets when the server says reply.
func memcacheAnswer(reply string) provocation {
	return func(_ context.Context, e *Env) error {
		c := memcache.New(e.serve(func(c net.Conn) {
			lines(c, func(string) bool {
				_, err := io.WriteString(c, reply)
				return err == nil
			})
		}))
		c.Timeout = time.Second
		e.cleanup(func() { _ = c.Close() })
		_, err := c.Get("k")
		return err
	}
}

var cacheRows = map[string]provocation{
	"redis-nil":        redisAnswer("$-1\r\n"),
	"redis-noauth":     redisAnswer("-NOAUTH Authentication required.\r\n"),
	"redis-loading":    redisAnswer("-LOADING Redis is loading the dataset in memory\r\n"),
	"redis-oom":        redisAnswer("-OOM command not allowed when used memory > 'maxmemory'.\r\n"),
	"redis-readonly":   redisAnswer("-READONLY You can't write against a read only replica.\r\n"),
	"redis-wrong-type": redisAnswer("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"),
	"redis-garbage":    redisAnswer("HTTP/1.1 400 Bad Request\r\n"),
	"redis-silent":     redisAnswer(""),
	"redis-refused":    func(ctx context.Context, e *Env) error { return e.redisAt(e.refused()).Get(ctx, "k").Err() },
	"redis-pool-closed": func(ctx context.Context, e *Env) error {
		c := e.redisAt(e.refused())
		check(c.Close())
		return c.Get(ctx, "k").Err()
	},
	"redis-pool-timeout": func(ctx context.Context, e *Env) error {
		c := e.redisAt(e.serve(hold), func(o *redis.Options) {
			o.PoolSize, o.PoolTimeout, o.ReadTimeout = 1, 20*time.Millisecond, time.Second
		})
		started := make(chan struct{})
		e.wg.Go(func() {
			close(started)
			_ = c.Get(ctx, "k").Err()
		})
		<-started
		until(ctx, func() bool { return c.PoolStats().TotalConns == 1 })
		return c.Get(ctx, "k").Err()
	},
	"memcache-miss":         memcacheAnswer("END\r\n"),
	"memcache-server-error": memcacheAnswer("SERVER_ERROR out of memory\r\n"),
	"memcache-garbage":      memcacheAnswer("HTTP/1.1 400 Bad Request\r\n"),
	"memcache-refused": func(_ context.Context, e *Env) error {
		_, err := memcache.New(e.refused()).Get("k")
		return err
	},
	"memcache-bad-key": func(_ context.Context, e *Env) error {
		_, err := memcache.New(e.refused()).Get("a key with spaces")
		return err
	},
}
