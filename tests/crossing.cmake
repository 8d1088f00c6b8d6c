# Crossings: words and stores, a foreign kernel by the hardware alone, and our
# own kernel and programs.
sallyport_test(crossing_foreign crossing)
