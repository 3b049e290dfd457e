//! Restricts system calls, with seccomp, to those for threads, memory, files and the network.
//! Others fail with `ENOSYS`, which libraries are prepared for.

use crate::error::HostError;
use libc as c;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// Calls that are allowed with any arguments.
const ALLOWED: &[i64] = &[
    // Memory.
    c::SYS_brk,
    c::SYS_madvise,
    c::SYS_membarrier,
    c::SYS_mincore,
    c::SYS_mlock,
    c::SYS_mlock2,
    c::SYS_mmap,
    c::SYS_mprotect,
    c::SYS_mremap,
    c::SYS_msync,
    c::SYS_munlock,
    c::SYS_munmap,
    // Threads.
    c::SYS_exit,
    c::SYS_exit_group,
    c::SYS_futex,
    c::SYS_futex_waitv,
    c::SYS_get_robust_list,
    c::SYS_getcpu,
    c::SYS_gettid,
    c::SYS_rseq,
    c::SYS_sched_get_priority_max,
    c::SYS_sched_get_priority_min,
    c::SYS_sched_getaffinity,
    c::SYS_sched_getparam,
    c::SYS_sched_getscheduler,
    c::SYS_sched_yield,
    c::SYS_set_robust_list,
    c::SYS_set_tid_address,
    // Signals to itself.
    c::SYS_restart_syscall,
    c::SYS_rt_sigaction,
    c::SYS_rt_sigpending,
    c::SYS_rt_sigprocmask,
    c::SYS_rt_sigreturn,
    c::SYS_rt_sigsuspend,
    c::SYS_rt_sigtimedwait,
    c::SYS_sigaltstack,
    c::SYS_signalfd4,
    // Time.
    c::SYS_clock_getres,
    c::SYS_clock_gettime,
    c::SYS_clock_nanosleep,
    c::SYS_getitimer,
    c::SYS_gettimeofday,
    c::SYS_nanosleep,
    c::SYS_setitimer,
    c::SYS_timer_create,
    c::SYS_timer_delete,
    c::SYS_timer_getoverrun,
    c::SYS_timer_gettime,
    c::SYS_timer_settime,
    c::SYS_timerfd_create,
    c::SYS_timerfd_gettime,
    c::SYS_timerfd_settime,
    c::SYS_times,
    // Identity and resources.
    c::SYS_getegid,
    c::SYS_geteuid,
    c::SYS_getgid,
    c::SYS_getgroups,
    c::SYS_getpgid,
    c::SYS_getpid,
    c::SYS_getppid,
    c::SYS_getpriority,
    c::SYS_getrandom,
    c::SYS_getresgid,
    c::SYS_getresuid,
    c::SYS_getrusage,
    c::SYS_getsid,
    c::SYS_getuid,
    c::SYS_sysinfo,
    c::SYS_umask,
    c::SYS_uname,
    // Waiting.
    c::SYS_epoll_create1,
    c::SYS_epoll_ctl,
    c::SYS_epoll_pwait,
    c::SYS_epoll_pwait2,
    c::SYS_eventfd2,
    c::SYS_ppoll,
    c::SYS_pselect6,
    // Files; Landlock restricts them further. It does not know of modes, owners, times and extended
    // attributes, nor do older versions of it know of truncating by path, so those calls are missing.
    c::SYS_chdir,
    c::SYS_close,
    c::SYS_close_range,
    c::SYS_copy_file_range,
    c::SYS_dup,
    c::SYS_dup3,
    c::SYS_faccessat,
    c::SYS_faccessat2,
    c::SYS_fadvise64,
    c::SYS_fallocate,
    c::SYS_fchdir,
    c::SYS_fdatasync,
    c::SYS_flock,
    c::SYS_fstat,
    c::SYS_fstatfs,
    c::SYS_fsync,
    c::SYS_ftruncate,
    c::SYS_getcwd,
    c::SYS_getdents64,
    c::SYS_inotify_add_watch,
    c::SYS_inotify_init1,
    c::SYS_inotify_rm_watch,
    c::SYS_linkat,
    c::SYS_lseek,
    c::SYS_mkdirat,
    c::SYS_newfstatat,
    c::SYS_openat,
    c::SYS_openat2,
    c::SYS_pipe2,
    c::SYS_pread64,
    c::SYS_preadv,
    c::SYS_pwrite64,
    c::SYS_pwritev,
    c::SYS_read,
    c::SYS_readahead,
    c::SYS_readlinkat,
    c::SYS_readv,
    c::SYS_renameat,
    c::SYS_renameat2,
    c::SYS_sendfile,
    c::SYS_statfs,
    c::SYS_statx,
    c::SYS_unlinkat,
    c::SYS_write,
    c::SYS_writev,
    // The network; the rules for `socket` restrict it further.
    c::SYS_bind,
    c::SYS_connect,
    c::SYS_getpeername,
    c::SYS_getsockname,
    c::SYS_getsockopt,
    c::SYS_recvfrom,
    c::SYS_recvmmsg,
    c::SYS_recvmsg,
    c::SYS_sendmmsg,
    c::SYS_sendmsg,
    c::SYS_sendto,
    c::SYS_setsockopt,
    c::SYS_shutdown,
];

