/* A channel whose name is not valid UTF-8. */
#include <channel.h>

static void *create(struct secinfo_text settings, const struct secinfo_host *host, struct secinfo_buffer *error) {
	(void)settings;
	(void)error;
	return (void *)(uintptr_t)host;
}

static void deliver(void *channel, uint64_t delivery, const struct secinfo_request *request) {
	(void)channel;
	(void)delivery;
	(void)request;
}

const struct secinfo_channel *secinfo_channel_entry(void) {
	static const struct secinfo_channel table = {
		SECINFO_HEAD(table),
		.name = { "\xff\xfe", 2 },
		.plugin_version = { "1", 1 },
		.kinds = SECINFO_TEXT,
		.create = create,
		.deliver = deliver,
	};
	return &table;
}
