# usage: overlay ENVIRONMENT FILE FOLDER
overlay() {
  wanted "$1" "$3" || return 0
  local file=$output/applications/$2
  mkdir -p -- "${file%/*}"
  kustomize_build "./$3" >"$file" || fail "kustomize build $3 for $1"
}
