use super::*;
use secinfo_channel::{MessagePurpose, SecretText};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use tempfile::TempDir;

fn spool(directory: &Path, more: &Value) -> Result<Spool, String> {
    let mut settings = json!({ "directory": directory });
    let object = settings.as_object_mut().unwrap();
    object.extend(more.as_object().unwrap().clone());
    let settings = serde_json::from_value(settings).map_err(|error| error.to_string())?;
    Spool::create(settings, Logger::new(|_, _| {})).map_err(|CreateError(text)| text)
}

fn request(number: u32) -> Request {
    Request {
        message: format!("{number:032x}"),
        purpose: MessagePurpose::PasswordReset,
        destination: SecretText::from("+4930123456".to_owned()),
        subject: SecretText::from("Ihr Code für \"Example\"".to_owned()),
        text: SecretText::from("Code: 135790\n@host #135790".to_owned()),
        html: SecretText::from("<p>135790</p>".to_owned()),
        code: SecretText::from("135790".to_owned()),
        language: "de".to_owned(),
        organization: "Example".to_owned(),
        host: "host.example.org".to_owned(),
        service: "sshd".to_owned(),
        origin: "192.0.2.7".to_owned(),
        expires: 1_900_000_000_000,
        attempt: 1,
    }
}

fn start(spool: &Spool, request: Request) -> Receiver<Report> {
    let (sender, receiver) = mpsc::channel();
    let report = move |report| sender.send(report).unwrap();
    spool.deliver(Delivery::new(request, Spool::INFO.follows_up, report));
    receiver
}

/// The only report of a delivery.
fn deliver(spool: &Spool, request: Request) -> Report {
    let reports: Vec<_> = start(spool, request).iter().collect();
    assert_eq!(reports.len(), 1, "{reports:?}");
    reports.into_iter().next().unwrap()
}

