use crate::argument::Arguments;
use crate::catalog::sources;
use crate::{Language, Words};
use fluent_syntax::ast;
use secinfo_wire::{Reason, names};
use std::collections::{BTreeMap, BTreeSet};

/// The arguments of each message and attribute of a language, and the choices between wordings.
fn contents(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for source in sources(language) {
        let resource = fluent_syntax::parser::parse(*source).unwrap();
        for entry in &resource.body {
            let ast::Entry::Message(message) = entry else {
                continue;
            };
            let value = message.value.iter().map(|value| (String::new(), value));
            let attributes = message
                .attributes
                .iter()
                .map(|attribute| (format!(".{}", attribute.id.name), &attribute.value));
            for (attribute, pattern) in value.chain(attributes) {
                let mut arguments = BTreeSet::new();
                read(pattern, &mut arguments);
                let id = format!("{}{attribute}", message.id.name);
                assert!(found.insert(id.clone(), arguments).is_none(), "{id}");
            }
        }
    }
    found
}

fn read(pattern: &ast::Pattern<&str>, arguments: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        let ast::PatternElement::Placeable { expression } = element else {
            continue;
        };
        let inline = match expression {
            ast::Expression::Inline(inline) => inline,
            ast::Expression::Select { selector, variants } => {
                for variant in variants {
                    read(&variant.value, arguments);
                }
                selector
            }
        };
        match inline {
            ast::InlineExpression::VariableReference { id } => {
                arguments.insert(id.name.to_owned());
            }
            ast::InlineExpression::StringLiteral { .. } => {}
            other => panic!("the test does not know {other:?}"),
        }
    }
}

#[test]
fn every_language_has_every_message_with_the_same_arguments() {
    let english = contents(Language::English);
    assert!(english.len() > 30);
    for language in Language::ALL {
        assert_eq!(contents(language), english, "{language:?}");
    }
}

#[test]
fn every_name_on_the_bus_has_words_in_every_language() {
    use names::{finer, place, purpose, undelivered, used};
    let kinds: Vec<_> = names::kind::ALL
        .iter()
        .map(|name| format!("kind-{name}"))
        .collect();
    let purposes =
        [purpose::SIGN_IN, purpose::PASSWORD_RESET].map(|name| format!("purpose-{name}"));
    let places =
        [place::MOBILE, place::ALTERNATE, place::OFFICE].map(|name| format!("place-{name}"));
    let undelivered: Vec<_> = undelivered::ALL
        .iter()
        .map(|name| format!("undelivered-{name}"))
        .collect();
    let used: Vec<_> = used::ALL
        .iter()
        .map(|name| format!("used-{name}"))
        .collect();
    let finer: Vec<_> = finer::ALL
        .iter()
        .map(|name| format!("finer-{name}"))
        .collect();
    let reasons = Reason::ALL
        .iter()
        .filter(|reason| !SAID_BY_THE_DAEMON.contains(reason))
        .map(|reason| format!("error-{}", reason.name()));
    let all: Vec<_> = [&kinds[..], &purposes, &places, &undelivered, &used, &finer]
        .concat()
        .into_iter()
        .chain(reasons)
        .collect();
    for words in Language::ALL.map(Words::of) {
        let found = |id: &str, attribute| words.find(id, attribute, &any_arguments());
        for id in &all {
            assert!(found(id, None).is_some(), "{id} {:?}", words.language());
        }
        for id in &kinds {
            for attribute in ["inline", "one", "question"] {
                let found = found(id, Some(attribute));
                assert!(found.is_some(), "{id}.{attribute} {:?}", words.language());
            }
        }
        assert_eq!(words.kind("hologram\u{1b}"), "hologram\u{FFFD}");
    }
}

fn any_arguments() -> Arguments<'static> {
    Arguments::new()
        .with("digits", 6_u32)
        .with("labelled", false)
        .with("label", "")
        .with("destination", "")
        .with("length", "")
}

/// Refusals whose own sentence says which of many things is wrong, or that only administrators meet,
/// whose commands are in English.
const SAID_BY_THE_DAEMON: [Reason; 2] = [Reason::InvalidArgument, Reason::InvalidBackup];
