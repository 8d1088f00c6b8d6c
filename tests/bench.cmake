# Benchmarks: `cmake --build BUILD --target bench` prints them. Never part of
# the tests: they depend on the host.
include(${CMAKE_CURRENT_SOURCE_DIR}/cpu.cmake) # how guests are assembled

add_custom_command(OUTPUT ${CPU_GUEST_DIR}/loops.bin
  COMMAND ${RISCV_GCC} -nostdlib -march=rv64ima_zicsr_zifencei -mabi=lp64
    -T ${CPU_GUEST_SOURCE}/table.ld -Wl,--no-warn-rwx-segments
    ${CMAKE_CURRENT_SOURCE_DIR}/bench/loops.S -o ${CPU_GUEST_DIR}/loops.elf
  COMMAND ${RISCV_OBJCOPY} -O binary ${CPU_GUEST_DIR}/loops.elf
    ${CPU_GUEST_DIR}/loops.bin
  DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bench/loops.S VERBATIM)
# The same on QEMU, where the loop is chosen when it is assembled.
foreach(loop 0 1 2 3)
  set(elf ${CPU_GUEST_DIR}/loop${loop}.elf)
  add_custom_command(OUTPUT ${elf}
    COMMAND ${RISCV_GCC} -nostdlib -march=rv64ima_zicsr_zifencei -mabi=lp64
      -DLOOP=${loop} -T ${CPU_GUEST_SOURCE}/table.ld
      -Wl,--no-warn-rwx-segments ${CMAKE_CURRENT_SOURCE_DIR}/bench/loops.S
      -o ${elf}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bench/loops.S VERBATIM)
  list(APPEND loop_elfs ${elf})
endforeach()
add_executable(bench_cpu EXCLUDE_FROM_ALL bench/bench_cpu.c bench/floor.c
  ${CPU_GUEST_DIR}/loops.bin)
target_link_libraries(bench_cpu PRIVATE sallyport_flags cpu unicorn_engine)
# What going back costs, on programs of our own and on three made for it.
foreach(program getpid forks alu stores)
  set(elf ${CMAKE_BINARY_DIR}/tests/bench/${program})
  add_custom_command(OUTPUT ${elf}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/tests/bench
    COMMAND ${CMAKE_SOURCE_DIR}/guestapps/sdk/build.sh -o ${elf}
      ${CMAKE_CURRENT_SOURCE_DIR}/bench/guest/${program}.c
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/bench/guest/${program}.c VERBATIM)
  list(APPEND bench_programs ${elf})
  list(APPEND bench_rows ${program}=${elf})
endforeach()
add_executable(bench_history EXCLUDE_FROM_ALL bench/bench_history.c)
target_link_libraries(bench_history PRIVATE sallyport_flags app)
add_custom_target(bench_history_table
  COMMAND bench_history ${CMAKE_BINARY_DIR}/guest 200000000 ${bench_rows}
    "pingpong=pingpong 1000000"
  DEPENDS bench_history guestkernel guestapps ${bench_programs}
  USES_TERMINAL VERBATIM)
add_executable(bench_window EXCLUDE_FROM_ALL bench/bench_window.c)
target_link_libraries(bench_window PRIVATE sallyport_flags app view)
add_custom_target(bench_window_table
  COMMAND bench_window ${CMAKE_BINARY_DIR}/guest/kernel/kernel.elf
    ${CMAKE_BINARY_DIR}/guest/apps/initrd.tar pingpong 1000000
  DEPENDS bench_window guestkernel guestapps USES_TERMINAL VERBATIM)
add_custom_target(bench
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/bench/qemu.sh ${loop_elfs}
    > ${CPU_GUEST_DIR}/qemu-rates
  COMMAND bench_cpu ${CPU_GUEST_DIR}/loops.bin ${CPU_GUEST_DIR}/qemu-rates
  DEPENDS bench_cpu ${loop_elfs} USES_TERMINAL VERBATIM)
add_dependencies(bench bench_history_table bench_window_table)
