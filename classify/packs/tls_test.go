package packs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

func certificate(t *testing.T, name string, until time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotBefore: until.Add(-48 * time.Hour), NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// handshake returns what the client, and what the server says.
func handshake(t *testing.T, client, server *tls.Config) (ours, theirs error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			done <- err
			return
		}
		defer c.Close()
		s := tls.Server(c, server)
		err = s.Handshake()
		if err == nil {
			_, err = s.Read(make([]byte, 1))
		}
		done <- err
	}()
	raw, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	c := tls.Client(raw, client)
	ours = c.Handshake()
	if ours == nil {
		_, ours = c.Read(make([]byte, 1)) // what the server thinks of us arrives after the handshake
	}
	_ = raw.Close()
	return ours, <-done
}

func TestTLS(t *testing.T) {
	good, roots := certificate(t, "localhost", time.Now().Add(time.Hour))
	old, oldRoots := certificate(t, "localhost", time.Now().Add(-time.Hour))
	server := func(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }

	unknown, alerted := handshake(t, &tls.Config{ServerName: "localhost"}, server(good))
	name, _ := handshake(t, &tls.Config{ServerName: "other", RootCAs: roots}, server(good))
	expired, _ := handshake(t, &tls.Config{ServerName: "localhost", RootCAs: oldRoots}, server(old))
	version, _ := handshake(t, &tls.Config{ServerName: "localhost", RootCAs: roots, MaxVersion: tls.VersionTLS12},
		&tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS13})
	demanding := server(good)
	demanding.ClientAuth = tls.RequireAnyClientCert
	nobody, _ := handshake(t, &tls.Config{ServerName: "localhost", RootCAs: roots}, demanding)
	protocol, _ := handshake(t, &tls.Config{ServerName: "localhost", RootCAs: roots, NextProtos: []string{"a"}},
		&tls.Config{Certificates: []tls.Certificate{good}, NextProtos: []string{"b"}})

	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	go func() {
		c, err := plain.Accept()
		if err == nil {
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
			_, _ = c.Read(make([]byte, 1000))
			_ = c.Close()
		}
	}()
	_, noTLS := tls.Dial("tcp", plain.Addr().String(), nil)

	check(t, []classify.Pack{TLS},
		sure("an unknown authority", unknown, misconfigured),
		sure("… as the server hears of it", alerted, misconfigured),
		sure("another name", name, misconfigured),
		sure("an expired certificate", expired, misconfigured),
		sure("no common version", version, misconfigured),
		sure("no certificate of ours", nobody, misconfigured),
		sure("no common protocol", protocol, misconfigured),
		sure("no TLS", noTLS, misconfigured),

		sure("ECH", &tls.ECHRejectionError{}, misconfigured),
		sure("x509.UnknownAuthorityError", x509.UnknownAuthorityError{}, misconfigured),
		sure("x509.HostnameError", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"}, misconfigured),
		sure("x509.CertificateInvalidError", x509.CertificateInvalidError{}, misconfigured),
		sure("x509.SystemRootsError", x509.SystemRootsError{}, misconfigured),
		sure("x509.InsecureAlgorithmError", x509.InsecureAlgorithmError(x509.MD5WithRSA), misconfigured),
		sure("x509.ConstraintViolationError", x509.ConstraintViolationError{}, misconfigured),
		sure("x509.UnhandledCriticalExtension", x509.UnhandledCriticalExtension{}, misconfigured),
	)
	for n, want := range alerts {
		check(t, []classify.Pack{TLS}, tell{tls.AlertError(n).Error(), tls.AlertError(n), want})
	}
	expect(t, policy(t, TLS), sure("an alert that there is not", tls.AlertError(200), none))
	// In a connection alerts are of another type. Another number there is no alert.
	expect(t, policy(t, TLS), sure("a number", &net.OpError{Op: "remote error", Err: number8(40)}, none))
}

type number8 uint8

func (number8) Error() string { return "?" }
