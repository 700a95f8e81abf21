package packs

import (
	"syscall"

	"github.com/holdfast-go/holdfast/classify"
)

// Syscall is for the reasons that the operating system gives. Some need a context to be
// understood, such as EAGAIN of a fork or ENOENT of a socket: [Exec] and [Net] come first.
var Syscall = syscallTable.pack()

var syscallTable = table{
	name: "syscall",
	rules: []classify.Rule{
		classify.KindFunc("errno", func(e syscall.Errno) classify.Finding { return errnos.find(canonical(e)) }),
	},
	rows: errnoRows,
}

var errnos, errnoRows = indexed(append(commonErrnos, systemErrnos...)...)

func errno(e syscall.Errno, name string, k classify.Kind, source string) keyed[syscall.Errno] {
	return keyed[syscall.Errno]{e, code(name, k, source)}
}

func unsureErrno(e syscall.Errno, name string, k classify.Kind, source string) keyed[syscall.Errno] {
	return keyed[syscall.Errno]{e, unsure(name, k, source)}
}

// The errnos that every system has.
var commonErrnos = []keyed[syscall.Errno]{
	errno(syscall.ENOENT, "ENOENT", missing, "errno(3)"),
	errno(syscall.ENOTDIR, "ENOTDIR", missing, "path_resolution(7): the name leads nowhere"),
	errno(syscall.ELOOP, "ELOOP", missing, "path_resolution(7): the name leads nowhere"),
	errno(syscall.ESRCH, "ESRCH", missing, "errno(3)"),
	errno(syscall.ENOMSG, "ENOMSG", missing, "errno(3)"),

	errno(syscall.EEXIST, "EEXIST", exists, "errno(3)"),
	errno(syscall.ENOTEMPTY, "ENOTEMPTY", exists, "rename(2): the new directory has entries; syscall: Errno.Is"),

	errno(syscall.EACCES, "EACCES", denied, "errno(3)"),
	errno(syscall.EPERM, "EPERM", denied, "errno(3)"),

	errno(syscall.EROFS, "EROFS", readOnly, "errno(3)"),
	errno(syscall.EIO, "EIO", hardware, "errno(3), read(2)"),

	errno(syscall.ENOSPC, "ENOSPC", exhausted, "errno(3)"),
	errno(syscall.EDQUOT, "EDQUOT", exhausted, "errno(3)"),
	errno(syscall.EFBIG, "EFBIG", exhausted, "write(2): the limit of the file system or of the process"),
	errno(syscall.ENOMEM, "ENOMEM", exhausted, "errno(3)"),
	errno(syscall.EMFILE, "EMFILE", exhausted, "errno(3)"),
	errno(syscall.ENFILE, "ENFILE", exhausted, "errno(3)"),
	errno(syscall.ENOBUFS, "ENOBUFS", exhausted, "errno(3)"),
	errno(syscall.ENOLCK, "ENOLCK", exhausted, "fcntl(2): too many locks"),
	errno(syscall.EMLINK, "EMLINK", exhausted, "link(2): the limit of links to a file"),
	errno(syscall.EUSERS, "EUSERS", exhausted, "errno(3)"),
	errno(syscall.ETOOMANYREFS, "ETOOMANYREFS", exhausted, "unix(7): the limit of descriptors in flight"),

	errno(syscall.EAGAIN, "EAGAIN", conflict, "flock(2), fcntl(2): somebody holds the lock"),
	errno(syscall.EBUSY, "EBUSY", conflict, "errno(3)"),
	errno(syscall.ETXTBSY, "ETXTBSY", conflict, "execve(2): open for writing by a process"),
	errno(syscall.EDEADLK, "EDEADLK", conflict, "errno(3)"),
	errno(syscall.EALREADY, "EALREADY", conflict, "errno(3)"),
	errno(syscall.EINPROGRESS, "EINPROGRESS", conflict, "errno(3)"),
	errno(syscall.EIDRM, "EIDRM", conflict, "errno(3): removed by somebody"),
	errno(syscall.ESTALE, "ESTALE", conflict, "errno(3): the file was replaced on the server"),

	errno(syscall.EINVAL, "EINVAL", invalid, "errno(3)"),
	errno(syscall.ENAMETOOLONG, "ENAMETOOLONG", invalid, "errno(3)"),
	errno(syscall.E2BIG, "E2BIG", invalid, "execve(2)"),
	errno(syscall.ENOEXEC, "ENOEXEC", invalid, "execve(2)"),
	errno(syscall.EISDIR, "EISDIR", invalid, "errno(3)"),
	errno(syscall.ERANGE, "ERANGE", invalid, "errno(3)"),
	errno(syscall.EDOM, "EDOM", invalid, "errno(3)"),
	errno(syscall.EOVERFLOW, "EOVERFLOW", invalid, "errno(3)"),
	errno(syscall.EILSEQ, "EILSEQ", invalid, "errno(3)"),
	errno(syscall.EMSGSIZE, "EMSGSIZE", invalid, "errno(3)"),

	errno(syscall.EBADMSG, "EBADMSG", corrupt, "a checksum of the file system: EFSBADCRC of xfs, ext4 and btrfs"),

	errno(syscall.EXDEV, "EXDEV", misconfigured, "link(2), rename(2): on another mount"),
	errno(syscall.ENODEV, "ENODEV", misconfigured, "errno(3)"),
	errno(syscall.ENOTTY, "ENOTTY", misconfigured, "ioctl(2): of another kind of file or file system"),
	errno(syscall.ENOSYS, "ENOSYS", misconfigured, "errno(3)"),
	errno(syscall.ENOTSUP, "ENOTSUP", misconfigured, "errno(3)"),
	errno(syscall.EOPNOTSUPP, "EOPNOTSUPP", misconfigured, "errno(3)"),
	errno(syscall.EADDRINUSE, "EADDRINUSE", misconfigured, "bind(2)"),
	errno(syscall.EADDRNOTAVAIL, "EADDRNOTAVAIL", misconfigured, "bind(2)"),
	errno(syscall.EAFNOSUPPORT, "EAFNOSUPPORT", misconfigured, "socket(2)"),
	errno(syscall.EPFNOSUPPORT, "EPFNOSUPPORT", misconfigured, "errno(3)"),
	errno(syscall.EPROTONOSUPPORT, "EPROTONOSUPPORT", misconfigured, "socket(2)"),
	errno(syscall.ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT", misconfigured, "errno(3)"),
	errno(syscall.EPROTOTYPE, "EPROTOTYPE", misconfigured, "connect(2)"),
	errno(syscall.ENOPROTOOPT, "ENOPROTOOPT", misconfigured, "setsockopt(2)"),

	errno(syscall.ECONNREFUSED, "ECONNREFUSED", unavailable, "connect(2)"),
	errno(syscall.EHOSTUNREACH, "EHOSTUNREACH", unavailable, "ip(7)"),
	errno(syscall.EHOSTDOWN, "EHOSTDOWN", unavailable, "errno(3)"),
	errno(syscall.ENETUNREACH, "ENETUNREACH", unavailable, "connect(2)"),
	errno(syscall.ENETDOWN, "ENETDOWN", unavailable, "errno(3)"),
	errno(syscall.ENXIO, "ENXIO", unavailable, "open(2): nobody is at the other end"),

	unsureErrno(syscall.ECONNRESET, "ECONNRESET", interrupted, "tcp(7), recv(2)"),
	unsureErrno(syscall.ECONNABORTED, "ECONNABORTED", interrupted, "accept(2)"),
	unsureErrno(syscall.ENETRESET, "ENETRESET", interrupted, "errno(3)"),
	unsureErrno(syscall.EPIPE, "EPIPE", interrupted, "write(2): the reader is gone"),
	errno(syscall.ENOTCONN, "ENOTCONN", interrupted, "send(2)"),
	errno(syscall.ESHUTDOWN, "ESHUTDOWN", interrupted, "errno(3)"),
	unsureErrno(syscall.EPROTO, "EPROTO", interrupted, "accept(2)"),
	errno(syscall.EINTR, "EINTR", interrupted, "signal(7)"),

	unsureErrno(syscall.ETIMEDOUT, "ETIMEDOUT", timeout, "tcp(7)"),
	errno(syscall.ECANCELED, "ECANCELED", stopped, "errno(3)"),

	errno(syscall.EBADF, "EBADF", bug, "errno(3)"),
	errno(syscall.EFAULT, "EFAULT", bug, "errno(3)"),
	errno(syscall.ECHILD, "ECHILD", bug, "wait(2): no such child, or waited for already"),
	errno(syscall.ENOTSOCK, "ENOTSOCK", bug, "errno(3)"),
	errno(syscall.ESPIPE, "ESPIPE", bug, "lseek(2)"),
	errno(syscall.EISCONN, "EISCONN", bug, "connect(2)"),
	errno(syscall.EDESTADDRREQ, "EDESTADDRREQ", bug, "errno(3)"),
}
