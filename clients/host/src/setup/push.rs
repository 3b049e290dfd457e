//! Step 7: whether users approve sign-ins on their phones, and how phones reach this host.

mod certificate;
#[cfg(test)]
mod tests;

use super::arguments::{PushArguments, PushChoice};
use super::config::{Applied, Config};
use super::daemon::Daemon;
use super::host::Host;
use super::look::{findings, in_words};
use super::program::Program;
use super::questions::Questions;
use super::report::{Report, Step};
use crate::doctor::Area;
use crate::doctor::push::SOCKET;
use certificate::Certificate;
use secinfo_pipush::Address;
use secinfo_terminal::failure::Failure;
use secinfo_terminal::text::visible;

/// The section of config.toml.
const SECTION: [&str; 1] = ["push"];
const SERVICE: &str = "secinfo-push.service";
/// The socket of a web server that ends TLS.
const PROXY_SOCKET: &str = "secinfo-push-proxy.socket";
/// The port of [`SOCKET`] as it ships.
const SHIPPED_PORT: u16 = 8443;
/// The other port.
const DROP_IN: &str = "/etc/systemd/system/secinfo-push.socket.d/secinfo-setup.conf";
const DROP_INS: &str = "/etc/systemd/system/secinfo-push.socket.d";

const ABOUT: &str = "Users can approve sign-ins on their phones, with the free app privacyIDEA Authenticator. \
    Phones ask this host itself, so it needs a name that they find, a port that they reach, and a \
    certificate for the name: docs/how-to/push.md.";

pub(super) async fn run(
    host: &Host,
    daemon: &impl Daemon,
    questions: &Questions<'_>,
    arguments: &PushArguments,
    address: Option<&str>,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    report.begin(Step::Push, ABOUT)?;
    let mut config = Config::read(host)?;
    let former = url_of(&config);
    let was_on = !former.is_empty();
    let wanted = match arguments.push {
        Some(PushChoice::Enable) => true,
        Some(PushChoice::Disable) => false,
        None if questions.are_asked() => {
            questions.yes("Let users approve sign-ins on their phones?", was_on)?
        }
        Some(PushChoice::Keep) | None => was_on,
    };
    if !wanted {
        return switch_off(host, daemon, &mut config, was_on, report).await;
    }
    let phones_ask = url(host, questions, arguments, &former)?;
    let is_behind_proxy = host.unit("is-enabled", PROXY_SOCKET)?;
    let mut is_changed = false;
    if !is_behind_proxy {
        let certificate = Certificate::find(host, questions, arguments, &phones_ask)?;
        is_changed = certificate.link(host)?;
        let port = port(questions, arguments, &phones_ask)?;
        is_changed |= listen_at(host, port)?;
    }
    if is_changed {
        // It has the former certificate, and sockets are made anew only while it does not run.
        host.succeed(&Program::new("systemctl", ["stop", SERVICE]))?;
    }
    let listened = host.unit("is-enabled", SOCKET)? && host.unit("is-active", SOCKET)?;
    if !listened {
        host.succeed(&Program::new("systemctl", ["enable", "--now", SOCKET]))?;
    } else if is_changed {
        host.succeed(&Program::new("systemctl", ["restart", SOCKET]))?;
    }
    config.set(&SECTION, "url", phones_ask.as_str())?;
    let applied = config.apply(host, daemon).await?;
    let what = format!(
        "Users can approve sign-ins on their phones, which ask {}",
        visible(phones_ask.as_str())
    );
    if applied == Applied::Unchanged && listened && !is_changed {
        report.unchanged(what)?;
    } else {
        report.done(what)?;
    }
    for finding in findings(host, address).await? {
        if finding.area == Area::Push {
            report.warn(&in_words(&finding))?;
        }
    }
    if was_on && former != phones_ask.as_str() {
        report.leave("Phones that were added before still ask the former url: add them again");
    }
    if !was_on {
        report.leave("Try secinfo add push with an account of your own");
        if !is_behind_proxy {
            report.leave(
                "Have your ACME client run systemctl try-restart secinfo-push.service after each renewal",
            );
        }
    }
    Ok(())
}

