package fn_test

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"guardrails/shared/fn"
)

// TestACertificateBundleIsTrusted serves over TLS with a certificate that only AWS_CA_BUNDLE names.
func TestACertificateBundleIsTrusted(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	defer server.Close()
	bundle := filepath.Join(t.TempDir(), "ca.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(bundle, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, trusted := range map[string]bool{"": false, bundle: true} {
		t.Setenv("AWS_CA_BUNDLE", path)
		cfg, err := fn.LoadAWS(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := cfg.HTTPClient.Do(req)
		if err == nil {
			_ = res.Body.Close()
		}
		if (err == nil) != trusted {
			t.Errorf("with AWS_CA_BUNDLE=%q: %v", path, err)
		}
	}
}
