# usage: built_chart CHART REPOSITORY - copies the chart to $folder and fetches its dependencies there
built_chart() {
  folder=$work/chart
  rm -rf -- "$folder"
  cp -R -- "./$1" "$folder" || return 1
  if [[ $2 == http* ]] && ! helm repo list --output yaml 2>/dev/null | grep -qF -- "url: $2"; then
    # helm dependency build knows no repository by its address alone
    helm repo add "migrate-$(printf '%s' "$2" | cksum | cut -d ' ' -f 1)" "$2" >&2 || return 1
  fi
  helm dependency build "$folder" >&2
}

# usage: add_values NAME... -- - adds the files of $folder to $values; helm splits the option at commas out of quotes
add_values() {
  local name
  for name in "$@"; do
    if [[ $name == -- ]]; then
      return 0
    fi
    name=$folder/$name
    if [[ $name == *[,\"]* ]]; then
      name=\"${name//\"/\"\"}\"
    fi
    values+=("--values=$name")
  done
}
