use crate::argument::Arguments;
use crate::catalog::sources;
use crate::{Language, Words};
use fluent_syntax::ast;
use secinfo_wire::names;
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
fn every_kind_on_the_bus_has_words_in_every_language() {
    for words in Language::ALL.map(Words::of) {
        for kind in KINDS {
            for attribute in [None, Some("inline"), Some("one")] {
                let id = format!("kind-{kind}");
                let found = words.find(&id, attribute, &Arguments::new());
                assert!(found.is_some(), "{id} {attribute:?} {:?}", words.language());
            }
        }
        assert_eq!(words.kind("hologram\u{1b}"), "hologram\u{FFFD}");
    }
}

/// The kinds that this build has.
const KINDS: [&str; 7] = [
    names::kind::AUTHENTICATOR_APP,
    names::kind::HARDWARE_TOKEN,
    names::kind::TEXT,
    names::kind::CALL,
    names::kind::EMAIL,
    names::kind::RECOVERY_CODES,
    names::kind::ACCESS_PASS,
];
