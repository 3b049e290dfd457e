/* A library that is not a channel: it does not export the entry function. */
#include <channel.h>

int secinfo_something_else(void);

int secinfo_something_else(void) {
	return 0;
}
