# The view: made-up scenes, no machine, no display; then the stage over our
# own kernel; then the window itself under Xvfb.
add_library(view_scenes STATIC unit/view/scenes.c)
target_link_libraries(view_scenes PRIVATE sallyport_flags PUBLIC view)
# fontconfig keeps what it has read until the process ends, libunicorn 2.0.1
# leaks what it notes about pages of code that change.
set(view_supp ${CMAKE_CURRENT_SOURCE_DIR}/view.supp)
set(view_env "LSAN_OPTIONS=suppressions=${view_supp}:print_suppressions=0")

foreach(name view_drawn view_parts view_golden)
  sallyport_test(${name} view_scenes view)
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "${view_env}")
endforeach()

target_compile_definitions(test_view_golden PRIVATE
  GOLDEN_DIR="${CMAKE_CURRENT_SOURCE_DIR}/golden/view")

sallyport_test(view_machine app view)
target_compile_definitions(test_view_machine PRIVATE
  GUEST_KERNEL="${GUEST_DIR}/kernel/kernel.elf"
  GUEST_INITRD="${GUEST_DIR}/apps/initrd.tar")
add_dependencies(test_view_machine guestkernel guestapps)
set_tests_properties(view_machine PROPERTIES ENVIRONMENT "${view_env}"
  TIMEOUT 300)

if(SALLYPORT_WINDOW)
  add_test(NAME gui_window COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/gui/window_test.sh
    $<TARGET_FILE:sallyport> ${GUEST_DIR}/kernel/kernel.elf
    ${GUEST_DIR}/apps/initrd.tar ${CMAKE_BINARY_DIR}/gui)
  set_tests_properties(gui_window PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 300
    ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
endif()
