// SPDX-License-Identifier: Apache-2.0

// A container runtime that tells a kubelet that it is ready, and runs nothing.
// Its argument is where it listens, for example unix:///some/folder/cri.sock.
package main

import (
	"fmt"
	"os"

	"k8s.io/cri-client/pkg/fake"
)

func main() {
	if err := fake.NewFakeRemoteRuntime().Start(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}
