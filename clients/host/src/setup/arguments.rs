//! The arguments of `secinfo setup`.

use super::report::Step;
use clap::{ArgAction, ValueEnum};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::times::parse_duration;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

const HELP: &str = r#"Examples:
  sudo secinfo setup
      asks, and explains each step
  sudo secinfo setup --master-key tpm --required 1 --grace-days 14
      asks for the rest
  sudo secinfo setup --non-interactive --master-key host \
      --channel email=email-smtp:/srv/mail.toml --organization Example \
      --group sudo=1 --break-glass alice --pam enable --pam-confirmed
      asks nothing, for automation
  sudo secinfo setup --only sign-in
      asks about sign-in alone
  sudo secinfo setup --take-back
      switches off what a run has switched on that nobody has confirmed

A SETTINGS file has the plugin's settings as in the reference of channels; it is copied to /etc/secinfo/channels. Where it says { file = "/path" }, the channel gets that file from systemd. The channel is called KIND-main.

JSON (asks nothing): {"steps":[{"step", "state", "what"}], "left":[...], "warnings":[...]}; step is "host", "master-key", "channels", "policy", "ways-back-in", "password-reset", "push" or "sign-in", state is "done", "unchanged" or "skipped", left is what remains to be done, warnings is what needs attention. A test message that was not delivered ends with exit code 1 when all else is done. Break-glass codes come before, in the form of secinfo break-glass."#;

/// Set this host up, step by step; for root
///
/// Goes from the fresh package to a host that asks for a second step at sign-in: seals the master key,
/// sets up the channels that send codes, says who must have methods, makes break-glass codes, lets
/// users reset passwords and approve sign-ins on phones, and switches PAM on, with a way back. Each step
/// is explained before it asks. What is so already is left alone, so it can be run again at any time.
#[derive(Debug, clap::Args)]
#[command(after_long_help = HELP)]
pub struct Arguments {
    /// Ask nothing: what no option says stays as it is
    #[arg(long, short = 'y', visible_alias = "yes")]
    pub(super) non_interactive: bool,
    /// Go through this step alone
    #[arg(long, value_name = "STEP")]
    pub(super) only: Option<Step>,
    #[command(flatten)]
    pub(super) master_key: MasterKeyArguments,
    /// Set up a channel, such as text=text-twilio:/srv/twilio.toml; several times for several
    #[arg(long, value_name = "KIND=PLUGIN[:SETTINGS]", action = ArgAction::Append)]
    pub(super) channel: Vec<ChannelArgument>,
    /// Send a test message through a channel, such as text-main=+491511234567
    #[arg(long, value_name = "CHANNEL=DESTINATION", action = ArgAction::Append)]
    pub(super) test: Vec<Pair>,
    #[command(flatten)]
    pub(super) policy: PolicyArguments,
    /// Make break-glass codes for this user, unless there are some
    #[arg(long, value_name = "USER", action = ArgAction::Append)]
    pub(super) break_glass: Vec<String>,
    #[command(flatten)]
    pub(super) reset: ResetArguments,
    #[command(flatten)]
    pub(super) push: PushArguments,
    #[command(flatten)]
    pub(super) sign_in: SignInArguments,
    /// Switch off what a run before has switched on that nobody has confirmed
    #[arg(long, exclusive = true)]
    pub(super) take_back: bool,
}

impl Arguments {
    /// Whether this step is gone through.
    pub(super) fn goes_through(&self, step: Step) -> bool {
        self.only.is_none_or(|only| only == step)
    }

    /// Refuses options of steps that are not gone through.
    pub(super) fn check_only(&self) -> Result<(), Failure> {
        let (key, policy, push) = (&self.master_key, &self.policy, &self.push);
        let given = [
            (
                Step::MasterKey,
                key.master_key.is_some() || key.tpm_pcrs.is_some() || key.key_copy.is_some(),
            ),
            (
                Step::Channels,
                !self.channel.is_empty() || !self.test.is_empty(),
            ),
            (Step::Policy, *policy != PolicyArguments::default()),
            (Step::WaysBackIn, !self.break_glass.is_empty()),
            (Step::PasswordReset, self.reset != ResetArguments::default()),
            (Step::Push, *push != PushArguments::default()),
            (
                Step::SignIn,
                self.sign_in.pam.is_some()
                    || self.sign_in.ssh.is_some()
                    || self.sign_in.pam_confirmed,
            ),
            // Of both steps that can shut all of them out.
            (
                Step::SignIn,
                self.sign_in.without_administrator && !self.goes_through(Step::Policy),
            ),
        ];
        let left_out = given
            .into_iter()
            .find(|(step, is_given)| *is_given && !self.goes_through(*step));
        match left_out {
            None => Ok(()),
            Some((step, _)) => Err(Failure::Usage(format!(
                "an option belongs to the step {}, which --only leaves out: leave the option out, or --only",
                step.name()
            ))),
        }
    }
}

