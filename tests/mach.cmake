# Mach: the stub generator on good and bad interfaces, and what calls by
# message cost and look like in a trace. The kernel's part: kernel.cmake.
add_executable(mig ${CMAKE_SOURCE_DIR}/guestapps/sdk/mig/lex.c
  ${CMAKE_SOURCE_DIR}/guestapps/sdk/mig/parse.c
  ${CMAKE_SOURCE_DIR}/guestapps/sdk/mig/emit.c
  ${CMAKE_SOURCE_DIR}/guestapps/sdk/mig/main.c)
target_link_libraries(mig PRIVATE sallyport_flags)
add_test(NAME mig COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/guest/check_mig.sh
  $<TARGET_FILE:mig> ${CMAKE_SOURCE_DIR})
if(TARGET sallyport)
  add_test(NAME mach_trace COMMAND
    ${CMAKE_CURRENT_SOURCE_DIR}/guest/check_mach.sh $<TARGET_FILE:sallyport>)
endif()
