# The machine from the outside: programs and kernels that could be a stranger's,
# on Sallyport and on QEMU, against the RISC-V manuals.
add_test(NAME conformance
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/guest/conformance.sh
    $<TARGET_FILE:sallyport> ${CMAKE_CURRENT_BINARY_DIR}/conformance)
add_test(NAME foreign_kernels
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/guest/foreign.sh
    $<TARGET_FILE:sallyport> ${CMAKE_CURRENT_BINARY_DIR}/foreign)
set_tests_properties(conformance foreign_kernels PROPERTIES TIMEOUT 600)

# Random programs on the whole machine; the long tier runs many more of them.
add_executable(fuzz_machine fuzz/fuzz_machine.c)
target_link_libraries(fuzz_machine PRIVATE sallyport_flags machine)
add_test(NAME fuzz_machine COMMAND fuzz_machine 1 20)
add_test(NAME fuzz_machine_long COMMAND fuzz_machine 1000 2000)
set_tests_properties(fuzz_machine PROPERTIES TIMEOUT 300)
set_tests_properties(fuzz_machine_long PROPERTIES LABELS long TIMEOUT 14400)
