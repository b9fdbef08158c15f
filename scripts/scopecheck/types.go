package main

import "go/types"

// serviceType returns the first name of a service package that t is composed of, or nil. It looks through everything
// that hands a client on (pointers, collections, functions, unnamed structs and interfaces, type arguments), and stops
// at named types of other packages: how those use a client is checked where they are declared.
func serviceType(t types.Type) *types.TypeName {
	return search(t, map[types.Type]bool{})
}

func search(t types.Type, seen map[types.Type]bool) *types.TypeName {
	if t == nil || seen[t] {
		return nil
	}
	seen[t] = true
	for _, part := range append(elements(t), members(t)...) {
		if name := search(part, seen); name != nil {
			return name
		}
	}
	named, ok := types.Unalias(t).(*types.Named)
	if ok && named.Obj().Pkg() != nil && isService(named.Obj().Pkg().Path()) {
		return named.Obj()
	}
	return nil
}

// elements lists the types that a pointer, collection, channel, tuple or instantiated type is built from.
func elements(t types.Type) []types.Type {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		return []types.Type{t.Elem()}
	case *types.Slice:
		return []types.Type{t.Elem()}
	case *types.Array:
		return []types.Type{t.Elem()}
	case *types.Chan:
		return []types.Type{t.Elem()}
	case *types.Map:
		return []types.Type{t.Key(), t.Elem()}
	case *types.Named:
		var parts []types.Type
		for arg := range t.TypeArgs().Types() {
			parts = append(parts, arg)
		}
		return parts
	}
	return nil
}

// members lists the types of a function's values, of a struct's fields and of an interface's methods.
func members(t types.Type) []types.Type {
	var parts []types.Type
	switch t := types.Unalias(t).(type) {
	case *types.Tuple:
		for v := range t.Variables() {
			parts = append(parts, v.Type())
		}
	case *types.Signature:
		parts = append(parts, t.Params(), t.Results())
	case *types.Struct:
		for f := range t.Fields() {
			parts = append(parts, f.Type())
		}
	case *types.Interface:
		for m := range t.Methods() {
			parts = append(parts, m.Type())
		}
	}
	return parts
}
