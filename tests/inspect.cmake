# Inspect: images, probes and tables compiled in the tests; the Sv39 walk on
# page tables in a machine's RAM, and against the processor itself.
sallyport_test(symbols inspect)
sallyport_test(probes inspect)
sallyport_test(abi inspect)
sallyport_test(sv39 inspect)
