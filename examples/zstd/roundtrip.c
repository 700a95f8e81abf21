//go:build ignore

/* The line above is for the go command, which wants no C beside Go without cgo.
 *
 * roundtrip INPUT REPORT compresses INPUT at a few levels, decompresses each
 * result, compares it with INPUT, and writes sizes and ratios to REPORT.
 *
 * Exit status: 0 when all is well, 1 when the bytes that came back differ or the
 * library refuses, 2 when a file cannot be read or written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/zstd.h"

static const int levels[] = {1, 3, 9};

struct bytes {
	char *data;
	size_t size;
};

static void *allocate(size_t size)
{
	void *p = malloc(size ? size : 1);
	if (p == NULL) {
		fprintf(stderr, "roundtrip: no memory for %zu bytes\n", size);
		exit(2);
	}
	return p;
}

static struct bytes read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	long size = -1;
	if (f == NULL || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0) {
		perror(path);
		exit(2);
	}
	struct bytes all = {allocate((size_t)size), (size_t)size};
	rewind(f);
	if (fread(all.data, 1, all.size, f) != all.size) {
		perror(path);
		exit(2);
	}
	fclose(f);
	return all;
}

/* check ends the program when the library says that a result is an error. */
static size_t check(size_t result, const char *what, int level)
{
	if (ZSTD_isError(result)) {
		fprintf(stderr, "roundtrip: %s at level %d: %s\n", what, level, ZSTD_getErrorName(result));
		exit(1);
	}
	return result;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: roundtrip INPUT REPORT\n", stderr);
		return 2;
	}
	struct bytes in = read_file(argv[1]);
	struct bytes packed = {allocate(ZSTD_compressBound(in.size)), ZSTD_compressBound(in.size)};
	struct bytes back = {allocate(in.size), in.size};

	FILE *report = fopen(argv[2], "w");
	if (report == NULL) {
		perror(argv[2]);
		return 2;
	}
	fprintf(report, "zstd %s, %zu bytes in\n\nlevel      bytes   ratio\n", ZSTD_versionString(), in.size);

	for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
		size_t n = check(ZSTD_compress(packed.data, packed.size, in.data, in.size, levels[i]), "compress", levels[i]);
		memset(back.data, 0, back.size);
		size_t m = check(ZSTD_decompress(back.data, back.size, packed.data, n), "decompress", levels[i]);
		if (m != in.size || memcmp(back.data, in.data, in.size) != 0) {
			fprintf(stderr, "roundtrip: level %d: the bytes that came back differ\n", levels[i]);
			return 1;
		}
		fprintf(report, "%5d %10zu %7.2f\n", levels[i], n, n ? (double)in.size / (double)n : 0.0);
	}
	if (ferror(report) != 0 || fclose(report) != 0) {
		perror(argv[2]);
		return 2;
	}
	free(in.data);
	free(packed.data);
	free(back.data);
	return 0;
}
