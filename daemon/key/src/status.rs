//! What a key, or the library that talks to it, gives as the reason of a failure.

use hidapi::Trouble;
use secinfo_wire::key::Failure;

/// The status codes that are told apart (CTAP 2.1, 6.2 and 8.2; CTAPHID errors, 11.2.9.1.6).
pub(crate) mod code {
    pub(crate) const INVALID_COMMAND: u8 = 0x01;
    pub(crate) const CHANNEL_BUSY: u8 = 0x06;
    pub(crate) const CREDENTIAL_EXCLUDED: u8 = 0x19;
    pub(crate) const UNSUPPORTED_ALGORITHM: u8 = 0x26;
    pub(crate) const OPERATION_DENIED: u8 = 0x27;
    pub(crate) const UNSUPPORTED_OPTION: u8 = 0x2B;
    pub(crate) const KEEPALIVE_CANCEL: u8 = 0x2D;
    pub(crate) const NO_CREDENTIALS: u8 = 0x2E;
    pub(crate) const USER_ACTION_TIMEOUT: u8 = 0x2F;
    pub(crate) const PIN_INVALID: u8 = 0x31;
    pub(crate) const PIN_BLOCKED: u8 = 0x32;
    pub(crate) const PIN_AUTH_BLOCKED: u8 = 0x34;
    pub(crate) const PIN_NOT_SET: u8 = 0x35;
    pub(crate) const PIN_REQUIRED: u8 = 0x36;
    pub(crate) const PIN_POLICY_VIOLATION: u8 = 0x37;
    pub(crate) const ACTION_TIMEOUT: u8 = 0x3A;
    pub(crate) const UV_BLOCKED: u8 = 0x3C;
    pub(crate) const UV_INVALID: u8 = 0x3F;
}

/// Why a command came to nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The key gave this status.
    Status(u8),
    /// There was trouble on the way.
    Trouble(Trouble),
    /// The library could not make anything of what the key said.
    Unreadable,
}

impl Reason {
    /// Reads an error of the library, whose texts hold the status as `0x` and two digits.
    pub(crate) fn of(error: &anyhow::Error, trouble: Option<Trouble>) -> Self {
        let text = error.to_string();
        let status = text
            .strip_prefix("response_status err = 0x")
            .and_then(|rest| {
                let end = rest.find(|letter: char| !letter.is_ascii_hexdigit());
                u8::from_str_radix(&rest[..end.unwrap_or(rest.len())], 16).ok()
            });
        match (status, trouble) {
            (Some(status), _) => Self::Status(status),
            (None, Some(trouble)) => Self::Trouble(trouble),
            (None, None) => Self::Unreadable,
        }
    }

    /// What is told of it.
    pub(crate) const fn failure(self) -> Failure {
        let status = match self {
            Self::Trouble(Trouble::NotPermitted) => return Failure::NotPermitted,
            Self::Trouble(Trouble::Unplugged) => return Failure::Unplugged,
            Self::Trouble(Trouble::Late) => return Failure::NotTouched,
            Self::Trouble(Trouble::Silent | Trouble::Garbled) | Self::Unreadable => {
                return Failure::NotAnswering;
            }
            Self::Status(status) => status,
        };
        match status {
            code::CHANNEL_BUSY => Failure::Busy,
            code::CREDENTIAL_EXCLUDED => Failure::AlreadyRegistered,
            code::INVALID_COMMAND | code::UNSUPPORTED_ALGORITHM | code::UNSUPPORTED_OPTION => {
                Failure::Unsupported
            }
            code::KEEPALIVE_CANCEL | code::USER_ACTION_TIMEOUT | code::ACTION_TIMEOUT => {
                Failure::NotTouched
            }
            code::NO_CREDENTIALS => Failure::NotTheirs,
            code::PIN_BLOCKED => Failure::PinBlocked,
            code::PIN_AUTH_BLOCKED => Failure::Replug,
            code::PIN_NOT_SET => Failure::NoPin,
            code::PIN_POLICY_VIOLATION => Failure::PinRefused,
            code::UV_BLOCKED | code::UV_INVALID => Failure::WrongFinger,
            status => Failure::Refused { status },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_from_what_the_library_says() {
        let of = |text: &str, trouble| Reason::of(&anyhow::Error::msg(text.to_owned()), trouble);
        let pin = "response_status err = 0x31 CTAP2_ERR_PIN_INVALID   PIN Invalid.";
        assert_eq!(of(pin, None), Reason::Status(0x31));
        assert_eq!(of("response_status err = 0xAB", None), Reason::Status(0xAB));
        assert_eq!(of("response_status err = 0x7", None), Reason::Status(7));
        assert_eq!(of("response size error", None), Reason::Unreadable);
        let silent = Some(Trouble::Silent);
        assert_eq!(
            of("read err = 0xFE", silent),
            Reason::Trouble(Trouble::Silent)
        );
        let cancelled = "response_status err = 0x2D CTAP2_ERR_KEEPALIVE_CANCEL";
        assert_eq!(of(cancelled, Some(Trouble::Late)), Reason::Status(0x2D));
    }
}
