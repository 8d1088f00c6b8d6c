# The machine: devices by their registers, loaders, whole runs of small
# programs; none of these needs the guest kernel. machine_qemu and machine_bare
# compare with qemu-system-riscv64.
sallyport_test(machine_devices machine)
sallyport_test(machine_virtio machine)
sallyport_test(machine_hostile machine)
sallyport_test(machine_loaders machine)
sallyport_test(machine_qemu machine)
sallyport_test(machine_run machine)

# The programs of guest/bare.
set(BARE_DIR ${CMAKE_BINARY_DIR}/tests/bare)
file(GLOB bare_sources CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_SOURCE_DIR}/guest/bare/*)
add_custom_command(OUTPUT ${BARE_DIR}/bare.elf ${BARE_DIR}/tohost.elf
                          ${BARE_DIR}/soak.elf
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/guest/bare/build.sh ${BARE_DIR}
  DEPENDS ${bare_sources} ${CMAKE_SOURCE_DIR}/emu/platform/platform.h
  COMMENT "Bare test programs" VERBATIM)
add_custom_target(bare_programs DEPENDS ${BARE_DIR}/bare.elf)

foreach(name machine_bare determinism machine_past)
  sallyport_test(${name} machine)
  add_dependencies(test_${name} bare_programs)
  target_compile_definitions(test_${name} PRIVATE
    BARE_DIR="${BARE_DIR}" GUEST_DIR="${GUEST_DIR}")
endforeach()
# The same run in any pieces, of a bare program and of our kernel.
add_dependencies(test_determinism guestkernel guestapps)
add_dependencies(test_machine_past guestkernel guestapps)
# libunicorn 2.0.1 leaks what it notes about pages of code that change.
set_tests_properties(machine_run machine_bare determinism machine_past PROPERTIES ENVIRONMENT
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
