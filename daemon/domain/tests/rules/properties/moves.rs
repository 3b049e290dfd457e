//! Random commands, described by small numbers that the world turns into what fits it.

use super::numbered::PUSH;
use proptest::prelude::*;
use proptest::sample::select;

/// The session of resets.
pub const RESET: u8 = 9;

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
    /// A request to a phone, or to one that is being enrolled.
    AskPhone {
        method: Option<usize>,
        reset: bool,
        instead: bool,
    },
    /// An answer to the newest request or one before it.
    PhoneAnswers {
        request: usize,
        answer: usize,
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
        begins: Option<u16>,
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
    PostponeSetUp,
    RememberTerminal {
        terminal: u8,
    },
    UseRemembered {
        terminal: u8,
    },
    Import {
        kind: usize,
    },
    RecordBreakGlass {
        code: u8,
    },
    /// As in a reset, whose session no sign-in has.
    RequestPassword,
    RecordPassword {
        outcome: usize,
    },
    UnlockByReset,
    LockAccount,
    /// The newest of the user's events, or one before it.
    Report {
        event: usize,
    },
    Unlock,
    RenameUser,
    Erase,
    SetPolicy {
        which: u8,
    },
    Restore,
    ImportTokens {
        count: u8,
    },
    RemoveToken {
        token: usize,
    },
}

pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let few = prop_oneof![
        20 => one().prop_map(|only| vec![only]),
        3 => added(),
        3 => typed(),
        2 => phone_added(),
        3 => approved(),
        1 => remembered(),
        1 => guessed(),
        2 => reset(),
    ];
    prop::collection::vec(few, 1..140).prop_map(|some| some.concat())
}

/// The same one tries something else, so many seconds later.
fn then(before: &Move, clock: i64, what: What) -> Move {
    Move {
        clock,
        what,
        ..before.clone()
    }
}

/// A phone or mailbox is added by a code to it, perhaps by the second one.
fn added() -> impl Strategy<Value = Vec<Move>> {
    (one(), to_new(), 0_i64..80, any::<bool>()).prop_map(|(first, (enroll, code), later, again)| {
        let again = again.then(|| then(&first, later, code.clone()));
        let enrolled = then(&first, later, enroll);
        std::iter::once(then(&first, first.clock, code))
            .chain(again)
            .chain([enrolled])
            .collect()
    })
}

/// A code of a method is asked for, perhaps twice, and typed, perhaps twice. Then the user may delete a
/// method, and think better of it.
fn typed() -> impl Strategy<Value = Vec<Move>> {
    let times = (0_i64..80, 1_usize..3, 1_usize..3);
    let deleted = prop::option::weighted(0.3, 0_usize..16);
    (one(), to_method(), times, -1_i8..5, deleted).prop_map(
        |(first, code, (later, codes, answers), ahead, deleted)| {
            let What::CodeToMethod { method, reset, .. } = code else {
                unreachable!("it is what was asked for");
            };
            let answer = What::Answer {
                method,
                ahead,
                reset,
            };
            let asked = then(&first, first.clock, code.clone());
            std::iter::once(asked)
                .chain((1..codes).map(|_| then(&first, later, code.clone())))
                .chain((0..answers).map(|_| then(&first, later, answer.clone())))
                .chain(deleted.into_iter().flat_map(|method| {
                    [What::Delete { method }, What::CancelDeletion { method }]
                        .map(|what| then(&first, later, what))
                }))
                .collect()
        },
    )
}

/// A phone is added by approving a request on it.
fn phone_added() -> impl Strategy<Value = Vec<Move>> {
    (one(), 0_i64..80, phone_answer()).prop_map(|(first, later, answer)| {
        let ask = What::AskPhone {
            method: None,
            reset: false,
            instead: true,
        };
        let answers = What::PhoneAnswers { request: 0, answer };
        vec![
            then(&first, first.clock, ask),
            by_daemon(then(&first, later, answers)),
            then(&first, later, What::Enroll { kind: PUSH }),
        ]
    })
}

/// A request to a phone is answered, perhaps twice, and the code typed, perhaps twice. So it goes a few times.
fn approved() -> impl Strategy<Value = Vec<Move>> {
    let how = (prop::bool::weighted(0.3), any::<bool>(), phone_answer());
    let often = (1_usize..5, 1_usize..3, 0_usize..3);
    let when = (30_i64..150, 0_i64..80);
    (one(), 0_usize..48, how, often, when, -1_i8..5).prop_map(
        |(first, method, how, (times, answers, codes), (clock, later), ahead)| {
            let (reset, instead, answer) = how;
            let ask = What::AskPhone {
                method: Some(method),
                reset,
                instead,
            };
            let answers_it = What::PhoneAnswers { request: 0, answer };
            let code = What::Answer {
                method,
                ahead,
                reset,
            };
            let asked = std::iter::once(then(&first, clock, ask));
            let answered = by_daemon(then(&first, later, answers_it));
            let once: Vec<_> = asked
                .chain(std::iter::repeat_n(answered, answers))
                .chain(std::iter::repeat_n(then(&first, later, code), codes))
                .collect();
            vec![once; times].concat()
        },
    )
}

fn by_daemon(what: Move) -> Move {
    Move {
        by: By::Daemon,
        ..what
    }
}

fn phone_answer() -> impl Strategy<Value = usize> {
    prop_oneof![4 => Just(0_usize), 1 => Just(1), 1 => Just(2), 1 => Just(3)]
}

/// Guesses, far enough apart not to be refused.
fn guessed() -> impl Strategy<Value = Vec<Move>> {
    (one(), 0_usize..48, 1_usize..12).prop_map(|(first, method, times)| {
        let guess = What::Guess {
            method,
            reset: false,
        };
        vec![then(&first, 40, guess); times]
    })
}

