#!/usr/bin/env bash
# Runs a command with a real Elasticsearch beside it:
#
#   scripts/with-real-parts.sh go test ./indexer/...
#
# Starts the server, exports LUREWATCH_TEST_ES_URL and LUREWATCH_ORACLES, runs the command, stops
# the server, and exits as the command did. Run scripts/real-parts.sh install once before.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
[ "$#" -gt 0 ] || { sed -n '2,8p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//' >&2; exit 2; }

started="$("$here/real-parts.sh" start-es)"
read -r pid url <<<"$started"
trap '"$here/real-parts.sh" stop-es "$pid"' EXIT

export LUREWATCH_TEST_ES_URL="$url"
export LUREWATCH_ORACLES="${LUREWATCH_ORACLES:-${XDG_CACHE_HOME:-$HOME/.cache}/lurewatch/oracles}"
export LUREWATCH_TEST_REQUIRE="${LUREWATCH_TEST_REQUIRE:-elastic,chromium,tesseract,openssl,replay,axe,oracles}"
code=0
"$@" || code=$?
exit "$code"
