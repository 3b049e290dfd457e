//! `cargo xtask page`: what the page in Cockpit is made from.

mod types;

use crate::failure::{Failure, Result};
use crate::screen;
use crate::workspace::Workspace;

/// Runs the task.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        ["types"] => {
            let path = types::write(&Workspace::find()?.root)?;
            screen::say(&format!("The types of the bus are in {}", path.display()));
            Ok(())
        }
        ["types", "--check"] => types::check(&Workspace::find()?.root),
        _ => Err(Failure::Usage(
            "say what of the page to make: page types [--check]".to_owned(),
        )),
    }
}
