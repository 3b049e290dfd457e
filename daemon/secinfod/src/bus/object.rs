//! What the bus layer asks of the application: which objects there are and whose they are.

use super::caller::Caller;
use crate::service::SessionOwner;
use std::future::Future;
use zbus::names::UniqueName;

/// One object of the tree, as far as its path tells: a cheap handle, made for each call.
pub trait Object: Clone + Send + Sync + 'static {
    /// The names of the object's interfaces, each of them in the table. Standard interfaces are
    /// added by the bus layer, except `org.freedesktop.DBus.ObjectManager`, which the objects
    /// that manage a subtree name here.
    fn interfaces(&self) -> &'static [&'static str];

    /// The uid of the user whose object this is, if it is one user's.
    fn owner_uid(&self) -> Option<u32>;

    /// The owner of the session that this object is. To everyone else the object does not exist.
    fn session_owner(&self) -> Option<SessionOwner>;
}

/// The application behind the bus: its state and its tree of objects, made on demand.
pub trait ObjectTree: Send + Sync + Sized + 'static {
    /// The handle of an object.
    type Object: Object;

    /// The object at `path`. For an object with an [`Object::owner_uid`] the shape of the path
    /// decides alone, whether the user or method exists or not: a stranger must not learn that
    /// from the kind of the refusal. A session object is looked up, since its owner must be known.
    fn resolve(&self, path: &str) -> Option<Self::Object>;

    /// Whether the object is there. Asked only for a caller who may know it.
    fn exists(&self, object: &Self::Object) -> bool;

    /// The names of the nodes right below `path` that `caller` may see, for introspection. Also
    /// asked for paths between objects, such as `/org`.
    fn children(&self, caller: &Caller, path: &str) -> Vec<String>;

    /// All objects below `root` that `caller` may see, with their paths, for
    /// `ObjectManager.GetManagedObjects`.
    fn managed(
        &self,
        caller: &Caller,
        root: &str,
    ) -> impl Future<Output = Vec<(String, Self::Object)>> + Send;

    /// A connection that has called us is gone from the bus: its sessions end now. Called from
    /// the dispatcher, so it must not block.
    ///
    /// A handler may still be running for that connection. One that makes a session adds it
    /// first and asks [`Caller::is_gone`] after that; then it is ended either here or there.
    fn disconnected(&self, name: &UniqueName<'_>);
}
