# The long tier (./test.sh --long): clean roots and soaks, label "long".
foreach(suite bookworm trixie)
  add_test(NAME clean_root_${suite}
    COMMAND ${CMAKE_SOURCE_DIR}/tests/long/clean_root.sh ${suite})
  set_tests_properties(clean_root_${suite} PROPERTIES LABELS long TIMEOUT 3600
    RUN_SERIAL TRUE)
endforeach()
