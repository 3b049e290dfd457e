//! The JSON Schemas in schemas/events, held against the code.

use crate::strategies::event;
use crate::{config, golden};
use jsonschema::{Registry, Validator};
use proptest::prelude::*;
use proptest::sample::Index;
use secinfo_domain::event::{Fact, decode, encode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::LazyLock;

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemas/events")
}

/// Every schema file, by name.
fn schemas() -> BTreeMap<String, Value> {
    std::fs::read_dir(directory())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

/// The schema of each version of each type.
static VALIDATORS: LazyLock<BTreeMap<(&'static str, u16), Validator>> = LazyLock::new(|| {
    let schemas = schemas();
    let definitions = &schemas["definitions.v1.json"];
    let registry = Registry::new()
        .add(definitions["$id"].as_str().unwrap(), definitions)
        .unwrap()
        .prepare()
        .unwrap();
    let compiled = golden::names().map(|(name, version)| {
        let schema = &schemas[&format!("{name}.v{version}.json")];
        let validator = jsonschema::options().with_registry(&registry).build(schema);
        (
            (name, version),
            validator.unwrap_or_else(|error| panic!("{name}: {error}")),
        )
    });
    compiled.collect()
});

fn is_valid(event: &Value) -> bool {
    let name = event["type"].as_str().expect("the type is left alone");
    let version = event["version"]
        .as_u64()
        .expect("the version is left alone");
    let version = u16::try_from(version).expect("it is a version that there is");
    VALIDATORS[&(name, version)].is_valid(event)
}

fn is_decoded(event: &Value) -> bool {
    decode(event.to_string().as_bytes()).is_ok()
}

#[test]
fn every_version_of_every_type_has_a_schema_and_nothing_else_has() {
    let wanted = golden::names().map(|(name, version)| format!("{name}.v{version}.json"));
    let shared = ["definitions.v1.json".to_owned()];
    let found: BTreeSet<_> = schemas().into_keys().collect();
    assert_eq!(found, wanted.chain(shared).collect());
}

#[test]
fn every_schema_is_one_of_draft_2020_12_and_names_itself() {
    for (name, schema) in schemas() {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
        assert_eq!(
            schema["$schema"],
            "https://json-schema.org/draft/2020-12/schema"
        );
        let id = format!("https://example.org/secinfo/schemas/events/{name}");
        assert_eq!(schema["$id"], json!(id));
    }
}

