package provoke

import (
	"bufio"
	"io"
	"log"
	"net"
)

// quiet is for servers that would print what we provoke.
var quiet = log.New(io.Discard, "", 0)

// lines calls f with what comes in, line by line, until f has enough.
func lines(c net.Conn, f func(line string) bool) {
	s := bufio.NewScanner(c)
	for s.Scan() && f(s.Text()) {
	}
}
