//! Which code does what the command line asks for.

use crate::arguments::{Arguments, Command};
use crate::client::Client;
use crate::commands::{
    access_pass, activity, add, audit, cancel_deletion, completions, default, delete, erase,
    import, lock, man, page, push, rename, reset, resync, security_key, tokens, unlock, users,
    verify,
};
use clap::CommandFactory;
use secinfo_host::{backup, break_glass, channels, doctor, restore, setup, status};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Screen;

/// Does what the command line asks for.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    arguments.check()?;
    let administers = arguments.takes_administrator();
    let language = arguments.language();
    let Arguments { global, command } = arguments;
    let screen = Screen::new(global.json, global.color).in_language(language);
    let address = global.bus.or_else(secinfo_wire::address_from_environment);
    let address = address.as_deref();
    let user = global.user.as_deref();
    let connect = |screen| Client::connect(screen, address, administers);
    match command {
        None => page::run(&connect(screen).await?, user).await,
        Some(Command::Add(arguments)) => add::run(&connect(screen).await?, arguments).await,
        Some(Command::Default(arguments)) => {
            default::run(&connect(screen).await?, user, arguments).await
        }
        Some(Command::Rename(arguments)) => rename::run(&connect(screen).await?, arguments).await,
        Some(Command::Delete(arguments)) => {
            delete::run(&connect(screen).await?, user, arguments).await
        }
        Some(Command::CancelDeletion(arguments)) => {
            cancel_deletion::run(&connect(screen).await?, user, arguments).await
        }
        Some(Command::Resync(arguments)) => {
            resync::run(&connect(screen).await?, user, arguments).await
        }
        Some(Command::SecurityKey(arguments)) => {
            security_key::run(&connect(screen).await?, arguments).await
        }
        Some(Command::Verify(arguments)) => {
            verify::run(&connect(screen).await?, user, arguments).await
        }
        Some(Command::Activity(arguments)) => {
            activity::run(&connect(screen).await?, user, arguments).await
        }
        Some(Command::Users(arguments)) => users::run(&connect(screen).await?, arguments).await,
        Some(Command::Push(arguments)) => push::run(&connect(screen).await?, user, arguments).await,
        Some(Command::Lock(arguments)) => lock::run(&connect(screen).await?, arguments).await,
        Some(Command::Unlock(arguments)) => unlock::run(&connect(screen).await?, arguments).await,
        Some(Command::Erase(arguments)) => erase::run(&connect(screen).await?, arguments).await,
        Some(Command::Tokens(arguments)) => tokens::run(&connect(screen).await?, arguments).await,
        Some(Command::AccessPass(arguments)) => {
            access_pass::run(&connect(screen).await?, arguments).await
        }
        Some(Command::Import(arguments)) => {
            import::run(&connect(screen).await?, user, arguments).await
        }
        Some(Command::Channels(arguments)) => {
            let client = connect(screen).await?;
            channels::run(&client.screen, &client.connection, arguments).await
        }
        Some(Command::Reset(arguments)) => reset::run(&screen, arguments),
        Some(Command::Status(arguments)) => status::run(&screen, address, &arguments).await,
        Some(Command::Audit(arguments)) if arguments.is_offline() => {
            audit::run_offline(&screen, arguments)
        }
        Some(Command::Audit(arguments)) => {
            audit::run(&connect(screen).await?, user, arguments).await
        }
        Some(Command::BreakGlass(arguments)) => break_glass::run(&screen, arguments),
        Some(Command::Setup(arguments)) => setup::run(&screen, address, &arguments).await,
        Some(Command::Doctor(arguments)) => doctor::run(&screen, address, &arguments).await,
        Some(Command::Backup(arguments)) => backup::run(&screen, address, &arguments).await,
        Some(Command::Restore(arguments)) => restore::run(&screen, address, &arguments).await,
        Some(Command::Completions(arguments)) => completions::run(&arguments, Arguments::command()),
        Some(Command::Man(arguments)) => man::run(&screen, &arguments, Arguments::command()),
    }
}
