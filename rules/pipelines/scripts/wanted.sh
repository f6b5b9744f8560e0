# usage: wanted ENVIRONMENT WHAT... - whether it was asked for; says what comes
wanted() {
  if [[ -n $environment && $environment != "$1" ]]; then
    return 1
  fi
  seen=$((seen + 1))
  printf '== %q:' "$1" >&2
  printf ' %q' "${@:2}" >&2
  printf '\n' >&2
}
