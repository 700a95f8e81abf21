package plan

import "slices"

// comparePaths orders clean paths as a walk through the folders meets them: a folder
// stands right before everything inside it.
func comparePaths(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	rank := func(s string) int {
		switch {
		case n == len(s):
			return -2
		case s[n] == '/':
			return -1
		}
		return int(s[n])
	}
	return rank(a) - rank(b)
}

// inside reports whether a clean path lies below folder.
func inside(path, folder string) bool {
	return len(path) > len(folder) && path[len(folder)] == '/' && path[:len(folder)] == folder
}

// pathSet is a set of paths in the order of comparePaths, none of them inside another.
type pathSet []string

// newPathSet sorts paths and keeps the outermost.
func newPathSet(paths []string) pathSet {
	slices.SortFunc(paths, comparePaths)
	set := paths[:0]
	for _, p := range paths {
		if n := len(set); n == 0 || p != set[n-1] && !inside(p, set[n-1]) {
			set = append(set, p)
		}
	}
	return set
}

// around returns the member that is path or has it inside.
func (s pathSet) around(path string) (member string, found bool) {
	i, found := slices.BinarySearchFunc(s, path, comparePaths)
	switch {
	case found:
		return path, true
	case i > 0 && inside(path, s[i-1]): // members between a folder and path would be inside the folder
		return s[i-1], true
	}
	return "", false
}
