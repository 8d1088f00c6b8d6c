# Recordings for other programs, and compared: emu/record's export and compare.
sallyport_test(align record)
add_test(NAME exports COMMAND python3
  ${CMAKE_CURRENT_SOURCE_DIR}/guest/check_exports.py $<TARGET_FILE:sallyport>)
set_tests_properties(exports PROPERTIES TIMEOUT 300 ENVIRONMENT
  "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0")
add_test(NAME report_in_browser COMMAND python3
  ${CMAKE_CURRENT_SOURCE_DIR}/long/check_report.py $<TARGET_FILE:sallyport>)
set_tests_properties(report_in_browser PROPERTIES LABELS long TIMEOUT 600
  ENVIRONMENT
  "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0")
