# Crossings: words and stores, a foreign kernel by the hardware alone, and our
# own kernel and programs.
sallyport_test(crossing_words crossing)
sallyport_test(crossing_foreign crossing)
sallyport_test(measure crossing)
foreach(name guest_crossings guest_ports guest_words guest_signals
        guest_rings guest_pieces guest_sockets)
  add_executable(test_${name}
    ${CMAKE_CURRENT_SOURCE_DIR}/guest/test_${name}.c)
  target_link_libraries(test_${name} PRIVATE sallyport_flags crossing
    ${CMOCKA_LIBRARIES} cmocka)
  target_include_directories(test_${name} PRIVATE
    ${CMAKE_SOURCE_DIR}/guestkernel/abi)
  target_compile_definitions(test_${name} PRIVATE
    GUEST_KERNEL="${GUEST_DIR}/kernel/kernel.elf"
    GUEST_INITRD="${GUEST_DIR}/apps/initrd.tar"
    GUEST_BIN="${GUEST_DIR}/apps/bin")
  add_dependencies(test_${name} guestkernel guestapps)
  add_test(NAME ${name} COMMAND test_${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endforeach()
# libunicorn 2.0.1 leaks what it notes about pages of code that change.
set_tests_properties(crossing_words crossing_foreign guest_crossings guest_ports
  guest_words guest_signals guest_rings guest_pieces guest_sockets PROPERTIES
  ENVIRONMENT
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
