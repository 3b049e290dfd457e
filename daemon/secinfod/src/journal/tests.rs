//! What an entry shows of each type of event, and what it never shows.

use super::{Entry, EventType, Priority};
use secinfo_domain::event::{Event, Fact, Who, decode};
use secinfo_domain::{Kind, MethodId, ServiceName};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// One event of each type, as the domain keeps it for ever.
fn golden() -> Vec<(u64, Event, String)> {
    let file = |(name, version): &(&str, u16)| {
        let path = format!("daemon/domain/tests/golden/{name}.v{version}.json");
        let text = std::fs::read_to_string(repository().join(path)).unwrap();
        let stored = decode(text.as_bytes()).unwrap();
        (stored.seq, stored.event, text)
    };
    Fact::TYPES.iter().map(file).collect()
}

fn entry(seq: u64, event: &Event) -> Entry {
    Entry::of(seq, event, |_| Some(Kind::Text)).unwrap()
}

/// Each field of the bytes that journald gets. No value of ours has several lines.
fn sent(entry: &Entry) -> Vec<(String, String)> {
    let text = String::from_utf8(entry.to_bytes()).unwrap();
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    };
    text.lines().map(pair).collect()
}

#[test]
fn every_type_of_event_has_a_message_id_of_its_own_and_a_sentence() {
    let types: BTreeSet<_> = Fact::TYPES.iter().map(|(name, _)| *name).collect();
    let known: BTreeSet<_> = EventType::ALL.iter().map(|known| known.name).collect();
    assert_eq!(known, types);
    let ids: BTreeSet<_> = EventType::ALL.iter().map(|known| known.id).collect();
    assert_eq!(ids.len(), EventType::ALL.len());
    for known in EventType::ALL {
        // systemd takes 128 bits in hexadecimal; sd_id128 of version 4 says so in two places.
        assert!(known.id.parse::<MethodId>().is_ok(), "{known:?}");
        assert_eq!(known.id.as_bytes()[12], b'4', "{known:?}");
        assert!(known.sentence.ends_with('.') && !known.sentence.contains('\n'));
    }
}

#[test]
fn an_entry_says_what_happened_and_how_urgent_it_is() {
    let told: BTreeMap<_, _> = golden()
        .iter()
        .map(|(seq, event, _)| {
            let entry = entry(*seq, event);
            (entry.event_type().name, sent(&entry))
        })
        .collect();
    let value = |name: &str, field: &str| {
        let mut fields = told[name].iter();
        fields
            .find(|(known, _)| known == field)
            .map(|(_, value)| value.as_str())
    };
    for (seq, event, _) in golden() {
        let name = event.fact.type_name();
        assert_eq!(value(name, "SECINFO_EVENT"), Some(name));
        assert_eq!(value(name, "SECINFO_SEQ"), Some(seq.to_string().as_str()));
        let user = event.user.map(|user| user.to_string());
        assert_eq!(value(name, "SECINFO_USER"), user.as_deref());
        let actor = match event.actor.who {
            Who::System => "system".to_owned(),
            Who::Root => "root".to_owned(),
            Who::User(id) => id.to_string(),
        };
        assert_eq!(value(name, "SECINFO_ACTOR"), Some(actor.as_str()));
        let login = event.actor.login.map(|login| login.to_string());
        assert_eq!(value(name, "SECINFO_LOGIN"), login.as_deref());
        assert_eq!(value(name, "SYSLOG_FACILITY"), Some("10"), "LOG_AUTHPRIV");
        let mut fields = BTreeSet::new();
        for (field, _) in &told[name] {
            assert!(fields.insert(field), "{name} has {field} twice");
        }
    }
    assert_eq!(value("locked", "PRIORITY"), Some("4"));
    assert!(value("locked", "SECINFO_UNTIL").is_some());
    assert_eq!(value("locked", "SECINFO_KIND"), Some("text"));
    assert_eq!(value("break-glass-used", "PRIORITY"), Some("1"));
    assert_eq!(value("verification-failed", "PRIORITY"), Some("5"));
    assert!(value("verification-failed", "SECINFO_REASON").is_some());
    assert!(value("message-failed", "SECINFO_CHANNEL").is_some());
    assert_eq!(
        EventType::of("verification-succeeded").unwrap().priority,
        Priority::Info
    );
}

/// Every string below a value.
fn strings(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::String(text) => {
            found.insert(text.clone());
        }
        serde_json::Value::Array(values) => values.iter().for_each(|value| strings(value, found)),
        serde_json::Value::Object(values) => values.values().for_each(|v| strings(v, found)),
        _ => {}
    }
}

/// The values below every key of this name.
fn under(key: &str, value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Array(values) => values.iter().for_each(|v| under(key, v, found)),
        serde_json::Value::Object(values) => {
            for (name, value) in values {
                if name == key {
                    strings(value, found);
                } else {
                    under(key, value, found);
                }
            }
        }
        _ => {}
    }
}

