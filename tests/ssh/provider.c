/*
 * A provider of security keys for OpenSSH (its sk-api.h, version 10): passes what ssh and ssh-keygen ask to
 * the test, which has the key, on the Unix socket SOCKET. Each request is a letter, the algorithm, the flags
 * and fields; each field stands behind its length in four bytes. The answer is a 0 and fields.
 */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FAILED (-1)
#define UNSUPPORTED (-2)

struct enrolled {
    uint8_t flags;
    uint8_t *public_key;
    size_t public_key_length;
    uint8_t *handle;
    size_t handle_length;
    uint8_t *signature;
    size_t signature_length;
    uint8_t *certificate;
    size_t certificate_length;
    uint8_t *data;
    size_t data_length;
};

struct signature {
    uint8_t flags;
    uint32_t counter;
    uint8_t *r;
    size_t r_length;
    uint8_t *s;
    size_t s_length;
};

static int put(int socket, const void *bytes, size_t length)
{
    for (size_t sent = 0; sent < length;) {
        ssize_t more = write(socket, (const char *)bytes + sent, length - sent);
        if (more <= 0)
            return FAILED;
        sent += (size_t)more;
    }
    return 0;
}

static int get(int socket, void *bytes, size_t length)
{
    for (size_t got = 0; got < length;) {
        ssize_t more = read(socket, (char *)bytes + got, length - got);
        if (more <= 0)
            return FAILED;
        got += (size_t)more;
    }
    return 0;
}

static int put_field(int socket, const void *bytes, size_t length)
{
    uint32_t header = htonl((uint32_t)length);
    return put(socket, &header, sizeof header) || put(socket, bytes, length);
}

static int get_field(int socket, uint8_t **bytes, size_t *length)
{
    uint32_t header;
    if (get(socket, &header, sizeof header))
        return FAILED;
    *length = ntohl(header);
    *bytes = calloc(1, *length + 1);
    return *bytes == NULL ? FAILED : get(socket, *bytes, *length);
}

/* A connection on which this was asked, and answered with yes. */
static int ask(char what, uint32_t algorithm, uint8_t flags, const char *application,
               const void *handle, size_t handle_length, const void *data, size_t data_length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = SOCKET};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char head[] = {what, (char)algorithm, (char)flags};
    char answer;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
        put(fd, head, sizeof head) == 0 && put_field(fd, application, strlen(application)) == 0 &&
        put_field(fd, handle, handle_length) == 0 && put_field(fd, data, data_length) == 0 &&
        get(fd, &answer, 1) == 0 && answer == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return FAILED;
}

uint32_t sk_api_version(void)
{
    return 0x000a0000;
}

int sk_enroll(uint32_t algorithm, const uint8_t *challenge, size_t challenge_length,
              const char *application, uint8_t flags, const char *pin, void **options,
              struct enrolled **enrolled)
{
    (void)pin;
    (void)options;
    int fd = ask('e', algorithm, flags, application, "", 0, challenge, challenge_length);
    struct enrolled *made = calloc(1, sizeof *made);
    if (fd < 0 || made == NULL)
        return FAILED;
    made->flags = flags;
    int failed = get_field(fd, &made->public_key, &made->public_key_length) ||
                 get_field(fd, &made->handle, &made->handle_length);
    close(fd);
    *enrolled = made;
    return failed ? FAILED : 0;
}

int sk_sign(uint32_t algorithm, const uint8_t *data, size_t data_length, const char *application,
            const uint8_t *handle, size_t handle_length, uint8_t flags, const char *pin,
            void **options, struct signature **signature)
{
    (void)pin;
    (void)options;
    int fd = ask('s', algorithm, flags, application, handle, handle_length, data, data_length);
    struct signature *made = calloc(1, sizeof *made);
    uint32_t counter;
    if (fd < 0 || made == NULL)
        return FAILED;
    int failed = get(fd, &made->flags, 1) || get(fd, &counter, sizeof counter) ||
                 get_field(fd, &made->r, &made->r_length) ||
                 get_field(fd, &made->s, &made->s_length);
    close(fd);
    made->counter = ntohl(counter);
    *signature = made;
    return failed ? FAILED : 0;
}

int sk_load_resident_keys(const char *pin, void **options, void ***keys, size_t *count)
{
    (void)pin;
    (void)options;
    (void)keys;
    (void)count;
    return UNSUPPORTED;
}
