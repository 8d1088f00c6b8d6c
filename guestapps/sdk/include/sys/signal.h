/*
 * <sys/signal.h> - old programs' way to say <signal.h>. picolibc's <signal.h>
 * may be made of its <sys/signal.h>, which is then found through this one.
 */
#include <signal.h>
#if __has_include_next(<sys/signal.h>)
#include_next <sys/signal.h>
#endif
