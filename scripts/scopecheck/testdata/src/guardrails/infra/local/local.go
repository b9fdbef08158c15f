package local

import "guardrails/shared/table"

var db = table.Raw() // want `raw AWS client: dynamodb.Client`
