/* A library that is no channel. */
#include <channel.h>

int secinfo_something_else(void);

int secinfo_something_else(void) {
	return 0;
}
