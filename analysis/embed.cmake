# common.gp, the style of the figures, is part of the program: generated/analysis/common_gp.h has
# its bytes. Bytes, since a C string literal may be too short for it.
set(style ${PROJECT_SOURCE_DIR}/analysis/common.gp)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${style})
file(READ ${style} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/analysis/common_gp.h
  CONTENT "/* Made from analysis/common.gp. */\nstatic const char common_gp[] = {@bytes@ 0};\n" @ONLY)
