//! secinfod, the daemon that keeps every user's security info.

pub mod bus;

pub mod config;

pub mod methods;

pub mod service;
