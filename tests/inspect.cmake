# Inspect: images, probes and tables compiled in the tests; the Sv39 walk on
# page tables in a machine's RAM, and against the processor itself.
sallyport_test(symbols inspect)
sallyport_test(probes inspect)
sallyport_test(abi inspect)
sallyport_test(sv39 inspect)
# libunicorn 2.0.1 leaks what it notes about pages of code that change.
set_tests_properties(sv39 PROPERTIES ENVIRONMENT
  LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_SOURCE_DIR}/guest/lsan.supp:print_suppressions=0)
