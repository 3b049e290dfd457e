//! Step 3: the channels that send codes, each a unit of systemd's with a sandbox of its own.

mod asked;
mod settings;
#[cfg(test)]
mod tests;

use super::arguments::{ChannelArgument, Pair};
use super::config::{Applied, Config};
use super::daemon::Daemon;
use super::host::Host;
use super::program::Program;
use super::questions::Questions;
use super::report::{Report, Step};
use crate::destination;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::{listed, visible};
use secinfo_wire::Channel;
use secinfo_wire::names::delivery;
use secinfo_words::{Language, Words};
use settings::Settings;
use std::time::Duration;
use zeroize::Zeroizing;

/// Where plugins are, unless config.toml says otherwise.
const PLUGINS: &str = "/usr/lib/secinfo/channels";
/// The plugin that leaves messages readable on this host.
const SPOOL: &str = "spool";
/// What is being changed, and not yet in force.
const UNFINISHED: &str = "/run/secinfo-setup";
/// How often, and after what time each, it is looked whether a channel is ready.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(250);

const ABOUT: &str = "Codes by text, phone call and email travel through channels. Each is a plugin in a \
    process of its own, which sees only what it must deliver. Without channels, authenticator apps, \
    hardware tokens and recovery codes work all the same.";

/// A channel as it shall be.
struct Wanted {
    name: String,
    kind: String,
    plugin: String,
    settings: Settings,
}

pub(crate) async fn run(
    host: &Host,
    daemon: &impl Daemon,
    questions: &Questions<'_>,
    arguments: &[ChannelArgument],
    tests: &[Pair],
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    report.begin(Step::Channels, ABOUT)?;
    let mut config = Config::read(host)?;
    let present = config.sections("channel");
    let plugins = plugins(host, &config)?;
    let mut wanted = Vec::new();
    for argument in arguments {
        wanted.push(from_argument(host, argument, &plugins)?);
    }
    if arguments.is_empty() && questions.are_asked() {
        wanted = asked::channels(host, questions, &plugins, &present, report)?;
    }
    let mut changed = Vec::new();
    for channel in &wanted {
        if set_up(host, &mut config, channel)? {
            changed.push(channel.name.as_str());
        } else {
            report.unchanged(format!("The channel {} is set up", channel.name))?;
        }
    }
    match config.apply(host, daemon).await? {
        Applied::Written(kept) => report.tell(&format!("The former config.toml is {kept}."))?,
        Applied::InForce => report.done(
            "The daemon was started anew, because config.toml was changed since it had started",
        )?,
        Applied::Unchanged => {}
    }
    for name in &changed {
        let channel = ready(daemon, name).await?;
        report.done(format!(
            "The channel {name} is set up: {} by {}",
            Words::of(Language::English).kind_inline(&channel.kind),
            visible(&channel.plugin)
        ))?;
        if !channel.healthy {
            report.leave(format!(
                "The channel {name} is not ready ({}): see sudo secinfo channels, and sudo journalctl -u secinfo-channel@{name}",
                visible(&channel.last_error)
            ));
        }
    }
    for name in present
        .iter()
        .filter(|name| !changed.contains(&name.as_str()))
    {
        let socket = format!("secinfo-channel@{name}.socket");
        if host.unit("is-enabled", &socket)? && !host.unit("is-active", &socket)? {
            host.succeed(&Program::new("systemctl", ["start", &socket]))?;
            let name = visible(name);
            report.done(format!(
                "The channel {name} was stopped, and is reached again"
            ))?;
        }
    }
    if wanted.is_empty() {
        match present.as_slice() {
            [] => report.skipped("There are no channels: no codes are sent")?,
            names => {
                let names: Vec<_> = names.iter().map(|name| visible(name)).collect();
                let names: Vec<_> = names.iter().map(String::as_str).collect();
                report.unchanged(format!("Channels that are set up: {}", listed(&names)))?;
            }
        }
    }
    try_out(daemon, questions, &wanted, &changed, tests, report).await
}

/// Refuses, before anything is changed, channels that cannot be set up and tests of none.
pub(crate) fn check(
    host: &Host,
    arguments: &[ChannelArgument],
    tests: &[Pair],
) -> Result<(), Failure> {
    let config = Config::read(host)?;
    let plugins = plugins(host, &config)?;
    let mut names = config.sections("channel");
    for argument in arguments {
        names.push(from_argument(host, argument, &plugins)?.name);
    }
    for Pair(name, destination) in tests {
        let mut asked = arguments.iter().map(|argument| argument.kind.clone());
        let kind = asked
            .rfind(|kind| *name == main_channel(kind))
            .or_else(|| config.text_of(&["channel", name], "kind"));
        destination::check(&kind.unwrap_or_default(), destination).map_err(Failure::Usage)?;
    }
    match tests.iter().find(|Pair(name, _)| !names.contains(name)) {
        Some(Pair(name, _)) => Err(Failure::Usage(format!(
            "there is no channel {:?} to test: write --test CHANNEL=DESTINATION with the name of one, such as text-main",
            visible(name)
        ))),
        None => Ok(()),
    }
}

