/* A channel that misbehaves as its settings say: {"does": "…", "only": "+4930123456", "notes": "/path"}.
 * With "only", it misbehaves only with messages to that destination and delivers the others. With
 * "notes", it first appends a line for each message to that file. */
#define _GNU_SOURCE
#include <channel.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct channel {
	const struct secinfo_host *host;
	char does[64], only[64], notes[256];
};

#define TEXT(literal) ((struct secinfo_text){ "" literal, sizeof literal - 1 })
/* The previous delivery. */
static uint64_t previous;

static void setting(const char *json, const char *key, char *value, size_t size) {
	char *at = strstr(json, key);
	if (at) {
		at += strlen(key);
		size_t length = strcspn(at, "\"");
		if (length < size)
			memcpy(value, at, length);
	}
}

static int does(const struct channel *channel, const char *what) {
	return strcmp(channel->does, what) == 0;
}

static void hang(void) {
	for (;;)
		pause();
}

static void *create(struct secinfo_text settings, const struct secinfo_host *host, struct secinfo_buffer *error) {
	struct channel *channel = calloc(1, sizeof *channel);
	char *json = strndup(settings.bytes, settings.length);

	if (!channel || !json)
		abort();
	channel->host = host;
	setting(json, "\"does\":\"", channel->does, sizeof channel->does);
	setting(json, "\"only\":\"", channel->only, sizeof channel->only);
	setting(json, "\"notes\":\"", channel->notes, sizeof channel->notes);
	if (does(channel, "hangs in create"))
		hang();
	if (does(channel, "aborts in create"))
		abort();
	if (does(channel, "cannot be made")) {
		/* The settings may contain a secret, which this leaks. */
		error->length = (size_t)snprintf(error->bytes, error->capacity, "not with these settings: %s", json);
		return NULL;
	}
	if (does(channel, "cannot be made and lies about the length")) {
		memset(error->bytes, 0xff, error->capacity);
		error->length = (size_t)-1;
		return NULL;
	}
	return channel;
}

static void report(struct channel *channel, uint64_t delivery, uint32_t status, uint32_t reason, struct secinfo_text detail) {
	struct secinfo_report report = { SECINFO_HEAD(report), .status = status, .reason = reason, .detail = detail };
	channel->host->report(channel->host->context, delivery, &report);
}

static void *print(void *nothing) {
	for (;;) {
		puts("out and out and out and out and out and out and out and out and out");
		fputs("err and err and err without an end of the line", stderr);
	}
	return nothing;
}

static void answer_garbage(struct channel *channel, uint64_t delivery) {
	const struct secinfo_host *host = channel->host;
	struct secinfo_report garbage = { SECINFO_HEAD(garbage), .status = SECINFO_DELIVERED };

	/* Deliveries that do not exist. */
	report(channel, 0, SECINFO_DELIVERED, 0, TEXT(""));
	report(channel, UINT64_MAX, SECINFO_DELIVERED, 0, TEXT(""));
	report(channel, delivery + 1000, SECINFO_FAILED, SECINFO_PLUGIN, TEXT("of nobody"));
	/* Invalid log lines. */
	host->log(host->context, 99, TEXT("\xff\xfe bad \x1b[31m line\n second"));
	host->log(host->context, SECINFO_ERROR, (struct secinfo_text){ NULL, 100 });
	host->log(host->context, SECINFO_ERROR, (struct secinfo_text){ "", 0 });
	/* A detail that is not UTF-8, far too long, and with control characters. */
	static char detail[12000];
	memset(detail, 'x', sizeof detail);
	memcpy(detail, "\x80\xff\r\n\x1b]0;title\x07", 14);
	garbage.status = SECINFO_FAILED;
	garbage.reason = 12345;
	garbage.detail = (struct secinfo_text){ detail, sizeof detail };
	host->report(host->context, delivery, &garbage);
}

static void note(const struct channel *channel, const struct secinfo_request *request) {
	FILE *file = channel->notes[0] ? fopen(channel->notes, "ae") : NULL;
	if (file) {
		fprintf(file, "%.*s %.*s\n", (int)request->message.length, request->message.bytes,
		    (int)request->destination.length, request->destination.bytes);
		fclose(file);
	}
}

