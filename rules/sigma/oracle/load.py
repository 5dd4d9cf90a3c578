"""Load Sigma files with pySigma and say what it finds wrong with them.

Reads file names, one a line, on standard input. Writes one line of JSON for each:
{"file": ..., "rules": N, "errors": [...]}. Conditions are parsed too, which
pySigma itself does only when a rule is converted.
"""

import json
import sys

from sigma.collection import SigmaCollection


def check(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    try:
        rules = SigmaCollection.from_yaml(text, collect_errors=True)
    except Exception as e:  # not a Sigma error: the file is beyond repair
        return {"file": path, "rules": 0, "errors": [f"{type(e).__name__}: {e}"]}
    errors = [str(e) for r in rules.rules for e in r.errors]
    errors += [str(e) for e in getattr(rules, "errors", [])]
    if not errors:
        for rule in rules.rules:
            for cond in getattr(getattr(rule, "detection", None), "parsed_condition", []):
                try:
                    cond.parse()
                except Exception as e:
                    errors.append(f"{type(e).__name__}: {e}")
    return {"file": path, "rules": len(rules.rules), "errors": errors}


for line in sys.stdin:
    name = line.rstrip("\n")
    if name:
        print(json.dumps(check(name)), flush=True)
