# on bare hardware interrupts join, so a stream of them takes no time
ivcsim export simgrid "$source/scenarios/virtual-ipi.yaml" --set channel=bare -o out
status=$?
ls
exit $status
