/* A channel that tries to escape from its sandbox, already while it is loaded, and logs the result of
 * each attempt as "what: done" or "what: errno". Settings: {"pid": "1", "outside": "/a/file",
 * "inside": "/a/directory"} */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <asm/sockios.h>
#include <channel.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static const struct secinfo_host *host;
static char outside[256], inside[256];
static pid_t other;
static int while_loading;

static long attempt_to_run(void) {
	char *arguments[] = { "/bin/true", NULL };
	return execve("/bin/true", arguments, NULL);
}

__attribute__((constructor)) static void load(void) {
	while_loading = attempt_to_run() == 0 ? 0 : errno;
}

static void say(const char *what, long result) {
	char line[256];
	int length = result >= 0 ? snprintf(line, sizeof line, "%s: done", what)
	                         : snprintf(line, sizeof line, "%s: %s", what, strerrorname_np(errno));
	host->log(host->context, SECINFO_INFO, (struct secinfo_text){ line, (size_t)length });
}

static void setting(const char *json, const char *key, char *value, size_t size) {
	char *at = strstr(json, key);
	if (at) {
		at += strlen(key);
		snprintf(value, size, "%.*s", (int)strcspn(at, "\""), at);
	}
}

static void *create(struct secinfo_text settings, const struct secinfo_host *its_host, struct secinfo_buffer *error) {
	char pid[16] = "";
	char *json = strndup(settings.bytes, settings.length);
	(void)error;
	host = its_host;
	if (!json)
		abort();
	setting(json, "\"pid\":\"", pid, sizeof pid);
	setting(json, "\"outside\":\"", outside, sizeof outside);
	setting(json, "\"inside\":\"", inside, sizeof inside);
	other = atoi(pid);
	return &host;
}

static long connect_to(const char *path) {
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	return fd < 0 ? fd : connect(fd, (struct sockaddr *)&address, sizeof address);
}

static long listen_somewhere(void) {
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0)
		return fd;
	long result = bind(fd, (struct sockaddr *)&address, sizeof address);
	int listened = listen(fd, 1);
	return result < 0 ? result : listened;
}

static void *thread(void *done) {
	*(int *)done = 1;
	return NULL;
}

static long start_thread(void) {
	int done = 0;
	pthread_t id;
	if (pthread_create(&id, NULL, thread, &done) != 0)
		return -1;
	pthread_join(id, NULL);
	return done - 1;
}

static long write_inside(void) {
	char path[300], moved[300];
	snprintf(path, sizeof path, "%s/.new", inside);
	snprintf(moved, sizeof moved, "%s/message", inside);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 || write(fd, "hello", 5) != 5 || fsync(fd) != 0 || close(fd) != 0)
		return -1;
	return rename(path, moved);
}

static long raise_limit(void) {
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	return setrlimit(RLIMIT_AS, &limit);
}

static long open_network_socket(void) {
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return fd < 0 ? fd : close(fd);
}

static long resolve(void) {
	struct addrinfo *found = NULL;
	if (getaddrinfo("localhost", "80", NULL, &found) != 0)
		return -1;
	freeaddrinfo(found);
	return 0;
}

