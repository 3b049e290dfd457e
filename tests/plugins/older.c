/* A channel that was built with an older header, whose table ended after deliver. */
#include <channel.h>

static const struct secinfo_host *host;

static void *create(struct secinfo_text settings, const struct secinfo_host *its_host, struct secinfo_buffer *error) {
	(void)settings;
	(void)error;
	host = its_host;
	return &host;
}

static void deliver(void *channel, uint64_t delivery, const struct secinfo_request *request) {
	struct secinfo_report report = { SECINFO_HEAD(report), .status = SECINFO_DELIVERED };
	(void)channel;
	/* Only the part of the report that existed in the older header. */
	report.size = offsetof(struct secinfo_report, reserved);
	if (SECINFO_HAS(request, attempt))
		host->report(host->context, delivery, &report);
}

/* A host that does not check the size of the table would take what follows it for functions. */
static struct {
	unsigned char table[offsetof(struct secinfo_channel, health)];
	uint64_t not_the_tables[16];
} memory;

const struct secinfo_channel *secinfo_channel_entry(void) {
	const struct secinfo_channel whole = {
		SECINFO_VERSION, sizeof memory.table,
		.name = { "older", 5 },
		.plugin_version = { "0.9", 3 },
		.kinds = SECINFO_TEXT,
		.parallel = 1,
		.create = create,
		.deliver = deliver,
	};
	__builtin_memcpy(memory.table, &whole, sizeof memory.table);
	for (int i = 0; i < 16; i++)
		memory.not_the_tables[i] = 0x4141414141414141u;
	return (const struct secinfo_channel *)(const void *)&memory;
}
