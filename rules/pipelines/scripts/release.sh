# usage: release ENVIRONMENT FILE RELEASE NAMESPACE CHART REPOSITORY POST_RENDER VALUES... -- OPTION...
release() {
  wanted "$1" release "$3" in "$4" from "$5" || return 0
  local environment=$1 file=$output/infrastructure/$2 name=$3 namespace=$4 chart=$5 repository=$6 post=$7
  local folder values=("--namespace=$namespace" "--kube-version=$kubernetes")
  shift 7
  mkdir -p -- "${file%/*}"
  if ! built_chart "$chart" "$repository"; then
    fail "helm dependency build $chart"
    return 0
  fi
  add_values "$@"
  while [[ $1 != -- ]]; do shift; done
  shift
  helm lint --quiet "${values[@]}" -- "$folder" >&2 || fail "helm lint $chart for $environment"
  if ! helm template "${values[@]}" "$@" -- "$name" "$folder" >"$file"; then
    fail "helm template $chart for $environment"
    return 0
  fi
  if [[ -n $post ]]; then
    # what the chart prints is the one resource of that kustomization which is no file of the repository
    mv -- "$file" "$folder/$post/chart-output.yaml"
    kustomize_build "$folder/$post" >"$file" || fail "kustomize build $chart/$post"
  fi
}
