# Choices without the stated one, and one that is none of them.
cp "$files/good.yaml" "$files/suite.yaml" "$files/data.csv" .
echo 'choices: {near: {}, far: {}}' >>suite.yaml
sed '$achoice: ner' suite.yaml >other.yaml
ivcsim validate suite.yaml; ivcsim validate other.yaml
