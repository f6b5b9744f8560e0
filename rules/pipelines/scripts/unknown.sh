# usage: unknown ENVIRONMENT WHAT... - @tool@ deploys from here, and nothing here says by which object
unknown() {
  wanted "$1" "${@:2}" || return 0
  printf 'left to @tool@, by an object that is not in this repository\n' >&2
}
