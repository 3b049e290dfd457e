/* Kills the process at a call of the C library: before the one with the number KILL_AT, counted from 1.
 * Loaded with LD_PRELOAD. These calls change files, or come between two that do. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void count(void)
{
    static long left = -1;
    if (left == -1) {
        const char *number = getenv("KILL_AT");
        left = number ? atol(number) : 0;
    }
    if (left > 0 && --left == 0)
        kill(getpid(), SIGKILL);
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int rename(const char *from, const char *to)
{
    count();
    return NEXT(rename)(from, to);
}

int fsync(int file)
{
    count();
    return NEXT(fsync)(file);
}

int unlink(const char *path)
{
    count();
    return NEXT(unlink)(path);
}

ssize_t write(int file, const void *bytes, size_t length)
{
    count();
    return NEXT(write)(file, bytes, length);
}

FILE *fopen(const char *path, const char *mode)
{
    count();
    return NEXT(fopen)(path, mode);
}

int fclose(FILE *file)
{
    count();
    return NEXT(fclose)(file);
}

int fputs(const char *text, FILE *file)
{
    count();
    return NEXT(fputs)(text, file);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    count();
    return NEXT(open64)(path, flags, mode);
}
