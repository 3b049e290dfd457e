//! The commands, a file for each.

pub(crate) mod access_pass;
pub(crate) mod add;
pub(crate) mod audit;
pub(crate) mod cancel_deletion;
pub(crate) mod completions;
pub(crate) mod default;
pub(crate) mod delete;
pub(crate) mod import;
pub(crate) mod man;
mod page;
pub(crate) mod rename;
pub(crate) mod resync;
pub(crate) mod tokens;
pub(crate) mod unlock;
mod users;
pub(crate) mod verify;

use crate::arguments::{Arguments, Command, Global};
use crate::client::Client;
use crate::polkit_agent::PolkitAgent;
use secinfo_host::{backup, break_glass, channels, doctor, restore, setup, status};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;

/// Does what the command line asks for.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    arguments.check()?;
    let Arguments { global, command } = arguments;
    let screen = Screen::new(global.json, global.color);
    let may_take_administrator = global.user.is_some()
        || command
            .as_ref()
            .is_some_and(Command::may_take_administrator);
    // These need no daemon.
    let command = match command {
        Some(Command::Completions(arguments)) => return completions::run(&arguments),
        Some(Command::BreakGlass(arguments)) => return break_glass::run(&screen, arguments),
        Some(Command::Man(arguments)) => return man::run(&screen, &arguments),
        Some(Command::Audit(arguments)) if arguments.is_offline() => {
            return audit::run_offline(&screen, arguments);
        }
        Some(Command::Setup(arguments)) => {
            let address = global.bus.or_else(secinfo_wire::address_from_environment);
            return setup::run(&screen, address.as_deref(), &arguments).await;
        }
        Some(Command::Backup(arguments)) => {
            let address = global.bus.or_else(secinfo_wire::address_from_environment);
            return backup::run(&screen, address.as_deref(), &arguments).await;
        }
        Some(Command::Restore(arguments)) => {
            let address = global.bus.or_else(secinfo_wire::address_from_environment);
            return restore::run(&screen, address.as_deref(), &arguments).await;
        }
        Some(Command::Doctor(arguments)) => {
            let address = global.bus.or_else(secinfo_wire::address_from_environment);
            return doctor::run(&screen, address.as_deref(), &arguments).await;
        }
        Some(Command::Status(arguments)) if arguments.openmetrics => {
            let address = global.bus.or_else(secinfo_wire::address_from_environment);
            return status::write_metrics(&screen, address.as_deref(), &arguments).await;
        }
        command => command,
    };
    let Global { bus, user, .. } = global;
    let address = bus.or_else(secinfo_wire::address_from_environment);
    let client = Client::connect(screen, address.as_deref()).await?;
    let user = user.as_deref();
    // Root is not asked, and on another bus there may be no polkit.
    let may_be_asked = may_take_administrator && client.screen.interactive && client.uid != 0;
    let _agent = match address {
        None if may_be_asked => PolkitAgent::start()?,
        _ => None,
    };
    match command {
        None => page::run(&client, user).await,
        Some(Command::Add(arguments)) => add::run(&client, arguments).await,
        Some(Command::Default(arguments)) => default::run(&client, user, arguments).await,
        Some(Command::Rename(arguments)) => rename::run(&client, arguments).await,
        Some(Command::Delete(arguments)) => delete::run(&client, user, arguments).await,
        Some(Command::CancelDeletion(arguments)) => {
            cancel_deletion::run(&client, user, arguments).await
        }
        Some(Command::Resync(arguments)) => resync::run(&client, user, arguments).await,
        Some(Command::Verify(arguments)) => verify::run(&client, user, arguments).await,
        Some(Command::Status(_)) => status::run(&client.screen, &client.connection).await,
        Some(Command::Users) => users::run(&client).await,
        Some(Command::Channels(arguments)) => {
            channels::run(&client.screen, &client.connection, arguments).await
        }
        Some(Command::Unlock(arguments)) => unlock::run(&client, arguments).await,
        Some(Command::Import(arguments)) => import::run(&client, arguments).await,
        Some(Command::Tokens(arguments)) => tokens::run(&client, arguments).await,
        Some(Command::AccessPass(arguments)) => access_pass::run(&client, arguments).await,
        Some(Command::Audit(arguments)) => audit::run(&client, user, arguments).await,
        Some(
            Command::Backup(_)
            | Command::Restore(_)
            | Command::BreakGlass(_)
            | Command::Completions(_)
            | Command::Man(_)
            | Command::Doctor(_)
            | Command::Setup(_),
        ) => {
            unreachable!("done above, without a daemon")
        }
    }
}
