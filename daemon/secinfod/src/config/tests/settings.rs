//! What is written reaches where it belongs.

use super::super::{ChannelConfig, Launch, MasterKeySource, PluginFile};
use super::parse;
use secinfo_domain::policy::Verify;
use secinfo_domain::{
    Algorithm, ChannelName, Digits, Kind, Seconds, ServiceName, Strength, UserName,
};
use std::path::{Path, PathBuf};

#[test]
fn settings_reach_daemon_and_policy() {
    let config = parse(
        r#"
        [daemon]
        organization = "Example Ltd"
        bus_address = "unix:abstract=other"
        master_key = "/etc/secinfo/master.key"
        cache_size = "512MiB"
        [policy]
        allowed = ["recovery-codes", "authenticator-app"]
        fresh_proof = "1h"
        deletion_wait = "2d"
        authenticator-app = { algorithm = "SHA512", digits = 8 }
        throttle.free = 0x2
        throttle.longest_lock = "90m"
        [service."systemd-user"]
        reset_gates = "two"
        [service.sshd]
        required = 1
        "#,
    )
    .expect("a right configuration");
    assert_eq!(config.daemon.organization.as_deref(), Some("Example Ltd"));
    assert_eq!(
        config.daemon.bus_address.as_deref(),
        Some("unix:abstract=other")
    );
    assert_eq!(
        config.daemon.master_key,
        MasterKeySource::File(PathBuf::from("/etc/secinfo/master.key"))
    );
    assert_eq!(config.daemon.cache_size, 512 << 20);
    let policy = config.policy();
    assert_eq!(
        policy.rules.allowed.iter().collect::<Vec<_>>(),
        [Kind::AuthenticatorApp, Kind::RecoveryCodes]
    );
    assert_eq!(policy.rules.fresh_proof, Seconds::new(3600));
    assert_eq!(policy.rules.deletion_wait, Seconds::from_days(2));
    assert_eq!(
        (
            policy.rules.authenticator_app.algorithm,
            policy.rules.authenticator_app.digits
        ),
        (Algorithm::Sha512, Digits::Eight)
    );
    assert_eq!(policy.rules.throttle.free, 2);
    assert_eq!(policy.rules.throttle.longest_lock, Seconds::new(5400));
    let services: Vec<_> = policy
        .services
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(services, ["sshd", "systemd-user"]);
}

#[test]
fn settings_reach_channels() {
    let config = parse(
        r#"
        [daemon]
        plugin_directory = "/opt/channels"
        allow_spool = true
        [channel.mail]
        kind = "email"
        plugin = "email-smtp"
        user = "secinfo-email"
        [channel.box]
        kind = "text"
        plugin = "/opt/libsecinfo_spool.so"
        settings = "/etc/box.toml"
        order = 1
        timeout = "1m"
        user = "postman"
        memory = "64MiB"
        writable = ["/var/spool/box"]
        readable = ["/etc/ssl", "/usr/share/box"]
        socket = "/run/box.sock"
        queue = 5
        "#,
    )
    .expect("a right configuration");
    let hosts = config.hosts();
    assert_eq!(hosts.plugin_directory, Path::new("/opt/channels"));
    assert!(hosts.allow_readable);
    let [spool, mail] = config.channels().try_into().expect("two channels");
    assert_eq!(
        spool,
        ChannelConfig {
            name: ChannelName::parse("box").unwrap(),
            kind: Kind::Text,
            plugin: PluginFile::At(PathBuf::from("/opt/libsecinfo_spool.so")),
            settings: Some(PathBuf::from("/etc/box.toml")),
            order: 1,
            timeout: Seconds::new(60),
            launch: Launch::Elsewhere {
                socket: PathBuf::from("/run/box.sock"),
                user: Some(UserName::parse("postman").unwrap()),
            },
            memory: 64 << 20,
            writable: vec![PathBuf::from("/var/spool/box")],
            readable: vec![PathBuf::from("/etc/ssl"), PathBuf::from("/usr/share/box")],
            queue: 5,
        }
    );
    assert_eq!(
        mail.plugin.path(&hosts.plugin_directory),
        Path::new("/opt/channels/libsecinfo_email_smtp.so")
    );
}

#[test]
fn settings_for_signing_in_reach_the_policy() {
    let config = parse(
        r#"
        [policy.sign-in]
        verify = "required"
        remember = "5m"
        exempt_groups = ["backup"]
        exempt_networks = ["192.0.2.0/24", "2001:db8::/32"]
        [service.sudo]
        verify = "when-enrolled"
        strength = "possession"
        remember = "15m"
        exempt_groups = []
        "#,
    )
    .unwrap();
    let policy = config.policy();
    let sshd = policy.sign_in(Some(&ServiceName::parse("sshd").unwrap()));
    assert_eq!(
        (sshd.verify, sshd.remember),
        (Verify::Required, Seconds::new(300))
    );
    assert_eq!(sshd.exempt_groups[0].as_str(), "backup");
    assert!(sshd.exempt_networks[1].contains("2001:db8::1".parse().unwrap()));
    let service = ServiceName::parse("sudo").unwrap();
    let sudo = policy.sign_in(Some(&service));
    assert_eq!(sudo.verify, Verify::WhenEnrolled);
    assert_eq!(sudo.remember, Seconds::new(900));
    assert!(sudo.exempt_groups.is_empty());
    assert_eq!(sudo.exempt_networks.len(), 2, "as for all");
    let effective = policy.effective(&[], Some(&service));
    assert!(!effective.suffices(Strength::Delivered));
    assert!(effective.suffices(Strength::Possession));
}

#[test]
fn a_service_may_allow_only_kinds_that_serve_sign_in_and_count_for_nothing() {
    let config = parse(
        r#"
        [policy]
        required = 1
        sign-in.verify = "required"
        sign-in.exempt_groups = ["robots"]
        [group.robots]
        allowed = ["access-pass"]
        [service.rescue]
        allowed = ["recovery-codes", "access-pass"]
        "#,
    )
    .expect("a right configuration");
    let rescue = ServiceName::parse("rescue").unwrap();
    let policy = config.policy().effective(&[], Some(&rescue));
    assert_eq!(
        policy.allowed.iter().collect::<Vec<_>>(),
        [Kind::RecoveryCodes, Kind::AccessPass]
    );
}
