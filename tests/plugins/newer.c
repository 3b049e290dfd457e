/* A channel that was built with a newer header of the same major version: its table is larger, it
 * has unknown flags and kinds, and it checks whether a request has a new field before it uses it. */
#include <channel.h>
#include <stdlib.h>

struct newer_request {
	struct secinfo_request now;
	struct secinfo_text new;
};

static const struct secinfo_host *host;

static void *create(struct secinfo_text settings, const struct secinfo_host *its_host, struct secinfo_buffer *error) {
	(void)settings;
	(void)error;
	host = its_host;
	return &host;
}

static void deliver(void *channel, uint64_t delivery, const struct secinfo_request *request) {
	struct { struct secinfo_report now; uint64_t new[4]; } report = {
		.now = { .version = SECINFO_VERSION + 1, .size = sizeof report, .status = SECINFO_DELIVERED },
		.new = { 1, 2, 3, 4 },
	};
	(void)channel;
	if (request->size >= sizeof(struct newer_request))
		abort();
	host->report(host->context, delivery, &report.now);
}

const struct secinfo_channel *secinfo_channel_entry(void) {
	static const struct { struct secinfo_channel now; void *new[20]; } table = {
		.now = {
			SECINFO_VERSION + 7, sizeof table,
			.name = { "newer", 5 },
			.plugin_version = { "2.0", 3 },
			.kinds = SECINFO_EMAIL | 1u << 20,
			.flags = 1u << 20,
			.parallel = 3,
			.create = create,
			.deliver = deliver,
			.reserved = { (void *)1, (void *)2 },
		},
	};
	return &table.now;
}
