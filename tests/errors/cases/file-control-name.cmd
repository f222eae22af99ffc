# A file name is shown without what a terminal would act on.
ivcsim check "$(printf 'a\033[31mb\nc.yaml')"
