# The guest: kernel.elf and initrd.tar in ${CMAKE_BINARY_DIR}/guest, made by
# the Makefiles of guestkernel/ and guestapps/ with the RISC-V compiler.
set(GUEST_DIR ${CMAKE_BINARY_DIR}/guest)
find_program(MAKE_PROGRAM NAMES make gmake REQUIRED)
if(EXISTS ${CMAKE_SOURCE_DIR}/guestkernel/Makefile)
  add_custom_target(guestkernel ALL
    COMMAND ${MAKE_PROGRAM} -s -C ${CMAKE_SOURCE_DIR}/guestkernel
            BUILD=${GUEST_DIR}/kernel
    COMMENT "Guest kernel" VERBATIM)
endif()
if(EXISTS ${CMAKE_SOURCE_DIR}/guestapps/Makefile)
  add_custom_target(guestapps ALL
    COMMAND ${MAKE_PROGRAM} -s -C ${CMAKE_SOURCE_DIR}/guestapps
            BUILD=${GUEST_DIR}/apps
    COMMENT "Guest programs" VERBATIM)
endif()
