#!/usr/bin/env bash
# Installs and starts the real parts that the tests use: Elasticsearch, Chromium, Tesseract, OpenSSL, ReplayWeb.page, axe-core, Python oracles.
# Written for a bare Debian 12 with Go, JDK 17 and Maven. Safe to run again: what is there stays.
#
#   scripts/real-parts.sh install          all of the following
#   scripts/real-parts.sh install-chromium   Debian packages: chromium, and fonts for the screenshots
#   scripts/real-parts.sh install-tesseract  Debian packages: tesseract-ocr and the languages of the tests
#   scripts/real-parts.sh install-openssl    Debian package: openssl, as a local timestamp authority and to check its stamps
#   scripts/real-parts.sh install-es         the Elasticsearch server, through Maven, into the cache directory
#   scripts/real-parts.sh install-replay     ReplayWeb.page, the WACZ viewer, through npm, into the cache directory
#   scripts/real-parts.sh install-axe        axe-core, which checks pages for what people with disabilities need, through npm, into the cache directory
#   scripts/real-parts.sh install-oracles    Python venv with scripts/oracles.txt, in the cache directory
#   scripts/real-parts.sh start-es         starts one server; prints "PID URL" when it answers
#   scripts/real-parts.sh stop-es PID      stops a server that start-es started, and removes its files
#   scripts/real-parts.sh where            what is there, and where
#
# The cache directory is ${XDG_CACHE_HOME:-~/.cache}/lurewatch. Everything that is said goes to stderr.
set -euo pipefail

es_version=8.19.7
cache="${XDG_CACHE_HOME:-$HOME/.cache}/lurewatch"
es_home="$cache/elasticsearch-$es_version"
venv="$cache/oracles"
replay_version=2.5.3
# As `npm view replaywebpage@2.5.3 dist.integrity` says it, in hexadecimal.
replay_sha512=9c28f63d238ddc1c5e489284f00b183f250bbf45cf64a2567f2e25f4fc90adef52ab02d9f9629956cfec7cba8f390e06ac7fb46248dbc0e86bf1c4931f4f20b1
replay_home="$cache/replaywebpage-$replay_version"
axe_version=4.14.1
# As `npm view axe-core@4.14.1 dist.integrity` says it, in hexadecimal.
axe_sha512=1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
axe_home="$cache/axe-core-$axe_version"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
runs="${TMPDIR:-/tmp}/lurewatch-es"

