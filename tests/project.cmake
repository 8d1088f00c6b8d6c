# Tests of the project as a whole: layer rules, format, scripts.
add_test(NAME layers COMMAND ${CMAKE_SOURCE_DIR}/tests/unit/test_layers.sh
  ${CMAKE_SOURCE_DIR})
