//! The app on the phone.

use std::fmt;

/// The version of the app, as it names itself in `User-Agent`: `privacyIDEA-App/4.8.0 …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppVersion {
    major: u16,
    minor: u16,
    patch: u16,
}

impl AppVersion {
    /// The first version that shows the code of an accepted request.
    pub const SHOWS_CODE: Self = Self {
        major: 4,
        minor: 7,
        patch: 0,
    };

    /// Reads the value of `User-Agent`. Nothing where it is another program's.
    pub fn of_user_agent(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("privacyIDEA-App/")?;
        let numbers =
            rest.split(|character: char| !(character.is_ascii_digit() || character == '.'));
        let mut numbers = numbers.take(1).flat_map(|version| version.split('.'));
        let mut next = || numbers.next()?.parse().ok();
        Some(Self {
            major: next()?,
            minor: next()?,
            patch: next()?,
        })
    }
}

impl fmt::Display for AppVersion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        let version = |text| AppVersion::of_user_agent(text).unwrap();
        assert!(version("privacyIDEA-App/4.10.0 Android/15") > version("privacyIDEA-App/4.8.0"));
        assert!(version("privacyIDEA-App/4.6.9 x") < AppVersion::SHOWS_CODE);
        assert_eq!(version("privacyIDEA-App/4.7.0+12"), AppVersion::SHOWS_CODE);
        for other in ["", "Dart/3.4", "privacyIDEA-App/", "privacyIDEA-App/4.8"] {
            assert_eq!(AppVersion::of_user_agent(other), None, "{other}");
        }
    }
}
