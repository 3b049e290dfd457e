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

/// The table: name, priority and id of each type below its sentence.
macro_rules! event_types {
    ($(#[doc = $sentence:literal] $name:literal $priority:ident $id:literal;)+) => {
        &[$(EventType {
            name: $name,
            id: $id,
            priority: Priority::$priority,
            sentence: $sentence.trim_ascii(),
        }),+]
    };
}

impl EventType {
    /// Every type.
    pub const ALL: &'static [Self] = event_types! {
        /// A log was begun.
        "log-created" Notice "d9a694095e8c47798637076775de214a";
        /// The log was restored from a backup.
        "log-restored" Warning "d0fdf2a42d8b440e967bddb168b41088";
        /// The policy was changed.
        "policy-changed" Notice "295fe88fc33a40a1a46fe94eef502310";
        /// A user was seen for the first time.
        "user-added" Info "03c8051ad6614bf68bfd1a4208bcbcc1";
        /// An administrator let a user go by another name.
        "user-renamed" Notice "091792c875b1491f8b7413ff12a441ed";
        /// A user was erased.
        "user-erased" Notice "633c21ebf7984b0b82e5881fe534e6d6";
        /// A user enrolled a method.
        "method-enrolled" Notice "64a20e8effe248058098ec0274fe3c13";
        /// An administrator brought a method over from another system.
        "method-imported" Notice "f79a17da24c5480cb56cf941ce371068";
        /// A user gave a method another label.
        "method-renamed" Info "ab5eaf717629445db7149dfbb7d3c945";
        /// A method was deleted.
        "method-deleted" Notice "ecf9869fefd84ed5b8f676604ee2e275";
        /// The deletion of a method waits.
        "deletion-scheduled" Notice "cc81684348694add9791e89673733e6b";
        /// The deletion of a method was cancelled.
        "deletion-cancelled" Notice "9f7ff4b75dbd494391ee466ada082a72";
        /// The default method of a user was changed.
        "default-changed" Info "cbfb6550291741f584cd7fde6deac929";
        /// A user was verified.
        "verification-succeeded" Info "b27424a882b94bffaff531c86ecf213a";
        /// A user was not verified: the code was refused.
        "verification-failed" Notice "e59c7b4793d54f36ae6bbac94ac581c3";
        /// A code was refused while a method was being set up.
        "activation-failed" Notice "4922c3602c4e4c548ead8f7b972c7c91";
        /// Wrong codes locked a method.
        "locked" Warning "82c5a3b58d534475812c9b6cef28076a";
        /// The locks of a user were lifted.
        "unlocked" Notice "f6dba64c20084b0bb4f1b60ab3e3e963";
        /// An account was locked: nobody signs in to it.
        "account-locked" Warning "2ac87c004ec84ce28de0f2b2df7dc58c";
        /// A user unlocked their account by a proof.
        "account-unlocked" Notice "527163ee0b554898909aac64954f3375";
        /// A user said of something in their account that it was not them.
        "activity-reported" Warning "f9c9bd22a93d4e85a7848d199b5ce6d7";
        /// A user is about to get a new password by a reset.
        "password-reset-requested" Notice "1b15d337aa3d41c5a21d0350738dea3e";
        /// A user has a new password by a reset.
        "password-reset" Warning "674ba08bbec54f35b845fb836d4b4aa3";
        /// A new password was not set, or it cannot be told whether it was.
        "password-reset-failed" Warning "27733de38f9f4f6dbf98b72fe4455c7a";
        /// Wrong answers locked password reset for a user.
        "password-reset-locked" Warning "28bb61349ade4be29051c0ba1ab3901d";
        /// A user put off setting up a method.
        "set-up-postponed" Info "72dc161ec34e4b059e9b47f311f1eeef";
        /// A terminal is remembered for a user.
        "terminal-remembered" Info "83df4c0c409f4892a20ebe929ed75f3d";
        /// A user was not asked, because the terminal is remembered.
        "remembered-sign-in" Info "1bbec42734c04e9db5f2b1d54e9f24b8";
        /// A break-glass code was used.
        "break-glass-used" Alert "43f26156ddcb40bdab327f2f862a4138";
        /// A code is on its way to a user.
        "code-requested" Info "dfcc28da16574f7389b626ab584fc688";
        /// A request to approve is on its way to a phone.
        "approval-requested" Info "8acdabbb078c4078aa14cd3bba32706b";
        /// A phone answered a request.
        "approval-answered" Notice "1f361e04ce34488ca97138bd5dc72d0f";
        /// A message was delivered.
        "message-delivered" Info "69aacdcc6a70438b984e64a9ec95f52a";
        /// A message was not delivered.
        "message-failed" Warning "6fd3963495724176abd38410d3b99e22";
        /// Recovery codes were issued.
        "recovery-codes-issued" Notice "6d0294ff1b414c8c9f00b9a4575d5db1";
        /// An administrator issued an access pass.
        "access-pass-issued" Notice "b15928a4c2764f62abbdbe105c8d88b3";
        /// An administrator imported a hardware token.
        "token-imported" Info "f5c4577f737e49ae9e7d3c3d72930341";
        /// An administrator removed a hardware token.
        "token-removed" Info "41f00f7611994057b193f0fa3b6c37d3";
        /// A hardware token was resynchronized.
        "token-resynchronized" Info "186d5bb5a39243e8b3abc4ccd764fe5d";
    };

    /// The type of this name.
    pub fn of(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|known| known.name == name)
    }
}
