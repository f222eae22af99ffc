# The error goes to standard output as JSON, and to standard error as text.
sed 's/4KiB/4KB/' "$files/good.yaml" >wrong.yaml
ivcsim run wrong.yaml --format json
