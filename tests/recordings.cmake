# Recordings: written, run again, asked, killed, damaged, refused.
foreach(part programs questions inputs kills limits damage)
  add_test(NAME recordings_${part} COMMAND python3
    ${CMAKE_CURRENT_SOURCE_DIR}/guest/check_recordings.py
    $<TARGET_FILE:sallyport> ${part})
  # view.supp: one of them draws a picture.
  set_tests_properties(recordings_${part} PROPERTIES TIMEOUT 600 ENVIRONMENT
    "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/view.supp:print_suppressions=0")
endforeach()
sallyport_cli_test(recording_branch app)
set_tests_properties(recording_branch PROPERTIES ENVIRONMENT
  "LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/view.supp:print_suppressions=0")
