# Calls as their tables have them: the reference page, and the errors.
if(TARGET sallyport)
  add_test(NAME syscalls_page COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/guest/check_syscalls.sh ${CMAKE_SOURCE_DIR}
    $<TARGET_FILE:sallyport> ${GUEST_DIR}/kernel-tests/initrd.tar)
  add_test(NAME sysctl_nodes COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/guest/check_sysctl.sh ${CMAKE_SOURCE_DIR}
    $<TARGET_FILE:sallyport>)
endif()
