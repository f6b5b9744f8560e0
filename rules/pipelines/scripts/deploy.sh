#!/usr/bin/env bash
# Deploys @what@ of one environment. Without --apply it says what it would run, and runs nothing.
#
#   scripts/@name@ ENVIRONMENT [--apply --context CONTEXT]
#
# CONTEXT is the cluster's name in your kubeconfig: never the current one by accident.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

environment='' context='' apply=no seen=0 failed=0

@functions@
@early@usage() {
  sed -n '2,/^set /{/^set /!{/^# Written by/!p;};}' "scripts/@name@" >&2
  exit 2
}

while (($#)); do
  case $1 in
    --apply) apply=yes ;;
    --context) context=${2:?--context needs the name of a cluster} && shift ;;
    -* | '') usage ;;
    *) environment=$1 ;;
  esac
  shift
done
if [[ -z $environment ]] || [[ $apply == yes && -z $context ]]; then
  usage
fi
context=${context:-CONTEXT}
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

@tables@
if ((seen == 0)); then
  printf 'nothing is deployed to %q\n' "$environment" >&2
  exit 2
fi
if [[ $apply == no ]]; then
  printf 'Nothing was changed. Add --apply --context CONTEXT to run this.\n' >&2
fi
((failed == 0))
