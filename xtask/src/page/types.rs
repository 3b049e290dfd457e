//! Writes the types of the page's calls on the bus, from the introspection files in `schemas/dbus`.

use crate::failure::{Context, Failure, Result};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the page has them.
const FILE: &str = "clients/page/src/bus/generated.ts";
/// What the names of all interfaces begin with.
const PREFIX: &str = "org.secinfo.SecurityInfo1.";

const HEAD: &str = "// Written by \"cargo xtask page types\" from schemas/dbus; do not edit.\n\n";

/// The types of values that are not TypeScript's own.
const VALUES: [&str; 5] = [
    "Base64",
    "Descriptor",
    "Dictionary",
    "ObjectPath",
    "Variant",
];

/// Names of arguments that TypeScript keeps for itself.
const RESERVED: [&str; 2] = ["private", "public"];

/// Writes them; where they are.
pub(crate) fn write(root: &Path) -> Result<PathBuf> {
    let path = root.join(FILE);
    let text = generate(root)?;
    fs::write(&path, text).context(|| format!("write {}", path.display()))?;
    Ok(path)
}

/// Fails where they are not those of the introspection files.
pub(crate) fn check(root: &Path) -> Result<()> {
    let path = root.join(FILE);
    let there = fs::read_to_string(&path).context(|| format!("read {}", path.display()))?;
    if there == generate(root)? {
        return Ok(());
    }
    Err(Failure::Wrong(format!(
        "{FILE} is not of schemas/dbus any more: cargo xtask page types"
    )))
}

fn generate(root: &Path) -> Result<String> {
    let directory = root.join("schemas/dbus");
    let entries = fs::read_dir(&directory).context(|| format!("list {}", directory.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let entry = entry.context(|| format!("list {}", directory.display()))?;
        files.push(entry.path());
    }
    files.sort();
    let mut interfaces = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).context(|| format!("read {}", file.display()))?;
        interfaces.extend(read(&text)?);
    }
    typescript(&interfaces)
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Interface {
    name: String,
    methods: Vec<Member>,
    signals: Vec<Member>,
    properties: Vec<Argument>,
}

/// A method or a signal. What a signal carries counts as its answers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Member {
    name: String,
    takes: Vec<Argument>,
    answers: Vec<Argument>,
}

#[derive(Debug, PartialEq, Eq)]
struct Argument {
    name: String,
    signature: String,
}

/// Reads the interfaces of an introspection file as the daemon writes it: one tag a line.
fn read(text: &str) -> Result<Vec<Interface>> {
    let mut interfaces: Vec<Interface> = Vec::new();
    let mut in_signal = false;
    for line in text.lines().map(str::trim) {
        let tag = line.trim_start_matches('<');
        let tag = tag.split([' ', '>', '/']).next().unwrap_or_default();
        let unreadable =
            || Failure::Wrong(format!("a line of schemas/dbus cannot be read: {line}"));
        let value = |name| attribute(line, name).ok_or_else(unreadable);
        match tag {
            "interface" if line.starts_with("<interface") => {
                let name = value("name")?;
                let name = name.strip_prefix(PREFIX).ok_or_else(unreadable)?;
                interfaces.push(Interface {
                    name: name.to_owned(),
                    ..Interface::default()
                });
            }
            "method" | "signal" if !line.starts_with("</") => {
                let interface = interfaces.last_mut().ok_or_else(unreadable)?;
                in_signal = tag == "signal";
                let members = if in_signal {
                    &mut interface.signals
                } else {
                    &mut interface.methods
                };
                members.push(Member {
                    name: value("name")?.to_owned(),
                    ..Member::default()
                });
            }
            "arg" => {
                let interface = interfaces.last_mut().ok_or_else(unreadable)?;
                let members = if in_signal {
                    &mut interface.signals
                } else {
                    &mut interface.methods
                };
                let member = members.last_mut().ok_or_else(unreadable)?;
                let arguments = match attribute(line, "direction") {
                    Some("in") => &mut member.takes,
                    _ => &mut member.answers,
                };
                arguments.push(argument(value("name")?, value("type")?));
            }
            "property" if line.starts_with("<property") => {
                let interface = interfaces.last_mut().ok_or_else(unreadable)?;
                interface
                    .properties
                    .push(argument(value("name")?, value("type")?));
            }
            _ => {}
        }
    }
    Ok(interfaces)
}

fn argument(name: &str, signature: &str) -> Argument {
    Argument {
        name: name.to_owned(),
        signature: signature.to_owned(),
    }
}

/// The value of an attribute. Names and signatures hold nothing that XML would escape.
fn attribute<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let start = line.find(&format!(" {name}=\""))? + name.len() + 3;
    let end = line[start..].find('"')? + start;
    Some(&line[start..end])
}

