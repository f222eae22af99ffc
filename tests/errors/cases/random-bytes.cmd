# No text at all: the beginning of a program.
{ printf '\177ELF\002\001\001\000'; head -c 2000 /dev/zero; } >program.yaml
ivcsim check program.yaml
