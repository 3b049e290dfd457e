/* A channel that cannot deliver. */
#include <channel.h>

const struct secinfo_channel *secinfo_channel_entry(void) {
	static const struct secinfo_channel table = {
		SECINFO_HEAD(table),
		.name = { "incomplete", 10 },
		.plugin_version = { "1", 1 },
		.kinds = SECINFO_TEXT,
		.parallel = 1,
	};
	return &table;
}
