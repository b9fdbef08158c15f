"""Writes bodies that are lines of JSON, which schemathesis does not know."""

import json

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def lines(_ctx, value):
    """Writes each item of a list as a line, and anything else as the only one."""
    items = value if isinstance(value, list) else [value]
    return "\n".join(json.dumps(item) for item in items).encode()
