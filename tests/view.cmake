# The view: made-up scenes, no machine, no display.
add_library(view_scenes STATIC unit/view/scenes.c)
target_link_libraries(view_scenes PRIVATE sallyport_flags PUBLIC view)
# fontconfig keeps what it has read until the process ends.
set(view_env "LSAN_OPTIONS=print_suppressions=0:suppressions=${CMAKE_CURRENT_SOURCE_DIR}/view.supp")

foreach(name view_drawn)
  sallyport_test(${name} view_scenes view)
  set_tests_properties(${name} PROPERTIES ENVIRONMENT "${view_env}")
endforeach()
