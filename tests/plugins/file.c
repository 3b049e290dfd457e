/* A working channel: it appends each message as a line of JSON to the file in its settings, if there
 * is one. Settings: {"file": "/path"} */
#define _GNU_SOURCE
#include <channel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct channel {
	const struct secinfo_host *host;
	char path[256];
};

static void quote(FILE *file, const char *name, struct secinfo_text text) {
	fprintf(file, "\"%s\":\"", name);
	for (size_t i = 0; i < text.length; i++) {
		unsigned char c = (unsigned char)text.bytes[i];
		if (c == '"' || c == '\\' || c < 0x20)
			fprintf(file, "\\u%04x", c);
		else
			putc(c, file);
	}
	fputs("\",", file);
}

static void *create(struct secinfo_text settings, const struct secinfo_host *host, struct secinfo_buffer *error) {
	static const char key[] = "\"file\":\"";
	struct channel *channel = calloc(1, sizeof *channel);
	char *json = strndup(settings.bytes, settings.length);
	char *path = json ? strstr(json, key) : NULL;

	if (!channel || !json)
		abort();
	channel->host = host;
	if (path) {
		path += strlen(key);
		size_t length = strcspn(path, "\"");
		if (length >= sizeof channel->path) {
			error->length = (size_t)snprintf(error->bytes, error->capacity, "the path of the file is too long");
			free(json);
			free(channel);
			return NULL;
		}
		memcpy(channel->path, path, length);
	}
	free(json);
	return channel;
}

static void deliver(void *context, uint64_t delivery, const struct secinfo_request *request) {
	struct channel *channel = context;
	struct secinfo_report report = { SECINFO_HEAD(report), .status = SECINFO_DELIVERED };

	if (channel->path[0]) {
		FILE *file = fopen(channel->path, "ae");
		if (file) {
			fputc('{', file);
			quote(file, "message", request->message);
			quote(file, "destination", request->destination);
			quote(file, "text", request->text);
			quote(file, "code", request->code);
			fprintf(file, "\"attempt\":%u}\n", request->attempt);
		}
		if (!file || fclose(file) != 0) {
			static const char why[] = "the file cannot be written";
			report.status = SECINFO_FAILED;
			report.reason = SECINFO_SETTINGS;
			report.detail = (struct secinfo_text){ why, sizeof why - 1 };
		}
	}
	channel->host->report(channel->host->context, delivery, &report);
}

static uint32_t health(void *context, struct secinfo_buffer *detail) {
	(void)context;
	(void)detail;
	return 1;
}

static void destroy(void *context) {
	struct channel *channel = context;
	FILE *file = channel->path[0] ? fopen(channel->path, "ae") : NULL;
	if (file) {
		fputs("{\"destroyed\":true}\n", file);
		fclose(file);
	}
	free(channel);
}

const struct secinfo_channel *secinfo_channel_entry(void) {
	static const struct secinfo_channel table = {
		SECINFO_HEAD(table),
		.name = { "file", 4 },
		.plugin_version = { "1.0", 3 },
		.kinds = SECINFO_TEXT | SECINFO_CALL | SECINFO_EMAIL,
		.flags = SECINFO_IDEMPOTENT,
		.parallel = 1,
		.create = create,
		.deliver = deliver,
		.health = health,
		.destroy = destroy,
	};
	return &table;
}
