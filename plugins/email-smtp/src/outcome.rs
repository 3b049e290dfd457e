//! What an attempt means for the message.

use secinfo_channel::{Reason, Report};
use std::fmt;

/// How far an attempt had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Connecting, TLS, greeting, `EHLO`.
    Connect,
    /// `AUTH`.
    Authenticate,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA`.
    Data,
    /// The message itself, and the answer to the dot at its end.
    Content,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) stage: Stage,
    pub(crate) cause: Cause,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The server said no.
    Refused(Reply),
    /// The server said what is no answer, or hung up.
    Garbled,
    /// The network failed.
    Network,
    /// There was no answer in time.
    TimedOut,
    /// The server's certificate does not prove that it is the one that was meant.
    Certificate,
    /// The server lacks something that is needed.
    Missing(&'static str),
}

/// The numbers of a refusal. Its text often repeats the address, and is left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The reply code (RFC 5321 section 4.2.1).
    pub(crate) code: u16,
    /// The enhanced status code (RFC 3463), where the server tells it.
    pub(crate) status: Option<Status>,
}

/// An enhanced status code (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    class: u8,
    subject: u16,
    detail: u16,
}

impl Status {
    /// The status that a reply's text begins with.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let mut parts = text.split_ascii_whitespace().next()?.split('.');
        let mut number = || {
            parts
                .next()?
                .parse::<u16>()
                .ok()
                .filter(|&part| part < 1000)
        };
        let (class, subject, detail) = (number()?, number()?, number()?);
        let class = u8::try_from(class)
            .ok()
            .filter(|class| [2, 4, 5].contains(class))?;
        parts.next().is_none().then_some(Self {
            class,
            subject,
            detail,
        })
    }

    /// Whether it is about security or policy (RFC 3463 section 3.8), not about an address.
    const fn is_policy(self) -> bool {
        self.subject == 7
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)?;
        if let Some(Status {
            class,
            subject,
            detail,
        }) = self.status
        {
            write!(f, " {class}.{subject}.{detail}")?;
        }
        Ok(())
    }
}

/// How long to wait for a server that greylists, in milliseconds: most let a message pass that
/// comes again after a minute.
const GREYLISTED: u64 = 60_000;

impl Problem {
    /// Whether the server cannot have taken the message.
    const fn is_before_the_message(self) -> bool {
        !matches!(self.stage, Stage::Content)
    }

    /// Whether a connection that had been idle was gone, so that another one may do.
    pub(crate) const fn is_of_a_stale_connection(self) -> bool {
        matches!(self.stage, Stage::Sender)
            && matches!(
                self.cause,
                Cause::Network
                    | Cause::Garbled
                    | Cause::TimedOut
                    | Cause::Refused(Reply { code: 421, .. })
            )
    }

    /// Whether it says something about the server or our settings, not about one message.
    pub(crate) const fn is_of_the_server(self) -> bool {
        matches!(
            self.stage,
            Stage::Connect | Stage::Authenticate | Stage::Sender
        )
    }

    /// What the daemon is told.
    pub(crate) fn report(self) -> Report {
        let failed = |reason| Report::Failed {
            reason,
            detail: self.to_string(),
        };
        let try_later = |reason, after| Report::TryLater {
            after,
            reason,
            detail: self.to_string(),
        };
        match self.cause {
            Cause::Refused(reply) if reply.code < 500 => match reply.code {
                450 | 451 => try_later(Reason::Busy, GREYLISTED),
                421 | 452 => try_later(Reason::Busy, 0),
                _ => try_later(Reason::Provider, 0),
            },
            Cause::Refused(reply) => failed(self.permanent(reply)),
            // An address that this server cannot be given.
            Cause::Missing(_) if self.stage == Stage::Recipient => failed(Reason::Destination),
            Cause::Certificate | Cause::Missing(_) => failed(Reason::Settings),
            Cause::Garbled if self.is_before_the_message() => try_later(Reason::Provider, 0),
            Cause::Network | Cause::TimedOut if self.is_before_the_message() => {
                try_later(Reason::Unreachable, 0)
            }
            // From here on the server may have the message: lettre writes it and its final dot in
            // one call, and does not tell how much of it has left. Sending it again could bring it
            // twice, so it is given up even where the server has seen no more than its beginning.
            Cause::Garbled => failed(Reason::Provider),
            Cause::Network | Cause::TimedOut => failed(Reason::TimedOut),
        }
    }

    fn permanent(self, reply: Reply) -> Reason {
        match self.stage {
            // "Authentication required" (RFC 4954 section 6), to whatever we said.
            _ if reply.code == 530 => Reason::Settings,
            Stage::Authenticate | Stage::Sender => Reason::Settings,
            // The server does not relay for us, or a policy forbids it: the address may be right.
            Stage::Recipient if reply.status.is_some_and(Status::is_policy) => Reason::Refused,
            Stage::Recipient => Reason::Destination,
            Stage::Connect | Stage::Data | Stage::Content => Reason::Refused,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = match self.stage {
            Stage::Connect => "the connection",
            Stage::Authenticate => "AUTH",
            Stage::Sender => "MAIL FROM",
            Stage::Recipient => "RCPT TO",
            Stage::Data => "DATA",
            Stage::Content => "the message",
        };
        match self.cause {
            Cause::Refused(reply) => write!(f, "the mail server answered {step} with {reply}"),
            Cause::Garbled => write!(f, "the mail server gave no valid answer to {step}"),
            Cause::Network => match self.stage {
                Stage::Connect => f.write_str("the mail server cannot be reached"),
                _ => write!(f, "the connection to the mail server broke after {step}"),
            },
            Cause::TimedOut => write!(f, "the mail server did not answer {step} in time"),
            Cause::Certificate => f.write_str(
                "the certificate of the mail server does not verify: set host to the name in it, \
                 and ca_file where its authority is your own",
            ),
            Cause::Missing(what) => write!(f, "the mail server does not offer {what}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(stage: Stage, code: u16, text: &str) -> Report {
        let status = Status::of(text);
        let cause = Cause::Refused(Reply { code, status });
        Problem { stage, cause }.report()
    }

    #[test]
    fn refusals_for_good_say_whose_fault_it_is() {
        use Stage::{Authenticate, Connect, Content, Data, Recipient, Sender};
        for (stage, code, text, expected) in [
            (Connect, 554, "no SMTP service here", Reason::Refused),
            (Authenticate, 535, "5.7.8 wrong", Reason::Settings),
            (
                Sender,
                530,
                "5.7.0 authentication required",
                Reason::Settings,
            ),
            (Sender, 553, "5.7.1 not your address", Reason::Settings),
            (Recipient, 550, "5.1.1 <a@b>: unknown", Reason::Destination),
            (Recipient, 550, "no such user", Reason::Destination),
            (Recipient, 530, "authentication required", Reason::Settings),
            (Recipient, 554, "5.7.1 relay access denied", Reason::Refused),
            (Data, 554, "no valid recipients", Reason::Refused),
            (Content, 552, "5.3.4 too big", Reason::Refused),
        ] {
            match refused(stage, code, text) {
                Report::Failed { reason, .. } => assert_eq!(reason, expected, "{code} {text}"),
                other => panic!("{code} {text}: {other:?}"),
            }
        }
    }

    #[test]
    fn refusals_for_now_are_tried_again_at_every_stage() {
        for (code, expected) in [
            (421, (Reason::Busy, 0)),
            (450, (Reason::Busy, GREYLISTED)),
            (451, (Reason::Busy, GREYLISTED)),
            (452, (Reason::Busy, 0)),
            (454, (Reason::Provider, 0)),
        ] {
            for stage in [
                Stage::Connect,
                Stage::Authenticate,
                Stage::Recipient,
                Stage::Content,
            ] {
                match refused(stage, code, "") {
                    Report::TryLater { reason, after, .. } => {
                        assert_eq!((reason, after), expected, "{code}");
                    }
                    other => panic!("{code}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn what_the_server_may_have_is_never_sent_again() {
        for cause in [Cause::Network, Cause::TimedOut, Cause::Garbled] {
            for stage in [
                Stage::Connect,
                Stage::Authenticate,
                Stage::Sender,
                Stage::Recipient,
                Stage::Data,
            ] {
                let report = Problem { stage, cause }.report();
                assert!(matches!(report, Report::TryLater { .. }), "{report:?}");
            }
            let stage = Stage::Content;
            let report = Problem { stage, cause }.report();
            assert!(matches!(report, Report::Failed { .. }), "{report:?}");
        }
    }

    #[test]
    fn of_a_servers_text_only_the_status_is_kept() {
        let Report::Failed { detail, .. } = refused(
            Stage::Recipient,
            550,
            "5.1.1 <alice@example.org> is unknown",
        ) else {
            panic!("refused for good")
        };
        assert_eq!(detail, "the mail server answered RCPT TO with 550 5.1.1");
        for text in [
            "",
            "5.1",
            "5.1.1.1 a",
            "alice@example.org",
            "5.1.alice",
            "3.1.1",
            "5.1.1000",
        ] {
            assert_eq!(Status::of(text), None, "{text}");
        }
    }
}
