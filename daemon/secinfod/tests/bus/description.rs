//! What the table says of itself.

use super::house::{DESK, House, INTROSPECTABLE, ROOM, ROOT, Served, room, table};
use super::private_bus::{DAEMON, NOBODY};
use quick_xml::Reader;
use quick_xml::events::Event;
use secinfod::bus::{
    Access, Action, BusError, Call, EmitsChanged, Interface, Method, Property, Table,
    interface_xml, table_markdown,
};

/// The elements of a document, each as its tag and name, nested by dots.
fn elements(xml: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let mut open: Vec<String> = Vec::new();
    let mut found = Vec::new();
    loop {
        let event = reader.read_event().unwrap();
        match &event {
            Event::Start(element) | Event::Empty(element) => {
                let name = element.try_get_attribute("name").unwrap();
                let name = name.map(|name| name.value.into_owned());
                let tag = element.name();
                let tag: &str = tag.as_ref();
                open.push(format!("{tag} {}", name.unwrap_or_default()));
                found.push(open.join("."));
                if matches!(event, Event::Empty(_)) {
                    open.pop();
                }
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[tokio::test]
async fn introspection_names_every_row_of_the_object() {
    let served = Served::start().await;
    let client = served.bus.client(NOBODY).await;
    let xml: String = client
        .call(ROOT, INTROSPECTABLE, "Introspect", &())
        .await
        .unwrap();
    let found = elements(&xml);
    let table = served.server.table();
    for interface in table.interfaces() {
        let on_desk = interface.name == DESK || interface.is_standard();
        for row in interface
            .methods
            .iter()
            .map(|row| format!("method {}", row.name))
            .chain(
                interface
                    .properties
                    .iter()
                    .map(|row| format!("property {}", row.name))
                    .chain(
                        interface
                            .signals
                            .iter()
                            .map(|row| format!("signal {}", row.name)),
                    ),
            )
        {
            let expected = format!("node .interface {}.{row}", interface.name);
            assert_eq!(found.contains(&expected), on_desk, "{expected}");
        }
    }
    assert!(found.contains(&"node .node rooms".to_owned()));
    let again: String = client
        .call(ROOT, INTROSPECTABLE, "Introspect", &())
        .await
        .unwrap();
    assert_eq!(xml, again);
}

#[tokio::test]
async fn the_tree_shows_a_caller_their_own() {
    let served = Served::start().await;
    let rooms = format!("{ROOT}/rooms");
    for (uid, expected) in [(NOBODY, vec![NOBODY]), (0, vec![0, NOBODY])] {
        let client = served.bus.client(uid).await;
        let xml: String = client
            .call(&rooms, INTROSPECTABLE, "Introspect", &())
            .await
            .unwrap();
        let nodes = elements(&xml)
            .into_iter()
            .filter(|element| element.starts_with("node .node"));
        let expected: Vec<_> = expected
            .into_iter()
            .map(|uid| format!("node .node u{uid}"))
            .collect();
        assert_eq!(nodes.collect::<Vec<_>>(), expected);
    }
    // A caller who may see nothing below a path is not told that there is one.
    let stranger = served.bus.client(DAEMON).await;
    let refused = stranger
        .refused(&rooms, INTROSPECTABLE, "Introspect", &())
        .await;
    assert_eq!(refused, "org.freedesktop.DBus.Error.UnknownObject");
    let xml: String = stranger
        .call("/", INTROSPECTABLE, "Introspect", &())
        .await
        .unwrap();
    assert!(elements(&xml).contains(&"node .node org".to_owned()));
    let xml: String = stranger
        .call(&room(4242), INTROSPECTABLE, "Introspect", &())
        .await
        .unwrap();
    assert!(elements(&xml).contains(&format!("node .interface {ROOM}.method Rename")));
}

#[test]
fn an_interface_is_written_as_clients_generate_code_from() {
    let table = table();
    let xml = interface_xml(table.interface(ROOM).unwrap());
    let expected = r#"  <interface name="org.example.House.Room">
    <annotation name="org.gtk.GDBus.DocString" value="The room of one user."/>
    <method name="Rename">
      <annotation name="org.gtk.GDBus.DocString" value="Renames the room. Allowed: the user whose object it is; root; others with org.example.house.manage."/>
      <arg name="label" type="s" direction="in"/>
    </method>
    <method name="Burn">
      <annotation name="org.gtk.GDBus.DocString" value="Burns it down. Allowed: the user whose object it is."/>
    </method>
    <method name="Echo">
      <annotation name="org.gtk.GDBus.DocString" value="Says it back. Allowed: anyone."/>
      <arg name="text" type="s" direction="in"/>
      <arg name="text" type="s" direction="out"/>
    </method>
    <property name="Label" type="s" access="read">
      <annotation name="org.gtk.GDBus.DocString" value="Its name. Allowed: the user whose object it is; root; others with org.example.house.read."/>
    </property>
    <property name="Diary" type="s" access="read">
      <annotation name="org.gtk.GDBus.DocString" value="What only the user reads. Allowed: the user whose object it is."/>
      <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="invalidates"/>
    </property>
    <signal name="Knocked">
      <annotation name="org.gtk.GDBus.DocString" value="Somebody knocked."/>
      <arg name="how" type="s"/>
    </signal>
  </interface>
"#;
    assert!(xml.contains(expected), "{xml}");
    let escaped = interface_xml(table.interface(DESK).unwrap());
    assert!(escaped.contains("Adds numbers &amp; tells &lt;both&gt;."));
}

#[test]
fn the_documentation_has_every_row() {
    let table = table();
    let text = table_markdown(&table);
    assert!(text.contains("| `Add` | a `u`, b `u` | sum `t`, first `u` | anyone |"));
    for interface in table.interfaces() {
        assert!(text.contains(&format!("## {}\n", interface.name)));
        for method in &interface.methods {
            assert!(text.contains(&format!("| `{}` |", method.name)));
        }
    }
}

fn interface(name: &'static str, methods: Vec<Method<House>>) -> Interface<House> {
    Interface {
        name,
        doc: "A test.",
        methods,
        properties: vec![],
        signals: vec![],
    }
}

async fn nothing(_: Call<House>, (): ()) -> Result<(), BusError> {
    Ok(())
}

fn method(name: &'static str, access: Access) -> Method<House> {
    Method::new(name, "A test.", access, [], [], nothing)
}

#[test]
#[should_panic(expected = "two rows named Do")]
fn a_name_has_one_row() {
    Table::new(vec![interface(
        "a.B",
        vec![method("Do", Access::Anyone), method("Do", Access::Anyone)],
    )]);
}

#[test]
#[should_panic(expected = "two interfaces named a.B")]
fn an_interface_is_there_once() {
    Table::new(vec![interface("a.B", vec![]), interface("a.B", vec![])]);
}

#[test]
#[should_panic(expected = "its first argument must be a u")]
fn a_row_that_names_a_user_takes_a_uid() {
    Table::new(vec![interface(
        "a.B",
        vec![method("Do", Access::NamedUser { or: None })],
    )]);
}

#[test]
#[should_panic(expected = "no argument that could name a user")]
fn a_property_names_no_user() {
    let access = Access::NamedUser {
        or: Some(Action::new("a.b")),
    };
    let property = Property::new(
        "P",
        "A test.",
        access,
        EmitsChanged::No,
        |_: Call<House>| async { Ok(1_u32) },
    );
    Table::new(vec![Interface {
        properties: vec![property],
        ..interface("a.B", vec![])
    }]);
}

#[test]
#[should_panic(expected = "no D-Bus member name")]
fn a_row_has_a_name_that_can_be_called() {
    Table::new(vec![interface(
        "a.B",
        vec![method("do-it", Access::Anyone)],
    )]);
}
