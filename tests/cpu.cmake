# The processor. Its guest programs are assembled from tests/guest/cpu; the
# table of cases also runs on QEMU, to compare.
include_guard()
find_program(RISCV_GCC riscv64-unknown-elf-gcc REQUIRED)
find_program(RISCV_OBJCOPY riscv64-unknown-elf-objcopy REQUIRED)
find_program(QEMU_RISCV64 qemu-system-riscv64)
set(CPU_GUEST_DIR ${CMAKE_BINARY_DIR}/tests/guest/cpu)
set(CPU_GUEST_SOURCE ${CMAKE_CURRENT_SOURCE_DIR}/guest/cpu)
file(MAKE_DIRECTORY ${CPU_GUEST_DIR})

# cpu_guest(NAME MARCH [SOURCE]): NAME.elf and NAME.bin from SOURCE.S.
function(cpu_guest name march source)
  file(GLOB parts CONFIGURE_DEPENDS ${CPU_GUEST_SOURCE}/*)
  add_custom_command(
    OUTPUT ${CPU_GUEST_DIR}/${name}.elf ${CPU_GUEST_DIR}/${name}.bin
    COMMAND ${RISCV_GCC} -nostdlib -march=${march} -mabi=lp64
      -I${CPU_GUEST_SOURCE} -T ${CPU_GUEST_SOURCE}/table.ld
      -Wl,--no-warn-rwx-segments ${ARGN} ${CPU_GUEST_SOURCE}/${source}.S
      -o ${CPU_GUEST_DIR}/${name}.elf
    COMMAND ${RISCV_OBJCOPY} -O binary ${CPU_GUEST_DIR}/${name}.elf
      ${CPU_GUEST_DIR}/${name}.bin
    DEPENDS ${parts} VERBATIM)
  list(APPEND cpu_guest_files ${CPU_GUEST_DIR}/${name}.bin)
  set(cpu_guest_files ${cpu_guest_files} PARENT_SCOPE)
endfunction()
cpu_guest(table rv64imafdc_zicsr_zifencei table)
cpu_guest(mix rv64ima_zicsr_zifencei mix)
cpu_guest(mixc rv64imafdc_zicsr_zifencei mix)


add_custom_target(cpu_guests DEPENDS ${cpu_guest_files})

foreach(test cpu cpu_table cpu_cuts cpu_fuzz cpu_watch disasm)
  sallyport_test(${test} cpu)
  target_compile_definitions(test_${test} PRIVATE
    CPU_GUEST_DIR="${CPU_GUEST_DIR}" QEMU_RISCV64="${QEMU_RISCV64}")
  add_dependencies(test_${test} cpu_guests)
  set_tests_properties(${test} PROPERTIES TIMEOUT 300)
endforeach()
add_test(NAME engine_2_1 COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/engine-2.1.sh
  ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
set_tests_properties(engine_2_1 PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77)
