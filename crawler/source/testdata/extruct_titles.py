"""Reads a JSON list of pages from stdin and says, of each, the titles of the job postings that extruct finds in it."""
import json
import sys

import extruct


def titles(value, out):
    if isinstance(value, list):
        for v in value:
            titles(v, out)
    elif isinstance(value, dict):
        kind = json.dumps(value.get("@type") or value.get("type") or "")
        if "JobPosting" in kind:
            fields = value.get("properties") or value
            t = fields.get("title") or fields.get("http://schema.org/title") or fields.get("https://schema.org/title") or ""
            while isinstance(t, list):
                t = t[0] if t else ""
            t = t.get("@value", "") if isinstance(t, dict) else t
            if t:
                out.append(t)
        for v in value.values():
            titles(v, out)


answers = []
for page in json.load(sys.stdin):
    found = []
    for syntax in ["json-ld", "microdata", "rdfa"]:
        try:
            titles(extruct.extract(page, syntaxes=[syntax], errors="strict")[syntax], found)
        except Exception:  # what it cannot read it has no title of
            pass
    answers.append([" ".join(t.split()) for t in found])
json.dump(answers, sys.stdout)