/// Older variants of calls, which newer architectures do not have.
#[cfg(target_arch = "x86_64")]
const ALLOWED_LEGACY: &[i64] = &[
    c::SYS_access,
    c::SYS_alarm,
    c::SYS_arch_prctl,
    c::SYS_creat,
    c::SYS_dup2,
    c::SYS_epoll_create,
    c::SYS_epoll_wait,
    c::SYS_eventfd,
    c::SYS_getdents,
    c::SYS_getpgrp,
    c::SYS_getrlimit,
    c::SYS_link,
    c::SYS_lstat,
    c::SYS_mkdir,
    c::SYS_open,
    c::SYS_pause,
    c::SYS_pipe,
    c::SYS_poll,
    c::SYS_readlink,
    c::SYS_rename,
    c::SYS_rmdir,
    c::SYS_select,
    c::SYS_signalfd,
    c::SYS_stat,
    c::SYS_time,
    c::SYS_unlink,
];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_LEGACY: &[i64] = &[];

/// The allowed `ioctl` requests: blocking mode, bytes available, close-on-exec, terminal queries.
const IOCTLS: &[u64] = &[
    c::FIONBIO,
    c::FIONREAD,
    c::FIOCLEX,
    c::FIONCLEX,
    c::TCGETS,
    c::TIOCGWINSZ,
];

/// The allowed `fcntl` commands: descriptors, flags, locks, pipes and seals. Not those that have the
/// kernel send signals (`F_SETOWN`, `F_SETOWN_EX`, `F_SETSIG`, `F_SETLEASE`, `F_NOTIFY`).
const FCNTLS: &[i32] = &[
    c::F_DUPFD,
    c::F_DUPFD_CLOEXEC,
    c::F_GETFD,
    c::F_SETFD,
    c::F_GETFL,
    c::F_GETLK,
    c::F_SETLK,
    c::F_SETLKW,
    c::F_OFD_GETLK,
    c::F_OFD_SETLK,
    c::F_OFD_SETLKW,
    c::F_GETPIPE_SZ,
    c::F_SETPIPE_SZ,
    c::F_GET_SEALS,
    c::F_ADD_SEALS,
];

/// `PR_SET_VMA`: naming memory, which newer allocators do.
const PR_SET_VMA: u64 = 0x5356_4d41;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Restricts this thread and those that it starts later. Returns whether the kernel and the
/// architecture support it.
pub(super) fn restrict() -> Result<bool, HostError> {
    let Ok(architecture) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(false);
    };
    let program = program(architecture).map_err(|error| HostError::confine("calls", error))?;
    match seccompiler::apply_filter(&program) {
        Ok(()) => Ok(true),
        Err(seccompiler::Error::Seccomp(error) | seccompiler::Error::Prctl(error))
            if matches!(error.raw_os_error(), Some(c::ENOSYS | c::EINVAL)) =>
        {
            Ok(false)
        }
        Err(error) => Err(HostError::confine("calls", error)),
    }
}