fn names(directory: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(directory.path()).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn content(directory: &TempDir, name: &str) -> Value {
    serde_json::from_slice(&fs::read(directory.path().join(name)).unwrap()).unwrap()
}

#[test]
fn a_message_becomes_a_file_that_only_its_owner_can_read() {
    let directory = TempDir::new().unwrap();
    let spool = spool(directory.path(), &json!({})).unwrap();
    let request = request(7);
    let report = deliver(&spool, request.clone());
    let reference = request.message.clone();
    assert_eq!(report, Report::Accepted { reference });
    let names = names(&directory);
    let [name] = &names[..] else {
        panic!("one file: {names:?}")
    };
    assert!(name.ends_with(&format!("-{}.json", request.message)));
    let metadata = fs::metadata(directory.path().join(name)).unwrap();
    assert_eq!(metadata.permissions().mode() & 0o7777, 0o600);
    let mut content = content(&directory, name);
    let time = content.as_object_mut().unwrap().remove("time").unwrap();
    assert_eq!(format!("{:015}", time.as_u64().unwrap()), name[..15]);
    let expected = json!({
        "message": request.message,
        "purpose": "password-reset",
        "destination": "+4930123456",
        "subject": "Ihr Code für \"Example\"",
        "text": "Code: 135790\n@host #135790",
        "html": "<p>135790</p>",
        "code": "135790",
        "language": "de",
        "organization": "Example",
        "host": "host.example.org",
        "service": "sshd",
        "origin": "192.0.2.7",
        "attempt": 1,
    });
    assert_eq!(content, expected);
}

#[test]
fn names_sort_in_the_order_of_arrival() {
    let directory = TempDir::new().unwrap();
    let spool = spool(directory.path(), &json!({})).unwrap();
    // Ids that sort against the time.
    for number in (0..50).rev() {
        deliver(&spool, request(number));
    }
    let ids: Vec<_> = names(&directory)
        .iter()
        .map(|name| content(&directory, name)["message"].clone())
        .collect();
    let expected: Vec<_> = (0..50)
        .rev()
        .map(|number| request(number).message)
        .collect();
    assert_eq!(ids, expected);
}

#[test]
fn a_repeated_message_replaces_its_file() {
    let directory = TempDir::new().unwrap();
    let spool = spool(directory.path(), &json!({})).unwrap();
    deliver(&spool, request(1));
    deliver(&spool, request(2));
    let before = names(&directory);
    let mut again = request(1);
    again.attempt = 2;
    deliver(&spool, again);
    assert_eq!(names(&directory), before);
    assert_eq!(content(&directory, &before[0])["attempt"], 2);
    assert_eq!(content(&directory, &before[1])["attempt"], 1);
}

#[test]
fn a_file_left_by_a_crash_is_overwritten() {
    let directory = TempDir::new().unwrap();
    let spool = spool(directory.path(), &json!({})).unwrap();
    let left = directory
        .path()
        .join(format!(".{}.new", request(1).message));
    fs::write(left, "half a mess").unwrap();
    deliver(&spool, request(1));
    let names = names(&directory);
    assert_eq!(names.len(), 1, "{names:?}");
    assert_eq!(content(&directory, &names[0])["code"], "135790");
}

#[test]
fn slow_deliveries_do_not_block_the_caller() {
    let directory = TempDir::new().unwrap();
    let spool = spool(directory.path(), &json!({ "delay": "1h" })).unwrap();
    let waiting: Vec<_> = (0..200)
        .map(|number| start(&spool, request(number)))
        .collect();
    assert!(spool.health().healthy);
    assert_eq!(names(&directory), Vec::<String>::new());
    drop(spool);
    for reports in waiting {
        let reports: Vec<_> = reports.iter().collect();
        let [Report::Failed { reason, .. }] = &reports[..] else {
            panic!("{reports:?}")
        };
        assert_eq!(*reason, Reason::Plugin);
    }
    assert_eq!(names(&directory), Vec::<String>::new());
}

#[test]
fn a_file_is_written_after_the_delay() {
    let directory = TempDir::new().unwrap();
    let spool = spool(directory.path(), &json!({ "delay": "20ms" })).unwrap();
    let started = std::time::Instant::now();
    deliver(&spool, request(1));
    assert!(started.elapsed() >= Duration::from_millis(20));
    assert_eq!(names(&directory).len(), 1);
}

#[test]
fn a_failing_provider_can_be_simulated() {
    let directory = TempDir::new().unwrap();
    let detail = SIMULATED.to_owned();
    for (fail, healthy, expected) in [
        (
            "try-later",
            true,
            Report::TryLater {
                after: 0,
                reason: Reason::Busy,
                detail: detail.clone(),
            },
        ),
        (
            "unreachable",
            false,
            Report::TryLater {
                after: 0,
                reason: Reason::Unreachable,
                detail: detail.clone(),
            },
        ),
        (
            "destination",
            true,
            Report::Failed {
                reason: Reason::Destination,
                detail,
            },
        ),
    ] {
        let spool = spool(directory.path(), &json!({ "fail": fail })).unwrap();
        assert_eq!(deliver(&spool, request(1)), expected);
        assert_eq!(spool.health().healthy, healthy, "{fail}");
    }
    assert_eq!(names(&directory), Vec::<String>::new());
}

#[test]
fn a_missing_directory_is_reported() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("messages");
    fs::create_dir(&path).unwrap();
    let spool = spool(&path, &json!({})).unwrap();
    assert!(spool.health().healthy);
    fs::remove_dir(&path).unwrap();
    assert!(!spool.health().healthy);
    match deliver(&spool, request(1)) {
        Report::TryLater { reason, detail, .. } => {
            assert_eq!(reason, Reason::Provider);
            assert!(!detail.contains("135790"), "{detail}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_invalid_id_writes_no_file() {
    let directory = TempDir::new().unwrap();
    let spool = spool(directory.path(), &json!({})).unwrap();
    for id in ["", "../escaped", "../../aabbccddeeff00112233445566", "ZZ"] {
        let mut request = request(1);
        id.clone_into(&mut request.message);
        assert!(matches!(deliver(&spool, request), Report::Failed { .. }));
    }
    assert_eq!(names(&directory), Vec::<String>::new());
}

#[test]
fn an_error_names_the_invalid_setting() {
    let directory = TempDir::new().unwrap();
    for (more, word) in [
        (json!({ "directory": "relative" }), "whole path"),
        (json!({ "directory": "/nonexistent" }), "install -d"),
        (json!({ "delay": "2h" }), "delay"),
        (json!({ "delay": "-1s" }), "delay"),
        (json!({ "delay": "soon" }), "delay"),
        (json!({ "fail": "always" }), "always"),
        (json!({ "dellay": "1s" }), "dellay"),
    ] {
        let text = spool(directory.path(), &more).err().expect("refused");
        assert!(text.contains(word), "{more}: {text}");
    }
}

#[test]
fn concurrent_messages_are_all_written() {
    let directory = TempDir::new().unwrap();
    let spool = spool(directory.path(), &json!({})).unwrap();
    let under_way: Vec<_> = (0..64)
        .map(|number| start(&spool, request(number)))
        .collect();
    for reports in under_way {
        assert!(matches!(reports.recv().unwrap(), Report::Accepted { .. }));
    }
    let names = names(&directory);
    let times: BTreeSet<_> = names.iter().map(|name| &name[..15]).collect();
    assert_eq!((names.len(), times.len()), (64, 64));
}
