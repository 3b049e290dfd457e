//! The daemon on the bus: who calls, may they, and what they are answered.
//!
//! zbus carries, marshals and checks the names of messages; calls are dispatched here, from one
//! [`Table`] of interfaces. Its own object server is not used: our objects exist on demand for any
//! number of users and are visible to their owner only, and nothing may be reachable that has no
//! row saying who may call it.

mod access;
mod authorize;
mod call;
mod caller;
mod callers;
mod connect;
mod dispatch;
mod emit;
mod error;
pub mod interface;
mod introspect;
mod limits;
mod object;
mod rows;
mod signature;
mod standard;
mod table;

pub use access::{Access, Action, Granted};
pub use authorize::{Authorizer, PolkitDeadlines};
pub use call::Call;
pub use caller::{Caller, LoginSession, TagKey};
pub use connect::{ConnectError, connect};
pub use dispatch::Server;
pub use emit::Emitter;
pub use error::BusError;
pub use introspect::{interface_xml, table_markdown};
pub use limits::Limits;
pub use object::{Object, ObjectTree};
pub use signature::{Arguments, Outputs};
pub(crate) use standard::OBJECT_MANAGER;
pub use table::{Argument, EmitsChanged, Interface, MAX_BODY, Method, Property, Signal, Table};
