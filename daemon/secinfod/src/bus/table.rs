//! The one table of everything that can be reached over the bus. Dispatch, authorization,
//! introspection and documentation all read it, so nothing is reachable without its row.

use super::access::Access;
use super::call::Call;
use super::error::BusError;
use super::object::ObjectTree;
use super::signature::{Arguments, Outputs, body_signature};
use super::standard;
use futures_util::future::{BoxFuture, FutureExt};
use secinfo_wire::{Properties, PropertyRow};
use std::collections::HashMap;
use std::future::Future;
use zbus::names::{InterfaceName, MemberName};
use zbus::{Message, Signature, Type, Variant};

pub use secinfo_wire::EmitsChanged;

/// The largest message body, in bytes, that a method takes. What is larger comes through a pipe.
pub const MAX_BODY: usize = 64 * 1024;

type MethodHandler<T> =
    Box<dyn Fn(Call<T>, Message) -> BoxFuture<'static, Result<Message, BusError>> + Send + Sync>;
type Getter<T> =
    Box<dyn Fn(Call<T>) -> BoxFuture<'static, Result<Variant<'static>, BusError>> + Send + Sync>;

/// A named, typed value: an argument or a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Argument {
    /// Its name in introspection.
    pub name: &'static str,
    /// Its type.
    pub signature: &'static Signature,
}

