# Takes the errors out of one log: service, hour, kind, separated by tabs.
#
#	awk -f extract.awk -v service=store logs/store.log
#
# A line: 2026-03-02T08:05:54Z ERROR blob is gone kind=cas.missing_digest digest=9c1f

$2 == "ERROR" {
	kind = "(untyped)"
	for (i = 3; i <= NF; i++)
		if (index($i, "kind=") == 1) kind = substr($i, 6)
	printf "%s\t%s\t%s\n", service, substr($1, 12, 2), kind
}
