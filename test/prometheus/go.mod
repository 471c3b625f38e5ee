// The real promtool that checks the metrics and tests the alert rules, pinned.
module github.com/kube-csr-approver/test-prometheus

go 1.26.0
