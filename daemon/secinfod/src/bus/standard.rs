//! The standard interfaces of the D-Bus specification, as rows of the same table.

use super::access::Access;
use super::call::Call;
use super::error::BusError;
use super::introspect;
use super::object::{Object, ObjectTree};
use super::rows::methods;
use super::table::{Interface, Signal};
use std::collections::BTreeMap;
use std::fs;
use zbus::{ObjectPath, OwnedObjectPath, OwnedVariant, Variant};

pub(crate) const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
pub(crate) const INTROSPECTABLE: &str = "org.freedesktop.DBus.Introspectable";
pub(crate) const PEER: &str = "org.freedesktop.DBus.Peer";
pub(crate) const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";

/// On every object. The object manager is on those that name it.
pub(crate) const ON_OBJECTS: [&str; 3] = [PROPERTIES, INTROSPECTABLE, PEER];
/// On a path that leads to objects but is none.
pub(crate) const ON_NODES: [&str; 2] = [INTROSPECTABLE, PEER];
/// On any path.
pub(crate) const ON_NOTHING: [&str; 1] = [PEER];

/// The values of an object's properties, by name.
pub(crate) type Values = BTreeMap<&'static str, Variant<'static>>;
/// The values of an object's properties, by interface and name.
pub(crate) type InterfaceValues = BTreeMap<&'static str, Values>;

/// The rows.
pub(crate) fn interfaces<T: ObjectTree>() -> Vec<Interface<T>> {
    vec![properties(), introspectable(), peer(), object_manager()]
}

fn properties<T: ObjectTree>() -> Interface<T> {
    type Changed = (String, BTreeMap<String, OwnedVariant>, Vec<String>);
    Interface {
        name: PROPERTIES,
        doc: "Reads the properties of an object.",
        methods: methods! {
            /// Reads one property, if the caller may read it.
            "Get"(interface_name, property_name) -> (value) for Access::Anyone => get;
            /// Always refused: methods change what properties show.
            "Set"(interface_name, property_name, value) -> () for Access::Anyone => set;
            /// Reads those properties of an interface that the caller may read.
            "GetAll"(interface_name) -> (properties) for Access::Anyone => get_all;
        },
        properties: vec![],
        signals: vec![Signal::new::<3, Changed>(
            "PropertiesChanged",
            "Properties of the object have changed.",
            [
                "interface_name",
                "changed_properties",
                "invalidated_properties",
            ],
        )],
    }
}

fn introspectable<T: ObjectTree>() -> Interface<T> {
    Interface {
        name: INTROSPECTABLE,
        doc: "Describes an object.",
        methods: methods! {
            /// Describes the object and names the nodes below it that the caller may see.
            "Introspect"() -> (xml_data) for Access::Anyone => describe;
        },
        properties: vec![],
        signals: vec![],
    }
}

fn peer<T: ObjectTree>() -> Interface<T> {
    Interface {
        name: PEER,
        doc: "Tells that the service is there.",
        methods: methods! {
            /// Does nothing.
            "Ping"() -> () for Access::Anyone => ping;
            /// Tells the id of the host.
            "GetMachineId"() -> (machine_uuid) for Access::Anyone => machine_id;
        },
        properties: vec![],
        signals: vec![],
    }
}

fn object_manager<T: ObjectTree>() -> Interface<T> {
    type Added = (
        OwnedObjectPath,
        BTreeMap<String, BTreeMap<String, OwnedVariant>>,
    );
    Interface {
        name: OBJECT_MANAGER,
        doc: "Tells what objects there are for the caller.",
        methods: methods! {
            /// Lists the objects that the caller may see, with the properties that the caller may
            /// read.
            "GetManagedObjects"() -> (objpath_interfaces_and_properties) for Access::Anyone => managed_objects;
        },
        properties: vec![],
        signals: vec![
            Signal::new::<2, Added>(
                "InterfacesAdded",
                "There is a new object.",
                ["object_path", "interfaces_and_properties"],
            ),
            Signal::new::<2, (OwnedObjectPath, Vec<String>)>(
                "InterfacesRemoved",
                "An object is gone.",
                ["object_path", "interfaces"],
            ),
        ],
    }
}

async fn get<T: ObjectTree>(
    call: Call<T>,
    (interface, name): (String, String),
) -> Result<(OwnedVariant,), BusError> {
    let interface = call.core.interface_on(call.target(), &interface)?;
    let property = interface
        .property(&name)
        .ok_or_else(|| BusError::unknown_property(&name))?;
    let value = call.read(property).await?;
    let value = OwnedVariant::try_from(value).map_err(|_| BusError::internal())?;
    Ok((value,))
}

async fn set<T: ObjectTree>(
    call: Call<T>,
    (interface, name, _value): (String, String, OwnedVariant),
) -> Result<(), BusError> {
    let interface = call.core.interface_on(call.target(), &interface)?;
    match interface.property(&name) {
        Some(_) => Err(BusError::read_only_property()),
        None => Err(BusError::unknown_property(&name)),
    }
}

async fn get_all<T: ObjectTree>(
    call: Call<T>,
    (interface,): (String,),
) -> Result<(Values,), BusError> {
    let interface = call.core.interface_on(call.target(), &interface)?;
    Ok((call.read_all(interface).await?,))
}

async fn describe<T: ObjectTree>(call: Call<T>, (): ()) -> Result<(String,), BusError> {
    let interfaces = call.core.interfaces_on(call.target());
    let children = call.state().children(call.caller(), call.path());
    Ok((introspect::document(&interfaces, children),))
}

async fn ping<T: ObjectTree>(_call: Call<T>, (): ()) -> Result<(), BusError> {
    Ok(())
}

async fn machine_id<T: ObjectTree>(_call: Call<T>, (): ()) -> Result<(String,), BusError> {
    ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .into_iter()
        .find_map(|path| fs::read_to_string(path).ok())
        .map(|id| (id.trim().to_owned(),))
        .filter(|(id,)| !id.is_empty())
        .ok_or_else(BusError::internal)
}

async fn managed_objects<T: ObjectTree>(
    call: Call<T>,
    (): (),
) -> Result<(BTreeMap<ObjectPath<'static>, InterfaceValues>,), BusError> {
    let mut objects = BTreeMap::new();
    for (path, object) in call.state().managed(call.caller(), call.path()).await {
        let Ok(name) = ObjectPath::try_from(path.clone()) else {
            tracing::error!("an object has no valid path");
            return Err(BusError::internal());
        };
        let on_object = Call {
            path: path.as_str().into(),
            target: Some(object),
            ..call.clone()
        };
        if let Some(values) = values_of(&on_object).await {
            objects.insert(name, values);
        }
    }
    Ok((objects,))
}

/// What the caller may read of an object, interface by interface; `None` if they may not know of
/// it: another's session, or another user's object of which they may read nothing.
pub(crate) async fn values_of<T: ObjectTree>(call: &Call<T>) -> Option<InterfaceValues> {
    let object = call.target()?;
    if object
        .session_owner()
        .is_some_and(|owner| !call.caller().owns(&owner))
    {
        return None;
    }
    let mut values = InterfaceValues::new();
    for interface in call.core.interfaces_on(Some(object)) {
        if !interface.is_standard() {
            values.insert(
                interface.name,
                call.read_all(interface).await.unwrap_or_default(),
            );
        }
    }
    let is_own = object
        .owner_uid()
        .is_none_or(|uid| uid == call.caller().uid());
    (is_own || values.values().any(|values| !values.is_empty())).then_some(values)
}