say() { printf 'real-parts: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# apt_install installs Debian packages, as root; anybody else is told the command.
apt_install() {
  [ "$#" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    say "not installed: $*; hint: sudo apt-get install -y $*"
    return
  fi
  say "apt-get install $*"
  apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}

# What these scripts themselves call.
install_tools() {
  local missing=()
  command -v curl >/dev/null || missing+=(curl ca-certificates)
  python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3 python3-venv)
  apt_install "${missing[@]}"
}

install_chromium() {
  if command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then
    say "chromium is there"
  elif [ "$(id -u)" -ne 0 ]; then
    die "chromium is missing; hint: run this as root, or: sudo apt-get install -y chromium"
  fi
  local missing=() package
  command -v chromium >/dev/null || missing+=(chromium)
  for package in fonts-noto-core fonts-noto-cjk; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok' || missing+=("$package")
  done
  apt_install "${missing[@]}"
}

install_tesseract() {
  local missing=() language package
  for language in "" -eng -khm -tha -vie -mya -lao -chi-sim -chi-tra -hin -ben -ind -fil; do
    package="tesseract-ocr$language"
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok' || missing+=("$package")
  done
  if [ "${#missing[@]}" -eq 0 ]; then
    say "tesseract is there"
  fi
  apt_install "${missing[@]}"
}

install_openssl() {
  if command -v openssl >/dev/null; then
    say "openssl is there"
    return
  fi
  apt_install openssl
}

install_es() {
  if [ -x "$es_home/bin/elasticsearch" ]; then
    say "elasticsearch $es_version is there"
    return
  fi
  command -v mvn >/dev/null || die "mvn is missing; hint: apt-get install -y maven openjdk-17-jdk-headless"
  local artifact="org.elasticsearch.distribution.integ-test-zip:elasticsearch:$es_version:zip"
  mkdir -p "$cache"
  local stage
  stage="$(mktemp -d "$cache/stage.XXXXXX")"
  say "fetching $artifact with Maven (about 98 MB the first time)"
  mvn -B -q dependency:get "-Dartifact=$artifact" -Dtransitive=false >&2
  mvn -B -q dependency:copy "-Dartifact=$artifact" "-DoutputDirectory=$stage" >&2
  say "unpacking into $es_home"
  local zip=("$stage"/*.zip)
  if command -v unzip >/dev/null; then
    unzip -q "${zip[0]}" -d "$stage"
  else
    (cd "$stage" && jar xf "${zip[0]}" && chmod +x "elasticsearch-$es_version"/bin/*)
  fi
  # The move is the last step, so that a broken download never looks installed.
  if ! mv -T "$stage/elasticsearch-$es_version" "$es_home" 2>/dev/null; then
    [ -x "$es_home/bin/elasticsearch" ] || die "cannot move the server to $es_home"
  fi
  rm -rf "$stage"
}

install_oracles() {
  if [ -f "$venv/oracles.txt" ] && cmp -s "$here/oracles.txt" "$venv/oracles.txt"; then
    say "python oracles are there"
    return
  fi
  say "python oracles into $venv"
  mkdir -p "$cache"
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv" >&2 || die "no venv; hint: apt-get install -y python3-venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$here/oracles.txt" >&2
  cp "$here/oracles.txt" "$venv/oracles.txt"
}

# npm_package NAME VERSION SHA512 FILE… puts files of a package of npm, as they were
# when they were pinned, into the cache directory.
npm_package() {
  local name="$1" version="$2" sum="$3" home="$cache/$1-$2" stage
  shift 3
  if [ -f "$home/$1" ]; then
    say "$name $version is there"
    return
  fi
  command -v npm >/dev/null || apt_install npm
  command -v npm >/dev/null || die "npm is missing; hint: sudo apt-get install -y npm"
  mkdir -p "$cache"
  stage="$(mktemp -d "$cache/stage.XXXXXX")"
  say "fetching $name $version through npm"
  npm pack --silent --pack-destination "$stage" "$name@$version" >/dev/null
  if ! printf '%s  %s\n' "$sum" "$stage/$name-$version.tgz" | sha512sum --check --status; then
    rm -rf "$stage"
    die "$name $version is not the file that it was when it was pinned; hint: ask npm and its authors why before you use it"
  fi
  tar -xzf "$stage/$name-$version.tgz" -C "$stage" "${@/#/package/}"
  # The move is the last step, so that a broken download never looks installed.
  if ! mv -T "$stage/package" "$home" 2>/dev/null; then
    [ -f "$home/$1" ] || die "cannot move $name to $home"
  fi
  rm -rf "$stage"
}

install_replay() { npm_package replaywebpage "$replay_version" "$replay_sha512" ui.js sw.js index.html LICENSE; }
install_axe() { npm_package axe-core "$axe_version" "$axe_sha512" axe.min.js LICENSE; }

# Elasticsearch refuses to run as root, so root lends it the user nobody.
as_es_user=()
[ "$(id -u)" -ne 0 ] || as_es_user=(setpriv --reuid=nobody --regid=nogroup --clear-groups -- env HOME=/nonexistent)

start_es() {
  [ -x "$es_home/bin/elasticsearch" ] || die "elasticsearch is missing; hint: scripts/real-parts.sh install-es"
  mkdir -p "$runs"
  chmod 755 "$runs"
  local run
  run="$(mktemp -d "$runs/run.XXXXXX")"
  mkdir "$run/data" "$run/logs" "$run/tmp"
  cp -r "$es_home/config" "$run/config"
  cat >"$run/config/elasticsearch.yml" <<YML
cluster.name: lurewatch-test
node.name: test
network.host: 127.0.0.1
http.port: 39200-39999
transport.port: 40200-40999
discovery.type: single-node
node.portsfile: true
path.data: $run/data
path.logs: $run/logs
path.repo: $run/data/snapshots
xpack.security.enabled: ${LUREWATCH_TEST_ES_SECURITY:-false}
ingest.geoip.downloader.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
action.destructive_requires_name: false
YML
  # The integ-test server has no ingest plug-ins: a setting it does not know would stop it.
  [ -d "$es_home/modules/ingest-geoip" ] || sed -i '/^ingest\.geoip/d' "$run/config/elasticsearch.yml"
  [ -d "$es_home/modules/x-pack-core" ] || [ -d "$es_home/modules/x-pack-security" ] || sed -i '/^xpack\./d' "$run/config/elasticsearch.yml"
  local home="$es_home"
  chmod 755 "$run"
  if [ "$(id -u)" -eq 0 ]; then
    chown -R nobody:nogroup "$run"
    if ! "${as_es_user[@]}" test -r "$es_home/lib" -a -x "$es_home/bin/elasticsearch"; then
      say "the user nobody cannot read $es_home; copying it"
      cp -r "$es_home" "$run/home"
      chmod -R a+rX "$run/home"
      home="$run/home"
    fi
  fi
  local java_home="${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}"
  say "starting elasticsearch $es_version, files in $run"
  # A plain command, not a function: its pid becomes that of the launcher, and with
  # setsid that of a process group with the server in it.
  setsid "${as_es_user[@]}" env ES_PATH_CONF="$run/config" ES_JAVA_HOME="$java_home" ES_TMPDIR="$run/tmp" \
    ES_JAVA_OPTS="${ES_JAVA_OPTS:--Xms1g -Xmx1g}" \
    "$home/bin/elasticsearch" >"$run/out.log" 2>&1 </dev/null &
  local pid=$! url="" i
  printf '%s\n' "$run" >"$runs/$pid.run"
  for i in $(seq 1 240); do
    if ! kill -0 "$pid" 2>/dev/null; then
      tail -n 20 "$run/out.log" >&2
      rm -rf "$run" "$runs/$pid.run"
      die "elasticsearch stopped while starting; hint: is there 1 GB of free memory?"
    fi
    if [ -z "$url" ] && [ -s "$run/logs/http.ports" ]; then
      url="http://$(grep -m1 '^127\.' "$run/logs/http.ports" || true)"
      [ "$url" = "http://" ] && url=""
    fi
    if [ -n "$url" ] && curl -fsS -o /dev/null -m 5 "$url/_cluster/health?wait_for_status=yellow&timeout=4s" 2>/dev/null; then
      say "up after about $((i / 2)) s"
      printf '%s %s\n' "$pid" "$url"
      return
    fi
    sleep 0.5
  done
  tail -n 20 "$run/out.log" >&2
  stop_es "$pid"
  die "elasticsearch did not answer within two minutes"
}

stop_es() {
  local pid="${1:-}" i
  [[ "$pid" =~ ^[0-9]+$ ]] || die "stop-es wants the PID that start-es printed"
  [ -f "$runs/$pid.run" ] || die "$pid was not started by start-es"
  local run
  run="$(cat "$runs/$pid.run")"
  # A pid may have been given to another program since: look before the kill.
  if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$run"; then
    kill -TERM -- "-$pid" 2>/dev/null || true
    for i in $(seq 1 60); do
      kill -0 -- "-$pid" 2>/dev/null || break
      sleep 0.5
    done
    if kill -0 -- "-$pid" 2>/dev/null; then
      say "$pid does not stop; killing it"
      kill -KILL -- "-$pid" 2>/dev/null || true
    fi
  fi
  rm -rf "$run" "$runs/$pid.run"
  say "stopped $pid"
}

where() {
  local part
  for part in chromium tesseract openssl java mvn; do
    printf '%-14s %s\n' "$part" "$(command -v "$part" || echo missing)"
  done
  printf '%-14s %s\n' elasticsearch "$([ -x "$es_home/bin/elasticsearch" ] && echo "$es_home" || echo missing)"
  printf '%-14s %s\n' replay "$([ -f "$replay_home/ui.js" ] && echo "$replay_home" || echo missing)"
  printf '%-14s %s\n' axe-core "$([ -f "$axe_home/axe.min.js" ] && echo "$axe_home" || echo missing)"
  printf '%-14s %s\n' oracles "$([ -x "$venv/bin/python" ] && echo "$venv" || echo missing)"
}

case "${1:-}" in
  install) install_tools; install_chromium; install_tesseract; install_openssl; install_es; install_replay; install_axe; install_oracles ;;
  install-chromium) install_chromium ;;
  install-tesseract) install_tesseract ;;
  install-openssl) install_openssl ;;
  install-es) install_es ;;
  install-replay) install_replay ;;
  install-axe) install_axe ;;
  install-oracles) install_oracles ;;
  start-es) start_es ;;
  stop-es) stop_es "${2:-}" ;;
  where) where ;;
  *) sed -n '2,17p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//' >&2; exit 2 ;;
esac
