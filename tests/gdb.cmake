# GDB's remote protocol: packets on a small machine, hostile ones among them.
sallyport_test(gdb debugging)
set_tests_properties(gdb PROPERTIES TIMEOUT 300 ENVIRONMENT
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
add_test(NAME gdb_long COMMAND test_gdb 0x5eed 60000)
set_tests_properties(gdb_long PROPERTIES LABELS long TIMEOUT 1800 ENVIRONMENT
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
# The command, with gdb-multiarch and with clients that break off.
foreach(what session-separate session-shared wire)
  string(REPLACE "-" ";" words ${what})
  string(REPLACE "-" "_" name ${what})
  add_test(NAME gdb_${name} COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/guest/check_gdb.py $<TARGET_FILE:sallyport>
    ${CMAKE_CURRENT_BINARY_DIR}/gdb ${words})
  set_tests_properties(gdb_${name} PROPERTIES TIMEOUT 300)
endforeach()
