package pii

import (
	"net/netip"
	"strings"

	"guardrails/shared/detect"
)

func network() []detect.Detector {
	return []detect.Detector{ipv4(), ipv6(), macAddress(), geoCoordinates()}
}

func ipv4() detect.Detector {
	return detect.Detector{
		Name: "ip_address_v4", Type: "IP_ADDRESS", Category: detect.CategoryPII,
		Summary: "IPv4 address", Validator: "four octets",
		Base:     baseStrict,
		Context:  []string{"ip", "ip address", "address", "host", "server", "from", "client", "adresse ip", "direccion ip", "indirizzo ip", "ip-adresse", "endereco ip", "ip-adres"},
		Negative: []string{"version", "firmware", "build", "release", "section", "chapter", "clause", "table", "figure", "fig"},
		Anchor:   &detect.Anchor{Bytes: ".", Scan: scanIPv4},
		Samples: detect.Samples{
			Positive: []string{"from 209.154.196.24.", "IP: 48.229.28.185", "host 10.0.0.7:8080"},
			Negative: []string{"version 1.2.3.4", "256.1.1.1", "1.2.3.4.5", "01.02.03.004", "10.4.42", "Table 3.2.1.4 shows", "Chrome/119.0.0.0 Safari/537.36"},
			Source:   "own",
		},
	}
}

// scanIPv4 starts at the first dot.
func scanIPv4(text string, at int) (int, int, detect.Verdict) {
	if at == 0 || at+1 >= len(text) || !isDigit(text[at-1]) || !isDigit(text[at+1]) {
		return 0, 0, detect.Reject
	}
	start := at
	for start > 0 && at-start < 4 && isDigit(text[start-1]) {
		start--
	}
	end := at
	for end < len(text) && end-at < 13 && (isDigit(text[end]) || text[end] == '.') {
		end++
	}
	for end > at && text[end-1] == '.' {
		end--
	}
	before := start > 0 && (isAlnum(text[start-1]) || strings.IndexByte(".-_", text[start-1]) >= 0)
	// A slash right behind a word stands before the version of a program.
	before = before || start > 1 && text[start-1] == '/' && isLetter(text[start-2])
	after := end < len(text) && (isAlnum(text[end]) || text[end] == '_' || (text[end] == '-' && end+1 < len(text) && isAlnum(text[end+1])))
	v := verdict(!before && !after && validIPv4(text[start:end]))
	if v == detect.Valid && strings.HasSuffix(text[:start], "//") {
		v = detect.Plausible // the URL around it is what should be reported
	}
	return start, end, v
}

// validIPv4 takes what netip does: four numbers up to 255 without leading zeros. netip makes an error of everything else,
// and most of what has a dot between digits is something else.
func validIPv4(s string) bool {
	part, digits, parts := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '.' {
			if digits == 0 || parts == 4 {
				return false
			}
			part, digits, parts = 0, 0, parts+1
			continue
		}
		if !isDigit(s[i]) || digits > 0 && part == 0 {
			return false
		}
		if part, digits = 10*part+int(s[i]-'0'), digits+1; part > 255 {
			return false
		}
	}
	return parts == 4
}

func ipv6() detect.Detector {
	return detect.Detector{
		Name: "ip_address_v6", Type: "IP_ADDRESS", Category: detect.CategoryPII,
		Summary: "IPv6 address", Validator: "groups and compression",
		Base:    baseStrict,
		Context: []string{"ip", "ipv6", "ip address", "address", "host", "server", "from", "client"},
		Anchor:  &detect.Anchor{Bytes: ":", Scan: scanIPv6},
		Samples: detect.Samples{
			Positive: []string{"IPv6: e71e:43a6:bf85:bf0e:ad64:b56d:610f:aa3f", "host fe80::1ff:fe23:4567:890a.", "[2001:db8::8a2e:370:7334]:443"},
			Negative: []string{"duration 12:34:56:78", "std::vector and a::b", "8c:4c:e4:f7:b0:aa", "2001:db8:::1", "at 10:30"},
			Source:   "RFC 5952 and own",
		},
	}
}

// scanIPv6 starts at the first colon. Compressed addresses need three groups, so that code such as a::b is none.
func scanIPv6(text string, at int) (int, int, detect.Verdict) {
	start := at
	for start > 0 && at-start < 5 && isHex(text[start-1]) {
		start--
	}
	end := at
	for end < len(text) && end-at < 46 && (isHex(text[end]) || text[end] == ':' || text[end] == '.') {
		end++
	}
	for end > at+1 && (text[end-1] == '.' || (text[end-1] == ':' && text[end-2] != ':')) {
		end--
	}
	v := text[start:end]
	colons := strings.Count(v, ":")
	if at-start > 4 || colons < 2 || (colons != 7 && !strings.Contains(v, "::")) || len(v) < 6 {
		return 0, 0, detect.Reject
	}
	if (start > 0 && (isAlnum(text[start-1]) || text[start-1] == ':')) || (end < len(text) && (isAlnum(text[end]) || text[end] == ':')) {
		return 0, 0, detect.Reject
	}
	a, err := netip.ParseAddr(v)
	groups := len(strings.FieldsFunc(v, func(r rune) bool { return r == ':' }))
	return start, end, verdict(err == nil && a.Is6() && groups >= 3 && strings.ContainsAny(v, "0123456789"))
}

