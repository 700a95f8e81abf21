# Writes two million bytes of text made of the words of its input: the same
# bytes on every machine, with some order in them for a compressor to find.
#
#	awk -f corpus.awk prose.txt > corpus.txt

{ for (i = 1; i <= NF; i++) word[n++] = $i }

# roll returns a number from 0 to below - 1: the "minimal standard" generator of
# Park and Miller, whose products stay exact in awk's floating point.
function roll(below) {
	seed = (seed * 16807) % 2147483647
	return seed % below
}

END {
	if (n == 0) exit 1
	seed = 20260302
	while (size < 2000000) {
		at = roll(n) # a phrase as it stands in the text …
		line = word[at]
		for (left = 2 + roll(6); left > 0; left--) line = line " " word[(++at) % n]
		for (left = 1 + roll(4); left > 0; left--) line = line " " word[roll(n)] # … and words from anywhere
		print line
		size += length(line) + 1
	}
}
