//! Random commands, described by small numbers that the world turns into what fits it.

use proptest::prelude::*;
use proptest::sample::select;

/// One thing to try.
#[derive(Debug, Clone)]
pub struct Move {
    /// Who: one of three users.
    pub user: usize,
    /// How many seconds the clock goes on or back.
    pub clock: i64,
    pub session: u8,
    pub service: &'static str,
    pub in_group: bool,
    pub by: By,
    pub what: What,
}

/// By what right, and by which account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    User,
    Login,
    AnotherUser,
    Administrator,
    Daemon,
}

/// What to try. A number of a method chooses among those that there are or were.
#[derive(Debug, Clone)]
pub enum What {
    Enroll {
        kind: usize,
    },
    Activate {
        token: usize,
    },
    /// A code to a phone number, or to a mailbox.
    CodeToNew {
        kind: usize,
        place: usize,
        number: usize,
        instead: bool,
    },
    CodeToMethod {
        method: usize,
        reset: bool,
        instead: bool,
    },
    RecordDelivery {
        message: usize,
        arrived: bool,
    },
    FailActivation,
    Rename {
        method: usize,
    },
    Delete {
        method: usize,
    },
    CancelDeletion {
        method: usize,
    },
    CarryOutDue,
    SetDefault {
        method: usize,
    },
    IssueRecoveryCodes {
        count: u8,
    },
    IssueAccessPass {
        seconds: u32,
        once: bool,
    },
    RevokeAccessPass,
    /// A right answer if there is one, `ahead` of what was accepted last; else an old one.
    Answer {
        method: usize,
        ahead: i8,
        reset: bool,
    },
    Guess {
        method: usize,
        reset: bool,
    },
    Resynchronize {
        method: usize,
        ahead: i8,
    },
    Unlock,
    Erase,
    SetPolicy {
        which: u8,
    },
    ImportTokens {
        count: u8,
    },
    RemoveToken {
        token: usize,
    },
}

pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    prop::collection::vec(one(), 1..160)
}

fn one() -> impl Strategy<Value = Move> {
    let by = prop_oneof![
        8 => Just(By::User),
        4 => Just(By::Login),
        1 => Just(By::AnotherUser),
        5 => Just(By::Administrator),
        2 => Just(By::Daemon),
    ];
    let clock = prop_oneof![
        12 => 0_i64..60,
        2 => 60_i64..2000,
        2 => select(vec![86_400_i64, 86_399, 3_600, 10_000_000]),
        1 => -5000_i64..0,
    ];
    let service = select(vec!["secinfo", "sshd", "kiosk"]);
    let user = prop_oneof![4 => Just(0_usize), 1 => 1_usize..3];
    let session = prop_oneof![4 => Just(0_u8), 1 => Just(1)];
    let who = (user, session, any::<bool>());
    (who, clock, service, by, what()).prop_map(
        |((user, session, in_group), clock, service, by, what)| Move {
            user,
            clock,
            session,
            service,
            in_group,
            by,
            what,
        },
    )
}

fn what() -> impl Strategy<Value = What> {
    let method = || 0_usize..64;
    let reset = || prop::bool::weighted(0.2);
    prop_oneof![
        24 => (0_usize..9).prop_map(|kind| What::Enroll { kind }),
        1 => (9_usize..11).prop_map(|kind| What::Enroll { kind }),
        // What a code was sent for is mostly enrolled next.
        10 => select(vec![4_usize, 5, 7]).prop_map(|kind| What::Enroll { kind }),
        16 => (0_usize..3, 0_usize..3, 0_usize..5, any::<bool>()).prop_map(
            |(kind, place, number, instead)| What::CodeToNew { kind, place, number, instead }
        ),
        20 => (method(), reset(), any::<bool>())
            .prop_map(|(method, reset, instead)| What::CodeToMethod { method, reset, instead }),
        3 => (0_usize..4, any::<bool>())
            .prop_map(|(message, arrived)| What::RecordDelivery { message, arrived }),
        3 => (0_usize..4).prop_map(|token| What::Activate { token }),
        1 => Just(What::FailActivation),
        1 => method().prop_map(|method| What::Rename { method }),
        16 => method().prop_map(|method| What::Delete { method }),
        10 => method().prop_map(|method| What::CancelDeletion { method }),
        3 => Just(What::CarryOutDue),
        3 => method().prop_map(|method| What::SetDefault { method }),
        6 => (1_u8..=16).prop_map(|count| What::IssueRecoveryCodes { count }),
        3 => (500_u32..4000, any::<bool>())
            .prop_map(|(seconds, once)| What::IssueAccessPass { seconds, once }),
        1 => Just(What::RevokeAccessPass),
        40 => (method(), -1_i8..5, reset())
            .prop_map(|(method, ahead, reset)| What::Answer { method, ahead, reset }),
        20 => (method(), reset()).prop_map(|(method, reset)| What::Guess { method, reset }),
        3 => (method(), -2_i8..60).prop_map(|(method, ahead)| What::Resynchronize { method, ahead }),
        1 => Just(What::Unlock),
        1 => Just(What::Erase),
        4 => (0_u8..5).prop_map(|which| What::SetPolicy { which }),
        2 => (0_u8..3).prop_map(|count| What::ImportTokens { count }),
        1 => (0_usize..4).prop_map(|token| What::RemoveToken { token }),
    ]
}
