# Draws errors.tsv as a bar chart: a line for each hour, also for quiet ones,
# with a letter for each error: the first letter of the service it came from.
#
#	awk -f hours.awk errors.tsv

BEGIN { FS = "\t"; first = 24 }

{
	h = $2 + 0
	if (h < first) first = h
	if (h > last) last = h
	bar[h] = bar[h] substr($1, 1, 1)
}

END {
	print "hour  all"
	for (h = first; h <= last; h++)
		printf "%02d:00 %3d  %s\n", h, length(bar[h]), bar[h]
}
