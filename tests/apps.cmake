# The guest's programs: the shell against dash, every death, every call, the
# SDK. What needs the guest runs on QEMU and, where it is built, on sallyport.
set(APPS_DIR ${GUEST_DIR}/apps)
set(GUEST_TESTS ${CMAKE_CURRENT_SOURCE_DIR}/guest)
set(GUEST_IMAGE ${GUEST_DIR}/kernel/kernel.elf ${APPS_DIR}/initrd.tar)
set(SHELL_SNIPPETS ${GUEST_TESTS}/shell/snippets.txt)

# The shell is plain POSIX C: the same sources for this host.
file(GLOB shell_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/guestapps/sh/*.c)
add_executable(sh_host ${shell_sources})
target_link_libraries(sh_host PRIVATE sallyport_flags)
set_target_properties(sh_host PROPERTIES C_EXTENSIONS ON)

add_test(NAME shell_agrees_with_dash COMMAND
  ${GUEST_TESTS}/shell/compare_with_dash.sh $<TARGET_FILE:sh_host>
  ${SHELL_SNIPPETS})
add_test(NAME shell_refuses_with_line_and_column COMMAND
  ${GUEST_TESTS}/shell/check_own.sh $<TARGET_FILE:sh_host>
  ${GUEST_TESTS}/shell/own.txt)
add_test(NAME guest_programs_and_archive COMMAND
  ${GUEST_TESTS}/check_programs.sh ${APPS_DIR})

# guest_tests(NAME MACHINE): the tests that boot MACHINE.
function(guest_tests name machine)
  add_test(NAME shell_in_guest_${name} COMMAND
    ${GUEST_TESTS}/shell/compare_in_guest.sh ${machine} ${GUEST_IMAGE}
    ${SHELL_SNIPPETS} 150)
  add_test(NAME programs_in_guest_${name} COMMAND
    ${GUEST_TESTS}/shell/compare_in_guest.sh ${machine} ${GUEST_IMAGE}
    ${GUEST_TESTS}/shell/programs.txt 35)
  add_test(NAME deaths_${name} COMMAND
    ${GUEST_TESTS}/check_deaths.sh ${machine} ${GUEST_IMAGE})
  add_test(NAME sdk_program_${name} COMMAND
    ${GUEST_TESTS}/check_sdk.sh ${machine} ${GUEST_IMAGE})
endfunction()

guest_tests(qemu qemu)
if(TARGET sallyport)
  guest_tests(sallyport $<TARGET_FILE:sallyport>)
  add_test(NAME shell_at_the_prompt COMMAND
    ${GUEST_TESTS}/shell/check_interactive.sh $<TARGET_FILE:sallyport>
    ${GUEST_IMAGE})
  add_test(NAME everything_is_the_same_on_both_machines COMMAND
    ${GUEST_TESTS}/check_everything.sh qemu ${GUEST_IMAGE}
    $<TARGET_FILE:sallyport>)
else()
  add_test(NAME everything_on_qemu COMMAND
    ${GUEST_TESTS}/check_everything.sh qemu ${GUEST_IMAGE})
endif()
