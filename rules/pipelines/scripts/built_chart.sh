# usage: built_chart CHART REPOSITORY - copies the chart to $folder and fetches its dependencies there
refreshed=no
built_chart() {
  local options
  folder=$work/chart
  options=("$folder")
  rm -rf -- "$folder"
  cp -R -- "./$1" "$folder" || return 1
  if [[ $2 == http* ]] && ! helm repo list --output yaml 2>/dev/null | grep -qxF -- "  url: $2"; then
    # helm dependency build knows no repository by its address alone
    helm repo add "migrate-$(printf '%s' "$2" | cksum | cut -d ' ' -f 1)" "$2" >&2 || return 1
  fi
  if [[ $refreshed == yes ]]; then
    options+=(--skip-refresh) # indexes were fetched a moment ago
  fi
  helm dependency build "${options[@]}" >&2 || return 1
  if [[ $2 == http* ]]; then
    refreshed=yes
  fi
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