fn arguments<const N: usize>(
    names: [&'static str; N],
    signatures: [&'static Signature; N],
) -> Vec<Argument> {
    names
        .into_iter()
        .zip(signatures)
        .map(|(name, signature)| Argument { name, signature })
        .collect()
}

/// A row for a method.
pub struct Method<T: ObjectTree> {
    /// Its name on the bus.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub doc: &'static str,
    /// Who may call it.
    pub access: Access,
    /// What it takes.
    pub inputs: Vec<Argument>,
    /// What it answers.
    pub outputs: Vec<Argument>,
    pub(crate) body_signature: Signature,
    pub(crate) handler: MethodHandler<T>,
}

impl<T: ObjectTree> Method<T> {
    /// A method answered by `handler`, an `async fn(Call<T>, (In, …)) -> Result<(Out, …), BusError>`.
    /// The signatures are those of the handler's own types; there must be as many names as values.
    pub fn new<const I: usize, const O: usize, A, R, H, F>(
        name: &'static str,
        doc: &'static str,
        access: Access,
        inputs: [&'static str; I],
        outputs: [&'static str; O],
        handler: H,
    ) -> Self
    where
        A: Arguments<I>,
        R: Outputs<O>,
        H: Fn(Call<T>, A) -> F + Send + Sync + 'static,
        F: Future<Output = Result<R, BusError>> + Send + 'static,
    {
        Self {
            name,
            doc,
            access,
            inputs: arguments(inputs, A::signatures()),
            outputs: arguments(outputs, R::signatures()),
            body_signature: body_signature(&A::signatures()),
            handler: Box::new(move |call, message| match A::read(&message.body()) {
                Err(error) => std::future::ready(Err(error)).boxed(),
                Ok(arguments) => {
                    let answer = handler(call, arguments);
                    async move {
                        let results = answer.await?;
                        Message::method_return(&message.header()).build(&results).map_err(|error| {
                            tracing::error!(%error, method = name, "a reply could not be built");
                            BusError::internal()
                        })
                    }
                    .boxed()
                }
            }),
        }
    }
}

/// A row for a property. All properties are read-only.
pub struct Property<T: ObjectTree> {
    /// Its name on the bus.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub doc: &'static str,
    /// Who may read it.
    pub access: Access,
    /// Its type.
    pub signature: &'static Signature,
    /// How its changes are announced.
    pub emits_changed: EmitsChanged,
    pub(crate) getter: Getter<T>,
}

impl<T: ObjectTree> Property<T> {
    /// A property read by `getter`, an `async fn(Call<T>) -> Result<V, BusError>`.
    pub fn new<V, G, F>(
        name: &'static str,
        doc: &'static str,
        access: Access,
        emits_changed: EmitsChanged,
        getter: G,
    ) -> Self
    where
        V: Type + Into<Variant<'static>>,
        G: Fn(Call<T>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<V, BusError>> + Send + 'static,
    {
        Self {
            name,
            doc,
            access,
            signature: V::SIGNATURE,
            emits_changed,
            getter: Box::new(move |call| getter(call).map(|value| value.map(Into::into)).boxed()),
        }
    }
}

impl<T: ObjectTree> Property<T> {
    /// The rows of all properties of an interface, which one rule lets read, by `getter`, an
    /// `async fn(Call<T>) -> Result<P, BusError>`.
    pub fn rows<P, G, F>(access: Access, getter: G) -> Vec<Self>
    where
        P: Properties + Send + 'static,
        G: Fn(Call<T>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<P, BusError>> + Send + 'static,
    {
        let row = |(place, row): (usize, &'static PropertyRow)| Self {
            name: row.name,
            doc: row.doc,
            access,
            signature: row.signature,
            emits_changed: row.emits_changed,
            getter: Box::new(move |call| {
                let value = move |all: P| all.into_values().swap_remove(place);
                getter(call).map(move |all| all.map(value)).boxed()
            }),
        };
        P::ROWS.iter().enumerate().map(row).collect()
    }
}

/// A row for a signal.
pub struct Signal {
    /// Its name on the bus.
    pub name: &'static str,
    /// What it tells, in one sentence.
    pub doc: &'static str,
    /// What it carries.
    pub arguments: Vec<Argument>,
    pub(crate) body_signature: Signature,
}

impl Signal {
    /// A signal that carries the values of the tuple `A`.
    pub fn new<const N: usize, A: Outputs<N>>(
        name: &'static str,
        doc: &'static str,
        names: [&'static str; N],
    ) -> Self {
        Self {
            name,
            doc,
            arguments: arguments(names, A::signatures()),
            body_signature: body_signature(&A::signatures()),
        }
    }
}

/// An interface: its rows.
pub struct Interface<T: ObjectTree> {
    /// Its name on the bus.
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub doc: &'static str,
    /// Its methods.
    pub methods: Vec<Method<T>>,
    /// Its properties.
    pub properties: Vec<Property<T>>,
    /// Its signals.
    pub signals: Vec<Signal>,
}

impl<T: ObjectTree> Interface<T> {
    /// The row of the method `name`.
    pub fn method(&self, name: &str) -> Option<&Method<T>> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// The row of the property `name`.
    pub fn property(&self, name: &str) -> Option<&Property<T>> {
        self.properties
            .iter()
            .find(|property| property.name == name)
    }

    /// The row of the signal `name`.
    pub fn signal(&self, name: &str) -> Option<&Signal> {
        self.signals.iter().find(|signal| signal.name == name)
    }

    /// Whether it is one of the `org.freedesktop.DBus` interfaces.
    pub fn is_standard(&self) -> bool {
        self.name.starts_with("org.freedesktop.DBus.")
    }

    fn check(&self) {
        let interface = self.name;
        assert!(
            InterfaceName::try_from(interface).is_ok(),
            "{interface} is no D-Bus interface name"
        );
        let methods = self.methods.iter().map(|row| row.name);
        let properties = self.properties.iter().map(|row| row.name);
        let signals = self.signals.iter().map(|row| row.name);
        let mut names: Vec<_> = methods.chain(properties).chain(signals).collect();
        names.sort_unstable();
        for pair in names.windows(2) {
            assert!(
                pair[0] != pair[1],
                "{interface} has two rows named {}",
                pair[0]
            );
        }
        for name in names {
            assert!(
                MemberName::try_from(name).is_ok(),
                "{interface}.{name} is no D-Bus member name"
            );
        }
        for method in &self.methods {
            let names_a_user = matches!(method.access, Access::NamedUser { .. });
            let first = method.inputs.first().map(|argument| argument.signature);
            assert!(
                !names_a_user || first == Some(&Signature::U32),
                "{interface}.{} names a user, so its first argument must be a u",
                method.name
            );
        }
        for property in &self.properties {
            assert!(
                !matches!(property.access, Access::NamedUser { .. }),
                "{interface}.{} is a property, so there is no argument that could name a user",
                property.name
            );
        }
    }
}

/// All interfaces, ours and the standard ones.
pub struct Table<T: ObjectTree> {
    interfaces: Vec<Interface<T>>,
    by_name: HashMap<&'static str, usize>,
}

impl<T: ObjectTree> Table<T> {
    /// The table of these interfaces and the standard ones.
    ///
    /// # Panics
    /// When a row contradicts itself: a name D-Bus does not allow, a name used twice, or
    /// [`Access::NamedUser`] without a uid to read. All of these are faults in the code and show
    /// at the first start.
    pub fn new(ours: Vec<Interface<T>>) -> Self {
        let mut interfaces = ours;
        interfaces.extend(standard::interfaces());
        let mut by_name = HashMap::new();
        for (index, interface) in interfaces.iter().enumerate() {
            interface.check();
            assert!(
                by_name.insert(interface.name, index).is_none(),
                "two interfaces named {}",
                interface.name
            );
        }
        Self {
            interfaces,
            by_name,
        }
    }

    /// Every interface, ours first, in the order given.
    pub fn interfaces(&self) -> &[Interface<T>] {
        &self.interfaces
    }

    /// The interface called `name`.
    pub fn interface(&self, name: &str) -> Option<&Interface<T>> {
        self.by_name.get(name).map(|index| &self.interfaces[*index])
    }
}
