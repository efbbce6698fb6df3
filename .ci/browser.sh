#!/usr/bin/env bash
# Runs a command that opens pages in a browser.
#
#   .ci/browser.sh COMMAND…
#
# COMMAND finds the browser in GUANXI_CHROMIUM. If that is set already it is left
# as it is.
#
# Needs the Debian package chromium, and a font with Chinese characters; where the
# browser is missing and this runs as root, installs both (apt-get).
set -euo pipefail

if [[ $# == 0 ]]; then
  echo "usage: .ci/browser.sh COMMAND…" >&2
  exit 2
fi

die() {
  printf 'browser.sh: %s\n' "$*" >&2
  exit 1
}

chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }
chinese() { ! command -v fc-list >/dev/null || [[ -n $(fc-list :lang=zh family) ]]; }

missing=()
if [[ -z ${GUANXI_CHROMIUM:-} && -z $(chromium) ]]; then missing+=(chromium fonts-noto-cjk); fi
if [[ ${#missing[@]} == 0 ]] && ! chinese && [[ $(id -u) == 0 ]]; then missing+=(fonts-noto-cjk); fi
if [[ ${#missing[@]} != 0 ]]; then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
    die "not installed: ${missing[*]}"
  fi
  echo "browser.sh: installing ${missing[*]}" >&2
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "could not install ${missing[*]}"
  fi
  rm -f "$log"
fi
export GUANXI_CHROMIUM=${GUANXI_CHROMIUM:-$(chromium)}
exec "$@"
