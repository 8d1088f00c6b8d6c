# Going back: emu/record.
sallyport_test(history record)
target_compile_definitions(test_history PRIVATE GUEST_DIR="${GUEST_DIR}")
add_dependencies(test_history guestkernel guestapps)
# libunicorn 2.0.1 leaks what it notes about pages of code that change.
set_tests_properties(history PROPERTIES TIMEOUT 600 ENVIRONMENT
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
add_test(NAME history_long COMMAND test_history 0x1ea7 6000)
set_tests_properties(history_long PROPERTIES LABELS long TIMEOUT 1800 ENVIRONMENT
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
