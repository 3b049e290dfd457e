/*
 * Takes the place of the daemon, or of the host of a channel, in the very unit that ships, and tries
 * what the sandbox of the unit is there to forbid. It says of each attempt what came of it, a line
 * each: the name, a colon, and "allowed" or the error.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/reboot.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Each attempt answers 0 when it succeeded, or -1 with errno set. */
struct attempt {
    const char *name;
    int (*try)(const char *argument);
    const char *argument;
};

/* Where the process may write: given by the environment. */
static const char *own_directory(void) {
    const char *own = getenv("STATE_DIRECTORY");
    return own ? own : "/tmp";
}

static int done(long result) { return result < 0 ? -1 : 0; }

/* Sockets. */
static int inet(const char *unused) { return done(socket(AF_INET, SOCK_STREAM, 0)); }
static int inet6(const char *unused) { return done(socket(AF_INET6, SOCK_DGRAM, 0)); }
static int packet(const char *unused) { return done(socket(AF_PACKET, SOCK_RAW, 0)); }
static int raw(const char *unused) { return done(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)); }
static int netlink(const char *unused) { return done(socket(AF_NETLINK, SOCK_RAW, 0)); }

static int connect_unix(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}

static const struct sockaddr_in local(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static int connect_inet(const char *port) {
    struct sockaddr_in address = local(atoi(port));
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}

static int bind_of(int type) {
    struct sockaddr_in address = local(0);
    int fd = socket(AF_INET, type, 0);
    return fd < 0 ? -1 : bind(fd, (struct sockaddr *)&address, sizeof address);
}
static int bind_tcp(const char *unused) { return bind_of(SOCK_STREAM); }
static int bind_udp(const char *unused) { return bind_of(SOCK_DGRAM); }

/* The kernel chooses a port for a socket that listens without one. */
static int listen_unbound(const char *unused) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? -1 : listen(fd, 1);
}

/* Becoming more than it is. */
static int become_root(const char *unused) {
    if (getuid() == 0)
        return mknod("/dev/shm/device", S_IFCHR | 0600, 1 << 8 | 3);
    return setuid(0);
}

static int run(const char *program) {
    execl(program, program, "--version", (char *)0);
    return -1;
}

static int set_user_id(const char *name) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", own_directory(), name);
    int fd = open(path, O_CREAT | O_WRONLY, 0700);
    if (fd < 0)
        return -1;
    int result = fchmod(fd, 04755), why = errno;
    unlink(path);
    errno = why;
    return result;
}

/* Code out of data. */
static int map_writable_code(const char *unused) {
    void *at = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? -1 : 0;
}

static int make_executable(const char *unused) {
    void *at = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? -1 : mprotect(at, 4096, PROT_READ | PROT_EXEC);
}

/* A copy of this program, in a file of its own making. */
static int copy_to(int fd) {
    char buffer[65536];
    int self = open("/proc/self/exe", O_RDONLY);
    ssize_t length;
    while ((length = read(self, buffer, sizeof buffer)) > 0)
        if (write(fd, buffer, length) != length)
            return -1;
    return done(length);
}

static int map_of(int fd) {
    void *at = mmap(0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    return at == MAP_FAILED ? -1 : 0;
}

static int written_in(const char *directory, int map) {
    char path[512];
    snprintf(path, sizeof path, "%s/written", directory);
    int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0700);
    if (fd < 0 || copy_to(fd) < 0)
        return -1;
    if (map) {
        int result = map_of(fd), why = errno;
        unlink(path);
        errno = why;
        return result;
    }
    close(fd);
    execl(path, path, "nothing", (char *)0);
    int why = errno;
    unlink(path);
    errno = why;
    return -1;
}
static int map_written(const char *directory) {
    return written_in(directory ? directory : own_directory(), 1);
}
static int run_written(const char *directory) {
    return written_in(directory ? directory : own_directory(), 0);
}

static int map_memory_file(const char *unused) {
    int fd = memfd_create("written", 0);
    return fd < 0 || copy_to(fd) < 0 ? -1 : map_of(fd);
}

