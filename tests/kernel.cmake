# The kernel: its test programs in an archive of their own, run on our machine
# (test_kernel) and, the same bytes, on QEMU; its image by itself.
set(KERNEL_TESTS ${CMAKE_CURRENT_SOURCE_DIR}/guest/kernel)
set(KERNEL_TEST_DIR ${GUEST_DIR}/kernel-tests)
add_custom_target(kernel_test_archive ALL
  COMMAND ${KERNEL_TESTS}/build.sh ${CMAKE_SOURCE_DIR} ${GUEST_DIR}/apps
          ${KERNEL_TEST_DIR}
  COMMENT "Kernel test programs" VERBATIM)
add_dependencies(kernel_test_archive guestapps)

add_executable(test_kernel guest/test_kernel.c)
target_link_libraries(test_kernel PRIVATE sallyport_flags inspect
  ${CMOCKA_LIBRARIES} cmocka)
target_compile_definitions(test_kernel PRIVATE
  KERNEL_ELF="${GUEST_DIR}/kernel/kernel.elf"
  TEST_INITRD="${KERNEL_TEST_DIR}/initrd.tar")
add_dependencies(test_kernel guestkernel kernel_test_archive)
add_test(NAME kernel COMMAND test_kernel)
set_tests_properties(kernel PROPERTIES TIMEOUT 600)

add_test(NAME kernel_sleeps COMMAND
  ${CMAKE_CURRENT_SOURCE_DIR}/guest/check_sleeps.sh $<TARGET_FILE:sallyport>
  ${GUEST_DIR}/kernel/kernel.elf ${KERNEL_TEST_DIR}/initrd.tar
  ${CMAKE_SOURCE_DIR})

# Random sequences of calls, and what they leave behind.
add_executable(test_kernel_random guest/test_kernel_random.c)
target_link_libraries(test_kernel_random PRIVATE sallyport_flags inspect
  ${CMOCKA_LIBRARIES} cmocka)
target_compile_definitions(test_kernel_random PRIVATE
  KERNEL_ELF="${GUEST_DIR}/kernel/kernel.elf"
  TEST_INITRD="${KERNEL_TEST_DIR}/initrd.tar")
add_dependencies(test_kernel_random guestkernel kernel_test_archive)
add_test(NAME kernel_random COMMAND test_kernel_random)
add_test(NAME kernel_random_long COMMAND test_kernel_random 1000 400 3000)
set_tests_properties(kernel_random_long PROPERTIES LABELS long TIMEOUT 3600)
set_tests_properties(kernel_sleeps kernel_random kernel_random_long PROPERTIES
  ENVIRONMENT
  "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0")

add_test(NAME kernel_on_qemu COMMAND ${KERNEL_TESTS}/on_qemu.sh
  ${CMAKE_CURRENT_SOURCE_DIR}/guest/boot.sh ${GUEST_DIR}/kernel/kernel.elf
  ${KERNEL_TEST_DIR}/initrd.tar)
add_test(NAME kernel_reading COMMAND ${KERNEL_TESTS}/check_reading.sh
  ${CMAKE_SOURCE_DIR})
add_test(NAME kernel_image COMMAND ${KERNEL_TESTS}/check_image.sh
  ${CMAKE_SOURCE_DIR} ${GUEST_DIR}/kernel)
