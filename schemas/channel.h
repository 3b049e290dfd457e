/*
 * What secinfo and a channel plugin are to each other. A plugin is a shared library that exports
 * one function, secinfo_channel_entry. It delivers messages: texts, phone calls, emails. Each
 * plugin runs in a host process of its own, without privileges, that may end at any time.
 *
 * Versions. The upper half of a version is the major one: a host takes plugins of its own major
 * version alone. Within it structures only grow, into their reserved tail or behind it. Whoever
 * makes a structure sets version and size (SECINFO_HEAD). Whoever reads one takes what lies beyond
 * its size as 0 or NULL, ignores what lies beyond the end it knows, and ignores unknown flags.
 *
 * Texts are UTF-8, a pointer and a length in bytes, without a NUL at the end; NULL with 0 is empty.
 *
 * Memory belongs to whoever made it. What one side passes to a function of the other is valid
 * until that function returns; whoever needs it for longer copies it, and wipes copies of texts of
 * a request. Exceptions: the table that secinfo_channel_entry returns is valid for ever, and so
 * is the host's, until the process ends. The library is never unloaded.
 *
 * Threads. secinfo_channel_entry and create are called once. deliver may be called from several
 * threads at once, up to `parallel`, from one at a time when parallel is 1; health at any time
 * from one other thread. destroy is called once no deliver or health is under way, or never. The
 * host's functions may be called from any thread, from within create (log) or deliver, too, and no
 * more after destroy has returned.
 */
#ifndef SECINFO_CHANNEL_H
#define SECINFO_CHANNEL_H 1

#include <stddef.h>
#include <stdint.h>

#define SECINFO_VERSION 0x00010000u /* of this header: major << 16 | minor */
#define SECINFO_VERSION_MAJOR_MASK 0xffff0000u
#define SECINFO_HEAD(structure) SECINFO_VERSION, (uint32_t)sizeof(structure) /* first in an initializer */
/* Whether the maker of *pointer knew this field. */
#define SECINFO_HAS(pointer, field) \
	((pointer)->size >= (size_t)((const char *)(&(pointer)->field + 1) - (const char *)(pointer)))

struct secinfo_text { const char *bytes; size_t length; };
/* Where a function writes a text for its caller: at most capacity bytes. A length beyond the
 * capacity (what snprintf returns) says that the text was cut. */
struct secinfo_buffer { char *bytes; size_t capacity; size_t length; };

enum secinfo_kind { SECINFO_TEXT = 1, SECINFO_CALL = 2, SECINFO_EMAIL = 4 }; /* add them up */
enum secinfo_flag {
	SECINFO_IDEMPOTENT = 1, /* the provider recognizes a repeated message id and delivers it once */
	SECINFO_FOLLOWS_UP = 2, /* DELIVERED or FAILED comes after ACCEPTED */
	SECINFO_READABLE = 4    /* leaves messages readable on this host: tests and demonstrations */
};
enum secinfo_purpose { /* a plugin takes one that it does not know as NOTICE */
	SECINFO_ENROLLMENT = 1, SECINFO_SIGN_IN = 2, SECINFO_PASSWORD_RESET = 3,
	SECINFO_NOTICE = 4 /* no code */, SECINFO_TEST = 5 /* no code */
};
enum secinfo_status {
	SECINFO_ACCEPTED = 1,  /* the provider has it; final, unless SECINFO_FOLLOWS_UP */
	SECINFO_DELIVERED = 2, /* it has arrived; final */
	SECINFO_FAILED = 3,    /* it was not delivered and trying again would not help; final */
	SECINFO_TRY_LATER = 4  /* the provider has NOT taken it, it may be tried again; final */
};
enum secinfo_reason { /* why FAILED or TRY_LATER */
	SECINFO_DESTINATION = 1, /* no such destination, or it cannot receive this */
	SECINFO_UNREACHABLE = 2, /* the provider could not be reached */
	SECINFO_SETTINGS = 3,    /* the provider did not accept our credentials or settings */
	SECINFO_REFUSED = 4,     /* blocked, unsubscribed, not allowed */
	SECINFO_BUSY = 5,        /* too much at once for the provider */
	SECINFO_TIMED_OUT = 6,   /* whether the provider has the message is unknown */
	SECINFO_PROVIDER = 7,    /* the provider answered nonsense, or failed by itself */
	SECINFO_PLUGIN = 8       /* the plugin failed */
};
enum secinfo_level { SECINFO_ERROR = 1, SECINFO_WARNING = 2, SECINFO_INFO = 3, SECINFO_DEBUG = 4 };

struct secinfo_request {
	uint32_t version, size;
	struct secinfo_text message;     /* 32 hexadecimal digits, the same again when repeated */
	struct secinfo_text destination; /* a number in E.164 (+4930123456), or an email address */
	struct secinfo_text subject;     /* of an email */
	struct secinfo_text text;        /* all of it, the code included */
	struct secinfo_text html;        /* of an email: the same as HTML */
	struct secinfo_text code;        /* the code alone; empty without one */
	struct secinfo_text language;    /* of text and subject: a BCP 47 tag */
	struct secinfo_text organization, host, service, origin; /* who asks, and from where */
	uint64_t expires;                /* milliseconds since 1970 UTC; worth nothing afterwards */
	uint32_t purpose;                /* enum secinfo_purpose */
	uint32_t attempt;                /* the first is 1 */
	uint64_t reserved[8];
};

struct secinfo_report {
	uint32_t version, size;
	uint32_t status, reason;         /* enum secinfo_status, enum secinfo_reason */
	uint64_t after;                  /* TRY_LATER: wait so many milliseconds; 0: the host decides */
	struct secinfo_text reference;   /* ACCEPTED: what the provider calls the message */
	struct secinfo_text detail;      /* for administrators; never a destination, text or code */
	uint64_t reserved[8];
};

struct secinfo_host {                /* what the host does for the plugin */
	uint32_t version, size;
	void *context;                   /* the first argument of each */
	/* Says what became of a delivery. A further report after a final one is ignored. */
	void (*report)(void *context, uint64_t delivery, const struct secinfo_report *report);
	void (*log)(void *context, uint32_t level, struct secinfo_text line);
	void *reserved[8];
};

struct secinfo_channel {             /* what the plugin does for the host */
	uint32_t version, size;
	struct secinfo_text name, plugin_version; /* such as text-example and 1.0.2 */
	uint32_t kinds, flags;           /* sums of enum secinfo_kind, enum secinfo_flag */
	uint32_t parallel;               /* how many deliveries may be under way at once, at least 1 */
	uint32_t padding;
	/* Makes the channel from its settings, a JSON object. NULL: it cannot be made, and *error says
	 * what to do, without secrets. Need not connect to anything yet. */
	void *(*create)(struct secinfo_text settings, const struct secinfo_host *host, struct secinfo_buffer *error);
	/* Delivers a message. May wait for the provider, or return early and report later. */
	void (*deliver)(void *channel, uint64_t delivery, const struct secinfo_request *request);
	/* Returns 1 when it could deliver now, 0 when not, and says in *detail why, without secrets.
	 * Returns at once and sends nothing. May be NULL: always healthy. */
	uint32_t (*health)(void *channel, struct secinfo_buffer *detail);
	void (*destroy)(void *channel);  /* may be NULL */
	void *reserved[8];
};

/* The one function that a plugin exports. NULL: it cannot be used here at all. */
const struct secinfo_channel *secinfo_channel_entry(void);

#endif /* SECINFO_CHANNEL_H */
