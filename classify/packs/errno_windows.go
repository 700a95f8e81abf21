package packs

import "syscall"

const systemCodes = "Windows, System Error Codes"

// What Windows says and POSIX has no word for.
var systemErrnos = []keyed[syscall.Errno]{
	errno(6, "ERROR_INVALID_HANDLE", bug, systemCodes),
	errno(19, "ERROR_WRITE_PROTECT", readOnly, systemCodes),
	errno(21, "ERROR_NOT_READY", hardware, systemCodes),
	errno(23, "ERROR_CRC", hardware, systemCodes),
	errno(31, "ERROR_GEN_FAILURE", hardware, systemCodes),
	errno(32, "ERROR_SHARING_VIOLATION", conflict, systemCodes),
	errno(33, "ERROR_LOCK_VIOLATION", conflict, systemCodes),
	errno(53, "ERROR_BAD_NETPATH", unavailable, systemCodes),
	errno(193, "ERROR_BAD_EXE_FORMAT", invalid, systemCodes),
	errno(231, "ERROR_PIPE_BUSY", conflict, systemCodes),
	errno(740, "ERROR_ELEVATION_REQUIRED", denied, systemCodes),
	errno(1224, "ERROR_USER_MAPPED_FILE", conflict, systemCodes),
	errno(1314, "ERROR_PRIVILEGE_NOT_HELD", denied, systemCodes),
	errno(1392, "ERROR_FILE_CORRUPT", corrupt, systemCodes),
	errno(1393, "ERROR_DISK_CORRUPT", corrupt, systemCodes),
	errno(11001, "WSAHOST_NOT_FOUND", misconfigured, "Windows Sockets Error Codes"),
}

// canonical returns the POSIX name of what Windows calls otherwise.
func canonical(e syscall.Errno) syscall.Errno {
	if p, ok := posix[e]; ok {
		return p
	}
	return e
}

// System Error Codes and Windows Sockets Error Codes.
var posix = map[syscall.Errno]syscall.Errno{
	2:     syscall.ENOENT,          // ERROR_FILE_NOT_FOUND
	3:     syscall.ENOENT,          // ERROR_PATH_NOT_FOUND
	4:     syscall.EMFILE,          // ERROR_TOO_MANY_OPEN_FILES
	5:     syscall.EACCES,          // ERROR_ACCESS_DENIED
	8:     syscall.ENOMEM,          // ERROR_NOT_ENOUGH_MEMORY
	14:    syscall.ENOMEM,          // ERROR_OUTOFMEMORY
	17:    syscall.EXDEV,           // ERROR_NOT_SAME_DEVICE
	39:    syscall.ENOSPC,          // ERROR_HANDLE_DISK_FULL
	50:    syscall.ENOTSUP,         // ERROR_NOT_SUPPORTED
	64:    syscall.ECONNRESET,      // ERROR_NETNAME_DELETED
	80:    syscall.EEXIST,          // ERROR_FILE_EXISTS
	87:    syscall.EINVAL,          // ERROR_INVALID_PARAMETER
	109:   syscall.EPIPE,           // ERROR_BROKEN_PIPE
	112:   syscall.ENOSPC,          // ERROR_DISK_FULL
	120:   syscall.ENOSYS,          // ERROR_CALL_NOT_IMPLEMENTED
	121:   syscall.ETIMEDOUT,       // ERROR_SEM_TIMEOUT
	123:   syscall.EINVAL,          // ERROR_INVALID_NAME
	145:   syscall.ENOTEMPTY,       // ERROR_DIR_NOT_EMPTY
	170:   syscall.EBUSY,           // ERROR_BUSY
	183:   syscall.EEXIST,          // ERROR_ALREADY_EXISTS
	206:   syscall.ENAMETOOLONG,    // ERROR_FILENAME_EXCED_RANGE
	232:   syscall.EPIPE,           // ERROR_NO_DATA
	267:   syscall.ENOTDIR,         // ERROR_DIRECTORY
	995:   syscall.ECANCELED,       // ERROR_OPERATION_ABORTED
	1117:  syscall.EIO,             // ERROR_IO_DEVICE
	1223:  syscall.ECANCELED,       // ERROR_CANCELLED
	1236:  syscall.ECONNABORTED,    // ERROR_CONNECTION_ABORTED
	10004: syscall.EINTR,           // WSAEINTR
	10013: syscall.EACCES,          // WSAEACCES
	10022: syscall.EINVAL,          // WSAEINVAL
	10024: syscall.EMFILE,          // WSAEMFILE
	10035: syscall.EAGAIN,          // WSAEWOULDBLOCK
	10038: syscall.ENOTSOCK,        // WSAENOTSOCK
	10040: syscall.EMSGSIZE,        // WSAEMSGSIZE
	10043: syscall.EPROTONOSUPPORT, // WSAEPROTONOSUPPORT
	10045: syscall.EOPNOTSUPP,      // WSAEOPNOTSUPP
	10047: syscall.EAFNOSUPPORT,    // WSAEAFNOSUPPORT
	10048: syscall.EADDRINUSE,      // WSAEADDRINUSE
	10049: syscall.EADDRNOTAVAIL,   // WSAEADDRNOTAVAIL
	10050: syscall.ENETDOWN,        // WSAENETDOWN
	10051: syscall.ENETUNREACH,     // WSAENETUNREACH
	10052: syscall.ENETRESET,       // WSAENETRESET
	10053: syscall.ECONNABORTED,    // WSAECONNABORTED
	10054: syscall.ECONNRESET,      // WSAECONNRESET
	10055: syscall.ENOBUFS,         // WSAENOBUFS
	10056: syscall.EISCONN,         // WSAEISCONN
	10057: syscall.ENOTCONN,        // WSAENOTCONN
	10058: syscall.ESHUTDOWN,       // WSAESHUTDOWN
	10060: syscall.ETIMEDOUT,       // WSAETIMEDOUT
	10061: syscall.ECONNREFUSED,    // WSAECONNREFUSED
	10064: syscall.EHOSTDOWN,       // WSAEHOSTDOWN
	10065: syscall.EHOSTUNREACH,    // WSAEHOSTUNREACH
	10101: syscall.ESHUTDOWN,       // WSAEDISCON
}
