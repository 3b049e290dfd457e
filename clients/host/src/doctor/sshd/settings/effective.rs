//! What holds for a connection.

use super::{ALGORITHMS, Source, Values};
use crate::doctor::sshd::pattern::Pattern;
use secinfo_pam_stack::stack::Location;

/// The algorithm of signatures that a web page has a security key make.
const WEB: &str = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
/// What names the algorithms of such signatures.
const WEB_ALL: &str = "webauthn-sk-*";

/// The settings that hold for a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::doctor::sshd) struct Effective {
    pub(super) values: Values,
    /// The file that the server begins with.
    pub(in crate::doctor::sshd) file: String,
    /// The `Match` that it is subject to, in words.
    pub(in crate::doctor::sshd) of: Option<String>,
}

impl Effective {
    pub(in crate::doctor::sshd) fn get<'a>(&'a self, keyword: &str, default: &'a str) -> &'a str {
        self.values
            .get(keyword)
            .map_or(default, |setting| &setting.value)
    }

    pub(in crate::doctor::sshd) fn is_yes(&self, keyword: &str, default: &str) -> bool {
        self.get(keyword, default).eq_ignore_ascii_case("yes")
    }

    /// The line that decides, and how it is written.
    pub(in crate::doctor::sshd) fn line(&self, keyword: &str) -> Option<(&Location, &String)> {
        match &self.values.get(keyword)?.by {
            Source::Line(location, written) => Some((location, written)),
            Source::Argument | Source::Server => None,
        }
    }

    /// Whether an argument of the server decides, which comes before all lines.
    pub(in crate::doctor::sshd) fn is_argument(&self, keyword: &str) -> bool {
        let setting = self.values.get(keyword);
        setting.is_some_and(|setting| setting.by == Source::Argument)
    }

    /// Whether it runs nothing but `secinfo reset`.
    pub(in crate::doctor::sshd) fn only_resets(&self) -> bool {
        is_reset(self.get("forcecommand", "none"))
    }

    /// The lists of methods of which one must be gone through; `None` for any one method.
    pub(in crate::doctor::sshd) fn method_lists(&self) -> Option<Vec<Vec<&str>>> {
        let methods = self.get("authenticationmethods", "any");
        (!methods.eq_ignore_ascii_case("any")).then(|| {
            let lists = methods.split_ascii_whitespace();
            lists
                .map(|list| {
                    let methods = list.split(',');
                    methods
                        .map(|method| method.split(':').next().unwrap_or(method))
                        .collect()
                })
                .collect()
        })
    }

    /// Whether security keys sign in only as an option of `PubkeyAuthOptions` demands.
    pub(in crate::doctor::sshd) fn demands_of_keys(&self, option: &str) -> bool {
        let options = self.get("pubkeyauthoptions", "none");
        let mut options = options.split_ascii_whitespace();
        options.any(|given| given.eq_ignore_ascii_case(option))
    }

    /// Whether signatures are taken that a web page has a security key make, as OpenSSH does by default from 10.3 on.
    pub(in crate::doctor::sshd) fn takes_web_signatures(&self) -> bool {
        let listed = |list: &str| {
            // One that is excluded is not taken, whatever else matches it.
            let mut is = false;
            for name in list.split(',') {
                match name.strip_prefix('!') {
                    Some(not) if Pattern::of_names(not).matches(WEB) => return false,
                    None => is |= Pattern::of_names(name).matches(WEB),
                    Some(_) => {}
                }
            }
            is
        };
        let algorithms = self.get(ALGORITHMS, "");
        match algorithms.as_bytes().first() {
            None | Some(b'+' | b'^') => true,
            Some(b'-') => !listed(&algorithms[1..]),
            Some(_) => listed(algorithms),
        }
    }

    /// The same algorithms without those signatures; `None` where it takes to list them.
    pub(in crate::doctor::sshd) fn without_web_signatures(&self) -> Option<String> {
        let algorithms = self.get(ALGORITHMS, "");
        if self.line(ALGORITHMS).is_none() {
            return Some(format!("-{WEB_ALL}"));
        }
        match algorithms.as_bytes().first() {
            Some(b'+' | b'^') => None,
            None | Some(b'-') => Some(format!("{algorithms},{WEB_ALL}")),
            Some(_) => Some(format!("!{WEB_ALL},{algorithms}")),
        }
    }

    /// Whether something else than PAM has proved who it is before PAM is asked.
    pub(in crate::doctor::sshd) fn key_first(&self) -> bool {
        self.method_lists().is_some_and(|lists| {
            let first = |list: &Vec<&str>| !list.first().is_none_or(|method| asks_pam(method));
            lists.iter().all(first)
        })
    }
}

/// Whether a command is `secinfo reset`.
pub(super) fn is_reset(command: &str) -> bool {
    let mut words = command.split_ascii_whitespace();
    let program = words.next().and_then(|path| path.rsplit('/').next());
    program == Some("secinfo") && words.next() == Some("reset")
}

/// Whether a method of authentication asks PAM.
pub(in crate::doctor::sshd) fn asks_pam(method: &str) -> bool {
    matches!(method, "keyboard-interactive" | "password")
}
