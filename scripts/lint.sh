#!/usr/bin/env bash
# Runs golangci-lint in the version that is given, building it into the cache folder once.
# usage: scripts/lint.sh VERSION PACKAGE…
set -euo pipefail
version="$1"
shift
cache="${XDG_CACHE_HOME:-$HOME/.cache}/lurewatch/golangci-lint-$version"
if [ ! -x "$cache/golangci-lint" ]; then
  echo "lint: building golangci-lint $version into $cache" >&2
  mkdir -p "$cache"
  GOBIN="$cache" go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
fi
exec "$cache/golangci-lint" run "$@"
