# Going back: emu/record. libunicorn 2.0.1 leaks what it notes about pages of
# code that change.
set(history_leaks
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
foreach(name history history_back history_search)
  sallyport_test(${name} record)
  target_compile_definitions(test_${name} PRIVATE GUEST_DIR="${GUEST_DIR}")
  add_dependencies(test_${name} guestkernel guestapps)
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 ENVIRONMENT
    ${history_leaks})
endforeach()
# 5,200 random positions in four parts, so that they run beside each other;
# history_long has another seed and more.
add_executable(test_history_positions unit/test_history_positions.c)
target_link_libraries(test_history_positions PRIVATE sallyport_flags record
  ${CMOCKA_LIBRARIES} cmocka)
target_compile_definitions(test_history_positions PRIVATE
  GUEST_DIR="${GUEST_DIR}")
add_dependencies(test_history_positions guestkernel guestapps)
foreach(part "1 separate" "2 separate" "3 shared" "4 shared")
  string(REPLACE " " ";" part ${part})
  list(GET part 0 number)
  list(GET part 1 layout)
  add_test(NAME history_positions_${number}
    COMMAND test_history_positions 0x5a11e9040${number} 1300 ${layout})
  set_tests_properties(history_positions_${number} PROPERTIES TIMEOUT 600
    ENVIRONMENT ${history_leaks})
endforeach()
add_test(NAME history_long
  COMMAND test_history_positions 0x1ea7 12000 separate)
set_tests_properties(history_long PROPERTIES LABELS long TIMEOUT 1800
  ENVIRONMENT ${history_leaks})
