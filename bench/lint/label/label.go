// Package label has findings that a person judged, and compares them with what errlint reports now.
package label

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/holdfast-go/holdfast/bench/lint/tool"
)

// Label is a judgement on one place.
type Label struct {
	Module, Version string
	File            string
	Line            int
	// Shape is what a person calls it: the name of a check, where there is one for it.
	Shape string
	// True says that an error which was in hand is lost there, or that a decision is taken on its text although there is
	// something better.
	True bool
	// High says that a caller may well need to test the lost error.
	High bool
	// Source is who found the place: "search" is the search by looks, else a linter.
	Source string
	Why    string
}

var header = []string{"module", "version", "file", "line", "shape", "label", "importance", "source", "why"}

// Read reads labels from a table in CSV.
func Read(r io.Reader) ([]Label, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(header)
	first, err := in.Read()
	if err != nil {
		return nil, err
	}
	if !slices.Equal(first, header) {
		return nil, fmt.Errorf("the columns are %s, not %s", strings.Join(first, ","), strings.Join(header, ","))
	}
	var out []Label
	seen := map[string]int{}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		at, _ := in.FieldPos(0)
		l := Label{Module: row[0], Version: row[1], File: row[2], Shape: row[4], Source: row[7], Why: row[8]}
		if l.Line, err = strconv.Atoi(row[3]); err != nil {
			return nil, fmt.Errorf("line %d: %w", at, err)
		}
		switch {
		case !oneOf(row[5], "true", "harmless", &l.True):
			return nil, fmt.Errorf("line %d: the label %q is neither true nor harmless", at, row[5])
		case !oneOf(row[6], "high", "low", &l.High):
			return nil, fmt.Errorf("line %d: the importance %q is neither high nor low", at, row[6])
		case l.Why == "":
			return nil, fmt.Errorf("line %d: no reason", at)
		}
		key := fmt.Sprintf("%s:%s:%d", l.Module, l.File, l.Line)
		if before := seen[key]; before != 0 {
			return nil, fmt.Errorf("line %d: %s is on line %d as well", at, key, before)
		}
		seen[key] = at
		out = append(out, l)
	}
}

func oneOf(s, yes, no string, to *bool) bool {
	*to = s == yes
	return s == yes || s == no
}

// Match returns for each finding the label of its place, if it has one, and for each label whether
// there is a finding. A call may go over several lines and a label be on another one of them: so a label of the same shape
// close by will do where neither has a partner on its own line.
func Match(labels []Label, findings []tool.Finding) (of []*Label, found []bool) {
	of, found = make([]*Label, len(findings)), make([]bool, len(labels))
	for distance := range 4 {
		taken := slices.Clone(found) // of smaller distances
		for i, f := range findings {
			if of[i] != nil {
				continue
			}
			for j, l := range labels {
				if !taken[j] && l.File == f.File && abs(l.Line-f.Line) == distance && (distance == 0 || l.Shape == f.Check) {
					of[i], found[j] = &labels[j], true
					break
				}
			}
		}
	}
	return of, found
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
