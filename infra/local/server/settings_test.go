package main

import (
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// enough is what a server needs; cases leave out or change some of it.
func enough(change map[string]string) func(string) string {
	set := map[string]string{"GUARDRAILS_ENV": "dev", "GUARDRAILS_ACCOUNT": "123456789012", "AWS_REGION": "eu-west-1"}
	for name, value := range change {
		set[name] = value
	}
	return func(name string) string { return set[name] }
}

func TestEachFaultIsOneSentence(t *testing.T) {
	t.Parallel()
	const networks = "GUARDRAILS_TRUSTED_PROXIES must be networks such as 10.0.0.0/8, with commas between them; number "
	cases := map[string]struct {
		change map[string]string
		want   string
	}{
		"no environment":     {map[string]string{"GUARDRAILS_ENV": ""}, "GUARDRAILS_ENV is not set: it names the environment whose tables and queues are used"},
		"odd environment":    {map[string]string{"GUARDRAILS_ENV": "Canary!"}, "GUARDRAILS_ENV must be lower-case letters, digits and hyphens, at most 20, a letter first"},
		"no account":         {map[string]string{"GUARDRAILS_ACCOUNT": ""}, "GUARDRAILS_ACCOUNT is not set: the number of the AWS account is part of the buckets' names"},
		"odd account":        {map[string]string{"GUARDRAILS_ACCOUNT": "canary"}, "GUARDRAILS_ACCOUNT must be the 12 digits of an AWS account"},
		"no region":          {map[string]string{"AWS_REGION": ""}, "AWS_REGION is not set: it says where the environment is"},
		"no port":            {map[string]string{"GUARDRAILS_LISTEN": "canary"}, "GUARDRAILS_LISTEN must be an address with a port, such as 127.0.0.1:8080 or 0.0.0.0:8080"},
		"no host":            {map[string]string{"GUARDRAILS_LISTEN": ":8080"}, "GUARDRAILS_LISTEN must be an address with a port, such as 127.0.0.1:8080 or 0.0.0.0:8080"},
		"port out of range":  {map[string]string{"GUARDRAILS_LISTEN": "127.0.0.1:65536"}, "GUARDRAILS_LISTEN must be an address with a port, such as 127.0.0.1:8080 or 0.0.0.0:8080"},
		"no network":         {map[string]string{"GUARDRAILS_TRUSTED_PROXIES": "10.0.0.0/8, canary"}, networks + "2 is none"},
		"a host name":        {map[string]string{"GUARDRAILS_TRUSTED_PROXIES": "canary.internal"}, networks + "1 is none"},
		"everybody":          {map[string]string{"GUARDRAILS_TRUSTED_PROXIES": "0.0.0.0/0"}, "GUARDRAILS_TRUSTED_PROXIES must not hold every address: any client could then say that it is another one"},
		"everybody in IPv6":  {map[string]string{"GUARDRAILS_TRUSTED_PROXIES": "::/0"}, "GUARDRAILS_TRUSTED_PROXIES must not hold every address: any client could then say that it is another one"},
		"IPv4 as IPv6":       {map[string]string{"GUARDRAILS_TRUSTED_PROXIES": "::ffff:10.0.0.0/104"}, "GUARDRAILS_TRUSTED_PROXIES takes IPv4 networks in their own form, 10.0.0.0/8; number 1 is written as IPv6"},
		"create what":        {map[string]string{"GUARDRAILS_CREATE": "canary"}, "GUARDRAILS_CREATE must be true or false"},
		"create on AWS":      {map[string]string{"GUARDRAILS_CREATE": "true"}, "GUARDRAILS_CREATE is for emulators, which AWS_ENDPOINT_URL names: on AWS the data stack makes the resources"},
		"two faults at once": {map[string]string{"GUARDRAILS_ENV": "", "AWS_REGION": ""}, "GUARDRAILS_ENV is not set: it names the environment whose tables and queues are used\nAWS_REGION is not set: it says where the environment is"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), enough(c.change), slog.New(slog.DiscardHandler), false)
			if err == nil || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s, err := read(enough(nil))
	if err != nil || s.listen != "127.0.0.1:8080" || len(s.proxies) != 0 || s.data != "" || s.create {
		t.Errorf("by default %+v, %v", s, err)
	}
	s, err = read(enough(map[string]string{
		"GUARDRAILS_LISTEN": "[::]:80", "GUARDRAILS_TRUSTED_PROXIES": "10.1.2.3/8, 192.0.2.1 ,fd00::/8", "GUARDRAILS_DATA": "/data",
		"GUARDRAILS_CREATE": "1", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
	}))
	var got []string
	for _, p := range s.proxies {
		got = append(got, p.String())
	}
	if err != nil || s.listen != "[::]:80" || strings.Join(got, " ") != "10.0.0.0/8 192.0.2.1/32 fd00::/8" || s.data != "/data" || !s.create {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestHealthAsksTheServerBesideIt(t *testing.T) {
	t.Parallel()
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/health" {
			t.Errorf("asked for %s", r.URL.Path)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(listen string) error {
		return run(t.Context(), enough(map[string]string{"GUARDRAILS_LISTEN": listen}), slog.New(slog.DiscardHandler), true)
	}
	for _, host := range []string{"127.0.0.1:", "0.0.0.0:"} {
		if err := ask(host + port); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
	if status = http.StatusServiceUnavailable; ask("127.0.0.1:"+port) == nil {
		t.Error("a server that refuses counts as healthy")
	}
	server.Close()
	if ask("127.0.0.1:"+port) == nil {
		t.Error("no server counts as healthy")
	}
}
