# Crossings: words and stores, a foreign kernel by the hardware alone, and our
# own kernel and programs.
sallyport_test(crossing_words crossing)
sallyport_test(crossing_foreign crossing)
sallyport_test(measure crossing)
add_executable(test_guest_crossings
  ${CMAKE_CURRENT_SOURCE_DIR}/guest/test_guest_crossings.c)
target_link_libraries(test_guest_crossings PRIVATE sallyport_flags crossing
  ${CMOCKA_LIBRARIES} cmocka)
target_compile_definitions(test_guest_crossings PRIVATE
  GUEST_KERNEL="${GUEST_DIR}/kernel/kernel.elf"
  GUEST_INITRD="${GUEST_DIR}/apps/initrd.tar"
  GUEST_BIN="${GUEST_DIR}/apps/bin")
add_dependencies(test_guest_crossings guestkernel guestapps)
add_test(NAME guest_crossings COMMAND test_guest_crossings)
set_tests_properties(guest_crossings PROPERTIES TIMEOUT 300)
# libunicorn 2.0.1 leaks what it notes about pages of code that change.
set_tests_properties(crossing_words crossing_foreign guest_crossings
  PROPERTIES ENVIRONMENT
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