/* The kernel. */
static int mount_over(const char *path) { return mount("none", path, "tmpfs", 0, ""); }
static int remount(const char *path) { return mount("none", path, 0, MS_REMOUNT | MS_BIND, ""); }
static int unshare_user(const char *unused) { return unshare(CLONE_NEWUSER); }
static int unshare_network(const char *unused) { return unshare(CLONE_NEWNET); }
static int unshare_mounts(const char *unused) { return unshare(CLONE_NEWNS); }
static int unshare_ipc(const char *unused) { return unshare(CLONE_NEWIPC); }
static int root_elsewhere(const char *path) { return chroot(path); }
static int trace(const char *unused) {
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    int result = done(ptrace(PTRACE_SEIZE, child, 0, 0)), why = errno;
    kill(child, SIGKILL);
    waitpid(child, 0, 0);
    errno = why;
    return result;
}
static int load_module(const char *unused) {
    /* What is no module is refused with another error where modules may be loaded at all. */
    int result = done(syscall(SYS_init_module, "", 0, ""));
    return result < 0 && (errno == ENOEXEC || errno == ENOSYS) ? 0 : result;
}
static int change_clock(const char *unused) {
    /* By nothing: the clock is that of the whole machine, on which other tests compute codes. */
    struct timex change = {.modes = ADJ_SETOFFSET};
    return clock_adjtime(CLOCK_REALTIME, &change) < 0 ? -1 : 0;
}
static int change_name(const char *unused) {
    char name[256] = "";
    gethostname(name, sizeof name - 1);
    return sethostname(name, strlen(name));
}
static int reboot_key(const char *unused) {
    return done(syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2,
                        LINUX_REBOOT_CMD_CAD_OFF, 0));
}
static int kernel_log(const char *unused) { return done(klogctl(10, 0, 0)); }
static int real_time(const char *unused) {
    struct sched_param highest = {.sched_priority = 1};
    return sched_setscheduler(0, SCHED_FIFO, &highest);
}
static int other_personality(const char *unused) { return done(personality(ADDR_NO_RANDOMIZE)); }
static int dump_core(const char *unused) {
    struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_CORE, &unlimited);
}

static int ring(const char *unused) {
    /* Structures that it does not look at before it knows whether it may. */
    int result = done(syscall(SYS_io_uring_setup, 1, (char[256]){0}));
    return result < 0 && errno == ENOSYS ? 0 : result;
}

/* Files. */
static int read_it(const char *path) {
    char byte;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (read(fd, &byte, 1) >= 0)
        return 0;
    return errno == EISDIR ? done(syscall(SYS_getdents64, fd, (char[4096]){0}, 4096)) : -1;
}
static int write_it(const char *path) { return done(open(path, O_WRONLY | O_CLOEXEC)); }

static const struct attempt ATTEMPTS[] = {
    {"socket of IPv4", inet, 0},
    {"socket of IPv6", inet6, 0},
    {"socket of packets", packet, 0},
    {"raw socket", raw, 0},
    {"socket of netlink", netlink, 0},
    {"connect to a port of the host", connect_inet, "22"},
    {"bind a port for TCP", bind_tcp, 0},
    {"bind a port for UDP", bind_udp, 0},
    {"listen on a port that the kernel chooses", listen_unbound, 0},
    {"connect to the bus", connect_unix, "/run/dbus/system_bus_socket"},
    {"connect to the service manager", connect_unix, "/run/systemd/private"},
    {"connect to the socket of a channel", connect_unix, "/run/secinfo/channels/text.sock"},
    {"become root or make a device", become_root, 0},
    {"run a program", run, "/bin/true"},
    {"run a program that is root's for all", run, "/usr/bin/su"},
    {"make a file that gives its owner's rights", set_user_id, "mine"},
    {"map writable code", map_writable_code, 0},
    {"make data executable", make_executable, 0},
    {"map a file that it wrote as code", map_written, 0},
    {"run a file that it wrote", run_written, 0},
    {"map a file in /tmp that it wrote as code", map_written, "/tmp"},
    {"run a file in /tmp that it wrote", run_written, "/tmp"},
    {"map a file in /dev/shm that it wrote as code", map_written, "/dev/shm"},
    {"run a file in /dev/shm that it wrote", run_written, "/dev/shm"},
    {"map a file in memory as code", map_memory_file, 0},
    {"mount", mount_over, "/tmp"},
    {"make a mount writable again", remount, "/"},
    {"make a namespace of users", unshare_user, 0},
    {"make a namespace of the network", unshare_network, 0},
    {"make a namespace of mounts", unshare_mounts, 0},
    {"make a namespace of messages", unshare_ipc, 0},
    {"take another root directory", root_elsewhere, "/tmp"},
    {"trace a process", trace, 0},
    {"load a module", load_module, 0},
    {"set the clock", change_clock, 0},
    {"name the host", change_name, 0},
    {"ask for a reboot", reboot_key, 0},
    {"read the kernel's log", kernel_log, 0},
    {"run in real time", real_time, 0},
    {"take another personality", other_personality, 0},
    {"allow core dumps", dump_core, 0},
    {"make a ring of calls that no filter sees", ring, 0},
    {"change a setting of the kernel", write_it, "/proc/sys/net/core/somaxconn"},
    {"change a control group", write_it, "/sys/fs/cgroup/cgroup.procs"},
};

