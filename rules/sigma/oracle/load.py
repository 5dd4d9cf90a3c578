"""Load Sigma files with pySigma and say what it finds wrong with them.

Reads file names, one a line, on standard input. Writes one line of JSON for each:
{"file": ..., "rules": N, "errors": [...]}, filters counted too. Conditions are
parsed, which pySigma itself does only when a rule is converted. Where a file holds a
filter and rules, the filter must have been put into one of them.
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
    filters = getattr(rules, "filters", [])
    errors = [str(e) for r in [*rules.rules, *filters] for e in r.errors]
    errors += [str(e) for e in getattr(rules, "errors", [])]
    if not errors:
        for rule in rules.rules:
            for cond in getattr(getattr(rule, "detection", None), "parsed_condition", []):
                try:
                    cond.parse()
                except Exception as e:
                    errors.append(f"{type(e).__name__}: {e}")
    if filters and rules.rules and not errors:
        if not any("_filt_" in c for r in rules.rules for c in r.detection.condition):
            errors.append("the filter was put into no rule")
    return {"file": path, "rules": len(rules.rules) + len(filters), "errors": errors}


for line in sys.stdin:
    name = line.rstrip("\n")
    if name:
        print(json.dumps(check(name)), flush=True)
