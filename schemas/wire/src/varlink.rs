//! The messages of Varlink (<https://varlink.org/Method-Call>): JSON objects, each with a NUL behind it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use zeroize::Zeroizing;

/// What ends a message.
pub const END: u8 = 0;

/// The interface that every Varlink service has.
pub const SERVICE: &str = "org.varlink.service";

/// That interface, as the specification of Varlink writes it.
const SERVICE_DESCRIPTION: &str = include_str!("org.varlink.service.varlink");

/// The most characters of a name that an error repeats.
const LONGEST_NAME: usize = 128;

/// A call. The parameters are read once the method is known.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Call<'m> {
    /// The interface and the method in it.
    #[serde(borrow)]
    pub method: Cow<'m, str>,
    /// The parameters, an object; none for an empty one.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<&'m RawValue>,
    /// Whether no reply is expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oneway: Option<bool>,
    /// Whether several replies would be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<bool>,
    /// Whether the connection is to change to another protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<bool>,
}

/// A reply. What a later version adds to it is not read.
#[derive(Deserialize)]
pub struct Reply<'m> {
    /// What the method returns, or more about the error.
    #[serde(borrow, default)]
    pub parameters: Option<&'m RawValue>,
    /// The name of the error.
    #[serde(borrow, default)]
    pub error: Option<Cow<'m, str>>,
    /// Whether more replies follow.
    #[serde(default)]
    pub continues: Option<bool>,
}

/// Something that is sent: a call with its parameters, or a reply.
#[derive(Serialize)]
struct Sent<'m, P> {
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'m str>,
    parameters: &'m P,
}

/// A call of `method`, with the NUL behind it.
///
/// `room` is a bound on its length in bytes: no copy of a secret in it is left behind by growing.
pub fn call<P: Serialize>(method: &str, parameters: &P, room: usize) -> Zeroizing<Vec<u8>> {
    Sent::new(Some(method), None, parameters).written(room)
}

/// A reply, with the NUL behind it; `room` as for [`call`].
pub fn reply<P: Serialize>(parameters: &P, room: usize) -> Zeroizing<Vec<u8>> {
    Sent::new(None, None, parameters).written(room)
}

/// The error of this name, with the NUL behind it.
pub fn error<P: Serialize>(name: &str, parameters: &P) -> Zeroizing<Vec<u8>> {
    Sent::new(None, Some(name), parameters).written(256)
}

impl<'m, P: Serialize> Sent<'m, P> {
    const fn new(method: Option<&'m str>, error: Option<&'m str>, parameters: &'m P) -> Self {
        Self {
            method,
            error,
            parameters,
        }
    }

    fn written(&self, room: usize) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *bytes, self)
            .expect("the messages have only keys that are text");
        bytes.push(END);
        bytes
    }
}

/// What a service says of itself, and its interfaces beside [`SERVICE`]: their names, and how Varlink
/// describes them.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// The program.
    pub product: &'static str,
    /// Its version.
    pub version: &'static str,
    /// Where to read about it.
    pub url: &'static str,
    /// The interfaces.
    pub interfaces: &'static [(&'static str, &'static str)],
}

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallError {
    /// The error of this whole name, without parameters.
    Named(&'static str),
    /// The service has no such interface.
    InterfaceNotFound(String),
    /// The interface has no such method.
    MethodNotFound(String),
    /// This parameter is wrong.
    InvalidParameter(&'static str),
}

/// The parameters of a call. What is wrong with them is not said: it could repeat a secret.
///
/// # Errors
/// [`CallError::InvalidParameter`]
pub fn parameters<'m, P: Deserialize<'m>>(call: &Call<'m>) -> Result<P, CallError> {
    let text = call.parameters.map_or("{}", RawValue::get);
    serde_json::from_str(text).map_err(|_| CallError::InvalidParameter("parameters"))
}

impl Service {
    /// Answers a call of the interface that every service has, and refuses every other one.
    ///
    /// # Errors
    /// That of Varlink for what was not found or is wrong.
    pub fn answer(&self, call: &Call<'_>) -> Result<Zeroizing<Vec<u8>>, CallError> {
        #[derive(Serialize)]
        struct Info<'s> {
            vendor: &'static str,
            product: &'static str,
            version: &'static str,
            url: &'static str,
            interfaces: &'s [&'static str],
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct NamedInterface {
            interface: String,
        }
        #[derive(Serialize)]
        struct Description {
            description: &'static str,
        }
        let all = || {
            [(SERVICE, SERVICE_DESCRIPTION)]
                .into_iter()
                .chain(self.interfaces.iter().copied())
        };
        let name = call.method.as_ref();
        match name {
            "org.varlink.service.GetInfo" => {
                let Nothing {} = parameters(call)?;
                let interfaces: Vec<_> = all().map(|(name, _)| name).collect();
                let info = Info {
                    vendor: "secinfo",
                    product: self.product,
                    version: self.version,
                    url: self.url,
                    interfaces: &interfaces,
                };
                Ok(reply(&info, 256))
            }
            "org.varlink.service.GetInterfaceDescription" => {
                let NamedInterface { interface } = parameters(call)?;
                let found = all().find(|(name, _)| *name == interface);
                let (_, description) = found.ok_or(CallError::InterfaceNotFound(interface))?;
                Ok(reply(&Description { description }, 2 * description.len()))
            }
            _ => Err(match name.rsplit_once('.') {
                Some((interface, _)) if !all().any(|(name, _)| name == interface) => {
                    CallError::InterfaceNotFound(interface.to_owned())
                }
                _ => CallError::MethodNotFound(name.to_owned()),
            }),
        }
    }
}

impl CallError {
    /// The error as it is sent. Of a name that the caller chose, the beginning is repeated.
    pub fn written(&self) -> Zeroizing<Vec<u8>> {
        #[derive(Serialize)]
        #[serde(rename_all = "lowercase")]
        enum Wrong<'e> {
            Interface(&'e str),
            Method(&'e str),
            Parameter(&'e str),
        }
        let (name, wrong) = match self {
            Self::Named(name) => return error(name, &Nothing {}),
            Self::InterfaceNotFound(name) => ("InterfaceNotFound", Wrong::Interface(cut(name))),
            Self::MethodNotFound(name) => ("MethodNotFound", Wrong::Method(cut(name))),
            Self::InvalidParameter(name) => ("InvalidParameter", Wrong::Parameter(name)),
        };
        error(&format!("{SERVICE}.{name}"), &wrong)
    }
}

fn cut(name: &str) -> &str {
    let end = name.char_indices().nth(LONGEST_NAME);
    end.map_or(name, |(end, _)| &name[..end])
}

/// Parameters of a method that takes none, and a return of nothing.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// An enumeration of an interface, written as its contract writes the words.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $word:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$doc])* $word,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$word,)+];
        }
    };
}
pub(crate) use words;

