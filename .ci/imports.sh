#!/usr/bin/env bash
# Holds the library to its arrows: what each package may link, which package
# may import which, and what no package contains (.ci/pure). Tests are free.
# Prints every violation and exits 1 if there was one.
#
#   .ci/imports.sh [module directory]
set -euo pipefail
export LC_ALL=C GOWORK=off

ci=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "${1:-$ci/..}"
module=$(go list -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What a package may link besides the standard library and this module, itself
# and through what it imports. Columns: package (a shell pattern below the
# module, * crosses slashes), module prefix. Lines add up.
cat >"$work/allow" <<'EOF'
[a-z]*                github.com/shopspring/decimal
rfm/clv               gonum.org/v1/gonum
rfm/clv/*             gonum.org/v1/gonum
rfm/clv               golang.org/x/tools
rfm/clv/*             golang.org/x/tools
churn/*               gonum.org/v1/gonum
lifecycle/migration   gonum.org/v1/gonum
nps                   gonum.org/v1/gonum
nps/*                 gonum.org/v1/gonum
segment/audience      github.com/RoaringBitmap/roaring
segment/audience      github.com/bits-and-blooms/bitset
segment/audience      github.com/mschoch/smat
segment/audience      golang.org/x/sys
segment/audience/*    github.com/RoaringBitmap/roaring
segment/audience/*    github.com/bits-and-blooms/bitset
segment/audience/*    golang.org/x/sys
EOF

bad=0
say() {
  printf '%s\n' "$*"
  bad=1
}

# allowed PACKAGE FOREIGN: may PACKAGE link FOREIGN?
allowed() {
  local pattern foreign
  while read -r pattern foreign; do
    # shellcheck disable=SC2254 # the table holds patterns
    case $1 in
      $pattern) if [[ $2 == "$foreign" ]]; then return 0; fi ;;
    esac
  done <"$work/allow"
  return 1
}

# inside PATH: is it below an internal folder?
inside() { [[ /$1/ == */internal/* ]]; }

# arrow FROM TO: both below the module, "." is the root package.
arrow() {
  local from=$1 to=$2 room
  if [[ $from == . ]]; then
    say "the root package imports $to: it imports nothing of the library"
    return
  fi
  if inside "$from"; then
    # internal/… serves all; rfm/internal/… serves rfm and may use the root, and
    # rfm itself if only tests need it (a cycle would not compile).
    if inside "$to"; then return; fi
    if [[ $from == "$to"/internal/* ]]; then return; fi
    if [[ $to == . && $from != internal/* ]]; then return; fi
    say "$from imports ${to/#./the root package}: an internal package imports nothing of the library but internal packages"
    return
  fi
  if [[ $to == . || $to == internal || $to == internal/* ]]; then return; fi
  if inside "$to"; then
    room=${to%%/internal*}
    if [[ $from == "$room" || $from == "$room"/* ]]; then return; fi
  fi
  if [[ $from == "$to"/* ]]; then return; fi # a child imports its parent
  if [[ $to == "$from"/* ]]; then
    say "$from imports $to: a parent never imports its child"
  elif [[ ${from%%/*} == "${to%%/*}" ]]; then
    say "$from imports $to: a child imports its parent, not its siblings"
  else
    say "$from imports $to: top-level packages do not import each other"
  fi
}

# One line a package and arrow: "direct FROM IMPORT" or "linked FROM IMPORT".
# shellcheck disable=SC2016 # $p is the template's
go list -f '{{$p := .ImportPath}}{{range .Imports}}direct {{$p}} {{.}}
{{end}}{{range .Deps}}linked {{$p}} {{.}}
{{end}}' ./... >"$work/all"
# The standard library's paths have no dot before the first slash.
awk -v m="$module" '
  NF == 3 {
    first = $3; sub("/.*", "", first)
    if (first !~ /\./ && $3 != m && index($3, m "/") != 1) next
    ours = ($3 == m || index($3, m "/") == 1)
    if (($1 == "direct") != ours) next
    from = $2 == m ? "." : substr($2, length(m) + 2)
    if (ours) to = $3 == m ? "." : substr($3, length(m) + 2)
    else { split($3, e, "/"); to = e[1] "/" e[2] "/" e[3]; sub("/+$", "", to) }
    print (ours ? "own" : "foreign"), from, to
  }' "$work/all" | sort -u >"$work/arrows"

while read -r kind from to; do
  if [[ $kind == own ]]; then
    arrow "$from" "$to"
  elif ! allowed "$from" "$to"; then
    say "$from links $to: not on its list in .ci/imports.sh"
  fi
done <"$work/arrows"

# All files, those for other systems included.
# shellcheck disable=SC2016 # $d is the template's
go list -f '{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}
{{end}}{{range .CgoFiles}}{{$d}}/{{.}}
{{end}}{{range .IgnoredGoFiles}}{{$d}}/{{.}}
{{end}}' ./... | awk 'NF' >"$work/files"
(cd "$ci" && go build -o "$work/pure" ./pure)
if ! tr '\n' '\0' <"$work/files" | xargs -0 "$work/pure" >"$work/found"; then
  bad=1
  here=$PWD/
  while read -r line; do say "${line#"$here"}"; done <"$work/found"
fi

if [[ $bad == 0 ]]; then
  echo "$(go list ./... | wc -l | tr -d ' ') packages, $(wc -l <"$work/arrows" | tr -d ' ') arrows between them or out of the library: all allowed"
fi
exit "$bad"
