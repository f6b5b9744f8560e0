#!/usr/bin/env bash
# Renders what every environment deploys, and checks it. No cluster is asked, and no file of the repository is changed.
#
#   scripts/validate-manifests.sh [infrastructure|applications] [--environment NAME] [--output FOLDER] [--skip PROGRAM]
#
# helm builds, lints and renders each release with the values of its environment, kustomize builds each overlay; kubeconform
# validates what comes of it, checkov scans it, and conftest holds it against the policies of the repository, if it has any.
# What is rendered holds Secrets: keep FOLDER out of artifacts and caches.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

part='' environment='' output='' skipped=' ' failed=0 seen=0
kubernetes=@kubernetes@ # the version that charts are rendered for, as .migrate/lock.yaml has it
schemas=@schemas@
while (($#)); do
  case $1 in
    infrastructure | applications) part=$1 ;;
    --environment) environment=${2:?--environment needs a name} && shift ;;
    --output) output=${2:?--output needs a folder} && shift ;;
    --skip) skipped+="${2:?--skip needs the name of a program} " && shift ;;
    *) sed -n '2,/^set /{/^set /!{/^# Written by/!p;};}' "${BASH_SOURCE[0]}" >&2 && exit 2 ;;
  esac
  shift
done

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
output=${output:-$work/rendered}
mkdir -p -- "$output"

@functions@
# usage: fail WHAT - one thing is wrong, and the others are looked at all the same
fail() {
  printf 'FAILED: %q\n' "$1" >&2
  failed=$((failed + 1))
}

# usage: check PROGRAM ARGUMENT...
check() {
  if [[ $skipped == *" $1 "* ]]; then
    return 0
  fi
  if ! command -v "$1" >/dev/null; then
    printf '%s is not installed; leave it out with --skip %s\n' "$1" "$1" >&2
    failed=$((failed + 1))
    return 0
  fi
  "$@" || fail "$1"
}

@tables@
if ((seen == 0)); then
  printf 'nothing is deployed by that name: %q\n' "${environment:-every environment}" >&2
  exit 2
fi
if ((failed)); then
  printf '%s of the checks failed\n' "$failed" >&2
  exit 1
fi