// What is said of the master key. A doc comment would become that of the command, here and below.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct MasterKeyArguments {
    /// Where the master key is kept
    #[arg(long, value_name = "WHERE")]
    pub(super) master_key: Option<MasterKeyChoice>,
    /// The registers of the TPM that the master key is bound to
    ///
    /// By default 23, which nothing measures: the key is bound to the TPM of this machine, and no
    /// update of firmware or boot loader locks anybody out. With 7 it is bound to the state of Secure
    /// Boot too, and must be sealed anew after it changes. A key that is sealed to the TPM already
    /// is sealed anew whenever this is given.
    #[arg(long, value_name = "LIST", value_parser = registers)]
    pub(super) tpm_pcrs: Option<String>,
    /// Write a copy of the master key to this new file first, to be taken off this machine
    #[arg(long, value_name = "FILE")]
    pub(super) key_copy: Option<PathBuf>,
}

// What is said of policy; what is not said stays.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct PolicyArguments {
    /// The name that authenticator apps and messages show
    #[arg(long, value_name = "NAME")]
    pub(super) organization: Option<String>,
    /// The country of phone numbers that are written without one, such as DE
    #[arg(long, value_name = "CODE")]
    pub(super) country: Option<String>,
    /// The kinds of method that are allowed, all in one list with commas
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    pub(super) allow: Vec<String>,
    /// How many methods everybody must have
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=10))]
    pub(super) required: Option<u8>,
    /// How many methods members of a Unix group must have, such as sudo=1
    #[arg(long, value_name = "GROUP=N", action = ArgAction::Append)]
    pub(super) group: Vec<Pair>,
    /// How many days what is required may be put off
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(0..=365))]
    pub(super) grace_days: Option<u16>,
    /// What users without any method need to set up their first
    #[arg(long, value_name = "WHAT", value_parser = ["session", "access-pass"])]
    pub(super) first_method: Option<String>,
}

// What is said of password reset.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct ResetArguments {
    /// Whether users who forgot their password can set a new one
    #[arg(long, value_name = "STATE")]
    pub(super) reset: Option<ResetChoice>,
    /// How many methods they prove for that
    #[arg(long, value_name = "GATES", value_parser = ["one", "two"])]
    pub(super) reset_gates: Option<String>,
    /// Take the word "reset" at the password prompt of this PAM service, such as login
    #[arg(long, value_name = "SERVICE", action = ArgAction::Append)]
    pub(super) reset_at: Vec<String>,
}

// What is said of phones.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct PushArguments {
    /// Whether users can approve sign-ins on their phones
    #[arg(long, value_name = "STATE")]
    pub(super) push: Option<PushChoice>,
    /// The url at which phones ask, such as `https://push.example.org:8443/push`
    #[arg(long, value_name = "URL")]
    pub(super) push_url: Option<String>,
    /// The file of the certificate for it, with all that lead to a root, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) push_certificate: Option<PathBuf>,
    /// The file of the key of the certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) push_key: Option<PathBuf>,
    /// The port at which this host listens for phones, if it is not that of the url
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(super) push_port: Option<u16>,
}

// What is said of sign-in.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct SignInArguments {
    /// Whether sign-in asks secinfo
    #[arg(long, value_name = "STATE")]
    pub(super) pam: Option<PamChoice>,
    /// What the SSH server asks for when PAM is switched on
    #[arg(long, value_name = "WHAT")]
    pub(super) ssh: Option<SshChoice>,
    /// Take it as confirmed that sign-in works
    #[arg(long)]
    pub(super) pam_confirmed: bool,
    /// Switch it on even if no administrator could sign in then
    #[arg(long)]
    pub(super) without_administrator: bool,
    /// After how long PAM is switched off again unless it was confirmed that sign-in works
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = timeout)]
    pub(super) pam_timeout: Duration,
}

