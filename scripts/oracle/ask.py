"""Reads lines {"module", "values"} and answers each with {"valid"}: what that module of python-stdnum says of the values,
null where it fails."""

import importlib
import json
import sys


def verdict(module, value):
    try:
        return module.is_valid(value)
    except Exception:
        return None


for line in sys.stdin:
    question = json.loads(line)
    module = importlib.import_module("stdnum." + question["module"])
    print(json.dumps({"valid": [verdict(module, value) for value in question["values"]]}), flush=True)