fn typescript(interfaces: &[Interface]) -> Result<String> {
    let mut text = String::new();
    text.push_str("/** What each method takes and answers. */\nexport interface Calls {\n");
    for interface in interfaces {
        let _ = writeln!(text, "    {}: {{", interface.name);
        for method in &interface.methods {
            let (takes, answers) = (tuple(&method.takes)?, tuple(&method.answers)?);
            let _ = writeln!(
                text,
                "        {}: {{ takes: {takes}; answers: {answers} }};",
                method.name
            );
        }
        text.push_str("    };\n");
    }
    text.push_str("}\n\n/** What each signal carries. */\nexport interface Signals {\n");
    for interface in interfaces {
        let _ = writeln!(text, "    {}: {{", interface.name);
        for signal in &interface.signals {
            let _ = writeln!(
                text,
                "        {}: {};",
                signal.name,
                tuple(&signal.answers)?
            );
        }
        text.push_str("    };\n");
    }
    text.push_str("}\n\n/** The properties of each interface. */\nexport interface Properties {\n");
    for interface in interfaces {
        let _ = writeln!(text, "    {}: {{", interface.name);
        for property in &interface.properties {
            let _ = writeln!(
                text,
                "        {}: {};",
                property.name,
                type_of(&property.signature)?
            );
        }
        text.push_str("    };\n");
    }
    text.push_str(
        "}\n\n/** How the bus writes the types of what each method takes. */\nexport const SIGNATURES = {\n",
    );
    for interface in interfaces {
        let _ = writeln!(text, "    {}: {{", interface.name);
        for method in &interface.methods {
            let signatures = method.takes.iter().map(|one| one.signature.as_str());
            let signature: String = signatures.collect();
            let _ = writeln!(text, "        {}: \"{signature}\",", method.name);
        }
        text.push_str("    },\n");
    }
    text.push_str("} as const;\n");
    let is_word = |letter: char| letter.is_alphanumeric();
    let is_used = |name: &&str| {
        text.split(|letter| !is_word(letter))
            .any(|word| word == *name)
    };
    let values: Vec<&str> = VALUES.into_iter().filter(is_used).collect();
    let import = format!(
        "import type {{ {} }} from \"./values\";\n\n",
        values.join(", ")
    );
    Ok([HEAD, &import, &text].concat())
}

fn tuple(arguments: &[Argument]) -> Result<String> {
    let mut elements = Vec::new();
    for argument in arguments {
        let name = argument.name.as_str();
        let tail = if RESERVED.contains(&name) { "_" } else { "" };
        elements.push(format!("{name}{tail}: {}", type_of(&argument.signature)?));
    }
    Ok(format!("[{}]", elements.join(", ")))
}

/// The type of the values of a signature, as Cockpit writes them in JSON.
fn type_of(signature: &str) -> Result<String> {
    match element(signature) {
        Some((name, "")) => Ok(name),
        _ => Err(Failure::Wrong(format!(
            "\"{signature}\" is no type of the bus that is known here"
        ))),
    }
}

/// The type that a signature begins with, and the rest of it.
fn element(signature: &str) -> Option<(String, &str)> {
    let (first, rest) = signature.split_at_checked(1)?;
    let simple = |name: &str| Some((name.to_owned(), rest));
    match first {
        "b" => simple("boolean"),
        "y" | "n" | "q" | "i" | "u" | "x" | "t" | "d" => simple("number"),
        "s" => simple("string"),
        "o" => simple("ObjectPath"),
        "h" => simple("Descriptor"),
        "v" => simple("Variant"),
        "a" => match rest.chars().next()? {
            'y' => Some(("Base64".to_owned(), &rest[1..])),
            '{' => {
                let (_, after_key) = element(&rest[1..])?;
                let (value, rest) = element(after_key)?;
                let name = match value.as_str() {
                    "Variant" => "Dictionary".to_owned(),
                    _ => format!("Record<string, {value}>"),
                };
                Some((name, rest.strip_prefix('}')?))
            }
            _ => {
                let (value, rest) = element(rest)?;
                Some((format!("{value}[]"), rest))
            }
        },
        "(" => {
            let (mut elements, mut rest) = (Vec::new(), rest);
            while !rest.starts_with(')') {
                let (value, after) = element(rest)?;
                elements.push(value);
                rest = after;
            }
            Some((format!("[{}]", elements.join(", ")), &rest[1..]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_introspection_file_is_read_by_its_tags() {
        let interfaces = read(concat!(
            "<interface name=\"org.secinfo.SecurityInfo1.Method\">\n",
            "  <method name=\"Delete\">\n",
            "    <annotation name=\"doc\" value=\"Deletes it.\"/>\n",
            "    <arg name=\"deleted\" type=\"b\" direction=\"out\"/>\n",
            "  </method>\n",
            "  <method name=\"Rename\">\n",
            "    <arg name=\"label\" type=\"s\" direction=\"in\"/>\n",
            "  </method>\n",
            "  <signal name=\"Gone\">\n",
            "    <arg name=\"when\" type=\"t\"/>\n",
            "  </signal>\n",
            "  <property name=\"Id\" type=\"s\" access=\"read\">\n",
            "  </property>\n",
            "</interface>\n",
        ))
        .unwrap();
        let member = |name: &str, takes, answers| Member {
            name: name.to_owned(),
            takes,
            answers,
        };
        let expected = Interface {
            name: "Method".to_owned(),
            methods: vec![
                member("Delete", vec![], vec![argument("deleted", "b")]),
                member("Rename", vec![argument("label", "s")], vec![]),
            ],
            signals: vec![member("Gone", vec![], vec![argument("when", "t")])],
            properties: vec![argument("Id", "s")],
        };
        assert_eq!(interfaces, [expected]);
    }

    #[test]
    fn every_signature_becomes_the_type_of_its_json() {
        let pairs = [
            ("t", "number"),
            ("ay", "Base64"),
            ("aay", "Base64[]"),
            ("a{sv}", "Dictionary"),
            ("aa{sv}", "Dictionary[]"),
            ("a{s(us)}", "Record<string, [number, string]>"),
            ("a(usb)", "[number, string, boolean][]"),
        ];
        for (signature, name) in pairs {
            assert_eq!(type_of(signature).unwrap(), name);
        }
        for wrong in ["", "ss", "a", "(s", "a{s", "z"] {
            assert!(type_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_types_of_the_page_are_those_of_the_bus() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        check(root).unwrap();
    }
}
