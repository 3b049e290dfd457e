//! Reads `messages/<language>/**/*.ftl`: lists the files of each language, and writes a type for each
//! English message, so that a message that does not exist, or lacks an argument, does not compile.

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey,
};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The language whose messages define the types.
const REFERENCE: &str = "en";

/// What an argument is, by how the message uses it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// It is inserted, or selects by its text.
    Text,
    /// It selects a plural form.
    Number,
    /// It selects between `yes` and `no`.
    Flag,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=messages");
    let messages = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("messages");
    let mut sources = String::from("/// The files of each language.\n");
    sources.push_str("const SOURCES: &[(&str, &[&str])] = &[\n");
    let mut types = String::new();
    for language in entries(&messages)? {
        let name = language.file_name().and_then(|name| name.to_str());
        let name = name.ok_or("a language whose name is not UTF-8")?;
        writeln!(sources, "    ({name:?}, &[")?;
        for file in files(&language)? {
            writeln!(
                sources,
                "        include_str!({:?}),",
                file.display().to_string()
            )?;
            if name == REFERENCE {
                write_types(&fs::read_to_string(&file)?, &mut types)
                    .map_err(|error| format!("{}: {error}", file.display()))?;
            }
        }
        sources.push_str("    ]),\n");
    }
    sources.push_str("];\n");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("sources.rs"), sources)?;
    fs::write(out.join("message.rs"), types)?;
    Ok(())
}

/// The files in a folder and in the folders in it, in a stable order.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries: Result<Vec<_>, _> = fs::read_dir(folder)?.collect();
    let mut paths: Vec<_> = entries?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn write_types(source: &str, types: &mut String) -> Result<(), Box<dyn Error>> {
    let resource = fluent_syntax::parser::parse(source)
        .map_err(|(_, errors)| format!("not Fluent: {errors:?}"))?;
    for entry in &resource.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let id = message.id.name;
        if let Some(value) = &message.value {
            write_type(id, None, value, types)?;
        }
        for attribute in &message.attributes {
            write_type(id, Some(attribute.id.name), &attribute.value, types)?;
        }
    }
    Ok(())
}

fn write_type(
    id: &str,
    attribute: Option<&str>,
    pattern: &Pattern<&str>,
    types: &mut String,
) -> Result<(), Box<dyn Error>> {
    let mut uses = BTreeMap::new();
    let mut text = String::new();
    read(pattern, &mut uses, &mut text);
    let name: String = id
        .split('-')
        .chain(attribute)
        .map(|part| part[..1].to_uppercase() + &part[1..])
        .collect();
    let lifetime = if uses.values().any(|used| *used == Use::Text) {
        "<'a>"
    } else {
        ""
    };
    let bound = if lifetime.is_empty() { "'static" } else { "'a" };
    writeln!(types, "\n/// “{}”", text.replace('\n', " ").trim())?;
    writeln!(types, "#[derive(Debug, Clone)]")?;
    write!(types, "pub struct {name}{lifetime}")?;
    if uses.is_empty() {
        types.push_str(";\n");
    } else {
        types.push_str(" {\n");
        for (argument, used) in &uses {
            let kind = match used {
                Use::Text => "Argument<'a>",
                Use::Number => "u64",
                Use::Flag => "bool",
            };
            writeln!(types, "    /// What stands for `${argument}`.")?;
            writeln!(types, "    pub {}: {kind},", argument.replace('-', "_"))?;
        }
        types.push_str("}\n");
    }
    writeln!(
        types,
        "impl{lifetime} Message<{bound}> for {name}{lifetime} {{"
    )?;
    writeln!(types, "    const ID: &'static str = {id:?};")?;
    writeln!(
        types,
        "    const ATTRIBUTE: Option<&'static str> = {attribute:?};"
    )?;
    writeln!(types, "    fn arguments(self) -> Arguments<{bound}> {{")?;
    writeln!(types, "        Arguments::new()")?;
    for argument in uses.keys() {
        let field = argument.replace('-', "_");
        writeln!(types, "            .with({argument:?}, self.{field})")?;
    }
    writeln!(types, "    }}\n}}")?;
    Ok(())
}

/// Notes the arguments of a pattern, and its text with the default of each choice.
fn read(pattern: &Pattern<&str>, uses: &mut BTreeMap<String, Use>, text: &mut String) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => text.push_str(value),
            PatternElement::Placeable { expression } => match expression {
                Expression::Inline(inline) => match argument(inline) {
                    Some(name) => {
                        uses.entry(name.to_owned()).or_insert(Use::Text);
                        let _ = write!(text, "{{{name}}}");
                    }
                    None => {
                        if let InlineExpression::StringLiteral { value } = inline {
                            text.push_str(value);
                        }
                    }
                },
                Expression::Select { selector, variants } => {
                    if let Some(name) = argument(selector) {
                        let selection = selects(variants);
                        let entry = uses.entry(name.to_owned()).or_insert(selection);
                        *entry = selection.max(*entry);
                    }
                    for variant in variants {
                        let mut own = String::new();
                        read(&variant.value, uses, &mut own);
                        if variant.default {
                            text.push_str(&own);
                        }
                    }
                }
            },
        }
    }
}

fn argument<'a>(expression: &InlineExpression<&'a str>) -> Option<&'a str> {
    match expression {
        InlineExpression::VariableReference { id } => Some(id.name),
        _ => None,
    }
}

fn selects(variants: &[Variant<&str>]) -> Use {
    let has = |wanted: &str| {
        variants.iter().any(|variant| match &variant.key {
            VariantKey::Identifier { name } => *name == wanted,
            VariantKey::NumberLiteral { value } => *value == wanted,
        })
    };
    if has("yes") || has("no") {
        Use::Flag
    } else if has("one") || has("0") || has("1") {
        Use::Number
    } else {
        Use::Text
    }
}