func macAddress() detect.Detector {
	return detect.Detector{
		Name: "mac_address", Type: "MAC_ADDRESS", Category: detect.CategoryPII,
		Summary: "Hardware address of a network interface", Validator: "six octets",
		Base:    baseStrict,
		Context: []string{"mac", "mac address", "device", "hardware address", "ethernet", "wifi", "bluetooth", "adresse mac", "gerat"},
		Anchor:  &detect.Anchor{Bytes: ":-", Scan: scanMAC},
		Samples: detect.Samples{
			Positive: []string{"MAC 8c:4c:e4:f7:b0:aa", "device 16-14-DD-A5-80-0D", "9c:e2:98:db:9c:1e."},
			Negative: []string{"8c:4c:e4:f7:b0", "8c:4c:e4:f7:b0:aa:01", "00:00:00:00:00:00", "12-34-56:78-9a:bc", "ff:ff:ff:ff:ff:ff"},
			Source:   "own",
		},
	}
}

// scanMAC starts at the first separator, which all six octets share.
func scanMAC(text string, at int) (int, int, detect.Verdict) {
	start, end := at-2, at+15
	if start < 0 || end > len(text) {
		return 0, 0, detect.Reject
	}
	for i := start; i < end; i++ {
		if (i-start)%3 == 2 {
			if text[i] != text[at] {
				return 0, 0, detect.Reject
			}
		} else if !isHex(text[i]) {
			return 0, 0, detect.Reject
		}
	}
	if edge(text, start-1, text[at]) || edge(text, end, text[at]) {
		return 0, 0, detect.Reject
	}
	filler := strings.ToLower(text[start : start+2])
	return start, end, verdict(strings.Count(strings.ToLower(text[start:end]), filler) < 6)
}

// edge reports whether the byte at i joins a longer run: a letter, a digit or the separator.
func edge(text string, i int, sep byte) bool {
	return i >= 0 && i < len(text) && (isAlnum(text[i]) || text[i] == sep || text[i] == '_')
}

func geoCoordinates() detect.Detector {
	return detect.Detector{
		Name: "geo_coordinates", Type: "GEO_COORDINATES", Category: detect.CategoryPII,
		Summary: "Latitude and longitude in decimal degrees", Validator: "ranges and precision",
		Base:    0.40,
		Context: []string{"coordinates", "coordinate", "gps", "latitude", "longitude", "lat", "lon", "lng", "location", "located", "position", "geo", "koordinaten", "coordonnees", "coordenadas", "coordinate", "ubicacion", "standort"},
		Anchor:  &detect.Anchor{Bytes: ",", Scan: scanCoordinates},
		Samples: detect.Samples{
			Positive: []string{"coordinates 48.7929, 11.4794", "GPS -33.86882,151.20929", "located at 40.712776, -74.005974"},
			Negative: []string{"coordinates 98.7929, 11.4794", "gps 48.79, 11.47", "coordinates 48.7929, 191.4794", "prices 48.7929, 11.4794"},
			Source:   "own",
		},
	}
}

// scanCoordinates reads a decimal number on each side of a comma, each with at least four decimals (about 11 m).
func scanCoordinates(text string, at int) (int, int, detect.Verdict) {
	if at < 6 || !isDigit(text[at-1]) {
		return 0, 0, detect.Reject
	}
	start := at
	for start > 0 && at-start < 16 && (isDigit(text[start-1]) || text[start-1] == '.' || text[start-1] == '-') {
		start--
	}
	right := at + 1
	if right < len(text) && text[right] == ' ' {
		right++
	}
	end := right
	for end < len(text) && end-right < 16 && (isDigit(text[end]) || text[end] == '.' || (text[end] == '-' && end == right)) {
		end++
	}
	if end > right && text[end-1] == '.' {
		end--
	}
	if edge(text, start-1, ',') || edge(text, end, ',') || !degrees(text[start:at], 90) || !degrees(text[right:end], 180) {
		return 0, 0, detect.Reject
	}
	return start, end, detect.Plausible
}

// degrees reports whether s is a signed decimal up to limit with four to eight decimals.
func degrees(s string, limit int) bool {
	s = strings.TrimPrefix(s, "-")
	whole, frac, ok := strings.Cut(s, ".")
	n := number(whole)
	return ok && n >= 0 && n < limit && len(whole) <= 3 && len(frac) >= 4 && len(frac) <= 8 && number(frac) >= 0
}
