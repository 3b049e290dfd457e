//! Confines the process before it reads anything: to the devices of security keys, and to calls that open
//! no socket, start no program and send no signal.

use crate::KeyError;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset,
    RulesetAttr, RulesetCreatedAttr, RulesetError, Scope, path_beneath_rules,
};
use libc as c;
use rustix::process::{Resource, Rlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;
use std::fs;

/// Where the kernel lists devices, and says what each is.
const READABLE: [&str; 2] = ["/sys/class/hidraw", "/sys/devices"];
/// Where devices are opened, and what their names begin with.
const DEVICES: &str = "/dev";
const DEVICE: &str = "hidraw";

/// The newest Landlock version used. An older kernel enforces what it supports.
const LANDLOCK_ABI: ABI = ABI::V6;

/// Memory is for messages of some kilobytes, and a stack for each key.
const MEMORY: u64 = 512 << 20;
const DESCRIPTORS: u64 = 128;

/// Calls that are allowed with any arguments.
const ALLOWED: &[i64] = &[
    // Memory.
    c::SYS_brk,
    c::SYS_madvise,
    c::SYS_mmap,
    c::SYS_mprotect,
    c::SYS_mremap,
    c::SYS_munmap,
    // Threads.
    c::SYS_exit,
    c::SYS_exit_group,
    c::SYS_futex,
    c::SYS_gettid,
    c::SYS_getpid,
    c::SYS_rseq,
    c::SYS_sched_getaffinity,
    c::SYS_sched_yield,
    c::SYS_set_robust_list,
    // Signals to itself.
    c::SYS_restart_syscall,
    c::SYS_rt_sigaction,
    c::SYS_rt_sigprocmask,
    c::SYS_rt_sigreturn,
    c::SYS_sigaltstack,
    // Time, chance and waiting.
    c::SYS_clock_gettime,
    c::SYS_clock_nanosleep,
    c::SYS_getrandom,
    c::SYS_nanosleep,
    c::SYS_ppoll,
    // Files, which Landlock restricts further.
    c::SYS_close,
    c::SYS_fstat,
    c::SYS_getdents64,
    c::SYS_lseek,
    c::SYS_newfstatat,
    c::SYS_openat,
    c::SYS_read,
    c::SYS_readv,
    c::SYS_statx,
    c::SYS_write,
    c::SYS_writev,
];

/// Older variants of calls, which newer architectures do not have.
#[cfg(target_arch = "x86_64")]
const ALLOWED_LEGACY: &[i64] = &[c::SYS_open, c::SYS_poll, c::SYS_stat];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_LEGACY: &[i64] = &[];

/// The allowed `fcntl` commands: copies of descriptors, and their flags.
const FCNTLS: &[i32] = &[c::F_DUPFD_CLOEXEC, c::F_GETFD, c::F_SETFD, c::F_GETFL];

/// `PR_SET_VMA`: naming memory, which newer allocators do.
const PR_SET_VMA: u64 = 0x5356_4d41;

/// Confines this process irrevocably. It must have only one thread: others would stay unconfined. What an
/// old kernel does not support is left out.
pub(crate) fn confine() -> Result<(), KeyError> {
    for (resource, limit) in [(Resource::As, MEMORY), (Resource::Nofile, DESCRIPTORS)] {
        let hard = rustix::process::getrlimit(resource).maximum;
        let limit = Some(hard.map_or(limit, |hard| hard.min(limit)));
        let limit = Rlimit {
            current: limit,
            maximum: limit,
        };
        rustix::process::setrlimit(resource, limit)
            .map_err(|error| failure("resources", &error))?;
    }
    rustix::thread::set_no_new_privs(true).map_err(|error| failure("rights", &error))?;
    files().map_err(|error| failure("files", &error))?;
    calls().map_err(|error| failure("calls", &error))
}

fn failure(what: &'static str, why: &impl ToString) -> KeyError {
    let why = why.to_string();
    KeyError::Confine { what, why }
}

/// Leaves the keys that are plugged in now, and what the kernel says of devices.
fn files() -> Result<(), RulesetError> {
    let devices = fs::read_dir(DEVICES).into_iter().flatten().flatten();
    let devices = devices
        .filter(|entry| {
            entry
                .file_name()
                .as_encoded_bytes()
                .starts_with(DEVICE.as_bytes())
        })
        .filter_map(|entry| PathFd::new(entry.path()).ok())
        .map(|device| PathBeneath::new(device, AccessFs::ReadFile | AccessFs::WriteFile));
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK_ABI))?
        .handle_access(AccessNet::from_all(LANDLOCK_ABI))?
        .scope(Scope::AbstractUnixSocket | Scope::Signal)?
        .create()?
        .add_rules(path_beneath_rules(READABLE, read))?
        .add_rules(devices.map(Ok::<_, RulesetError>))?
        .restrict_self()
        .map(|_| ())
}

/// Restricts system calls. Others fail with `ENOSYS`, which libraries are prepared for.
fn calls() -> Result<(), Box<dyn std::error::Error>> {
    let Ok(architecture) = TargetArch::try_from(std::env::consts::ARCH) else {
        return Ok(());
    };
    match seccompiler::apply_filter(&program(architecture)?) {
        Ok(()) => Ok(()),
        Err(seccompiler::Error::Seccomp(error) | seccompiler::Error::Prctl(error))
            if matches!(error.raw_os_error(), Some(c::ENOSYS | c::EINVAL)) =>
        {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

fn program(architecture: TargetArch) -> Result<BpfProgram, seccompiler::BackendError> {
    let allowed = ALLOWED.iter().chain(ALLOWED_LEGACY);
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        allowed.map(|call| (*call, Vec::new())).collect();
    // Threads, but no processes. clone3 is missing, because a filter cannot see its flags; libraries then
    // use clone.
    let thread = u64::from(c::CLONE_THREAD.unsigned_abs());
    rules.insert(
        c::SYS_clone,
        vec![rule(0, SeccompCmpOp::MaskedEq(thread), thread)?],
    );
    let own = u64::from(std::process::id());
    rules.insert(c::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, own)?]);
    let commands = FCNTLS.iter().map(|command| command.unsigned_abs().into());
    rules.insert(c::SYS_fcntl, any_of(1, commands)?);
    let names = [u64::from(c::PR_SET_NAME.unsigned_abs()), PR_SET_VMA];
    rules.insert(c::SYS_prctl, any_of(0, names.into_iter())?);
    SeccompFilter::new(
        rules,
        SeccompAction::Errno(c::ENOSYS.unsigned_abs()),
        SeccompAction::Allow,
        architecture,
    )?
    .try_into()
}

fn any_of(
    index: u8,
    values: impl Iterator<Item = u64>,
) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    values
        .map(|value| rule(index, SeccompCmpOp::Eq, value))
        .collect()
}

fn rule(
    index: u8,
    operator: SeccompCmpOp,
    value: u64,
) -> Result<SeccompRule, seccompiler::BackendError> {
    let condition = SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)?;
    SeccompRule::new(vec![condition])
}
