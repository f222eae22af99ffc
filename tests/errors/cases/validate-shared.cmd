# What suites share: a file that is not there, a list, a key that a shared file has not, and what both say.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'shared: shared.yaml' >>suite.yaml
ivcsim validate suite.yaml -q
printf 'schema: ivcsim-suite-shared/1\nprofile: scc48\nset: 3\n' >shared.yaml
ivcsim validate suite.yaml -q
printf 'schema: ivcsim-suite-shared/1\nlimits: {}\n' >shared.yaml
ivcsim validate suite.yaml -q
sed -i 's/^shared: .*/shared: [shared.yaml]/' suite.yaml
ivcsim validate suite.yaml -q
