package provoke

import (
	"context"
	"errors"
	"net"
	"path/filepath"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// sshd serves SSH to whoever knows the password. A command ends as exit says.
func (e *Env) sshd(exit func(ssh.Channel, net.Conn)) (addr string, key ssh.PublicKey) {
	signer := must(ssh.NewSignerFromKey(newKey()))
	conf := &ssh.ServerConfig{PasswordCallback: func(_ ssh.ConnMetadata, p []byte) (*ssh.Permissions, error) {
		if string(p) != password {
			return nil, errors.New("wrong password")
		}
		return nil, nil
	}}
	conf.AddHostKey(signer)
	return e.serve(func(c net.Conn) {
		_, channels, requests, err := ssh.NewServerConn(c, conf)
		if err != nil {
			return
		}
		e.wg.Go(func() { ssh.DiscardRequests(requests) })
		for n := range channels {
			ch, in, err := n.Accept()
			if err != nil {
				return
			}
			for r := range in {
				_ = r.Reply(r.Type == "exec", nil)
				if r.Type == "exec" {
					exit(ch, c)
					_ = ch.Close()
				}
			}
		}
	}), signer.PublicKey()
}

func sshConf(password string, key ssh.PublicKey) *ssh.ClientConfig {
	return &ssh.ClientConfig{User: "u", Auth: []ssh.AuthMethod{ssh.Password(password)}, HostKeyCallback: ssh.FixedHostKey(key)}
}

// sshRun runs a command at a server where commands end as exit says.
func sshRun(exit func(ssh.Channel, net.Conn)) provocation {
	return func(_ context.Context, e *Env) error {
		addr, key := e.sshd(exit)
		c := must(ssh.Dial("tcp", addr, sshConf(password, key)))
		defer c.Close()
		s := must(c.NewSession())
		return s.Run("make")
	}
}

var sshRows = map[string]provocation{
	"ssh-bad-password": func(_ context.Context, e *Env) error {
		addr, key := e.sshd(nil)
		_, err := ssh.Dial("tcp", addr, sshConf("wrong", key))
		return err
	},
	"ssh-host-key-changed": func(_ context.Context, e *Env) error {
		addr, _ := e.sshd(nil)
		other := must(ssh.NewSignerFromKey(newKey())).PublicKey()
		file := e.file("known_hosts", knownhosts.Line([]string{knownhosts.Normalize(addr)}, other)+"\n", 0o644)
		conf := sshConf(password, other)
		conf.HostKeyCallback = must(knownhosts.New(file))
		conf.HostKeyAlgorithms = []string{ssh.KeyAlgoECDSA256}
		_, err := ssh.Dial("tcp", addr, conf)
		return err
	},
	"ssh-refused": func(_ context.Context, e *Env) error {
		_, err := ssh.Dial("tcp", e.refused(), sshConf(password, must(ssh.NewSignerFromKey(newKey())).PublicKey()))
		return err
	},
	"ssh-exit-1": sshRun(func(ch ssh.Channel, _ net.Conn) {
		_, _ = ch.SendRequest("exit-status", false, []byte{0, 0, 0, 1})
	}),
	"ssh-killed": sshRun(func(ch ssh.Channel, _ net.Conn) {
		_, _ = ch.SendRequest("exit-signal", false, ssh.Marshal(struct {
			Signal string
			Core   bool
			Text   string
			Lang   string
		}{"KILL", false, "", ""}))
	}),
	"ssh-lost": sshRun(func(_ ssh.Channel, c net.Conn) { _ = c.Close() }),
	"ssh-not-ssh": func(_ context.Context, e *Env) error {
		addr := e.serve(func(c net.Conn) { _, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) })
		_, err := ssh.Dial("tcp", addr, sshConf(password, must(ssh.NewSignerFromKey(newKey())).PublicKey()))
		return err
	},
	"ssh-key-unreadable": func(_ context.Context, e *Env) error {
		_, err := ssh.ParsePrivateKey([]byte("no key"))
		return err
	},
	"ssh-no-known-hosts": func(_ context.Context, e *Env) error {
		_, err := knownhosts.New(filepath.Join(e.dir(), "known_hosts"))
		return err
	},
}
