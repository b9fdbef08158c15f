package gateway

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"guardrails/infra/local/invoke"
)

// Route is one method of one path.
type Route struct {
	Method string
	// Path has parameters in braces, each a whole segment: /api/v1/jobs/{id}.
	Path   string
	Public bool
	// BodyLimit is the largest body that the function takes; one byte more is read, so that it can say so. With 0 none is.
	BodyLimit int64
	Target    *invoke.Target
}

// router finds routes by path. It is read-only once built.
type router struct{ root *node }

// node is one segment of the path tree.
type node struct {
	static map[string]*node
	param  *node
	// methods is set where a path ends. The names of its parameters are its own, since siblings may differ.
	methods map[string]endpoint
}

type endpoint struct {
	route  Route
	params []string
}

// match is what a path and method lead to.
type match struct {
	endpoint
	// values are the decoded parameters, in the path's order.
	values []string
	// found says that the path exists; then allowed lists its methods.
	found   bool
	allowed []string
}

func newRouter(routes []Route) *router {
	r := &router{root: &node{}}
	for _, route := range routes {
		r.add(route)
	}
	return r
}

func (r *router) add(route Route) {
	n := r.root
	var params []string
	for _, s := range segments(route.Path) {
		if strings.HasPrefix(s, "{") {
			params = append(params, strings.Trim(s, "{}"))
			if n.param == nil {
				n.param = &node{}
			}
			n = n.param
			continue
		}
		if n.static == nil {
			n.static = map[string]*node{}
		}
		if n.static[s] == nil {
			n.static[s] = &node{}
		}
		n = n.static[s]
	}
	if n.methods == nil {
		n.methods = map[string]endpoint{}
	}
	n.methods[route.Method] = endpoint{route, params}
}

// find looks up an escaped path. GET answers HEAD too, as in net/http.
func (r *router) find(method, escapedPath string) match {
	n, values := r.root.walk(segments(escapedPath), nil)
	if n == nil {
		return match{}
	}
	m := match{found: true, values: values}
	e, ok := n.methods[method]
	if !ok && method == http.MethodHead {
		e, ok = n.methods[http.MethodGet]
	}
	if !ok {
		m.allowed = n.allowed()
		return m
	}
	m.endpoint = e
	return m
}

// walk prefers the static child and falls back to the parameter. The tree's depth bounds the recursion.
func (n *node) walk(path, values []string) (*node, []string) {
	if len(path) == 0 {
		if n.methods == nil {
			return nil, nil
		}
		return n, values
	}
	segment, err := url.PathUnescape(path[0])
	if err != nil {
		return nil, nil
	}
	if next := n.static[segment]; next != nil {
		if end, v := next.walk(path[1:], values); end != nil {
			return end, v
		}
	}
	if n.param == nil || segment == "" {
		return nil, nil
	}
	return n.param.walk(path[1:], append(values, segment))
}

func (n *node) allowed() []string {
	var out []string
	for method := range n.methods {
		out = append(out, method)
		if method == http.MethodGet {
			out = append(out, http.MethodHead)
		}
	}
	slices.Sort(out)
	return out
}

// segments splits a path; an empty segment stays one, so "/a/" and "//a" are not "/a".
func segments(path string) []string { return strings.Split(strings.TrimPrefix(path, "/"), "/") }

// pathParameters pairs the parameters' names with their values; nil if there are none, as in API Gateway's event.
func (m match) pathParameters() map[string]string {
	if len(m.params) == 0 {
		return nil
	}
	out := make(map[string]string, len(m.params))
	for i, name := range m.params {
		out[name] = m.values[i]
	}
	return out
}
