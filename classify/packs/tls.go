package packs

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"reflect"

	"github.com/holdfast-go/holdfast/classify"
)

// TLS is for handshakes and certificates. Alerts, which are of an unexported type in a
// connection, are known by their number. Put it before [Net].
var TLS = tlsTable.pack()

var tlsTable = table{
	name: "tls",
	rules: []classify.Rule{
		classify.KindFunc("alert", func(e *net.OpError) classify.Finding {
			if n, ok := alert(e.Err); ok {
				return alerts.find(n)
			}
			return classify.Finding{}
		}),
		classify.KindFunc("tls.AlertError", func(e tls.AlertError) classify.Finding { return alerts.find(uint8(e)) }),
	},
	rows: append([]row{
		on[*tls.CertificateVerificationError]("*tls.CertificateVerificationError", misconfigured, "crypto/tls: CertificateVerificationError"),
		on[tls.RecordHeaderError]("tls.RecordHeaderError", misconfigured, "crypto/tls: RecordHeaderError, the peer does not speak TLS"),
		on[*tls.ECHRejectionError]("*tls.ECHRejectionError", misconfigured, "crypto/tls: ECHRejectionError"),
		on[x509.UnknownAuthorityError]("x509.UnknownAuthorityError", misconfigured, "crypto/x509: UnknownAuthorityError"),
		on[x509.HostnameError]("x509.HostnameError", misconfigured, "crypto/x509: HostnameError"),
		on[x509.CertificateInvalidError]("x509.CertificateInvalidError", misconfigured, "crypto/x509: CertificateInvalidError"),
		on[x509.SystemRootsError]("x509.SystemRootsError", misconfigured, "crypto/x509: SystemRootsError"),
		on[x509.InsecureAlgorithmError]("x509.InsecureAlgorithmError", misconfigured, "crypto/x509: InsecureAlgorithmError"),
		on[x509.ConstraintViolationError]("x509.ConstraintViolationError", misconfigured, "crypto/x509: ConstraintViolationError"),
		on[x509.UnhandledCriticalExtension]("x509.UnhandledCriticalExtension", misconfigured, "crypto/x509: UnhandledCriticalExtension"),
		is("x509.ErrUnsupportedAlgorithm", x509.ErrUnsupportedAlgorithm, misconfigured, "crypto/x509: ErrUnsupportedAlgorithm"),
		is("x509.IncorrectPasswordError", x509.IncorrectPasswordError, misconfigured, "crypto/x509: IncorrectPasswordError"),
	}, alertRows...),
}

var alerts, alertRows = indexed(
	alertRow(0, unsure("alert 0, close_notify", interrupted, "RFC 8446, 6.1")),
	alertRow(90, code("alert 90, user_canceled", stopped, "RFC 8446, 6.1")),
	alertRow(10, code("alert 10, unexpected_message", misconfigured, "RFC 8446, 6.2")),
	alertRow(20, unsure("alert 20, bad_record_mac", corrupt, "RFC 8446, 6.2")),
	alertRow(22, unsure("alert 22, record_overflow", corrupt, "RFC 8446, 6.2")),
	alertRow(30, unsure("alert 30, decompression_failure", corrupt, "RFC 5246, 7.2.2")),
	alertRow(40, code("alert 40, handshake_failure", misconfigured, "RFC 8446, 6.2")),
	alertRow(42, code("alert 42, bad_certificate", misconfigured, "RFC 8446, 6.2")),
	alertRow(43, code("alert 43, unsupported_certificate", misconfigured, "RFC 8446, 6.2")),
	alertRow(44, code("alert 44, certificate_revoked", misconfigured, "RFC 8446, 6.2")),
	alertRow(45, code("alert 45, certificate_expired", misconfigured, "RFC 8446, 6.2")),
	alertRow(46, code("alert 46, certificate_unknown", misconfigured, "RFC 8446, 6.2")),
	alertRow(47, code("alert 47, illegal_parameter", misconfigured, "RFC 8446, 6.2")),
	alertRow(48, code("alert 48, unknown_ca", misconfigured, "RFC 8446, 6.2")),
	alertRow(49, code("alert 49, access_denied", denied, "RFC 8446, 6.2")),
	alertRow(50, code("alert 50, decode_error", corrupt, "RFC 8446, 6.2")),
	alertRow(51, code("alert 51, decrypt_error", misconfigured, "RFC 8446, 6.2: a signature or a Finished message")),
	alertRow(70, code("alert 70, protocol_version", misconfigured, "RFC 8446, 6.2")),
	alertRow(71, code("alert 71, insufficient_security", misconfigured, "RFC 8446, 6.2")),
	alertRow(80, unsure("alert 80, internal_error", unavailable, "RFC 8446, 6.2")),
	alertRow(86, code("alert 86, inappropriate_fallback", misconfigured, "RFC 8446, 6.2")),
	alertRow(100, code("alert 100, no_renegotiation", misconfigured, "RFC 5246, 7.2.2")),
	alertRow(109, code("alert 109, missing_extension", misconfigured, "RFC 8446, 6.2")),
	alertRow(110, code("alert 110, unsupported_extension", misconfigured, "RFC 8446, 6.2")),
	alertRow(112, code("alert 112, unrecognized_name", misconfigured, "RFC 8446, 6.2")),
	alertRow(113, code("alert 113, bad_certificate_status_response", misconfigured, "RFC 8446, 6.2")),
	alertRow(115, code("alert 115, unknown_psk_identity", misconfigured, "RFC 8446, 6.2")),
	alertRow(116, code("alert 116, certificate_required", misconfigured, "RFC 8446, 6.2")),
	alertRow(120, code("alert 120, no_application_protocol", misconfigured, "RFC 8446, 6.2")),
	alertRow(121, code("alert 121, ech_required", misconfigured, "IANA, TLS Alerts")),
)

func alertRow(n uint8, r row) keyed[uint8] { return keyed[uint8]{n, r} }

var alertPath = reflect.TypeFor[tls.AlertError]().PkgPath()

// alert returns the number of what is a tls.alert, inside the net.OpError that
// announces it: the only number that crypto/tls puts there.
func alert(err error) (uint8, bool) {
	v := reflect.ValueOf(err)
	if v.Kind() != reflect.Uint8 || v.Type().PkgPath() != alertPath {
		return 0, false
	}
	return uint8(v.Uint()), true
}