#[test]
fn no_entry_of_any_type_shows_what_is_sealed_or_tells_a_person() {
    /// The fields that there may be. Consider what it may hold before adding one.
    const FIELDS: [&str; 22] = [
        "MESSAGE",
        "MESSAGE_ID",
        "PRIORITY",
        "SECINFO_ACTOR",
        "SECINFO_CHANNEL",
        "SECINFO_CODE",
        "SECINFO_EVENT",
        "SECINFO_KIND",
        "SECINFO_LOGIN",
        "SECINFO_MESSAGE",
        "SECINFO_METHOD",
        "SECINFO_PURPOSE",
        "SECINFO_REASON",
        "SECINFO_SEQ",
        "SECINFO_SERVICE",
        "SECINFO_STRENGTH",
        "SECINFO_TIME",
        "SECINFO_TOKEN",
        "SECINFO_UNTIL",
        "SECINFO_USER",
        "SYSLOG_FACILITY",
        "SYSLOG_IDENTIFIER",
    ];
    /// What stands unsealed in an event and still is not for the journal: sealed bytes, keyed tags
    /// of destinations, terminals and sessions, countries, groups of the policy, the host's name.
    const KEPT: [&str; 11] = [
        "sealed",
        "label",
        "place",
        "destination",
        "terminal",
        "session",
        "first_proof",
        "country",
        "policy",
        "origin",
        "checkpoint",
    ];
    for (seq, event, text) in golden() {
        let stored: serde_json::Value = serde_json::from_str(&text).unwrap();
        let entry = entry(seq, &event);
        let (mut there, mut kept) = (BTreeSet::new(), BTreeSet::new());
        strings(&stored, &mut there);
        for key in KEPT {
            under(key, &stored["data"], &mut kept);
        }
        for (name, value) in sent(&entry) {
            assert!(FIELDS.contains(&name.as_str()), "{name}");
            let plain = !name.starts_with("SECINFO_")
                || value.parse::<u64>().is_ok()
                || Kind::ALL.iter().any(|kind| kind.as_str() == value)
                || ["system", "root"].contains(&value.as_str());
            let name = format!("{name} of {}", event.fact.type_name());
            assert!(plain || there.contains(&value), "{name}: {value}");
            assert!(!kept.contains(&value), "{name}: {value}");
        }
    }
}

#[test]
fn what_a_user_calls_the_service_is_not_for_the_journal() {
    let (seq, mut event, _) = golden()
        .into_iter()
        .find(|(_, event, _)| matches!(event.fact, Fact::VerificationFailed(_)))
        .unwrap();
    event.actor.service = Some(ServiceName::parse("alice@example.org").unwrap());
    let bytes = |event: &Event| entry(seq, event).to_bytes();
    let holds = |entry: &[u8]| String::from_utf8_lossy(entry).contains("alice");
    event.actor.who = Who::User(event.user.unwrap());
    assert!(!holds(&bytes(&event)));
    event.actor.who = Who::Root;
    assert!(holds(&bytes(&event)));
}

#[test]
fn a_type_whose_method_is_gone_is_told_without_its_kind() {
    let (seq, event, _) = golden()
        .into_iter()
        .find(|(_, event, _)| matches!(event.fact, Fact::Locked(_)))
        .unwrap();
    let entry = Entry::of(seq, &event, |_| None).unwrap();
    assert!(entry.fields().all(|(name, _)| name != "SECINFO_KIND"));
    assert!(entry.fields().any(|(name, _)| name == "SECINFO_METHOD"));
}

/// The catalog that `journalctl -x` reads: subject and text of each id, in each language.
#[test]
fn the_catalog_explains_every_type_in_english_german_and_french() {
    let catalog = std::fs::read_to_string(repository().join("systemd/secinfo.catalog")).unwrap();
    let mut explained = BTreeSet::new();
    for part in format!("\n{catalog}").split("\n-- ").skip(1) {
        let (head, rest) = part.split_once('\n').unwrap();
        let (headers, text) = rest.split_once("\n\n").unwrap();
        assert!(headers.starts_with("Subject: "), "{head}");
        assert!(headers.contains("\nDefined-By: secinfo"), "{head}");
        assert!(text.trim().len() > 40, "{head}: {text}");
        // A field that an entry does not have stands there as it is written.
        for field in text.split('@').skip(1).step_by(2) {
            assert_eq!(field, "SECINFO_SEQ", "{head}");
        }
        assert!(
            explained.insert(head.to_owned()),
            "{head} stands there twice"
        );
    }
    let wanted = EventType::ALL
        .iter()
        .flat_map(|known| ["", " de", " fr"].map(|language| format!("{}{language}", known.id)));
    assert_eq!(explained, wanted.collect());
}

#[test]
fn the_reference_lists_every_type_with_its_id_and_level() {
    let page = std::fs::read_to_string(repository().join("docs/reference/journal.md")).unwrap();
    for known in EventType::ALL {
        let level = format!("{:?}", known.priority).to_lowercase();
        let row = format!("| `{}` | {level} | `{}` |", known.name, known.id);
        assert!(page.contains(&row), "docs/reference/journal.md lacks {row}");
    }
}
