package libraries

import (
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/holdfast-go/holdfast/classify"
)

// SSH is for golang.org/x/crypto/ssh. That a password or a key is refused it says by text only; who dials
// marks what is left.
var SSH = []classify.Pack{{Name: "ssh", Rules: []classify.Rule{
	classify.KindFunc("*ssh.ExitError", func(e *ssh.ExitError) classify.Finding { return ended(e.Signal()) }),
	classify.KindFunc("*ssh.ExitMissingError", func(*ssh.ExitMissingError) classify.Finding { return unsure(interrupted) }), // ssh: Session.Wait
	classify.KindFunc("*ssh.OpenChannelError", func(e *ssh.OpenChannelError) classify.Finding { return sshReason(e.Reason) }),
	classify.KindOn[*ssh.AlgorithmNegotiationError]("*ssh.AlgorithmNegotiationError", classify.Misconfigured),
	classify.KindOn[*knownhosts.KeyError]("*knownhosts.KeyError", classify.Misconfigured), // the host is unknown, or is not the one that was known
	classify.KindOn[*knownhosts.RevokedError]("*knownhosts.RevokedError", classify.Denied),
}}}

// ended is for a command that did not end with status 0. As with *exec.ExitError it has found its work not
// acceptable, unless it was told to end.
func ended(signal string) classify.Finding {
	if f := sshSignal(signal); f.Kind != classify.NoKind {
		return f
	}
	return invalid
}

var sshSignal = sshSignals.index()

var sshSignals = table[string]{
	{"KILL", stopped, "RFC 4254, 6.10; signal(7)"},
	{"TERM", stopped, "RFC 4254, 6.10; signal(7)"},
	{"INT", stopped, "RFC 4254, 6.10; signal(7)"},
	{"HUP", stopped, "RFC 4254, 6.10; signal(7)"},
	{"QUIT", stopped, "RFC 4254, 6.10; signal(7)"},
	{"PIPE", interrupted, "RFC 4254, 6.10; signal(7): the reader of its output is gone"},
	{"ALRM", timeout, "RFC 4254, 6.10; signal(7)"},
}

var sshReason = sshReasons.index()

var sshReasons = table[ssh.RejectionReason]{
	{ssh.Prohibited, denied, "RFC 4254, 5.1: administratively prohibited"},
	{ssh.ConnectionFailed, unavailable, "RFC 4254, 5.1: of what was to be forwarded to"},
	{ssh.UnknownChannelType, misconfigured, "RFC 4254, 5.1"},
	{ssh.ResourceShortage, exhausted, "RFC 4254, 5.1"},
}