static void say(const char *name, const char *what) {
    printf("%s: %s\n", name, what);
    fflush(stdout);
}

/* In a process of its own, which the kernel may kill for it. */
static void attempt(const struct attempt *it) {
    pid_t child = fork();
    if (child == 0) {
        /* What it runs, if it may, says nothing. */
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        int out = fcntl(1, F_DUPFD_CLOEXEC, 3);
        dup2(null, 1);
        dup2(null, 2);
        int result = it->try(it->argument), why = errno;
        dup2(out, 1);
        if (result < 0)
            say(it->name, strerrorname_np(why));
        _exit(result < 0);
    }
    int status;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status))
        say(it->name, "killed");
    else if (WEXITSTATUS(status) == 0)
        say(it->name, "allowed");
}

/* Every directory in which it can make a file. */
static int try_directory(const char *path, const struct stat *unused, int kind, struct FTW *where) {
    char file[4096];
    if (kind != FTW_D && kind != FTW_DNR)
        return FTW_CONTINUE;
    if (!strcmp(path, "/proc") || !strcmp(path, "/sys"))
        return FTW_SKIP_SUBTREE;
    snprintf(file, sizeof file, "%s/.secinfo-probe", path);
    int fd = open(file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
        unlink(file);
        say("writes to", path);
    }
    return FTW_CONTINUE;
}

static void look_at_processes(void) {
    DIR *all = opendir("/proc");
    struct dirent *entry;
    int others = 0;
    while (all && (entry = readdir(all)))
        others += atoi(entry->d_name) > 0 && atoi(entry->d_name) != getpid();
    say("sees other processes", others ? "yes" : "no");
}

static void look_at_network(void) {
    char line[512];
    FILE *devices = fopen("/proc/self/net/dev", "r");
    for (int number = 0; devices && fgets(line, sizeof line, devices); number++) {
        char *end = strchr(line, ':');
        if (number < 2 || !end)
            continue;
        *end = 0;
        say("interface", line + strspn(line, " "));
    }
    ssize_t length = readlink("/proc/self/ns/net", line, sizeof line - 1);
    line[length < 0 ? 0 : length] = 0;
    say("network", line);
}

/* Tells the service manager that it is ready, as the daemon does. */
static void tell_ready(void) {
    const char *path = getenv("NOTIFY_SOCKET");
    if (!path)
        return;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sendto(fd, "READY=1", 7, 0, (struct sockaddr *)&address,
           offsetof(struct sockaddr_un, sun_path) + strlen(path));
}

int main(int count, char **arguments) {
    if (count > 1 && !strcmp(arguments[1], "nothing"))
        return 0;
    /* Files to read stand in the environment, one path after the other. */
    for (size_t number = 0; number < sizeof ATTEMPTS / sizeof *ATTEMPTS; number++)
        attempt(&ATTEMPTS[number]);
    char *paths = strdup(getenv("PROBE_READ") ? getenv("PROBE_READ") : "");
    for (char *path = strtok(paths, ":"); path; path = strtok(0, ":")) {
        char name[4096];
        snprintf(name, sizeof name, "read %s", path);
        struct attempt reading = {name, read_it, path};
        attempt(&reading);
    }
    look_at_processes();
    look_at_network();
    nftw("/", try_directory, 32, FTW_PHYS | FTW_ACTIONRETVAL);
    say("probe", "ended");
    tell_ready();
    return 0;
}
