"""Holds lists of materials to CycloneDX' own schema: python validate.py FOLDER."""

import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

validator = JsonStrictValidator(SchemaVersion.V1_6)
faults = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.cdx.json")):
    fault = validator.validate_str(path.read_text())
    if fault is not None:
        faults += 1
        print(f"{path.name}: {fault.data.message if hasattr(fault.data, 'message') else fault}")
sys.exit(1 if faults else 0)