static void deliver(void *context, uint64_t delivery, const struct secinfo_request *request) {
	struct channel *channel = context;
	const struct secinfo_host *host = channel->host;
	struct secinfo_report odd = { SECINFO_HEAD(odd), .status = SECINFO_DELIVERED };

	note(channel, request);
	if (channel->only[0] && (strlen(channel->only) != request->destination.length ||
	    memcmp(channel->only, request->destination.bytes, request->destination.length) != 0)) {
		report(channel, delivery, SECINFO_DELIVERED, 0, TEXT(""));
	} else if (does(channel, "hangs")) {
		hang();
	} else if (does(channel, "says nothing")) {
		return;
	} else if (does(channel, "aborts")) {
		abort();
	} else if (does(channel, "crashes")) {
		*(volatile int *)channel->does = *(volatile int *)(uintptr_t)delivery;
	} else if (does(channel, "exits")) {
		exit(0);
	} else if (does(channel, "answers twice")) {
		report(channel, delivery, SECINFO_DELIVERED, 0, TEXT(""));
		report(channel, delivery, SECINFO_FAILED, SECINFO_DESTINATION, TEXT("second"));
	} else if (does(channel, "answers for the former")) {
		if (previous)
			report(channel, previous, SECINFO_FAILED, SECINFO_DESTINATION, TEXT("late"));
		previous = delivery;
		report(channel, delivery, SECINFO_DELIVERED, 0, TEXT(""));
	} else if (does(channel, "takes back what it accepted")) {
		report(channel, delivery, SECINFO_ACCEPTED, 0, TEXT(""));
		report(channel, delivery, SECINFO_ACCEPTED, 0, TEXT(""));
		report(channel, delivery, SECINFO_TRY_LATER, SECINFO_BUSY, TEXT("not after all"));
	} else if (does(channel, "answers garbage")) {
		answer_garbage(channel, delivery);
	} else if (does(channel, "answers an unknown status")) {
		report(channel, delivery, 77, 0, TEXT(""));
	} else if (does(channel, "answers null")) {
		host->report(host->context, delivery, NULL);
	} else if (does(channel, "answers in another version")) {
		odd.version = 0x00070000;
		host->report(host->context, delivery, &odd);
	} else if (does(channel, "answers too little")) {
		odd.size = 12;
		host->report(host->context, delivery, &odd);
	} else if (does(channel, "wants to wait for ever")) {
		odd.status = SECINFO_TRY_LATER;
		odd.reason = SECINFO_BUSY;
		odd.after = UINT64_MAX;
		host->report(host->context, delivery, &odd);
	} else if (does(channel, "leaks")) {
		/* Goes on even after the memory limit is reached. */
		for (;;)
			memset(malloc(1 << 20), 1, 1 << 20);
	} else if (does(channel, "floods the log")) {
		for (int i = 0; i < 100000; i++)
			host->log(host->context, SECINFO_ERROR, TEXT("flood"));
		report(channel, delivery, SECINFO_DELIVERED, 0, TEXT(""));
	} else if (does(channel, "prints")) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, print, NULL) != 0)
			abort();
		report(channel, delivery, SECINFO_DELIVERED, 0, TEXT(""));
	} else if (does(channel, "gives secrets away")) {
		char line[4096];
		int length = snprintf(line, sizeof line, "%.*s|%.*s|%.*s", (int)request->code.length, request->code.bytes,
		    (int)request->destination.length, request->destination.bytes,
		    (int)request->text.length, request->text.bytes);
		struct secinfo_text text = { line, (size_t)length };
		host->log(host->context, SECINFO_INFO, text);
		fprintf(stderr, "%s\n", line);
		report(channel, delivery, SECINFO_FAILED, SECINFO_REFUSED, text);
		host->log(host->context, SECINFO_INFO, text);
	} else {
		report(channel, delivery, SECINFO_DELIVERED, 0, TEXT(""));
	}
}

static uint32_t health(void *context, struct secinfo_buffer *detail) {
	struct channel *channel = context;
	if (does(channel, "hangs in health"))
		hang();
	if (does(channel, "is sick")) {
		detail->length = (size_t)snprintf(detail->bytes, detail->capacity, "the provider\nis away");
		return 0;
	}
	if (does(channel, "says neither yes nor no"))
		return 42;
	return 1;
}

static void destroy(void *context) {
	struct channel *channel = context;
	if (does(channel, "hangs in destroy"))
		hang();
}

const struct secinfo_channel *secinfo_channel_entry(void) {
	static const struct secinfo_channel table = {
		SECINFO_HEAD(table),
		.name = { "misbehaving", 11 },
		.plugin_version = { "6.6.6", 5 },
		.kinds = SECINFO_TEXT | SECINFO_CALL | SECINFO_EMAIL | 0x80000000u,
		.flags = SECINFO_FOLLOWS_UP | 0x80000000u,
		.parallel = UINT32_MAX,
		.create = create,
		.deliver = deliver,
		.health = health,
		.destroy = destroy,
	};
	return &table;
}
