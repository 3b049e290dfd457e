//! Looks for ways into Cockpit that go past PAM's `auth` lines, and so past secinfo: certificates of browsers,
//! and Kerberos. cockpit-session opens a session for both without asking PAM who it is.

use super::desktop::verifies;
use super::finding::{Area, Finding, Findings, Severity};
use super::pam::Protection;
use secinfo_pam_stack::root::{Root, is_absent};
use toml::Table;

const SERVICE: &str = "cockpit";
const SETTINGS: &str = "/etc/cockpit/cockpit.conf";
const CONFIG: &str = "/etc/secinfo/config.toml";
/// Where Cockpit looks for the key of its service.
const KEYTAB: &str = "/etc/cockpit/krb5.keytab";
/// Where Kerberos has the keys of a host, which Cockpit takes when it has none of its own.
const KEYTAB_OF_HOST: &str = "/etc/krb5.keytab";
/// How the names of services begin that browsers have tickets for.
const WEB: &[u8] = b"HTTP";

/// Looks at a host where Cockpit asks secinfo.
pub(crate) fn check(root: &Root, protection: &Protection, findings: &mut Findings) {
    let config = root.text(CONFIG).unwrap_or_default();
    let config: Table = config.parse().unwrap_or_default();
    if !protection.services.contains(SERVICE) || !verifies(&config, SERVICE) {
        return;
    }
    let settings = match root.text(SETTINGS) {
        Ok(text) => text,
        Err(error) if is_absent(&error) => String::new(),
        Err(error) => {
            findings.missed(Area::Pam, SETTINGS, error.to_string());
            return;
        }
    };
    let taken = setting(&settings, "WebService", "ClientCertAuthentication");
    if taken.is_some_and(is_true) {
        findings.add(finding(
            "cockpit-certificates",
            SETTINGS,
            "Cockpit lets browsers in by a certificate, and asks PAM nothing then: neither a password nor secinfo.",
            "Remove ClientCertAuthentication, or count on the certificates being on smart cards with a PIN.",
        ));
    }
    if setting(&settings, "Negotiate", "Action").is_some_and(|action| action == "none") {
        return;
    }
    if let Some(keytab) = keytab(root, findings) {
        findings.add(finding(
            "cockpit-kerberos",
            keytab,
            "Cockpit lets browsers in by a ticket of Kerberos, and asks PAM nothing then: neither a password nor \
             secinfo.",
            "Add the lines '[Negotiate]' and 'Action = none' to /etc/cockpit/cockpit.conf, or have Kerberos ask for \
             a second step before it gives tickets.",
        ));
    }
}

/// The file with a key for Cockpit; none where there is none.
fn keytab(root: &Root, findings: &mut Findings) -> Option<&'static str> {
    if root.has(KEYTAB) {
        return Some(KEYTAB);
    }
    match root.bytes(KEYTAB_OF_HOST) {
        Ok(keys) => {
            let mut words = keys.windows(WEB.len());
            words.any(|word| word == WEB).then_some(KEYTAB_OF_HOST)
        }
        Err(error) if is_absent(&error) => None,
        Err(_) => {
            findings.missed(Area::Pam, KEYTAB_OF_HOST, "only root may read it");
            None
        }
    }
}

/// A value of a section, as Cockpit finds it: the last one, whatever the case of the names.
fn setting<'a>(text: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let mut inside = false;
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            inside = name.eq_ignore_ascii_case(section);
        } else if inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim().eq_ignore_ascii_case(key)
        {
            found = Some(value.trim());
        }
    }
    found
}

/// What Cockpit takes for yes.
fn is_true(value: &str) -> bool {
    ["yes", "true", "1"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

fn finding(id: &'static str, subject: &str, what: &str, remedy: &str) -> Finding {
    Finding {
        services: vec![SERVICE.to_owned()],
        ..Finding::of_host(Area::Pam, id, Severity::Warning, subject, what, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_found_in_its_section_only() {
        let text = "# [WebService]\n[Log]\nClientCertAuthentication = yes\n[webservice]\n\
                    clientcertauthentication= True\n";
        let found = setting(text, "WebService", "ClientCertAuthentication");
        assert_eq!(found, Some("True"));
        assert!(is_true("True"));
        assert!(!is_true("no"));
        assert_eq!(setting(text, "Negotiate", "Action"), None);
    }
}
