//! Why an attempt to send failed, and whether it may be repeated.

use secinfo_channel::{Reason, Report};
use std::fmt;

/// The step of the SMTP dialogue in which an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
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
    /// The message itself, and the reply to its final dot.
    Content,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SendError {
    pub(crate) step: Step,
    pub(crate) cause: Cause,
}

/// The cause of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The server refused.
    Refused(Reply),
    /// The server sent an invalid reply, or closed the connection.
    InvalidReply,
    /// The network failed.
    Network,
    /// There was no reply in time.
    TimedOut,
    /// The server's certificate does not verify.
    Certificate,
    /// The server lacks a feature that is needed.
    Missing(&'static str),
}

/// The codes of a refusal. Its text is dropped, because it often repeats the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The reply code (RFC 5321 section 4.2.1).
    pub(crate) code: u16,
    /// The enhanced status code (RFC 3463), if the server sent one.
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
    /// Parses the status at the beginning of a reply's text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
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

    /// Whether the status is about security or policy (RFC 3463 section 3.8), not an address.
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

/// How long to wait for a server that greylists, in milliseconds: most accept a message that is
/// repeated after a minute.
const GREYLISTED: u64 = 60_000;

impl SendError {
    /// Whether the server cannot have accepted the message yet.
    const fn is_before_content(self) -> bool {
        !matches!(self.step, Step::Content)
    }

    /// Whether an idle connection had gone stale, so that a new one may work.
    pub(crate) const fn is_stale_connection(self) -> bool {
        matches!(self.step, Step::Sender)
            && matches!(
                self.cause,
                Cause::Network
                    | Cause::InvalidReply
                    | Cause::TimedOut
                    | Cause::Refused(Reply { code: 421, .. })
            )
    }

    /// Whether the error concerns the server or the settings, not this message alone.
    pub(crate) const fn concerns_server(self) -> bool {
        matches!(self.step, Step::Connect | Step::Authenticate | Step::Sender)
    }

    /// The report to the daemon.
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
            // This server does not support such an address.
            Cause::Missing(_) if self.step == Step::Recipient => failed(Reason::Destination),
            Cause::Certificate | Cause::Missing(_) => failed(Reason::Settings),
            Cause::InvalidReply if self.is_before_content() => try_later(Reason::Provider, 0),
            Cause::Network | Cause::TimedOut if self.is_before_content() => {
                try_later(Reason::Unreachable, 0)
            }
            // From here on the server may have the message: lettre writes it and its final dot in
            // one call, without telling how much was sent. Repeating it could deliver it twice, so
            // it fails even if the server has seen only its beginning.
            Cause::InvalidReply => failed(Reason::Provider),
            Cause::Network | Cause::TimedOut => failed(Reason::TimedOut),
        }
    }

    fn permanent(self, reply: Reply) -> Reason {
        match self.step {
            // "Authentication required" (RFC 4954 section 6), at any step.
            _ if reply.code == 530 => Reason::Settings,
            Step::Authenticate | Step::Sender => Reason::Settings,
            // The server does not relay for us, or a policy forbids it: the address may be valid.
            Step::Recipient if reply.status.is_some_and(Status::is_policy) => Reason::Refused,
            Step::Recipient => Reason::Destination,
            Step::Connect | Step::Data | Step::Content => Reason::Refused,
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = match self.step {
            Step::Connect => "the connection",
            Step::Authenticate => "AUTH",
            Step::Sender => "MAIL FROM",
            Step::Recipient => "RCPT TO",
            Step::Data => "DATA",
            Step::Content => "the message",
        };
        match self.cause {
            Cause::Refused(reply) => write!(f, "the mail server answered {step} with {reply}"),
            Cause::InvalidReply => write!(f, "the mail server gave no valid answer to {step}"),
            Cause::Network => match self.step {
                Step::Connect => f.write_str("the mail server cannot be reached"),
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

    fn refused(step: Step, code: u16, text: &str) -> Report {
        let status = Status::parse(text);
        let cause = Cause::Refused(Reply { code, status });
        SendError { step, cause }.report()
    }

    #[test]
    fn permanent_refusals_have_a_reason() {
        use Step::{Authenticate, Connect, Content, Data, Recipient, Sender};
        for (step, code, text, expected) in [
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
            match refused(step, code, text) {
                Report::Failed { reason, .. } => assert_eq!(reason, expected, "{code} {text}"),
                other => panic!("{code} {text}: {other:?}"),
            }
        }
    }

    #[test]
    fn temporary_refusals_are_retried_at_every_step() {
        for (code, expected) in [
            (421, (Reason::Busy, 0)),
            (450, (Reason::Busy, GREYLISTED)),
            (451, (Reason::Busy, GREYLISTED)),
            (452, (Reason::Busy, 0)),
            (454, (Reason::Provider, 0)),
        ] {
            for step in [
                Step::Connect,
                Step::Authenticate,
                Step::Recipient,
                Step::Content,
            ] {
                match refused(step, code, "") {
                    Report::TryLater { reason, after, .. } => {
                        assert_eq!((reason, after), expected, "{code}");
                    }
                    other => panic!("{code}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn what_the_server_may_have_is_never_repeated() {
        for cause in [Cause::Network, Cause::TimedOut, Cause::InvalidReply] {
            for step in [
                Step::Connect,
                Step::Authenticate,
                Step::Sender,
                Step::Recipient,
                Step::Data,
            ] {
                let report = SendError { step, cause }.report();
                assert!(matches!(report, Report::TryLater { .. }), "{report:?}");
            }
            let step = Step::Content;
            let report = SendError { step, cause }.report();
            assert!(matches!(report, Report::Failed { .. }), "{report:?}");
        }
    }

    #[test]
    fn only_the_status_of_a_reply_is_kept() {
        let Report::Failed { detail, .. } =
            refused(Step::Recipient, 550, "5.1.1 <alice@example.org> is unknown")
        else {
            panic!("a permanent refusal")
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
            assert_eq!(Status::parse(text), None, "{text}");
        }
    }
}
