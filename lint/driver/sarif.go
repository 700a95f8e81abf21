package driver

import (
	"net/url"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// The part of SARIF 2.1.0 that is printed. Columns count characters, as columnKind says.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool                `json:"tool"`
		Invocations []sarifInvocation        `json:"invocations"`
		Bases       map[string]sarifArtifact `json:"originalUriBaseIds"`
		ColumnKind  string                   `json:"columnKind"`
		Results     []sarifResult            `json:"results"`
	}
	sarifInvocation struct {
		Successful bool `json:"executionSuccessful"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		URI     string      `json:"informationUri"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID      string       `json:"id"`
		Name    string       `json:"name"`
		Short   sarifMessage `json:"shortDescription"`
		Full    sarifMessage `json:"fullDescription"`
		HelpURI string       `json:"helpUri"`
		Help    sarifMessage `json:"help"`
		Default sarifLevel   `json:"defaultConfiguration"`
	}
	sarifLevel struct {
		Level string `json:"level"`
	}
	sarifMessage struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifMessage      `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
	}
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifMessage `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int           `json:"startLine"`
		StartColumn int           `json:"startColumn"`
		EndLine     int           `json:"endLine"`
		EndColumn   int           `json:"endColumn"`
		Snippet     *sarifMessage `json:"snippet,omitempty"`
	}
	sarifFix struct {
		Description sarifMessage  `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion   `json:"deletedRegion"`
		Inserted *sarifMessage `json:"insertedContent,omitempty"`
	}
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	sarifBase   = "%SRCROOT%"
)

// levels of tiers.
var levels = map[string]string{"error": "error", "warning": "warning", "opt-in": "note"}

func (c *command) printSARIF(r *report) error {
	index := map[string]int{}
	driver := sarifDriver{Name: "errlint", Version: ownVersion(), URI: "https://" + modulePath}
	for i, k := range c.suite.Checks {
		index[k.ID] = i
		driver.Rules = append(driver.Rules, sarifRule{
			ID: k.ID, Name: pascal(k.ID), HelpURI: k.URL(),
			Short:   sarifMessage{Text: sentence(k.Title) + "."},
			Full:    sarifMessage{Text: strings.TrimSpace(k.Why)},
			Help:    sarifMessage{Text: strings.TrimSpace(k.Why), Markdown: Page(k)},
			Default: sarifLevel{levels[k.Tier.String()]},
		})
	}
	run := sarifRun{
		Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: []sarifResult{},
		Invocations: []sarifInvocation{{!r.failed}},
		Bases:       map[string]sarifArtifact{sarifBase: {URI: fileURL(c.cwd) + "/"}},
	}
	for _, f := range r.findings {
		result := sarifResult{
			RuleID: f.Check, RuleIndex: index[f.Check], Level: levels[f.Tier], Message: sarifMessage{Text: f.Message},
			Locations:    []sarifLocation{{Physical: c.physical(f.Range, true)}},
			Fingerprints: map[string]string{"errlint/v1": f.Fingerprint},
		}
		if f.Cause != nil {
			result.Related = []sarifLocation{{ID: 1, Physical: c.physical(f.Cause.Range, true), Message: &sarifMessage{Text: "the error that is lost"}}}
		}
		for _, fix := range f.Fixes {
			result.Fixes = append(result.Fixes, c.sarifFix(&fix))
		}
		run.Results = append(run.Results, result)
	}
	data, err := encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
	if err != nil {
		return err
	}
	_, err = c.stdout.Write(data)
	return err
}

func (c *command) sarifFix(fix *Fix) sarifFix {
	out := sarifFix{Description: sarifMessage{Text: fix.Message}}
	at := map[string]int{}
	for _, e := range fix.Edits {
		i, ok := at[e.File]
		if !ok {
			i = len(out.Changes)
			at[e.File] = i
			out.Changes = append(out.Changes, sarifChange{Artifact: c.artifact(e.File)})
		}
		src := c.sources.read(c.abs(e.File))
		r := Range{File: e.File}
		r.Line, r.Column = place(src, e.Start)
		r.EndLine, r.EndColumn = place(src, e.End)
		replacement := sarifReplacement{Deleted: c.region(r, false)}
		if e.New != "" {
			replacement.Inserted = &sarifMessage{Text: e.New}
		}
		out.Changes[i].Replacements = append(out.Changes[i].Replacements, replacement)
	}
	return out
}

// place returns line and column of a byte.
func place(src []byte, offset int) (line, column int) {
	before := string(src[:min(offset, len(src))])
	return strings.Count(before, "\n") + 1, len(before) - strings.LastIndexByte(before, '\n')
}

func (c *command) physical(r Range, snippet bool) sarifPhysical {
	return sarifPhysical{Artifact: c.artifact(r.File), Region: c.region(r, snippet)}
}

func (c *command) artifact(file string) sarifArtifact {
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return sarifArtifact{URI: fileURL(c.abs(file))}
	}
	return sarifArtifact{URI: (&url.URL{Path: file}).String(), BaseID: sarifBase}
}

// fileURL returns the URL of a file with an absolute name.
func fileURL(file string) string {
	file = filepath.ToSlash(file)
	if !strings.HasPrefix(file, "/") {
		file = "/" + file // C:/...
	}
	return (&url.URL{Scheme: "file", Path: file}).String()
}

func (c *command) region(r Range, snippet bool) sarifRegion {
	lines := c.sources.lines(c.abs(r.File), r.Line, r.EndLine)
	out := sarifRegion{StartLine: r.Line, StartColumn: r.Column, EndLine: r.EndLine, EndColumn: r.EndColumn}
	if len(lines) > 0 {
		out.StartColumn = characters(lines[0], r.Column)
		out.EndColumn = characters(lines[len(lines)-1], r.EndColumn)
	}
	if snippet && len(lines) > 0 {
		out.Snippet = &sarifMessage{Text: strings.Join(lines, "\n")}
	}
	return out
}

// characters turns a column that counts bytes into one that counts characters.
func characters(line string, column int) int {
	return utf8.RuneCountInString(line[:min(column-1, len(line))]) + 1
}

// pascal returns a name as SARIF wants names: "TextOperand".
func pascal(id string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(id, "-") {
		b.WriteString(sentence(word))
	}
	return b.String()
}