fn program(architecture: TargetArch) -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: Rules = ALLOWED
        .iter()
        .chain(ALLOWED_LEGACY)
        .map(|call| (*call, Vec::new()))
        .collect();
    // Threads, but no processes. clone3 is missing, because a filter cannot see its flags; libraries
    // then use clone.
    let thread = u64::from(c::CLONE_THREAD.unsigned_abs());
    rules.insert(
        c::SYS_clone,
        vec![argument(0, SeccompCmpOp::MaskedEq(thread), thread)?],
    );
    // Signals to and limits of this process only.
    let own = u64::from(std::process::id());
    rules.insert(c::SYS_tgkill, vec![argument(0, SeccompCmpOp::Eq, own)?]);
    rules.insert(
        c::SYS_prlimit64,
        vec![
            argument(0, SeccompCmpOp::Eq, 0)?,
            argument(0, SeccompCmpOp::Eq, own)?,
        ],
    );
    rules.insert(c::SYS_prctl, allowed_prctl()?);
    rules.insert(c::SYS_ioctl, any_of(1, IOCTLS)?);
    rules.insert(c::SYS_fcntl, allowed_fcntl()?);
    rules.insert(c::SYS_socket, allowed_sockets()?);
    // Stream pairs only, which runtimes use to wake themselves. A datagram socket could send to any
    // socket in the file system, such as the journal's.
    let stream = condition(
        1,
        SeccompCmpOp::MaskedEq(0xff),
        u64::from(c::SOCK_STREAM.unsigned_abs()),
    )?;
    rules.insert(c::SYS_socketpair, vec![SeccompRule::new(vec![stream])?]);
    SeccompFilter::new(
        rules,
        SeccompAction::Errno(c::ENOSYS.unsigned_abs()),
        SeccompAction::Allow,
        architecture,
    )?
    .try_into()
}

fn allowed_prctl() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    any_of(
        0,
        &[
            c::PR_SET_NAME.unsigned_abs().into(),
            c::PR_GET_NAME.unsigned_abs().into(),
            c::PR_GET_DUMPABLE.unsigned_abs().into(),
            PR_SET_VMA,
        ],
    )
}

/// What [`FCNTLS`] has, and the flags of an open file, except the one for signals.
fn allowed_fcntl() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let commands = FCNTLS.iter().map(|command| command.unsigned_abs().into());
    let mut rules = any_of(1, &commands.collect::<Vec<_>>())?;
    let signals = u64::from(c::O_ASYNC.unsigned_abs());
    rules.push(SeccompRule::new(vec![
        condition(1, SeccompCmpOp::Eq, u64::from(c::F_SETFL.unsigned_abs()))?,
        condition(2, SeccompCmpOp::MaskedEq(signals), 0)?,
    ])?);
    Ok(rules)
}

/// Internet sockets, and netlink's routes, from which a resolver learns the host's addresses. No
/// Unix sockets: the message bus is one.
fn allowed_sockets() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let family = |family: i32| condition(0, SeccompCmpOp::Eq, u64::from(family.unsigned_abs()));
    // The socket type is in the low byte, flags are above it.
    let kind = |kind: i32| {
        condition(
            1,
            SeccompCmpOp::MaskedEq(0xff),
            u64::from(kind.unsigned_abs()),
        )
    };
    let route = condition(2, SeccompCmpOp::Eq, 0)?;
    let mut rules = vec![SeccompRule::new(vec![family(c::AF_NETLINK)?, route])?];
    for internet in [c::AF_INET, c::AF_INET6] {
        for each in [c::SOCK_STREAM, c::SOCK_DGRAM] {
            rules.push(SeccompRule::new(vec![family(internet)?, kind(each)?])?);
        }
    }
    Ok(rules)
}

fn any_of(index: u8, values: &[u64]) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    values
        .iter()
        .map(|value| argument(index, SeccompCmpOp::Eq, *value))
        .collect()
}

fn argument(
    index: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![condition(index, operator, value)?])
}

fn condition(
    index: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)
}
