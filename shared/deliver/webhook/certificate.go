package webhook

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"

	"guardrails/shared/clock"
	"guardrails/shared/deliver/form"
)

// maxPEM is the longest certificate chain or key in bytes.
const maxPEM = 16 << 10

// identity is a client certificate as a caller writes it. The last three fields are what is shown of it; they are taken
// back and not read.
type identity struct {
	Certificate string `json:"certificate"`
	PrivateKey  string `json:"private_key"`
	Subject     string `json:"subject"`
	NotAfter    string `json:"not_after"`
	SHA256      string `json:"sha256"`
}

// shown is what is shown of a client certificate.
type shown struct {
	Subject string `json:"subject"`
	// NotAfter is RFC 3339; SHA256 the certificate's fingerprint in hex.
	NotAfter string `json:"not_after"`
	SHA256   string `json:"sha256"`
}

// certificate judges a client certificate: left out or sent back as it was shown, it is the old one, which goes to no other
// host than it was given for; {} is none.
func (k *Kind) certificate(in *identity, before sealed, host string, f *form.Faults) (*pair, *shown) {
	old := before.Certificate
	given := old
	switch {
	case in == nil:
	case *in == identity{}:
		return nil, nil
	case in.Certificate == "" && in.PrivateKey == "" && old != nil:
	case in.Certificate == "":
		f.Add("client_certificate/certificate", "expected a certificate in PEM")
		return nil, nil
	case in.PrivateKey == "" && (old == nil || old.Certificate != in.Certificate):
		f.Add("client_certificate/private_key", "expected the certificate's private key in PEM")
		return nil, nil
	case in.PrivateKey == "":
	default:
		given = &pair{Certificate: in.Certificate, PrivateKey: in.PrivateKey}
	}
	switch {
	case given == nil:
		return nil, nil
	case given == old && before.Host != host:
		f.Add("client_certificate", "expected the certificate and its private key again, since the host has changed")
		return nil, nil
	}
	if len(given.Certificate) > maxPEM || len(given.PrivateKey) > maxPEM {
		f.Add("client_certificate", "expected at most 16384 bytes of PEM each")
		return nil, nil
	}
	parsed, err := tls.X509KeyPair([]byte(given.Certificate), []byte(given.PrivateKey))
	if err != nil {
		f.Add("client_certificate", "expected a certificate and its unencrypted private key, both in PEM")
		return nil, nil
	}
	// A certificate that was kept may have ended meanwhile: that is the next attempt's to tell.
	if given != old && parsed.Leaf.NotAfter.Before(k.clock.Now()) {
		f.Add("client_certificate/certificate", "expected a certificate that is still valid")
		return nil, nil
	}
	sum := sha256.Sum256(parsed.Leaf.Raw)
	return given, &shown{
		Subject: parsed.Leaf.Subject.String(), NotAfter: clock.Format(parsed.Leaf.NotAfter), SHA256: hex.EncodeToString(sum[:]),
	}
}
