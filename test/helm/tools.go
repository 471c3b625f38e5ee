//go:build tools

// Package tools pins the programs of the chart's tests in go.mod.
package tools

import _ "helm.sh/helm/v4/cmd/helm"
