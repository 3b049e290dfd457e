use super::*;
use rcgen::{CertificateParams, KeyPair};
use rustls::{ServerConfig, ServerConnection};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const WANTS: &str = "etc/systemd/system/sockets.target.wants";

/// A root directory of a host whose phones ask for `push.example.org`, with a certificate that is its own
/// root.
fn host() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    let below = |path: &str| root.path().join(path.trim_start_matches('/'));
    for directory in ["etc/secinfo/push", "etc/ssl/certs", WANTS] {
        fs::create_dir_all(root.path().join(directory)).unwrap();
    }
    url(root.path(), "https://push.example.org:8443/push");
    symlink("nowhere", root.path().join(WANTS).join(SOCKET)).unwrap();
    fs::write(root.path().join(WANTS).join("nowhere"), "").unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["push.example.org".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    fs::write(below(CERTIFICATE), &certificate).unwrap();
    fs::write(below(ROOTS[0]), &certificate).unwrap();
    fs::write(below(KEY), key.serialize_pem()).unwrap();
    fs::set_permissions(below(KEY), fs::Permissions::from_mode(0o600)).unwrap();
    root
}

fn url(root: &Path, url: &str) {
    let config = root.join("etc/secinfo/config.toml");
    fs::write(config, format!("[push]\nurl = \"{url}\"\n")).unwrap();
}

fn found(root: &TempDir) -> Vec<&'static str> {
    let mut findings = Findings::default();
    check(&Root::open(root.path()).unwrap(), &mut findings);
    for finding in &findings.found {
        assert!(finding.what.ends_with('.') && finding.remedy.ends_with('.'));
    }
    findings.found.iter().map(|finding| finding.id).collect()
}

#[test]
fn a_host_that_phones_reach_is_in_order_and_one_without_push_is_not_looked_at() {
    let root = host();
    assert_eq!(found(&root), [""; 0]);
    url(root.path(), "");
    assert_eq!(found(&root), ["push-socket-in-vain"]);
    fs::remove_file(root.path().join(WANTS).join(SOCKET)).unwrap();
    assert_eq!(found(&root), [""; 0]);
}

#[test]
fn whatever_keeps_phones_away_is_found() {
    type Break = fn(&Path);
    let broken: [(&str, Break); 8] = [
        ("push-socket-off", |root| {
            fs::remove_file(root.join(WANTS).join(SOCKET)).unwrap();
        }),
        ("push-url", |root| {
            url(root, "https://Push.example.org:443/push");
        }),
        ("push-name", |root| {
            url(root, "https://push.example.com:8443/push");
        }),
        ("push-chain", |root| {
            fs::remove_file(root.join(ROOTS[0].trim_start_matches('/'))).unwrap();
        }),
        ("push-no-certificate", |root| {
            fs::remove_file(root.join(CERTIFICATE.trim_start_matches('/'))).unwrap();
        }),
        ("push-no-certificate", |root| {
            fs::remove_file(root.join(KEY.trim_start_matches('/'))).unwrap();
        }),
        ("push-certificate", |root| {
            fs::write(root.join(CERTIFICATE.trim_start_matches('/')), "none").unwrap();
        }),
        ("push-key-mode", |root| {
            let key = root.join(KEY.trim_start_matches('/'));
            fs::set_permissions(key, fs::Permissions::from_mode(0o640)).unwrap();
        }),
    ];
    for (id, act) in broken {
        let root = host();
        act(root.path());
        assert_eq!(found(&root), [id]);
    }
}

#[test]
fn behind_a_web_server_the_certificate_is_not_looked_for_here() {
    let root = host();
    fs::remove_dir_all(root.path().join("etc/secinfo/push")).unwrap();
    fs::write(root.path().join(WANTS).join(PROXY_SOCKET), "").unwrap();
    assert_eq!(found(&root), [""; 0]);
}

#[test]
fn what_is_served_is_seen_whether_or_not_it_is_trusted() {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["push.example.org".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let chain = vec![certificate.der().clone()];
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.clone(), key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut connection = ServerConnection::new(Arc::new(config)).unwrap();
        while connection.is_handshaking() {
            connection.complete_io(&mut stream).unwrap();
        }
        // A second one says nothing, and hangs up.
        drop(listener.accept().unwrap());
    });
    let Served::Chain(found) = served("push.example.org", port) else {
        panic!("nothing was served");
    };
    assert_eq!(found, chain);
    assert!(matches!(served("push.example.org", port), Served::NoTls));
    server.join().unwrap();
    assert!(matches!(served("push.example.org", port), Served::Nothing));
}
