package provoke

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"time"
)

// authority signs certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newKey() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

func newAuthority() authority {
	key := newKey()
	t := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "corpus"}, NotBefore: time.Now().Add(-48 * time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, t, t, key.Public(), key))
	return authority{must(x509.ParseCertificate(der)), key}
}

// pool returns the roots of whoever trusts a.
func (a authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

// issue returns a certificate for host that is valid until then.
func (a authority) issue(host string, until time.Time) tls.Certificate {
	key := newKey()
	t := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until,
	}
	if ip := net.ParseIP(host); ip != nil {
		t.DNSNames, t.IPAddresses = nil, []net.IP{ip}
	}
	der := must(x509.CreateCertificate(rand.Reader, t, a.cert, key.Public(), a.key))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// serveTLS shakes hands and then holds the connection.
func (e *Env) serveTLS(c *tls.Config) (addr string) {
	return e.serve(func(conn net.Conn) { hold(tls.Server(conn, c)) })
}

// handshake returns what a client makes of the server at addr.
func handshake(ctx context.Context, addr string, c *tls.Config) error {
	conn, err := (&tls.Dialer{Config: c}).DialContext(ctx, "tcp", addr)
	if err == nil {
		_ = conn.Close()
	}
	return err
}

var tlsRows = map[string]provocation{
	"tls-unknown-ca": func(ctx context.Context, e *Env) error {
		cert := newAuthority().issue("localhost", time.Now().Add(time.Hour))
		addr := e.serveTLS(&tls.Config{Certificates: []tls.Certificate{cert}})
		return handshake(ctx, addr, &tls.Config{ServerName: "localhost", RootCAs: newAuthority().pool()})
	},
	"tls-hostname": func(ctx context.Context, e *Env) error {
		a := newAuthority()
		addr := e.serveTLS(&tls.Config{Certificates: []tls.Certificate{a.issue("other", time.Now().Add(time.Hour))}})
		return handshake(ctx, addr, &tls.Config{ServerName: "localhost", RootCAs: a.pool()})
	},
	"tls-expired": func(ctx context.Context, e *Env) error {
		a := newAuthority()
		addr := e.serveTLS(&tls.Config{Certificates: []tls.Certificate{a.issue("localhost", time.Now().Add(-time.Hour))}})
		return handshake(ctx, addr, &tls.Config{ServerName: "localhost", RootCAs: a.pool()})
	},
	"tls-version": func(ctx context.Context, e *Env) error {
		a := newAuthority()
		cert := a.issue("localhost", time.Now().Add(time.Hour))
		addr := e.serveTLS(&tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13})
		return handshake(ctx, addr, &tls.Config{ServerName: "localhost", RootCAs: a.pool(), MaxVersion: tls.VersionTLS12})
	},
	"tls-no-client-cert": func(ctx context.Context, e *Env) error {
		a := newAuthority()
		cert := a.issue("localhost", time.Now().Add(time.Hour))
		addr := e.serveTLS(&tls.Config{Certificates: []tls.Certificate{cert}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool()})
		conn := must((&tls.Dialer{Config: &tls.Config{ServerName: "localhost", RootCAs: a.pool()}}).DialContext(ctx, "tcp", addr))
		defer conn.Close()
		_, err := conn.Read(make([]byte, 1)) // in TLS 1.3 the server's refusal comes with the first read
		return err
	},
	"tls-not-tls": func(ctx context.Context, e *Env) error {
		addr := e.serve(func(c net.Conn) {
			_, _ = io.WriteString(c, "220 mail.example ESMTP\r\n")
			hold(c)
		})
		return handshake(ctx, addr, &tls.Config{ServerName: "localhost"})
	},
	"tls-handshake-cut": func(ctx context.Context, e *Env) error {
		addr := e.serve(func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) })
		return handshake(ctx, addr, &tls.Config{ServerName: "localhost"})
	},
	"tls-keypair-mismatch": func(context.Context, *Env) error {
		a := newAuthority()
		cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
		key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: must(x509.MarshalPKCS8PrivateKey(newKey()))})
		_, err := tls.X509KeyPair(cert, key)
		return err
	},
}
