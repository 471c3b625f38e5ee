// SPDX-License-Identifier: Apache-2.0

// Verifies certificates as programs in Go do, those of Kubernetes among them.
// Standard input is a JSON array of questions; standard output one of answers, in the same order.
package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

// A question: is the first certificate of Chain good for Purpose and, unless it is empty, for Host?
type question struct {
	Chain   string // PEM, the leaf first; the others may stand between it and a root
	Roots   string // PEM, all that is trusted
	Purpose string // as spec.usages of a CertificateSigningRequest names it
	Host    string
}

// An answer; Error is empty when it is good. The rest is what was read in the leaf.
type answer struct {
	Error     string
	Subject   string
	Dns       []string
	Emails    []string
	Addresses []string
	Uris      []string
	KeyUsage  int
	Purposes  []string
	Unknown   []string // purposes without a name in Go
	IsCa      bool
	Signature string
	Key       string
}

var purposes = map[string]x509.ExtKeyUsage{
	"any":              x509.ExtKeyUsageAny,
	"server auth":      x509.ExtKeyUsageServerAuth,
	"client auth":      x509.ExtKeyUsageClientAuth,
	"code signing":     x509.ExtKeyUsageCodeSigning,
	"email protection": x509.ExtKeyUsageEmailProtection,
	"ipsec end system": x509.ExtKeyUsageIPSECEndSystem,
	"ipsec tunnel":     x509.ExtKeyUsageIPSECTunnel,
	"ipsec user":       x509.ExtKeyUsageIPSECUser,
	"timestamping":     x509.ExtKeyUsageTimeStamping,
	"ocsp signing":     x509.ExtKeyUsageOCSPSigning,
	"microsoft sgc":    x509.ExtKeyUsageMicrosoftServerGatedCrypto,
	"netscape sgc":     x509.ExtKeyUsageNetscapeServerGatedCrypto,
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	answers := make([]answer, len(questions))
	for i, each := range questions {
		answers[i] = ask(each)
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(asked question) answer {
	leaf, others, err := parse(asked.Chain)
	if err != nil {
		return answer{Error: err.Error()}
	}
	saw := read(leaf)
	purpose, known := purposes[asked.Purpose]
	if !known {
		saw.Error = "no such purpose: " + asked.Purpose
		return saw
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(asked.Roots))
	intermediates := x509.NewCertPool()
	for _, each := range others {
		intermediates.AddCert(each)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{
		DNSName:       asked.Host,
		Roots:         roots,
		Intermediates: intermediates,
		KeyUsages:     []x509.ExtKeyUsage{purpose},
	}); err != nil {
		saw.Error = err.Error()
	}
	return saw
}

func parse(text string) (leaf *x509.Certificate, others []*x509.Certificate, err error) {
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, nil, err
		}
		if leaf == nil {
			leaf = certificate
		} else {
			others = append(others, certificate)
		}
	}
	if leaf == nil {
		err = errors.New("no certificate")
	}
	return leaf, others, err
}

func read(leaf *x509.Certificate) answer {
	saw := answer{
		Subject:   leaf.Subject.String(),
		Dns:       leaf.DNSNames,
		Emails:    leaf.EmailAddresses,
		KeyUsage:  int(leaf.KeyUsage),
		IsCa:      leaf.IsCA,
		Signature: leaf.SignatureAlgorithm.String(),
		Key:       leaf.PublicKeyAlgorithm.String(),
	}
	for _, each := range leaf.IPAddresses {
		saw.Addresses = append(saw.Addresses, each.String())
	}
	for _, each := range leaf.URIs {
		saw.Uris = append(saw.Uris, each.String())
	}
	for _, each := range leaf.ExtKeyUsage {
		for name, purpose := range purposes {
			if purpose == each {
				saw.Purposes = append(saw.Purposes, name)
			}
		}
	}
	for _, each := range leaf.UnknownExtKeyUsage {
		saw.Unknown = append(saw.Unknown, each.String())
	}
	return saw
}