/// The plugins that are installed, by name.
fn plugins(host: &Host, config: &Config) -> Result<Vec<String>, Failure> {
    let directory = config
        .text_of(&["daemon"], "plugin_directory")
        .unwrap_or_else(|| PLUGINS.to_owned());
    let names = host.names(&directory)?.into_iter();
    let names = names.filter_map(|name| {
        let name = name.strip_prefix("libsecinfo_")?.strip_suffix(".so")?;
        Some(name.replace('_', "-"))
    });
    Ok(names.collect())
}

/// The name of the channel that setup makes for a kind.
fn main_channel(kind: &str) -> String {
    format!("{kind}-main")
}

fn from_argument(
    host: &Host,
    argument: &ChannelArgument,
    plugins: &[String],
) -> Result<Wanted, Failure> {
    if !plugins.contains(&argument.plugin) {
        let installed: Vec<_> = plugins.iter().map(String::as_str).collect();
        return Err(Failure::Refused(format!(
            "the plugin {:?} is not installed; there are {}",
            visible(&argument.plugin),
            listed(&installed)
        )));
    }
    let name = main_channel(&argument.kind);
    let settings = match &argument.settings {
        Some(file) => Settings::of_file(host, file, &argument.plugin)?,
        None if argument.plugin == SPOOL => Settings::of_spool(&name),
        None => {
            return Err(Failure::Refused(format!(
                "{} needs settings: write --channel {}={}:FILE, with a file as in the reference of channels",
                argument.plugin, argument.kind, argument.plugin
            )));
        }
    };
    Ok(Wanted {
        name,
        kind: argument.kind.clone(),
        plugin: argument.plugin.clone(),
        settings,
    })
}

/// Writes what makes a channel, as far as it is not so already. Whether anything was changed.
fn set_up(host: &Host, config: &mut Config, channel: &Wanted) -> Result<bool, Failure> {
    let Wanted {
        name,
        kind,
        plugin,
        settings,
    } = channel;
    let service = format!("secinfo-channel@{name}.service");
    let unfinished = format!("{UNFINISHED}/{name}");
    let mut changed = write_files(host, channel, &service, &unfinished)?;
    let show = ["show", "--value", "--property=NeedDaemonReload", &service];
    if host
        .succeed(&Program::new("systemctl", show))?
        .text()
        .trim()
        == "yes"
    {
        changed = true;
        host.succeed(&Program::new("systemctl", ["daemon-reload"]))?;
    }
    let socket = format!("secinfo-channel@{name}.socket");
    if !host.unit("is-enabled", &socket)? || !host.unit("is-active", &socket)? {
        changed = true;
        host.succeed(&Program::new(
            "systemctl",
            ["enable", "--now", "--quiet", &socket],
        ))?;
    }
    let section = ["channel", name.as_str()];
    config.set(&section, "kind", kind.as_str())?;
    config.set(&section, "plugin", plugin.as_str())?;
    config.set(
        &section,
        "socket",
        format!("/run/secinfo/channels/{name}.sock"),
    )?;
    if let Some(timeout) = settings.timeout() {
        config.set(&section, "timeout", timeout)?;
    }
    if plugin == SPOOL {
        config.set(&["daemon"], "allow_spool", true)?;
    }
    if changed {
        // One that runs has the former settings; the daemon connects to a new one.
        host.succeed(&Program::new("systemctl", ["stop", &service]))?;
        host.remove(&unfinished)?;
    }
    Ok(changed || config.is_changed())
}

/// Writes the files of a channel. Whether there are any that may not be in force yet, also those of
/// a run that was cut short: a file notes it, until a start of the host puts all in force.
fn write_files(
    host: &Host,
    channel: &Wanted,
    service: &str,
    unfinished: &str,
) -> Result<bool, Failure> {
    let (name, settings) = (&channel.name, &channel.settings);
    let drop_in = format!("/etc/systemd/system/{service}.d/secinfo-setup.conf");
    let drop_in_text = settings.drop_in(name, &channel.plugin);
    let secrets = settings.secrets.iter();
    let secrets = secrets
        .map(|(credential, secret)| (secret_file(name, credential), secret.as_bytes(), 0o600));
    let own = [
        (
            format!("/etc/secinfo/channels/{name}.toml"),
            settings.text.as_bytes(),
            0o600,
        ),
        (drop_in.clone(), drop_in_text.as_bytes(), 0o644),
    ];
    let mut changed = host.has(unfinished);
    for (path, content, mode) in secrets.chain(own) {
        if is_written(host, &path, content, mode)? {
            continue;
        }
        if !changed {
            host.make_directory(UNFINISHED, 0o700)?;
            host.write(unfinished, b"", 0o600)?;
            changed = true;
        }
        if path == drop_in {
            remove_former_secrets(host, name, &drop_in, &drop_in_text)?;
        }
        write(host, &path, content, mode)?;
    }
    Ok(changed)
}