impl PushArguments {
    /// Refuses, before anything is changed, what would fail later.
    pub(super) fn check(&self, host: &Host, asks: bool) -> Result<(), Failure> {
        let former = url_of(&Config::read(host)?);
        let is_more = self.push_url.is_some()
            || self.push_certificate.is_some()
            || self.push_key.is_some()
            || self.push_port.is_some();
        let will_be_on = match self.push {
            Some(PushChoice::Enable) => true,
            Some(PushChoice::Disable) => false,
            Some(PushChoice::Keep) | None => !former.is_empty(),
        };
        if !will_be_on {
            return if is_more {
                Err(Failure::Usage(
                    "--push-url, --push-certificate, --push-key and --push-port need --push enable"
                        .into(),
                ))
            } else {
                Ok(())
            };
        }
        if self.push_certificate.is_some() != self.push_key.is_some() {
            return Err(Failure::Usage(
                "give both --push-certificate and --push-key, or neither".into(),
            ));
        }
        let url = self.push_url.as_deref().unwrap_or(&former);
        if url.is_empty() {
            return if asks {
                Ok(())
            } else {
                Err(Failure::Usage("--push enable needs --push-url".into()))
            };
        }
        let address = read(url).map_err(Failure::Usage)?;
        Certificate::check(host, self, &address).map_err(Failure::Refused)
    }
}

fn url_of(config: &Config) -> String {
    config.text_of(&SECTION, "url").unwrap_or_default()
}

fn read(url: &str) -> Result<Address, String> {
    Address::parse(url)
        .map_err(|why| format!("{why}; write one such as https://push.example.org:8443/push"))
}

fn url(
    host: &Host,
    questions: &Questions<'_>,
    arguments: &PushArguments,
    former: &str,
) -> Result<Address, Failure> {
    if let Some(url) = &arguments.push_url {
        return read(url).map_err(Failure::Usage);
    }
    if !questions.are_asked() {
        return read(former).map_err(Failure::Refused);
    }
    let name = host.text("/etc/hostname")?;
    let own = format!("https://{}:{SHIPPED_PORT}/push", name.trim());
    let default = match former {
        // A name without a dot is one of this network at most.
        "" if name.contains('.') && Address::parse(&own).is_ok() => &own,
        former => former,
    };
    questions.text(
        "The url at which phones ask, as they reach this host",
        default,
        read,
    )
}

/// The port at which this host listens: a router may pass on another.
fn port(
    questions: &Questions<'_>,
    arguments: &PushArguments,
    phones_ask: &Address,
) -> Result<u16, Failure> {
    match arguments.push_port {
        Some(port) => Ok(port),
        None if phones_ask.port() != SHIPPED_PORT && questions.are_asked() => questions.text(
            "The port at which this host listens for them",
            &phones_ask.port().to_string(),
            |answer| match answer.parse() {
                Ok(port) if port > 0 => Ok(port),
                _ => Err("Answer with a number from 1 to 65535.".to_owned()),
            },
        ),
        None => Ok(phones_ask.port()),
    }
}

/// Has the socket listen at a port from its next start on; whether it was another.
fn listen_at(host: &Host, port: u16) -> Result<bool, Failure> {
    let text = format!(
        "# Written by secinfo setup.\n[Socket]\nListenStream=\nListenStream={port}\nListenStream={}\n",
        secinfo_wire::push::SOCKET
    );
    let is_shipped = port == SHIPPED_PORT;
    let former = host.text(DROP_IN)?;
    if former == text || (is_shipped && !host.has(DROP_IN)) {
        return Ok(false);
    }
    if is_shipped {
        host.remove(DROP_IN)?;
    } else {
        host.make_directory(DROP_INS, 0o755)?;
        host.write(DROP_IN, text.as_bytes(), 0o644)?;
    }
    host.succeed(&Program::new("systemctl", ["daemon-reload"]))?;
    Ok(true)
}

async fn switch_off(
    host: &Host,
    daemon: &impl Daemon,
    config: &mut Config,
    was_on: bool,
    report: &mut Report<'_>,
) -> Result<(), Failure> {
    if was_on {
        config.set(&SECTION, "url", "")?;
    }
    config.apply(host, daemon).await?;
    let listened = host.unit("is-enabled", SOCKET)? || host.unit("is-active", SOCKET)?;
    if listened {
        host.succeed(&Program::new("systemctl", ["disable", "--now", SOCKET]))?;
        host.succeed(&Program::new("systemctl", ["stop", SERVICE]))?;
    }
    if was_on || listened {
        report.done("Users cannot approve sign-ins on their phones any more")
    } else {
        report.unchanged("Users cannot approve sign-ins on their phones")
    }
}
