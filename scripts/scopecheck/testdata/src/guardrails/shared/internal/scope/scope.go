package scope

type Scope struct{ tenant string }

func Mint(tenant string) Scope { return Scope{tenant: tenant} }
