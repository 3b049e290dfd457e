//! What the table says, written down: introspection XML for programs, Markdown for people.

use super::object::ObjectTree;
use super::table::{Argument, EmitsChanged, Interface, Table};
use std::collections::BTreeSet;
use std::fmt::Write;

const DOCTYPE: &str = "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n \
                       \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n";

/// The introspection document of a node with these interfaces and child nodes.
pub(crate) fn document<T: ObjectTree>(
    interfaces: &[&Interface<T>],
    children: Vec<String>,
) -> String {
    let mut xml = String::from(DOCTYPE);
    xml.push_str("<node>\n");
    for interface in interfaces {
        write_interface(&mut xml, interface);
    }
    for child in children.into_iter().collect::<BTreeSet<_>>() {
        line(
            &mut xml,
            1,
            format_args!("<node name=\"{}\"/>", escape(&child)),
        );
    }
    xml.push_str("</node>\n");
    xml
}

/// The introspection document of one interface alone, as it stands in `schemas/dbus`.
pub fn interface_xml<T: ObjectTree>(interface: &Interface<T>) -> String {
    document(&[interface], Vec::new())
}

fn line(xml: &mut String, depth: usize, text: std::fmt::Arguments<'_>) {
    let indent = 2 * depth;
    // Writing to a String cannot fail.
    let _ = writeln!(xml, "{:indent$}{text}", "");
}

fn annotation(xml: &mut String, depth: usize, name: &str, value: &str) {
    line(
        xml,
        depth,
        format_args!("<annotation name=\"{name}\" value=\"{}\"/>", escape(value)),
    );
}

fn doc(xml: &mut String, depth: usize, text: &str) {
    annotation(xml, depth, "org.gtk.GDBus.DocString", text);
}

fn argument(xml: &mut String, argument: &Argument, direction: &str) {
    let Argument { name, signature } = argument;
    line(
        xml,
        3,
        format_args!("<arg name=\"{name}\" type=\"{signature}\"{direction}/>"),
    );
}

fn write_interface<T: ObjectTree>(xml: &mut String, interface: &Interface<T>) {
    line(
        xml,
        1,
        format_args!("<interface name=\"{}\">", interface.name),
    );
    doc(xml, 2, interface.doc);
    for method in &interface.methods {
        line(xml, 2, format_args!("<method name=\"{}\">", method.name));
        doc(
            xml,
            3,
            &format!("{} Allowed: {}.", method.doc, method.access),
        );
        method
            .inputs
            .iter()
            .for_each(|input| argument(xml, input, " direction=\"in\""));
        method
            .outputs
            .iter()
            .for_each(|output| argument(xml, output, " direction=\"out\""));
        line(xml, 2, format_args!("</method>"));
    }
    for property in &interface.properties {
        let (name, signature) = (property.name, property.signature);
        line(
            xml,
            2,
            format_args!("<property name=\"{name}\" type=\"{signature}\" access=\"read\">"),
        );
        doc(
            xml,
            3,
            &format!("{} Allowed: {}.", property.doc, property.access),
        );
        if property.emits_changed != EmitsChanged::Value {
            let value = property.emits_changed.as_str();
            annotation(
                xml,
                3,
                "org.freedesktop.DBus.Property.EmitsChangedSignal",
                value,
            );
        }
        line(xml, 2, format_args!("</property>"));
    }
    for signal in &interface.signals {
        line(xml, 2, format_args!("<signal name=\"{}\">", signal.name));
        doc(xml, 3, signal.doc);
        signal
            .arguments
            .iter()
            .for_each(|value| argument(xml, value, ""));
        line(xml, 2, format_args!("</signal>"));
    }
    line(xml, 1, format_args!("</interface>"));
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// The whole table for the documentation: who may call what.
pub fn table_markdown<T: ObjectTree>(table: &Table<T>) -> String {
    let mut text = String::new();
    let mut write = |arguments: std::fmt::Arguments<'_>| {
        // Writing to a String cannot fail.
        let _ = text.write_fmt(arguments);
    };
    for interface in table.interfaces() {
        write(format_args!("## {}\n\n{}\n", interface.name, interface.doc));
        if !interface.methods.is_empty() {
            write(format_args!(
                "\n| method | takes | answers | who may | what it does |\n|---|---|---|---|---|\n"
            ));
        }
        for method in &interface.methods {
            let (inputs, outputs) = (listing(&method.inputs), listing(&method.outputs));
            write(format_args!(
                "| `{}` | {inputs} | {outputs} | {} | {} |\n",
                method.name, method.access, method.doc
            ));
        }
        if !interface.properties.is_empty() {
            write(format_args!(
                "\n| property | type | who may | what it says |\n|---|---|---|---|\n"
            ));
        }
        for property in &interface.properties {
            let (name, signature) = (property.name, property.signature);
            write(format_args!(
                "| `{name}` | `{signature}` | {} | {} |\n",
                property.access, property.doc
            ));
        }
        if !interface.signals.is_empty() {
            write(format_args!(
                "\n| signal | carries | what it tells |\n|---|---|---|\n"
            ));
        }
        for signal in &interface.signals {
            write(format_args!(
                "| `{}` | {} | {} |\n",
                signal.name,
                listing(&signal.arguments),
                signal.doc
            ));
        }
        write(format_args!("\n"));
    }
    text
}

fn listing(arguments: &[Argument]) -> String {
    let each = |Argument { name, signature }: &Argument| format!("{name} `{signature}`");
    arguments.iter().map(each).collect::<Vec<_>>().join(", ")
}
