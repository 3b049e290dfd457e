//! The types of events as the journal has them. The ids never change: filters, and the
//! catalog that `journalctl -x` reads, rely on it. A new type draws a new one with
//! `systemd-id128 new`.

/// How urgent an entry is: the levels of syslog(3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// An administrator must act at once.
    Alert = 1,
    /// Something does not work.
    Error = 3,
    /// It may need an administrator.
    Warning = 4,
    /// Normal, and of note.
    Notice = 5,
    /// Normal.
    Info = 6,
    /// For who looks for a fault.
    Debug = 7,
}

/// How events of one type stand in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventType {
    /// The type of the event.
    pub name: &'static str,
    /// `MESSAGE_ID`.
    pub id: &'static str,
    /// `PRIORITY`.
    pub priority: Priority,
    /// `MESSAGE`.
    pub sentence: &'static str,
}

const fn event_type(
    name: &'static str,
    id: &'static str,
    priority: Priority,
    sentence: &'static str,
) -> EventType {
    EventType {
        name,
        id,
        priority,
        sentence,
    }
}

impl EventType {
    /// Every type.
    pub const ALL: &'static [Self] = &[
        event_type(
            "log-created",
            "d9a694095e8c47798637076775de214a",
            Priority::Notice,
            "A log was begun.",
        ),
        event_type(
            "log-restored",
            "d0fdf2a42d8b440e967bddb168b41088",
            Priority::Warning,
            "The log was restored from a backup.",
        ),
        event_type(
            "policy-changed",
            "295fe88fc33a40a1a46fe94eef502310",
            Priority::Notice,
            "The policy was changed.",
        ),
        event_type(
            "user-added",
            "03c8051ad6614bf68bfd1a4208bcbcc1",
            Priority::Info,
            "A user was seen for the first time.",
        ),
        event_type(
            "user-erased",
            "633c21ebf7984b0b82e5881fe534e6d6",
            Priority::Notice,
            "A user was erased.",
        ),
        event_type(
            "method-enrolled",
            "64a20e8effe248058098ec0274fe3c13",
            Priority::Notice,
            "A user enrolled a method.",
        ),
        event_type(
            "method-imported",
            "f79a17da24c5480cb56cf941ce371068",
            Priority::Notice,
            "An administrator brought a method over from another system.",
        ),
        event_type(
            "method-renamed",
            "ab5eaf717629445db7149dfbb7d3c945",
            Priority::Info,
            "A user gave a method another label.",
        ),
        event_type(
            "method-deleted",
            "ecf9869fefd84ed5b8f676604ee2e275",
            Priority::Notice,
            "A method was deleted.",
        ),
        event_type(
            "deletion-scheduled",
            "cc81684348694add9791e89673733e6b",
            Priority::Notice,
            "The deletion of a method waits.",
        ),
        event_type(
            "deletion-cancelled",
            "9f7ff4b75dbd494391ee466ada082a72",
            Priority::Notice,
            "The deletion of a method was cancelled.",
        ),
        event_type(
            "default-changed",
            "cbfb6550291741f584cd7fde6deac929",
            Priority::Info,
            "The default method of a user was changed.",
        ),
        event_type(
            "verification-succeeded",
            "b27424a882b94bffaff531c86ecf213a",
            Priority::Info,
            "A user was verified.",
        ),
        event_type(
            "verification-failed",
            "e59c7b4793d54f36ae6bbac94ac581c3",
            Priority::Notice,
            "A user was not verified: the code was refused.",
        ),
        event_type(
            "activation-failed",
            "4922c3602c4e4c548ead8f7b972c7c91",
            Priority::Notice,
            "A code was refused while a method was being set up.",
        ),
        event_type(
            "locked",
            "82c5a3b58d534475812c9b6cef28076a",
            Priority::Warning,
            "Wrong codes locked a method.",
        ),
        event_type(
            "unlocked",
            "f6dba64c20084b0bb4f1b60ab3e3e963",
            Priority::Notice,
            "An administrator lifted the locks of a user.",
        ),
        event_type(
            "set-up-postponed",
            "72dc161ec34e4b059e9b47f311f1eeef",
            Priority::Info,
            "A user put off setting up a method.",
        ),
        event_type(
            "terminal-remembered",
            "83df4c0c409f4892a20ebe929ed75f3d",
            Priority::Info,
            "A terminal is remembered for a user.",
        ),
        event_type(
            "remembered-sign-in",
            "1bbec42734c04e9db5f2b1d54e9f24b8",
            Priority::Info,
            "A user was not asked, because the terminal is remembered.",
        ),
        event_type(
            "break-glass-used",
            "43f26156ddcb40bdab327f2f862a4138",
            Priority::Alert,
            "A break-glass code was used.",
        ),
        event_type(
            "code-requested",
            "dfcc28da16574f7389b626ab584fc688",
            Priority::Info,
            "A code is on its way to a user.",
        ),
        event_type(
            "message-delivered",
            "69aacdcc6a70438b984e64a9ec95f52a",
            Priority::Info,
            "A message was delivered.",
        ),
        event_type(
            "message-failed",
            "6fd3963495724176abd38410d3b99e22",
            Priority::Warning,
            "A message was not delivered.",
        ),
        event_type(
            "recovery-codes-issued",
            "6d0294ff1b414c8c9f00b9a4575d5db1",
            Priority::Notice,
            "Recovery codes were issued.",
        ),
        event_type(
            "access-pass-issued",
            "b15928a4c2764f62abbdbe105c8d88b3",
            Priority::Notice,
            "An administrator issued an access pass.",
        ),
        event_type(
            "token-imported",
            "f5c4577f737e49ae9e7d3c3d72930341",
            Priority::Info,
            "An administrator imported a hardware token.",
        ),
        event_type(
            "token-removed",
            "41f00f7611994057b193f0fa3b6c37d3",
            Priority::Info,
            "An administrator removed a hardware token.",
        ),
        event_type(
            "token-resynchronized",
            "186d5bb5a39243e8b3abc4ccd764fe5d",
            Priority::Info,
            "A hardware token was resynchronized.",
        ),
    ];

    /// The type of this name.
    pub fn of(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|known| known.name == name)
    }
}
