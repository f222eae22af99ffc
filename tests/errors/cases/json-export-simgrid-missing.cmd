cp "$files/good.yaml" .
PATH=$(dirname "$(command -v ivcsim)") ivcsim export simgrid good.yaml -o out -q --check --format json