/// The errors of an interface, each named as in its contract.
macro_rules! errors {
    (
        $(#[$meta:meta])* $errors:ident in $interface:literal {
            $($(#[$doc:meta])* $name:ident,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $errors {
            $($(#[$doc])* $name,)+
        }

        impl $errors {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The whole name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($interface, ".", stringify!($name)),)+
                }
            }

            /// The error of this whole name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|error| error.name() == name)
            }
        }

        impl From<$errors> for crate::varlink::CallError {
            fn from(error: $errors) -> Self {
                Self::Named(error.name())
            }
        }
    };
}
pub(crate) use errors;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_written_as_the_specification_says() {
        let bytes = call("org.example.ftl.Jump", &Nothing {}, 64);
        let text = b"{\"method\":\"org.example.ftl.Jump\",\"parameters\":{}}\0";
        assert_eq!(*bytes, text);
        let bytes = error("org.example.ftl.NotEnoughEnergy", &Nothing {});
        let text = b"{\"error\":\"org.example.ftl.NotEnoughEnergy\",\"parameters\":{}}\0";
        assert_eq!(*bytes, text);
        assert_eq!(*reply(&Nothing {}, 64), b"{\"parameters\":{}}\0");
    }

    #[test]
    fn a_call_is_read_with_and_without_parameters() {
        let read = |text| serde_json::from_str::<Call<'_>>(text).unwrap();
        let plain = read(r#"{"method":"a.b.C"}"#);
        assert_eq!(
            (plain.method.as_ref(), plain.parameters.is_none()),
            ("a.b.C", true)
        );
        let whole = read(r#"{"parameters": {"x": [1]}, "method":"a.b.\u0043", "more":true}"#);
        assert_eq!(whole.method, "a.b.C");
        assert_eq!(whole.parameters.unwrap().get(), r#"{"x": [1]}"#);
        assert_eq!((whole.more, whole.oneway), (Some(true), None));
    }

    #[test]
    fn what_is_not_a_call_is_not_read() {
        for text in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"method":1}"#,
            r#"{"method":"a.b.C","method":"a.b.D"}"#,
            r#"{"method":"a.b.C","colour":"red"}"#,
            r#"{"method":"a.b.C","oneway":"yes"}"#,
            r#"{"method":"a.b.C"} {}"#,
            r#"{"method":"a.b.C""#,
        ] {
            assert!(serde_json::from_str::<Call<'_>>(text).is_err(), "{text}");
        }
        let nested = format!(r#"{{"method":"a.b.C","parameters":{}"#, "[".repeat(60_000));
        assert!(serde_json::from_str::<Call<'_>>(&nested).is_err());
    }

    #[test]
    fn a_reply_of_a_later_version_is_read_for_what_is_known_of_it() {
        let reply: Reply<'_> =
            serde_json::from_str(r#"{"parameters":{"a":1},"colour":"red"}"#).unwrap();
        assert!(reply.error.is_none() && reply.continues.is_none());
    }
}