/// A user passes gates, guesses at some, and asks for a new password.
fn reset() -> impl Strategy<Value = Vec<Move>> {
    let gates = prop::collection::vec((0_usize..48, 1_i8..3, 0_usize..6), 1..4);
    let last = prop_oneof![Just(What::RequestPassword), Just(What::UnlockByReset)];
    let outcome = prop::option::of(0_usize..5);
    (one(), gates, last, outcome).prop_map(|(first, gates, last, outcome)| {
        let first = Move {
            session: RESET,
            by: By::Login,
            ..first
        };
        let gates = gates.into_iter().flat_map(|(method, ahead, wrong)| {
            let reset = true;
            let guess = What::Guess { method, reset };
            let answer = What::Answer {
                method,
                ahead,
                reset,
            };
            let guesses = std::iter::repeat_n(guess, wrong);
            guesses.chain([answer]).collect::<Vec<_>>()
        });
        let policy = then(&first, first.clock, What::SetPolicy { which: 5 });
        let recorded = outcome.map(|outcome| What::RecordPassword { outcome });
        std::iter::once(policy)
            .chain(gates.map(|what| then(&first, 31, what)))
            .chain([then(&first, 1, last)])
            .chain(recorded.map(|what| by_daemon(then(&first, 1, what))))
            .collect()
    })
}

/// Root says in which terminal a user has proved a method, and that they are there again.
fn remembered() -> impl Strategy<Value = Vec<Move>> {
    (one(), 0_u8..2, 0_i64..1000).prop_map(|(first, terminal, later)| {
        let first = Move {
            by: By::Login,
            ..first
        };
        vec![
            then(&first, first.clock, What::SetPolicy { which: 1 }),
            then(&first, 0, What::Enroll { kind: 0 }),
            then(&first, 30, What::RememberTerminal { terminal }),
            then(&first, later, What::UseRemembered { terminal }),
        ]
    })
}

/// A code to a new destination, and what enrolls it, or another kind by mistake.
fn to_new() -> impl Strategy<Value = (What, What)> {
    let whereto = (0_usize..3, 0_usize..3, 0_usize..5);
    let how = (any::<bool>(), prop::bool::weighted(0.1));
    (whereto, how).prop_map(|((kind, place, number), (instead, mistaken))| {
        let enroll = What::Enroll {
            kind: [3, 4, 5][(kind + usize::from(mistaken)) % 3],
        };
        let code = What::CodeToNew {
            kind,
            place,
            number,
            instead,
        };
        (enroll, code)
    })
}

fn to_method() -> impl Strategy<Value = What> {
    (0_usize..28, prop::bool::weighted(0.3), any::<bool>()).prop_map(|(method, reset, instead)| {
        What::CodeToMethod {
            method,
            reset,
            instead,
        }
    })
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
        24 => (0_usize..=PUSH).prop_map(|kind| What::Enroll { kind }),
        2 => to_new().prop_map(|(_, what)| what),
        2 => to_method(),
        2 => (prop::option::of(0_usize..28), reset(), any::<bool>())
            .prop_map(|(method, reset, instead)| What::AskPhone { method, reset, instead }),
        2 => (0_usize..3, phone_answer())
            .prop_map(|(request, answer)| What::PhoneAnswers { request, answer }),
        3 => (0_usize..4, any::<bool>())
            .prop_map(|(message, arrived)| What::RecordDelivery { message, arrived }),
        3 => (0_usize..4).prop_map(|token| What::Activate { token }),
        1 => Just(What::FailActivation),
        1 => method().prop_map(|method| What::Rename { method }),
        16 => method().prop_map(|method| What::Delete { method }),
        12 => method().prop_map(|method| What::CancelDeletion { method }),
        3 => Just(What::CarryOutDue),
        3 => method().prop_map(|method| What::SetDefault { method }),
        6 => (1_u8..=16).prop_map(|count| What::IssueRecoveryCodes { count }),
        3 => (proptest::option::of(any::<u16>()), 500_u32..4000, any::<bool>()).prop_map(
            |(begins, seconds, once)| What::IssueAccessPass { begins, seconds, once }
        ),
        1 => Just(What::RevokeAccessPass),
        40 => (method(), -1_i8..5, reset())
            .prop_map(|(method, ahead, reset)| What::Answer { method, ahead, reset }),
        20 => (method(), reset()).prop_map(|(method, reset)| What::Guess { method, reset }),
        3 => (method(), -2_i8..60).prop_map(|(method, ahead)| What::Resynchronize { method, ahead }),
        4 => Just(What::PostponeSetUp),
        6 => (0_u8..2).prop_map(|terminal| What::RememberTerminal { terminal }),
        6 => (0_u8..2).prop_map(|terminal| What::UseRemembered { terminal }),
        2 => (0_usize..5).prop_map(|kind| What::Import { kind }),
        2 => (0_u8..4).prop_map(|code| What::RecordBreakGlass { code }),
        3 => Just(What::RequestPassword),
        2 => (0_usize..5).prop_map(|outcome| What::RecordPassword { outcome }),
        1 => Just(What::UnlockByReset),
        1 => Just(What::LockAccount),
        2 => (0_usize..4).prop_map(|event| What::Report { event }),
        1 => Just(What::Unlock),
        1 => Just(What::RenameUser),
        1 => Just(What::Erase),
        4 => (0_u8..6).prop_map(|which| What::SetPolicy { which }),
        1 => Just(What::Restore),
        2 => (0_u8..3).prop_map(|count| What::ImportTokens { count }),
        1 => (0_usize..4).prop_map(|token| What::RemoveToken { token }),
    ]
}
