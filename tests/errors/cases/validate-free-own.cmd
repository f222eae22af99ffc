# A free parameter that every row to calibrate sets itself, in its entry or by the choice.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'free: {channels.pair.alloc: [1us, 200us], machine.read.l2: [20cycles, 40cycles]}' >>suite.yaml
sed 's/64KiB}/64KiB, channels.pair.alloc: 2us}/' suite.yaml >entry.yaml
printf 'choice: one\nchoices: {one: {channels.pair.alloc: 2us}, other: {}}\n' >choice.yaml
cat suite.yaml >>choice.yaml
for suite in entry choice; do
    ivcsim validate $suite.yaml -q --role calibrate >/dev/null
done
ivcsim validate entry.yaml -q --calibrate --free channels >/dev/null
