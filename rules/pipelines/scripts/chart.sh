# usage: chart ENVIRONMENT RELEASE NAMESPACE CHART REPOSITORY POST_RENDER VALUES... -- OPTION...
chart() {
  wanted "$1" release "$2" in "$3" from "$4" || return 0
  local name=$2 repository=$5 post=$6 folder=./$4 values=("--namespace=$3")
  if [[ $apply == yes ]] && ! built_chart "$4" "$repository"; then
    failed=$((failed + 1))
    return 0
  fi
  shift 6
  add_values "$@"
  while [[ $1 != -- ]]; do shift; done
  shift
  if [[ -n $post ]]; then
    values+=("--post-renderer=$PWD/scripts/@name@")
    values+=("--post-renderer-args=post-render" "--post-renderer-args=$folder/$post")
  fi
  # --take-ownership: the objects are there already, from the manifests that the chart replaces (Helm 3.17 or newer)
  run helm upgrade --install --take-ownership --kube-context="$context" "${values[@]}" "$@" -- "$name" "$folder"
}
