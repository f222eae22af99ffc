# Every task reads the scenario again: standard input is gone by then.
ivcsim sweep - --emit parallel <"$files/good.yaml"
