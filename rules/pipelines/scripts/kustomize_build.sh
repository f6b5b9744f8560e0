# usage: kustomize_build FOLDER
kustomize_build() {
  if command -v kustomize >/dev/null; then
    kustomize build @enable_helm@"$1"
  else
    kubectl kustomize @enable_helm@"$1"
  fi
}
