/*
 * The interface between secinfo and a channel plugin. A plugin is a shared library that exports
 * one function, secinfo_channel_entry. It delivers messages: texts, phone calls, emails, rings. Each
 * plugin runs in its own host process, without privileges, which may exit at any time.
 *
 * Versions. The upper half of a version is the major version: a host accepts only plugins of its
 * own. Within a major version structures only grow, into their reserved fields or after them. The
 * writer of a structure sets its version and size (SECINFO_HEAD). The reader treats fields beyond
 * that size as 0 or NULL, and ignores fields that it does not know and unknown flags.
 *
 * Texts are UTF-8, a pointer and a length in bytes, without a NUL at the end; NULL with 0 is empty.
 *
 * Memory belongs to the side that allocated it. Arguments are valid until the function returns;
 * to use them longer, copy them, and wipe the copies of texts of a request. Exceptions: the table
 * that secinfo_channel_entry returns and the host's table are valid until the process exits. The
 * library is never unloaded.
 *
 * Threads. secinfo_channel_entry and create are called once. deliver may be called from several
 * threads at once, up to `parallel`; health at any time from one other thread. destroy is called
 * when no deliver or health is running, or never. The plugin may call the host's functions from any
 * thread, also within create (only log) and deliver, but not after destroy has returned.
 */
#ifndef SECINFO_CHANNEL_H
#define SECINFO_CHANNEL_H 1

#include <stddef.h>
#include <stdint.h>

#define SECINFO_VERSION 0x00010000u /* of this header: major << 16 | minor */
#define SECINFO_VERSION_MAJOR_MASK 0xffff0000u
#define SECINFO_HEAD(structure) SECINFO_VERSION, (uint32_t)sizeof(structure) /* first in an initializer */
/* Whether the writer of *pointer knew this field. */
#define SECINFO_HAS(pointer, field) \
	((pointer)->size >= (size_t)((const char *)(&(pointer)->field + 1) - (const char *)(pointer)))

struct secinfo_text { const char *bytes; size_t length; };
/* Memory where a function writes a text for its caller: at most capacity bytes. A length beyond the
 * capacity (as snprintf returns it) means that the text was cut. */
struct secinfo_buffer { char *bytes; size_t capacity; size_t length; };

enum secinfo_kind { /* bits */
	SECINFO_TEXT = 1, SECINFO_CALL = 2, SECINFO_EMAIL = 4,
	SECINFO_PUSH = 8 /* rings phones while a sign-in waits for them */
};
enum secinfo_flag {
	SECINFO_IDEMPOTENT = 1, /* the provider recognizes a repeated message id and delivers it once */
	SECINFO_FOLLOWS_UP = 2, /* DELIVERED or FAILED comes after ACCEPTED */
	SECINFO_READABLE = 4    /* leaves messages readable on this host: tests and demonstrations */
};
enum secinfo_purpose { /* a plugin treats an unknown purpose as NOTICE */
	SECINFO_ENROLLMENT = 1, SECINFO_SIGN_IN = 2, SECINFO_PASSWORD_RESET = 3,
	SECINFO_NOTICE = 4 /* no code */, SECINFO_TEST = 5 /* no code */
};
enum secinfo_status {
	SECINFO_ACCEPTED = 1,  /* the provider has it; final, unless SECINFO_FOLLOWS_UP */
	SECINFO_DELIVERED = 2, /* the message has arrived; final */
	SECINFO_FAILED = 3,    /* it was not delivered, and a retry would not help; final */
	SECINFO_TRY_LATER = 4  /* the provider has NOT accepted it, a retry may help; final */
};
enum secinfo_reason { /* why FAILED or TRY_LATER */
	SECINFO_DESTINATION = 1, /* no such destination, or it cannot receive this */
	SECINFO_UNREACHABLE = 2, /* the provider could not be reached */
	SECINFO_SETTINGS = 3,    /* the provider did not accept our credentials or settings */
	SECINFO_REFUSED = 4,     /* blocked, unsubscribed, not allowed */
	SECINFO_BUSY = 5,        /* the provider gets too many messages at once */
	SECINFO_TIMED_OUT = 6,   /* whether the provider has the message is unknown */
	SECINFO_PROVIDER = 7,    /* the provider failed, or gave an invalid answer */
	SECINFO_PLUGIN = 8       /* the plugin failed */
};
enum secinfo_level { SECINFO_ERROR = 1, SECINFO_WARNING = 2, SECINFO_INFO = 3, SECINFO_DEBUG = 4 };

struct secinfo_request {
	uint32_t version, size;
	struct secinfo_text message;     /* id, 32 hexadecimal digits; the same in each attempt */
	struct secinfo_text destination; /* a number in E.164 (+4930123456), or an email address; empty for SECINFO_PUSH */
	struct secinfo_text subject;     /* of an email */
	struct secinfo_text text;        /* the whole text with the code */
	struct secinfo_text html;        /* of an email: the same text as HTML */
	struct secinfo_text code;        /* only the code; empty if there is none */
	struct secinfo_text language;    /* of text and subject: a BCP 47 tag */
	struct secinfo_text organization, host, service, origin; /* who asks, and from where */
	uint64_t expires;                /* milliseconds since 1970 UTC; do not deliver it later */
	uint32_t purpose;                /* enum secinfo_purpose */
	uint32_t attempt;                /* the first is 1 */
	uint64_t reserved[8];
};

struct secinfo_report {
	uint32_t version, size;
	uint32_t status, reason;         /* enum secinfo_status, enum secinfo_reason */
	uint64_t after;                  /* TRY_LATER: milliseconds to wait; 0: the host decides */
	struct secinfo_text reference;   /* ACCEPTED: the provider's id of the message */
	struct secinfo_text detail;      /* for administrators; never a destination, text or code */
	uint64_t reserved[8];
};

struct secinfo_host {                /* functions of the host for the plugin */
	uint32_t version, size;
	void *context;                   /* the first argument of each */
	/* Reports the status of a delivery. Reports after a final one are ignored. */
	void (*report)(void *context, uint64_t delivery, const struct secinfo_report *report);
	void (*log)(void *context, uint32_t level, struct secinfo_text line);
	void *reserved[8];
};

struct secinfo_channel {             /* functions of the plugin for the host */
	uint32_t version, size;
	struct secinfo_text name, plugin_version; /* such as text-example and 1.0.2 */
	uint32_t kinds, flags;           /* sums of enum secinfo_kind, enum secinfo_flag */
	uint32_t parallel;               /* maximal number of simultaneous deliveries, at least 1 */
	uint32_t padding;
	/* Creates the channel from its settings, a JSON object. On failure returns NULL and writes to
	 * *error what to do, without secrets. Need not connect to anything yet. */
	void *(*create)(struct secinfo_text settings, const struct secinfo_host *host, struct secinfo_buffer *error);
	/* Delivers a message. May wait for the provider, or return at once and report later. */
	void (*deliver)(void *channel, uint64_t delivery, const struct secinfo_request *request);
	/* Returns 1 if the channel can deliver now; otherwise returns 0 and writes the reason to *detail,
	 * without secrets. Returns at once and sends nothing. May be NULL: always healthy. */
	uint32_t (*health)(void *channel, struct secinfo_buffer *detail);
	void (*destroy)(void *channel);  /* may be NULL */
	void *reserved[8];
};

/* The only function that a plugin exports. Returns NULL if it cannot be used on this system. */
const struct secinfo_channel *secinfo_channel_entry(void);

#endif /* SECINFO_CHANNEL_H */
