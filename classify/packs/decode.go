package packs

import (
	"archive/tar"
	"archive/zip"
	"bufio"
	"compress/bzip2"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/asn1"
	"encoding/base32"
	"encoding/base64"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"mime"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"path"
	"path/filepath"
	"regexp/syntax"
	"strconv"
	"time"

	"github.com/holdfast-go/holdfast/classify"
)

// Decode is for data that are not what their format asks for: invalid, or corrupt where a
// checksum says so. What the program does wrong in calling a decoder is a bug.
//
// The end of the data counts as incomplete data, also where it is the end of a
// connection: put [Net] before it at an edge of connections.
var Decode = decodeTable.pack()

var decodeTable = table{
	name: "decode",
	rules: []classify.Rule{
		// A *url.Error is also what net/http returns for an exchange.
		classify.KindFunc("url.Parse", func(e *url.Error) classify.Finding { return when(e.Op == "parse", invalid) }),
	},
	rows: []row{
		code("*url.Error, Op parse", invalid, "net/url: Parse"),
		on[url.EscapeError]("url.EscapeError", invalid, "net/url: EscapeError"),
		on[url.InvalidHostError]("url.InvalidHostError", invalid, "net/url: InvalidHostError"),

		on[*json.SyntaxError]("*json.SyntaxError", invalid, "encoding/json: SyntaxError"),
		on[*json.UnmarshalTypeError]("*json.UnmarshalTypeError", invalid, "encoding/json: UnmarshalTypeError"),
		on[*json.UnsupportedValueError]("*json.UnsupportedValueError", invalid, "encoding/json: UnsupportedValueError, such as NaN"),
		on[*json.UnsupportedTypeError]("*json.UnsupportedTypeError", bug, "encoding/json: UnsupportedTypeError"),
		on[*json.InvalidUnmarshalError]("*json.InvalidUnmarshalError", bug, "encoding/json: InvalidUnmarshalError"),
		late[*json.MarshalerError]("*json.MarshalerError", bug, "encoding/json: MarshalerError"),

		on[*xml.SyntaxError]("*xml.SyntaxError", invalid, "encoding/xml: SyntaxError"),
		on[xml.UnmarshalError]("xml.UnmarshalError", invalid, "encoding/xml: UnmarshalError"),
		on[*xml.UnsupportedTypeError]("*xml.UnsupportedTypeError", bug, "encoding/xml: UnsupportedTypeError"),
		on[*xml.TagPathError]("*xml.TagPathError", bug, "encoding/xml: TagPathError"),

		on[*csv.ParseError]("*csv.ParseError", invalid, "encoding/csv: ParseError"),
		on[asn1.SyntaxError]("asn1.SyntaxError", invalid, "encoding/asn1: SyntaxError"),
		on[asn1.StructuralError]("asn1.StructuralError", invalid, "encoding/asn1: StructuralError"),
		on[base64.CorruptInputError]("base64.CorruptInputError", invalid, "encoding/base64: CorruptInputError"),
		on[base32.CorruptInputError]("base32.CorruptInputError", invalid, "encoding/base32: CorruptInputError"),
		on[ascii85.CorruptInputError]("ascii85.CorruptInputError", invalid, "encoding/ascii85: CorruptInputError"),
		on[hex.InvalidByteError]("hex.InvalidByteError", invalid, "encoding/hex: InvalidByteError"),
		is("hex.ErrLength", hex.ErrLength, invalid, "encoding/hex: ErrLength"),

		on[*strconv.NumError]("*strconv.NumError", invalid, "strconv: NumError"),
		is("strconv.ErrSyntax", strconv.ErrSyntax, invalid, "strconv: ErrSyntax"),
		is("strconv.ErrRange", strconv.ErrRange, invalid, "strconv: ErrRange"),
		on[*time.ParseError]("*time.ParseError", invalid, "time: ParseError"),
		on[*syntax.Error]("*syntax.Error", invalid, "regexp/syntax: Error"),
		is("path.ErrBadPattern", path.ErrBadPattern, invalid, "path: ErrBadPattern"),
		is("filepath.ErrBadPattern", filepath.ErrBadPattern, invalid, "path/filepath: ErrBadPattern"),

		is("gzip.ErrHeader", gzip.ErrHeader, invalid, "compress/gzip: ErrHeader"),
		is("gzip.ErrChecksum", gzip.ErrChecksum, corrupt, "compress/gzip: ErrChecksum"),
		is("zlib.ErrHeader", zlib.ErrHeader, invalid, "compress/zlib: ErrHeader"),
		is("zlib.ErrDictionary", zlib.ErrDictionary, invalid, "compress/zlib: ErrDictionary"),
		is("zlib.ErrChecksum", zlib.ErrChecksum, corrupt, "compress/zlib: ErrChecksum"),
		on[flate.CorruptInputError]("flate.CorruptInputError", corrupt, "compress/flate: CorruptInputError"),
		on[flate.InternalError]("flate.InternalError", bug, "compress/flate: InternalError"),
		on[bzip2.StructuralError]("bzip2.StructuralError", corrupt, "compress/bzip2: StructuralError"),
		is("zip.ErrFormat", zip.ErrFormat, invalid, "archive/zip: ErrFormat"),
		is("zip.ErrAlgorithm", zip.ErrAlgorithm, invalid, "archive/zip: ErrAlgorithm"),
		is("zip.ErrChecksum", zip.ErrChecksum, corrupt, "archive/zip: ErrChecksum"),
		is("zip.ErrInsecurePath", zip.ErrInsecurePath, invalid, "archive/zip: ErrInsecurePath"),
		is("tar.ErrHeader", tar.ErrHeader, invalid, "archive/tar: ErrHeader"),
		is("tar.ErrFieldTooLong", tar.ErrFieldTooLong, invalid, "archive/tar: ErrFieldTooLong"),
		is("tar.ErrInsecurePath", tar.ErrInsecurePath, invalid, "archive/tar: ErrInsecurePath"),
		is("tar.ErrWriteTooLong", tar.ErrWriteTooLong, bug, "archive/tar: ErrWriteTooLong"),
		is("tar.ErrWriteAfterClose", tar.ErrWriteAfterClose, bug, "archive/tar: ErrWriteAfterClose"),

		on[textproto.ProtocolError]("textproto.ProtocolError", invalid, "net/textproto: ProtocolError"),
		is("mime.ErrInvalidMediaParameter", mime.ErrInvalidMediaParameter, invalid, "mime: ErrInvalidMediaParameter"),
		is("multipart.ErrMessageTooLarge", multipart.ErrMessageTooLarge, invalid, "mime/multipart: ErrMessageTooLarge"),
		is("bufio.ErrTooLong", bufio.ErrTooLong, invalid, "bufio: ErrTooLong"),
		is("bufio.ErrBufferFull", bufio.ErrBufferFull, invalid, "bufio: ErrBufferFull, a line is too long"),
		is("bufio.ErrNegativeCount", bufio.ErrNegativeCount, bug, "bufio: ErrNegativeCount"),
		is("bufio.ErrNegativeAdvance", bufio.ErrNegativeAdvance, bug, "bufio: ErrNegativeAdvance"),
		is("bufio.ErrAdvanceTooFar", bufio.ErrAdvanceTooFar, bug, "bufio: ErrAdvanceTooFar"),
		is("bufio.ErrBadReadCount", bufio.ErrBadReadCount, bug, "bufio: ErrBadReadCount"),
		is("bufio.ErrInvalidUnreadByte", bufio.ErrInvalidUnreadByte, bug, "bufio: ErrInvalidUnreadByte"),
		is("bufio.ErrInvalidUnreadRune", bufio.ErrInvalidUnreadRune, bug, "bufio: ErrInvalidUnreadRune"),

		is("io.ErrUnexpectedEOF", io.ErrUnexpectedEOF, invalid, "io: ErrUnexpectedEOF, of data"),
		is("io.EOF", io.EOF, invalid, "io: EOF, where a value had to be"),
	},
}
