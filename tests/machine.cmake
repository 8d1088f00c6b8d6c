# The machine: devices by their registers, loaders, whole runs of small
# programs. None needs the guest kernel; the last two need the programs of
# guest/bare, and test_machine_bare qemu-system-riscv64.
sallyport_test(machine_devices machine)
sallyport_test(machine_virtio machine)
sallyport_test(machine_hostile machine)
sallyport_test(machine_loaders machine)
sallyport_test(machine_qemu machine)
sallyport_test(machine_run machine)

set(BARE_DIR ${CMAKE_BINARY_DIR}/tests/bare)
file(GLOB bare_sources CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_SOURCE_DIR}/guest/bare/*)
add_custom_command(OUTPUT ${BARE_DIR}/bare.elf ${BARE_DIR}/tohost.elf
                          ${BARE_DIR}/soak.elf
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/guest/bare/build.sh ${BARE_DIR}
  DEPENDS ${bare_sources} ${CMAKE_SOURCE_DIR}/emu/platform/platform.h
  COMMENT "Bare test programs" VERBATIM)
add_custom_target(bare_programs DEPENDS ${BARE_DIR}/bare.elf)
foreach(name machine_bare machine_determinism)
  sallyport_test(${name} machine)
  add_dependencies(test_${name} bare_programs)
  target_compile_definitions(test_${name} PRIVATE BARE_DIR="${BARE_DIR}")
endforeach()
