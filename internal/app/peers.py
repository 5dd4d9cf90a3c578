"""Scans posts for terms with YARA-X and with Hyperscan on one core, and prints what they do a second.

usage: peers.py TERMS.txt POSTS.jsonl SECONDS     terms: one a line; posts: {"text": …}
Each engine scans the posts again and again for SECONDS, and tells which terms stand in
each post, each once: no folding, no facts, no rules. One JSON object on stdout."""
import json
import os
import re
import sys
import time

if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
terms = sorted({line.rstrip("\n") for line in open(sys.argv[1], encoding="utf-8") if line.strip()})
posts = [json.loads(line)["text"].encode() for line in open(sys.argv[2], encoding="utf-8")]
seconds = float(sys.argv[3])


def measure(scan):
    scan(posts[0])
    n = size = 0
    busy, start = time.process_time(), time.perf_counter()
    while True:
        post = posts[n % len(posts)]
        scan(post)
        n, size = n + 1, size + len(post)
        if time.perf_counter() - start > seconds:
            break
    wall, cpu = time.perf_counter() - start, time.process_time() - busy
    return {"posts": n / wall, "mb": size / wall / 1e6, "cpu_posts": n / cpu, "cpu_mb": size / cpu / 1e6}


def yara():
    import yara_x
    strings = [f'$a{i} = {json.dumps(t, ensure_ascii=False)}{" nocase" if t.isascii() else ""}' for i, t in enumerate(terms) if len(t.encode()) > 1]
    c = yara_x.Compiler()
    for n in range(0, len(strings), 50_000):  # a rule holds 100,000 at most
        c.add_source(f"rule t{n} {{ strings:\n" + "\n".join(strings[n:n + 50_000]) + "\ncondition: any of them }")
    s = yara_x.Scanner(c.build())
    return measure(s.scan)


def hyper():
    import hyperscan
    db = hyperscan.Database()
    flags = hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_SINGLEMATCH
    db.compile(expressions=[re.escape(t).encode() for t in terms], ids=list(range(len(terms))), flags=[flags] * len(terms))
    return measure(lambda p: db.scan(p, match_event_handler=lambda *_: None))


out = {"terms": len(terms)}
for name, run in (("yara-x", yara), ("hyperscan", hyper)):
    try:
        start = time.perf_counter()
        out[name] = run()
        out[name]["ready"] = time.perf_counter() - start - seconds
    except Exception as e:  # an engine that is not there, or refuses the terms
        out[name] = {"error": f"{type(e).__name__}: {e}"[:300]}
print(json.dumps(out))
