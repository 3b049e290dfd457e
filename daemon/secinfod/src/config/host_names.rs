//! Names of groups and PAM services in the configuration that this host does not know. They may come later, so
//! they are told, and not refused.

use super::Config;
use nix::unistd::Group;
use secinfo_domain::GroupName;
use secinfo_typed::nearest;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;

/// Where the files of PAM services are; see pam.d(5).
const SERVICES: [&str; 2] = ["/etc/pam.d", "/usr/lib/pam.d"];
const GROUPS: &str = "/etc/group";

/// A section or a list names what this host does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownName {
    what: What,
    name: String,
    /// What was probably meant.
    meant: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Group,
    Service,
}

impl fmt::Display for UnknownName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.what {
            What::Group => write!(
                f,
                "this host knows no group {name}, so what the configuration says of it holds for nobody"
            ),
            What::Service => write!(
                f,
                "there is no PAM service {name} in {}, so what the configuration says of it holds nowhere",
                SERVICES[0]
            ),
        }?;
        match &self.meant {
            Some(meant) => write!(f, "; did you mean {meant}?"),
            None => Ok(()),
        }
    }
}

/// What a host has.
struct Host {
    /// Whether a group is known, also to a directory.
    has_group: fn(&str) -> bool,
    groups: BTreeSet<String>,
    services: BTreeSet<String>,
}

impl Config {
    /// The names in it of groups and PAM services that this host does not know.
    #[must_use]
    pub fn unknown_names(&self) -> Vec<UnknownName> {
        let lines = fs::read_to_string(GROUPS).unwrap_or_default();
        let groups = lines.lines().filter_map(|line| line.split(':').next());
        let entries = SERVICES
            .into_iter()
            .filter_map(|path| fs::read_dir(path).ok());
        let entries = entries.flatten().flatten();
        let host = Host {
            // One whose directory does not answer is not unknown.
            has_group: |name| !matches!(Group::from_name(name), Ok(None)),
            groups: groups.map(str::to_owned).collect(),
            services: entries
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect(),
        };
        self.unknown_on(&host)
    }

    fn unknown_on(&self, host: &Host) -> Vec<UnknownName> {
        let policy = &self.policy;
        let exempt = policy.rules.sign_in.exempt_groups.iter();
        let groups = policy.groups.iter().map(|(name, _)| name).chain(exempt);
        let groups: BTreeSet<&str> = groups.map(GroupName::as_str).collect();
        let services: BTreeSet<&str> = policy
            .services
            .iter()
            .map(|(name, _)| name.as_str())
            .collect();
        let unknown = |what, name: &str, known: &BTreeSet<String>| UnknownName {
            what,
            name: name.to_owned(),
            meant: nearest(name, known.iter().map(String::as_str)).map(str::to_owned),
        };
        let groups = groups
            .into_iter()
            .filter(|name| !(host.has_group)(name))
            .map(|name| unknown(What::Group, name, &host.groups));
        let services = services
            .into_iter()
            // A host without any is one on which PAM is not set up, such as a test's.
            .filter(|name| !host.services.is_empty() && !host.services.contains(*name))
            .map(|name| unknown(What::Service, name, &host.services));
        groups.chain(services).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_services_that_the_host_does_not_know_are_told_with_what_was_meant() {
        let text = "[group.sudo]\nrequired = 1\n[group.sduo]\nrequired = 1\n\
                    [service.sshd]\nverify = \"required\"\n[service.ssh]\nverify = \"required\"\n";
        let config = Config::parse(text, "config.toml").unwrap();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mut host = Host {
            has_group: |name| name == "sudo",
            groups: names(&["root", "sudo"]),
            services: names(&["login", "sshd"]),
        };
        let told: Vec<_> = config
            .unknown_on(&host)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "this host knows no group sduo, so what the configuration says of it holds for nobody; \
                 did you mean sudo?",
                "there is no PAM service ssh in /etc/pam.d, so what the configuration says of it holds nowhere; \
                 did you mean sshd?"
            ]
        );
        host.services.clear();
        assert_eq!(config.unknown_on(&host).len(), 1);
    }
}
