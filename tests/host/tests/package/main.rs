//! The life of the package on a host: from its installation to its removal.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod machine;
