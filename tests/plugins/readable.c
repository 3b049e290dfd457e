/* A channel that leaves messages readable on this host. Its create fails and says that it was called. */
#include <channel.h>
#include <stdio.h>

static void *create(struct secinfo_text settings, const struct secinfo_host *host, struct secinfo_buffer *error) {
	(void)settings;
	(void)host;
	error->length = (size_t)snprintf(error->bytes, error->capacity, "it was asked");
	return NULL;
}

static void deliver(void *channel, uint64_t delivery, const struct secinfo_request *request) {
	(void)channel;
	(void)delivery;
	(void)request;
}

const struct secinfo_channel *secinfo_channel_entry(void) {
	static const struct secinfo_channel table = {
		SECINFO_HEAD(table),
		.name = { "readable", 8 },
		.plugin_version = { "1", 1 },
		.kinds = SECINFO_TEXT,
		.flags = SECINFO_READABLE,
		.parallel = 1,
		.create = create,
		.deliver = deliver,
	};
	return &table;
}
