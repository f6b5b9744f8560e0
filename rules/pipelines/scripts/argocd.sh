# usage: argocd_sync ENVIRONMENT APPLICATION NAMESPACE WHAT... - Argo CD deploys it: the server that `argocd` is logged in to
argocd_sync() {
  wanted "$1" "${@:4}" || return 0
  run argocd app sync --app-namespace="$3" -- "$2"
}