static void deliver(void *channel, uint64_t delivery, const struct secinfo_request *request) {
	struct secinfo_report report = { SECINFO_HEAD(report), .status = SECINFO_DELIVERED };
	char buffer[16], path[300];
	struct iovec local = { buffer, sizeof buffer }, remote = { &other, sizeof buffer };
	(void)channel;
	(void)request;

	errno = while_loading;
	say("run while loading", while_loading ? -1 : 0);
	say("run", attempt_to_run());
	say("fork", fork());
	say("vfork", syscall(SYS_vfork));
	say("clone", syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
	say("clone3", syscall(SYS_clone3, NULL, 0));
	say("trace", ptrace(PTRACE_ATTACH, other, NULL, NULL));
	say("read memory", process_vm_readv(other, &local, 1, &remote, 1, 0));
	say("kill", kill(other, 0));
	say("signal thread", syscall(SYS_tgkill, other, other, 0));
	say("mount", syscall(SYS_mount, "none", "/mnt", "tmpfs", 0, NULL));
	say("unshare", unshare(CLONE_NEWUSER));
	say("bpf", syscall(SYS_bpf, 0, NULL, 0));
	say("io_uring", syscall(SYS_io_uring_setup, 1, NULL));
	say("keyctl", syscall(SYS_keyctl, 0, 0));
	say("kexec", syscall(SYS_kexec_load, 0, 0, NULL, 0));
	say("become root", setuid(0));
	say("dump", prctl(PR_SET_DUMPABLE, 1));
	say("raise limit", raise_limit());
	say("read passwords", open("/etc/shadow", O_RDONLY));
	say("read accounts", open("/etc/passwd", O_RDONLY));
	say("read outside", open(outside, O_RDONLY));
	say("write outside", open(outside, O_WRONLY));
	snprintf(path, sizeof path, "%s.new", outside);
	say("create outside", open(path, O_WRONLY | O_CREAT, 0600));
	say("remove outside", unlink(outside));
	say("list root", open("/", O_RDONLY | O_DIRECTORY));
	say("read own environment", open("/proc/self/environ", O_RDONLY));
	say("message bus", connect_to("/run/dbus/system_bus_socket"));
	say("listen", listen_somewhere());
	say("raw packets", socket(AF_PACKET, SOCK_RAW, 0));
	say("thread", start_thread());
	say("network", open_network_socket());
	say("resolve", resolve());
	say("write inside", write_inside());
	snprintf(path, sizeof path, "%s/message", inside);
	int own = open(path, O_RDWR), pair[2];
	say("change mode", chmod(path, 0666));
	say("change mode of descriptor", fchmod(own, 0666));
	say("change mode at", syscall(SYS_fchmodat, AT_FDCWD, path, 0666));
	say("change mode at, with flags", syscall(452, AT_FDCWD, path, 0666, 0));
	say("change owner", chown(path, getuid(), getgid()));
	say("change owner of descriptor", fchown(own, getuid(), getgid()));
	say("change owner at", fchownat(AT_FDCWD, path, getuid(), getgid(), 0));
	say("set attribute", setxattr(path, "user.a", "b", 1, 0));
	say("set attribute of descriptor", fsetxattr(own, "user.a", "b", 1, 0));
	say("remove attribute", removexattr(path, "user.a"));
	say("set times", utimensat(AT_FDCWD, path, NULL, 0));
	say("set times of descriptor", futimens(own, NULL));
	say("set times the old way", syscall(SYS_utimes, path, NULL));
	say("truncate by path", truncate(path, 5));
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		abort();
	struct f_owner_ex owner = { F_OWNER_PID, other };
	say("own signals", fcntl(pair[0], F_SETOWN, other));
	say("own signals the new way", fcntl(pair[0], F_SETOWN_EX, &owner));
	say("choose signal", fcntl(pair[0], F_SETSIG, SIGKILL));
	say("signals for input", fcntl(pair[0], F_SETFL, O_ASYNC));
	say("signals by ioctl", ioctl(pair[0], FIOASYNC, &(int){ 1 }));
	say("owner by ioctl", ioctl(pair[0], FIOSETOWN, &other));
	say("lease", fcntl(own, F_SETLEASE, F_WRLCK));
	say("lower priority", setpriority(PRIO_PROCESS, (id_t)other, 19));
	say("move to a processor", sched_setaffinity(other, sizeof buffer, (cpu_set_t *)buffer));
	say("limit", prlimit(other, RLIMIT_NOFILE, NULL, (struct rlimit *)path));
	say("hold process", syscall(SYS_pidfd_open, other, 0));
	say("queue signal", syscall(SYS_rt_sigqueueinfo, other, SIGTERM, buffer));
	say("not block", fcntl(pair[0], F_SETFL, O_NONBLOCK));
	host->report(host->context, delivery, &report);
}

const struct secinfo_channel *secinfo_channel_entry(void) {
	static const struct secinfo_channel table = {
		SECINFO_HEAD(table),
		.name = { "escaping", 8 },
		.plugin_version = { "1", 1 },
		.kinds = SECINFO_TEXT,
		.parallel = 1,
		.create = create,
		.deliver = deliver,
	};
	return &table;
}
