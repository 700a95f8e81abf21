// Package module gets the real modules that errlint is measured on: a table of them, and how a published one
// becomes a folder that loads.
package module

import "path"

// Module is a published module.
type Module struct {
	// Name is what the tables call it.
	Name string
	// Path and Version are those of the module proxy.
	Path, Version string
	// Held marks those that nobody tuned on.
	Held bool
	// Drop are modules that the published go.mod requires and that are in no proxy: parts of the same repository.
	Drop []string
	// Write are files that the published module lacks, by name, and that are needed to load it.
	Write map[string]string
}

// All is the table. What is known to be missing from a published module is written down here, so that a run
// downloads nothing but modules.
var All = []Module{
	{Name: "rclone", Path: "github.com/rclone/rclone", Version: "v1.76.0"},
	{Name: "hugo", Path: "github.com/gohugoio/hugo", Version: "v0.150.0"},
	{Name: "argo-workflows", Path: "github.com/argoproj/argo-workflows/v3", Version: "v3.7.0"},
	{
		Name: "terraform", Path: "github.com/hashicorp/terraform", Version: "v1.13.3",
		Drop: append(backends("github.com/hashicorp/terraform/internal/backend/remote-state/"), "github.com/hashicorp/terraform/internal/legacy"),
		Write: stubs(backends("internal/backend/remote-state/"), `

import "github.com/hashicorp/terraform/internal/backend"

func New() backend.Backend { return nil }
`),
	},
	{Name: "docker-cli", Path: "github.com/docker/cli", Version: "v28.3.3+incompatible"},
	{Name: "kubectl", Path: "k8s.io/kubectl", Version: "v0.34.0"},
	{
		Name: "traefik", Path: "github.com/traefik/traefik/v3", Version: "v3.6.12",
		Write: map[string]string{"webui/static/index.html": "<html></html>\n"},
	},
	{Name: "opa", Path: "github.com/open-policy-agent/opa", Version: "v1.9.0"},
	{Name: "mc", Path: "github.com/minio/mc", Version: "v0.0.0-20250313080218-cf909e1063a9"},

	{Name: "caddy", Path: "github.com/caddyserver/caddy/v2", Version: "v2.10.2", Held: true},
	{Name: "containerd", Path: "github.com/containerd/containerd/v2", Version: "v2.1.4", Held: true},
	{Name: "etcd-server", Path: "go.etcd.io/etcd/server/v3", Version: "v3.6.5", Held: true},
	{Name: "prometheus", Path: "github.com/prometheus/prometheus", Version: "v0.306.0", Held: true},
	{Name: "k6", Path: "go.k6.io/k6", Version: "v1.3.0", Held: true},
}

// backends are the parts of Terraform that are modules of their own.
func backends(prefix string) []string {
	names := []string{"azure", "consul", "cos", "gcs", "kubernetes", "oci", "oss", "pg", "s3"}
	for i, n := range names {
		names[i] = prefix + n
	}
	return names
}

// stubs returns a file for each folder, which is a package of the folder's name.
func stubs(folders []string, body string) map[string]string {
	out := map[string]string{}
	for _, f := range folders {
		name := path.Base(f)
		out[f+"/"+name+".go"] = "package " + name + body
	}
	return out
}
