package main

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

const defaultListen = "127.0.0.1:8080"

// settings are what the environment says beside fn.LoadConfig's GUARDRAILS_ENV, GUARDRAILS_ACCOUNT,
// GUARDRAILS_TENANT_ROLE and the SDK's own variables.
type settings struct {
	// listen is GUARDRAILS_LISTEN, the address of the API.
	listen string
	// proxies is GUARDRAILS_TRUSTED_PROXIES: the networks whose X-Forwarded-For is believed, none by default.
	proxies []netip.Prefix
	// data is GUARDRAILS_DATA, a folder that outlives the process; it may be empty.
	data string
	// create is GUARDRAILS_CREATE: make what the environment lacks, on an emulator.
	create bool
}

var (
	envShape     = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)
	accountShape = regexp.MustCompile(`^[0-9]{12}$`)
)

var errNoRegion = errors.New("AWS_REGION is not set: it says where the environment is")

// read reads and checks the settings. The error has one sentence for each fault, without the values.
func read(lookup func(string) string) (settings, error) {
	s := settings{listen: cmp.Or(lookup("GUARDRAILS_LISTEN"), defaultListen), data: lookup("GUARDRAILS_DATA")}
	var faults []error
	need := func(ok bool, sentence string) {
		if !ok {
			faults = append(faults, errors.New(sentence))
		}
	}
	env, account := lookup("GUARDRAILS_ENV"), lookup("GUARDRAILS_ACCOUNT")
	need(env != "", "GUARDRAILS_ENV is not set: it names the environment whose tables and queues are used")
	need(env == "" || envShape.MatchString(env), "GUARDRAILS_ENV must be lower-case letters, digits and hyphens, at most 20, a letter first")
	need(account != "", "GUARDRAILS_ACCOUNT is not set: the number of the AWS account is part of the buckets' names")
	need(account == "" || accountShape.MatchString(account), "GUARDRAILS_ACCOUNT must be the 12 digits of an AWS account")
	need(lookup("AWS_REGION") != "" || lookup("AWS_DEFAULT_REGION") != "" || lookup("AWS_PROFILE") != "",
		errNoRegion.Error())
	need(address(s.listen), "GUARDRAILS_LISTEN must be an address with a port, such as 127.0.0.1:8080 or 0.0.0.0:8080")
	var err error
	if s.proxies, err = networks(lookup("GUARDRAILS_TRUSTED_PROXIES")); err != nil {
		faults = append(faults, err)
	}
	if c := lookup("GUARDRAILS_CREATE"); c != "" {
		s.create, err = strconv.ParseBool(c)
		need(err == nil, "GUARDRAILS_CREATE must be true or false")
	}
	need(!s.create || lookup("AWS_ENDPOINT_URL") != "",
		"GUARDRAILS_CREATE is for emulators, which AWS_ENDPOINT_URL names: on AWS the data stack makes the resources")
	return s, errors.Join(faults...)
}

// address reports whether s is an IP address, or localhost, with a port.
func address(s string) bool {
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return false
	}
	_, err = netip.ParseAddr(host)
	n, notNumber := strconv.Atoi(port)
	return (err == nil || host == "localhost") && notNumber == nil && n >= 0 && n <= 65535
}

// networks reads a list of networks, or of single addresses, between commas or spaces.
func networks(s string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for i, item := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		p, err := netip.ParsePrefix(item)
		if a, single := netip.ParseAddr(item); single == nil {
			p, err = netip.PrefixFrom(a.Unmap().WithZone(""), a.Unmap().BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("GUARDRAILS_TRUSTED_PROXIES must be networks such as 10.0.0.0/8, with commas between them; number %d is none", i+1)
		}
		if p.Bits() == 0 {
			return nil, errors.New("GUARDRAILS_TRUSTED_PROXIES must not hold every address: any client could then say that it is another one")
		}
		if p.Addr().Is4In6() {
			return nil, fmt.Errorf("GUARDRAILS_TRUSTED_PROXIES takes IPv4 networks in their own form, 10.0.0.0/8; number %d is written as IPv6", i+1)
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
