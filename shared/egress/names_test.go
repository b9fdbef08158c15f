package egress_test

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// names is a DNS server on this machine that gives every name the first set of addresses on the first question, the second
// on the second, and the last from then on. Questions for IPv6 are answered with nothing and not counted.
type names struct {
	conn *net.UDPConn

	mu   sync.Mutex
	sets [][]string
}

func newNames(t testing.TB, sets ...[]string) *names {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	n := &names{conn: conn, sets: sets}
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.serve()
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	return n
}

// resolver asks this server alone.
func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp4", n.conn.LocalAddr().String())
	}}
}

func (n *names) serve() {
	buffer := make([]byte, 2048)
	for {
		size, from, err := n.conn.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		var q dnsmessage.Message
		if q.Unpack(buffer[:size]) != nil || len(q.Questions) != 1 {
			continue
		}
		answer := dnsmessage.Message{
			Header:    dnsmessage.Header{ID: q.ID, Response: true, RecursionAvailable: true, RecursionDesired: true},
			Questions: q.Questions,
		}
		if q.Questions[0].Type == dnsmessage.TypeA {
			for _, a := range n.next() {
				answer.Answers = append(answer.Answers, dnsmessage.Resource{
					Header: dnsmessage.ResourceHeader{Name: q.Questions[0].Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
				})
			}
		}
		if b, err := answer.Pack(); err == nil {
			_, _ = n.conn.WriteToUDPAddrPort(b, from)
		}
	}
}

func (n *names) next() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	set := n.sets[0]
	if len(n.sets) > 1 {
		n.sets = n.sets[1:]
	}
	return set
}
