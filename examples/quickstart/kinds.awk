# Draws errors.tsv as a table: a line for each kind, a column for each service.
#
#	awk -f kinds.awk errors.tsv
#
# errors.tsv is sorted, so services appear in their order; kinds are put in the
# order of their number here, because awk's own order differs from awk to awk.

BEGIN { FS = "\t" }

{
	if (!($1 in perService)) service[++services] = $1
	if (!($3 in perKind)) kind[++kinds] = $3
	perService[$1]++
	perKind[$3]++
	count[$3, $1]++
	if (length($3) > width) width = length($3)
}

# cell writes n in eight columns, and a dot for nothing.
function cell(n) { printf "%8s", n ? n : "." }

END {
	for (i = 2; i <= kinds; i++)
		for (j = i; j > 1 && before(kind[j], kind[j - 1]); j--) {
			k = kind[j]; kind[j] = kind[j - 1]; kind[j - 1] = k
		}

	printf "%-" width "s", "kind"
	for (s = 1; s <= services; s++) printf "%8s", service[s]
	printf "%8s\n", "all"

	for (i = 1; i <= kinds; i++) {
		printf "%-" width "s", kind[i]
		for (s = 1; s <= services; s++) cell(count[kind[i], service[s]])
		cell(perKind[kind[i]])
		print ""
	}

	printf "%-" width "s", "all"
	for (s = 1; s <= services; s++) cell(perService[service[s]])
	cell(NR)
	print ""
}

function before(a, b) {
	if (perKind[a] != perKind[b]) return perKind[a] > perKind[b]
	return a < b
}