/// What a reader of the contract meets: each property has a description, of its own or by
/// reference to a definition that has one.
#[test]
fn every_property_of_every_schema_is_described() {
    fn undescribed(schema: &Value, path: &str, found: &mut Vec<String>) {
        if let Some(properties) = schema["properties"].as_object() {
            for (name, property) in properties {
                let known = ["description", "$ref", "const"];
                let described = known.iter().any(|key| property.get(key).is_some());
                let one_of_a_choice = properties.len() == 1;
                // The envelope describes these; a type narrows them.
                let narrowed = !path.contains('/') && ["user", "data"].contains(&&**name);
                if !described && !one_of_a_choice && !narrowed {
                    found.push(format!("{path}/{name}"));
                }
            }
        }
        match schema {
            Value::Object(members) => {
                for (key, value) in members {
                    undescribed(value, &format!("{path}/{key}"), found);
                }
            }
            Value::Array(items) => {
                for item in items {
                    undescribed(item, path, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (name, schema) in schemas() {
        undescribed(&schema, &name, &mut found);
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn every_golden_event_is_what_its_schema_says() {
    for (name, version) in golden::names() {
        let event: Value = serde_json::from_slice(&golden::read(name, version)).unwrap();
        if let Err(error) = VALIDATORS[&(name, version)].validate(&event) {
            panic!("{name} version {version}: {error}");
        }
    }
}

/// Where the members of objects are, as JSON pointers of object and member.
fn members(value: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(object) => {
            for (name, member) in object {
                found.push((pointer.to_owned(), name.clone()));
                members(member, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                members(item, &format!("{pointer}/{place}"), found);
            }
        }
        _ => {}
    }
}

/// One way to damage an event.
#[derive(Debug, Clone)]
enum Damage {
    Remove,
    Add,
    Replace(Value),
}

/// What a member is replaced by. No array, because serde reads one in place of an object, and no
/// whole number with a fraction, because JSON Schema takes 1.0 for the integer 1.
fn damage() -> impl Strategy<Value = Damage> {
    let other = prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(7),
        json!(256),
        json!(70_000),
        json!(5_000_000_000_u64),
        json!(-5_000_000_000_i64),
        json!(0.5),
        json!(""),
        json!("A"),
        json!("AB=="),
        json!("sealed?"),
        json!("0123456789ABCDEF0123456789abcdef"),
        json!("a name: with / all"),
        json!(" sshd"),
        json!("wrong-code"),
        json!({}),
        json!({"user": 1}),
        json!({"counter": -1}),
        json!("DE"),
        json!("de"),
        json!("text-main"),
        json!({"email": {"proved_by": "0123456789abcdef0123456789abcdef"}}),
        json!({"text": {"proved_by": "0123456789abcdef0123456789abcdef"}}),
    ]);
    prop_oneof![
        Just(Damage::Remove),
        Just(Damage::Add),
        other.prop_map(Damage::Replace),
    ]
}

fn damaged(event: &Value, place: Index, damage: &Damage) -> Option<Value> {
    let mut places = Vec::new();
    members(event, "", &mut places);
    // Which schema is meant follows from these.
    places.retain(|(pointer, name)| !pointer.is_empty() || !["type", "version"].contains(&&**name));
    let (pointer, name) = place.get(&places);
    let mut event = event.clone();
    let object = event.pointer_mut(pointer)?.as_object_mut()?;
    match damage {
        Damage::Remove => object.remove(name),
        Damage::Add => object.insert("unheard-of".to_owned(), json!(1)),
        Damage::Replace(value) => object.insert(name.clone(), value.clone()),
    };
    Some(event)
}

/// Where the schema says more than reading asks for: whether an event is about a user or the host.
fn only_the_schema_minds(before: &Value, after: &Value) -> bool {
    before["user"].is_null() != after["user"].is_null() && after.get("user").is_some()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_event_is_what_its_schema_says(seq in any::<u64>(), event in event()) {
        let bytes = encode(seq, &event).unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let name = event.fact.type_name();
        if let Err(error) = VALIDATORS[&(name, event.fact.version())].validate(&value) {
            prop_assert!(false, "{name}: {error} at {}", error.instance_path());
        }
    }

    #[test]
    fn code_and_schema_agree_on_what_a_damaged_event_is(
        event in event(),
        damages in prop::collection::vec((any::<Index>(), damage()), 24),
    ) {
        let bytes = encode(5, &event).unwrap();
        let whole: Value = serde_json::from_slice(&bytes).unwrap();
        for (place, damage) in damages {
            let Some(value) = damaged(&whole, place, &damage) else { continue };
            if !only_the_schema_minds(&whole, &value) {
                prop_assert_eq!(is_decoded(&value), is_valid(&value), "{}", value);
            }
        }
    }
}

/// The same for each member of each golden event, so that none is left to chance.
#[test]
fn an_event_without_one_of_its_fields_or_with_one_more_is_refused_by_code_and_schema() {
    for (name, version) in Fact::TYPES {
        let whole: Value = serde_json::from_slice(&golden::read(name, *version)).unwrap();
        let schema = &VALIDATORS[&(*name, *version)];
        let mut places = Vec::new();
        members(&whole, "", &mut places);
        for (pointer, member) in places {
            // Nobody need have become root. A refinement says only what it refines; what a service has of them
            // is always there.
            let optional = (&*pointer, &*member) == ("/actor", "login")
                || pointer.starts_with("/data/policy/groups")
                || pointer.starts_with("/data/policy/services")
                    && !["refinement", "sign_in"].contains(&&*member);
            let mut less = whole.clone();
            let mut more = whole.clone();
            let object = less.pointer_mut(&pointer).unwrap();
            object.as_object_mut().unwrap().remove(&member);
            let object = more.pointer_mut(&pointer).unwrap();
            object
                .as_object_mut()
                .unwrap()
                .insert(format!("{member}-2"), json!(1));
            assert!(!is_decoded(&more) && !schema.is_valid(&more), "{more}");
            assert_eq!(is_decoded(&less), optional, "{less}");
            assert_eq!(schema.is_valid(&less), optional, "{less}");
        }
    }
}
