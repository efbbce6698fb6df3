#!/usr/bin/env bash
# Says what has changed in the exported API since the newest release that HEAD
# descends from. From v1 on an incompatible change fails; before that it is
# printed, and belongs into CHANGELOG.md.
set -euo pipefail
export LC_ALL=C GOWORK=off

ci=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$ci/.."

# Nested modules are tagged dir/v…, which this pattern does not match.
tag=$(git tag --list 'v[0-9]*' --merged HEAD --sort=-v:refname 2>/dev/null | awk 'NR == 1')
if [[ -z $tag ]]; then
  echo "no release tag to compare with"
  exit 0
fi

apidiff=$(cd "$ci/tools" && go tool -n apidiff)
module=$(go list -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/old"
git archive "$tag" | tar -x -C "$work/old"
# It lists the internal packages it passes over: only worth reading on failure.
api() { "$apidiff" -m "$@" 2>"$work/err" || { cat "$work/err"; exit 1; }; }
(cd "$work/old" && api -w "$work/api" "$module")
api -incompatible "$work/api" "$module" >"$work/broken"
api "$work/api" "$module" >"$work/changes"

echo "since $tag:"
if [[ -s $work/changes ]]; then cat "$work/changes"; else echo "no change of the API"; fi
if [[ -s $work/broken && $tag != v0.* ]]; then
  echo "incompatible with $tag: that needs a new major version"
  exit 1
fi
