# The command line: the built binary as a user runs it (tests/guest/cli.h),
# and stepping on the real guest.
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
function(sallyport_cli_test name)
  add_executable(test_${name} guest/test_${name}.c)
  target_link_libraries(test_${name} PRIVATE sallyport_flags ${ARGN}
    ${CMOCKA_LIBRARIES} cmocka)
  target_compile_definitions(test_${name} PRIVATE
    SALLYPORT_BINARY="$<TARGET_FILE:sallyport>"
    SALLYPORT_BINARY_DIR="$<TARGET_FILE_DIR:sallyport>")
  add_dependencies(test_${name} sallyport guestkernel guestapps)
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 ENVIRONMENT
    "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/view.supp:print_suppressions=0")
endfunction()

sallyport_cli_test(cli_usage machine)
sallyport_cli_test(cli_images machine)
sallyport_cli_test(cli_run machine PkgConfig::CJSON)
sallyport_cli_test(cli_terminal machine util)
sallyport_cli_test(stepping app)
sallyport_cli_test(breaks app)
sallyport_cli_test(stepping_back app)
sallyport_cli_test(debug app util)
sallyport_cli_test(race crossing)
target_compile_definitions(test_race PRIVATE
  GUEST_KERNEL="${GUEST_DIR}/kernel/kernel.elf"
  GUEST_INITRD="${GUEST_DIR}/apps/initrd.tar"
  GUEST_BIN="${GUEST_DIR}/apps/bin")
# It draws as well: view.supp says what fontconfig keeps.
set_tests_properties(race PROPERTIES ENVIRONMENT
  "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/view.supp:print_suppressions=0"
  TIMEOUT 600)
# The manual's tour of the debugger, as it is typed.
add_test(NAME debugger_tour COMMAND python3
  ${CMAKE_CURRENT_SOURCE_DIR}/guest/tour.py $<TARGET_FILE:sallyport>
  ${CMAKE_SOURCE_DIR}/docs/manual/debugger.md)
set_tests_properties(debugger_tour PROPERTIES TIMEOUT 300 ENVIRONMENT
  "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0")
