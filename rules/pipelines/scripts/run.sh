# usage: run COMMAND... - runs it with --apply, and else says that it would
run() {
  if [[ $apply == no ]]; then
    printf 'would run:'
    printf ' %q' "$@"
    printf '\n'
    return 0
  fi
  "$@" || {
    printf 'FAILED: %q\n' "$1" >&2
    failed=$((failed + 1))
  }
}