/// Where the master key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum MasterKeyChoice {
    /// Sealed to the TPM: without it, a copy of the whole disk does not open it.
    Tpm,
    /// Sealed to a key on the disk of this host: a copy of the whole disk opens it, one of the daemon's
    /// files does not.
    Host,
    /// In the file beside the secrets.
    File,
    /// Where it is.
    Keep,
}

/// Whether passwords are reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ResetChoice {
    /// They are.
    Enable,
    /// They are not, and no prompt takes the word.
    Disable,
    /// As it is.
    Keep,
}

/// Whether phones are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PushChoice {
    /// They are.
    Enable,
    /// They are not, and nothing listens for them.
    Disable,
    /// As it is.
    Keep,
}

/// Whether sign-in asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PamChoice {
    /// It asks.
    Enable,
    /// It does not.
    Disable,
    /// As it is.
    Keep,
}

/// What the SSH server asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SshChoice {
    /// A password and a code; a key alone still lets in.
    PasswordAndCode,
    /// A key, and then a password and a code.
    KeyAndCode,
    /// What it asks for now.
    Keep,
}

/// A channel to set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChannelArgument {
    /// What it delivers.
    pub(super) kind: String,
    /// What delivers.
    pub(super) plugin: String,
    /// The file with the plugin's settings.
    pub(super) settings: Option<PathBuf>,
}

impl FromStr for ChannelArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = "write KIND=PLUGIN:SETTINGS, such as text=text-twilio:/srv/twilio.toml; KIND is text, call or email";
        let (kind, rest) = text.split_once('=').ok_or(wrong)?;
        let (plugin, settings) = match rest.split_once(':') {
            Some((plugin, file)) => (plugin, Some(PathBuf::from(file))),
            None => (rest, None),
        };
        if !["text", "call", "email"].contains(&kind) || plugin.is_empty() {
            return Err(wrong.to_owned());
        }
        Ok(Self {
            kind: kind.to_owned(),
            plugin: plugin.to_owned(),
            settings,
        })
    }
}

/// Two words with `=` between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair(pub(super) String, pub(super) String);

impl FromStr for Pair {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, value)) if !name.is_empty() && !value.is_empty() => {
                Ok(Self(name.to_owned(), value.to_owned()))
            }
            _ => Err("write two words with = between them".to_owned()),
        }
    }
}

fn registers(text: &str) -> Result<String, String> {
    let right = text
        .split('+')
        .all(|number| number.parse().is_ok_and(|number: u8| number < 24));
    if right {
        Ok(text.to_owned())
    } else {
        Err("write numbers from 0 to 23 with + between them, such as 7 or 7+14".to_owned())
    }
}

fn timeout(text: &str) -> Result<Duration, String> {
    let seconds = parse_duration(text)?;
    match seconds {
        10..=86_400 => Ok(Duration::from_secs(seconds)),
        _ => Err("it must be from 10s to 24h".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_and_pairs_are_read_as_the_help_says() {
        let channel: ChannelArgument = "text=text-twilio:/srv/twilio.toml".parse().unwrap();
        assert_eq!(
            (channel.kind.as_str(), channel.plugin.as_str()),
            ("text", "text-twilio")
        );
        assert_eq!(channel.settings, Some(PathBuf::from("/srv/twilio.toml")));
        assert_eq!(
            "call=spool".parse::<ChannelArgument>().unwrap().settings,
            None
        );
        for wrong in ["text", "fax=spool", "text=", "=spool"] {
            assert!(wrong.parse::<ChannelArgument>().is_err(), "{wrong}");
        }
        assert_eq!("sudo=1".parse(), Ok(Pair("sudo".into(), "1".into())));
        assert!("sudo=".parse::<Pair>().is_err());
    }

    #[test]
    fn registers_and_times_are_checked() {
        assert!(registers("7+14").is_ok() && registers("23").is_ok());
        assert!(registers("").is_err() && registers("24").is_err() && registers("7,8").is_err());
        assert_eq!(timeout("10m"), Ok(Duration::from_mins(10)));
        assert!(timeout("5s").is_err() && timeout("2d").is_err());
    }
}
