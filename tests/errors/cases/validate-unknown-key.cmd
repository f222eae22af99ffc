# Keys that mean nothing, in the suite and in an entry.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
sed -i 's/^profile/profil/; s/predict:/perdict:/' suite.yaml
ivcsim validate suite.yaml -q
