# A profile stands beside its scenario, wherever the program is started.
mkdir -p deep/chips
sed 's/atomic: .*/atomic: 60cycles/' "$files/profile.yaml" >deep/chips/mine.yaml
sed 's,octeon-cn5650,chips/mine.yaml,' "$files/good.yaml" >deep/good.yaml
ivcsim check deep/good.yaml
echo "from above: $?"
cd deep && ivcsim check good.yaml
echo "from beside: $?"
sed 's,chips,nowhere,' good.yaml | ivcsim check -
