//! The process that loads one channel plugin, and what it and the daemon say to each other.

pub mod wire;
