# A size of rows without one, and a setting that the size of all rows takes the place of.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/total: 64KiB/message: 1KiB/; /^limits/d' suite.yaml
cat >>suite.yaml <<'END'
  - {path: pair, metric: share, predict: running.sender, size: workload.mesage,
     set: {workload.message: 8KiB}}
  - {path: pair, metric: latency, predict: latency, set: {workload.message: 8KiB}}
END
cat >>data.csv <<'END'
data,pair,share,%,,30,predict,
data,pair,latency,us,,10,predict,
data,pair,latency,us,64,10,predict,
END
ivcsim validate suite.yaml -q | grep -c predict
