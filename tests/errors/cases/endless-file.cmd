# A file without an end is refused like a large one.
ivcsim check /dev/zero
