# usage: flux_reconcile ENVIRONMENT KIND NAME NAMESPACE WHAT... - Flux deploys it
flux_reconcile() {
  wanted "$1" "${@:5}" || return 0
  run flux reconcile "$2" --context="$context" --namespace="$4" --with-source -- "$3"
}
