# usage: manifests ENVIRONMENT FOLDER
manifests() {
  wanted "$1" "$2" || return 0
  if [[ $apply == no ]]; then
    printf 'would run: kustomize build %q | kubectl apply --context=%q --filename=-\n' "./$2" "$context"
  elif ! kustomize_build "./$2" >"$work/built.yaml"; then
    failed=$((failed + 1))
  else
    run kubectl apply --context="$context" --filename="$work/built.yaml"
  fi
}
