// Package row reads and writes the corpus: one row for each real error value.
package row

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/holdfast-go/holdfast/classify"
)

// Columns of the file, in order.
var columns = []string{
	"id", "edge", "how to provoke", "go type", "message",
	"accepted local-executor", "accepted queue-runner", "accepted builder", "note", "labellers", "dispute",
}

// Roles are those that the corpus has verdicts for.
var Roles = []string{"local-executor", "queue-runner", "builder"}

// Row is one error value and what is accepted of each role.
type Row struct {
	ID   string
	Edge string // where the value is met; a transport counts as one here
	How  string // to provoke it
	// Type is the chain of dynamic types, as provoke.Chain prints it. Where an outcome depends on who is faster, alternatives are separated by " || ".
	Type     string
	Message  string
	Accepted map[string]Accepted // by role
	Note     string
	// Labellers is how many people labelled the row on their own before they settled it.
	Labellers string
	// Dispute is what this project would accept instead, and why. The label counts all the same.
	Dispute string
}

// Disputed returns the parts of Dispute, as in "builder: fail|fatal. A reason, to the end.": the role, what would be
// accepted of it, and why. Without one, or if it is not of that form, ok is false.
func (r Row) Disputed() (role string, instead Accepted, reason string, ok bool) {
	role, rest, ok := strings.Cut(r.Dispute, ": ")
	if _, known := r.Accepted[role]; !ok || !known {
		return "", Accepted{}, "", false
	}
	classes, reason, ok := strings.Cut(rest, ". ")
	if !ok {
		return "", Accepted{}, "", false
	}
	instead, err := parseAccepted(classes)
	return role, instead, reason, err == nil
}

// Accepted are the verdicts that are right for one role, the preferred one first.
type Accepted struct {
	// Absent says that the role as such has no such edge: the classes bind it only if it declares one.
	Absent  bool
	Classes []classify.Class
}

// Has reports whether c is accepted.
func (a Accepted) Has(c classify.Class) bool { return slices.Contains(a.Classes, c) }

// String returns the verdicts as they stand in the file.
func (a Accepted) String() string {
	var out []string
	if a.Absent {
		out = append(out, absent)
	}
	for _, c := range a.Classes {
		out = append(out, c.String())
	}
	return strings.Join(out, "|")
}

const absent = "n/a"

var classes = func() map[string]classify.Class {
	m := map[string]classify.Class{}
	for c := classify.Cancelled; c <= classify.Fatal; c++ {
		m[c.String()] = c
	}
	return m
}()

func parseAccepted(s string) (Accepted, error) {
	var a Accepted
	for i, word := range strings.Split(s, "|") {
		c, ok := classes[word]
		switch {
		case word == absent && i == 0:
			a.Absent = true
		case !ok:
			return Accepted{}, fmt.Errorf("%q is no verdict", word)
		default:
			a.Classes = append(a.Classes, c)
		}
	}
	return a, nil
}

// Malformed is a row that cannot be read.
type Malformed struct {
	Line int
	ID   string
	Err  error
}

func (e *Malformed) Error() string { return fmt.Sprintf("line %d, row %q: %v", e.Line, e.ID, e.Err) }
func (e *Malformed) Unwrap() error { return e.Err }

// Read reads the corpus. It returns a [*Malformed] if a row is not as it should be.
func Read(file string) ([]Row, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.FieldsPerRecord = len(columns)
	records, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	var rows []Row
	seen := map[string]bool{}
	for i, f := range records {
		if i == 0 {
			if !slices.Equal(f, columns) {
				return nil, &Malformed{1, f[0], fmt.Errorf("columns %q, want %q", f, columns)}
			}
			continue
		}
		row := Row{
			ID: f[0], Edge: f[1], How: f[2], Type: f[3], Message: f[4], Accepted: map[string]Accepted{},
			Note: f[8], Labellers: f[9], Dispute: f[10],
		}
		for j, role := range Roles {
			if row.Accepted[role], err = parseAccepted(f[5+j]); err != nil {
				return nil, &Malformed{i + 1, row.ID, err}
			}
		}
		if seen[row.ID] {
			return nil, &Malformed{i + 1, row.ID, fmt.Errorf("is there twice")}
		}
		seen[row.ID] = true
		rows = append(rows, row)
	}
	return rows, nil
}

// Write writes the corpus.
func Write(file string, rows []Row) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	records := [][]string{columns}
	for _, r := range rows {
		f := []string{r.ID, r.Edge, r.How, r.Type, r.Message}
		for _, role := range Roles {
			f = append(f, r.Accepted[role].String())
		}
		records = append(records, append(f, r.Note, r.Labellers, r.Dispute))
	}
	if err := w.WriteAll(records); err != nil {
		return err
	}
	// Whoever reads meanwhile sees the old file or the new one.
	fresh := file + ".new"
	if err := os.WriteFile(fresh, b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, file)
}