fn secret_file(channel: &str, credential: &str) -> String {
    format!("/etc/secinfo/credentials/{channel}.{credential}")
}

/// Overwrites and removes the secrets that the former settings named and the new ones do not.
fn remove_former_secrets(host: &Host, name: &str, drop_in: &str, new: &str) -> Result<(), Failure> {
    for line in host.text(drop_in)?.lines() {
        let named = line.strip_prefix("LoadCredential=");
        if let Some((credential, path)) = named.and_then(|named| named.split_once(':'))
            && path == secret_file(name, credential)
            && !new.lines().any(|line| line.ends_with(path))
            && host.has(path)
        {
            host.erase(path)?;
        }
    }
    Ok(())
}

fn is_written(host: &Host, path: &str, content: &[u8], mode: u32) -> Result<bool, Failure> {
    let is = host.bytes(path)?;
    Ok(is.is_some_and(|is| is.as_slice() == content) && host.mode(path) == Some(mode))
}

fn write(host: &Host, path: &str, content: &[u8], mode: u32) -> Result<(), Failure> {
    let directory = path
        .rsplit_once('/')
        .map_or("/", |(directory, _)| directory);
    // Those of systemd are read by everybody; ours have modes of their own already.
    let private = directory.starts_with("/etc/secinfo");
    host.make_directory(directory, if private { 0o700 } else { 0o755 })?;
    host.write(path, content, mode)
}

/// Waits a little until the daemon has the channel, and it is ready.
async fn ready(daemon: &impl Daemon, name: &str) -> Result<Channel, Failure> {
    let mut looks = 0;
    loop {
        let channels = daemon.channels().await?;
        let found = channels.into_iter().find(|channel| channel.name == name);
        match found {
            Some(channel) if channel.state == "ready" || looks >= LOOKS => return Ok(channel),
            None if looks >= LOOKS => {
                return Err(Failure::Refused(format!(
                    "the daemon does not know the channel {name}: see sudo journalctl -u secinfod"
                )));
            }
            _ => tokio::time::sleep(PAUSE).await,
        }
        looks += 1;
    }
}

async fn try_out(
    daemon: &impl Daemon,
    questions: &Questions<'_>,
    wanted: &[Wanted],
    changed: &[&str],
    tests: &[Pair],
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    for Pair(name, destination) in tests {
        let before = report.warnings().len();
        send(daemon, name, destination, report).await?;
        if report.warnings().len() > before {
            report.fail(format!(
                "the test message through {} was not delivered",
                visible(name)
            ));
        }
    }
    if !tests.is_empty() || !questions.are_asked() {
        for name in changed {
            if !tests.iter().any(|Pair(tested, _)| tested == name) {
                report.leave(format!(
                    "Try the channel: sudo secinfo channels test {name} DESTINATION"
                ));
            }
        }
        return Ok(());
    }
    let kind_of = |name: &str| {
        let channel = wanted.iter().find(|channel| channel.name == name);
        channel.map_or("", |channel| channel.kind.as_str())
    };
    for name in changed {
        report.tell("A test message shows whether the account and the server are right. It costs what any message costs.")?;
        let question = format!("Send one through {name} to (Enter for none)");
        let destination = questions.text(&question, "", |text| match text {
            "" => Ok(String::new()),
            text => destination::check(kind_of(name), text).map(|()| text.to_owned()),
        })?;
        if destination.is_empty() {
            report.leave(format!(
                "Try the channel: sudo secinfo channels test {name} DESTINATION"
            ));
        } else {
            send(daemon, name, &destination, report).await?;
        }
    }
    Ok(())
}

async fn send(
    daemon: &impl Daemon,
    name: &str,
    destination: &str,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    let problem = match daemon.test(name, destination).await {
        Ok(outcome) if outcome.state == delivery::DELIVERED => {
            return report.done(format!("The test message through {name} has arrived"));
        }
        Ok(outcome) if outcome.state != delivery::FAILED && outcome.problem.is_empty() => {
            return report.done(format!(
                "The test message through {name} is on its way: look whether it arrives"
            ));
        }
        Ok(outcome) => outcome.problem,
        Err(failure) => failure.to_string(),
    };
    let problem = Zeroizing::new(problem);
    report.warn(&format!(
        "The test message through {name} was not delivered: {}",
        visible(&problem)
    ))?;
    report.leave(format!("Correct the settings of {name} in /etc/secinfo/channels, then: sudo secinfo channels test {name} DESTINATION"));
    Ok(())
}
