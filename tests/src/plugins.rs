//! Plugins for channels, and the state of channels.

use crate::accounts::CHANNEL_ACCOUNT;
use crate::client::Client;
use crate::daemon::binary;
use crate::host::{Setup, TestHost};
use crate::smtp::SmtpServer;
use crate::twilio::TwilioServer;
use secinfo_test_person::Process;
use secinfo_wire::Channel;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a channel may take to reach an expected state.
const TIMEOUT: Duration = Duration::from_mins(2);

impl Setup {
    /// Configures the shipped plugins for texts, calls and emails, with these servers as providers.
    #[must_use]
    pub fn providers(self, twilio: &TwilioServer, smtp: &SmtpServer) -> Self {
        let channel = |name: &str, plugin: &str, ca: &Path| {
            format!(
                "[channel.{name}]\nkind = \"{name}\"\nplugin = \"{plugin}\"\n\
                 settings = \"{{host}}/{name}.toml\"\nuser = \"{CHANNEL_ACCOUNT}\"\nreadable = [\"{}\"]\n",
                ca.display()
            )
        };
        self.daemon("plugin_directory = \"{host}/plugins\"")
            .more(&channel("text", "text-twilio", &twilio.ca_file()))
            .more(&channel("call", "call-twilio", &twilio.ca_file()))
            .more(&channel("email", "email-smtp", &smtp.ca_file()))
    }
}

impl TestHost {
    /// Installs what the channels of [`Setup::providers`] need.
    pub fn install_providers(&self, twilio: &TwilioServer, smtp: &SmtpServer) {
        for name in ["text_twilio", "call_twilio", "email_smtp"] {
            self.install_plugin(&format!("libsecinfo_{name}.so"));
        }
        for name in ["text.toml", "call.toml"] {
            self.write_settings(name, &twilio.settings());
        }
        self.write_settings("email.toml", &smtp.settings());
    }

    /// Compiles a C plugin of `tests/plugins` into the daemon's plugin directory.
    pub fn install_c_plugin(&self, name: &str) {
        secinfo_test_plugins::compile(name, &self.directory().join("plugins"));
    }

    /// Links a library of this workspace into the daemon's plugin directory.
    pub fn install_plugin(&self, library: &str) {
        let source = binary(library);
        let name = source.file_name().unwrap();
        // With debug information it is too large to copy.
        symlink(&source, self.directory().join("plugins").join(name)).unwrap();
    }

    /// The process of a channel, if the daemon has started one.
    pub fn process_of_channel(&mut self, name: &str) -> Option<Process> {
        let pid = self.daemon().pid();
        Process::children_of(pid)
            .into_iter()
            .find(|process| process.arguments.last().is_some_and(|word| word == name))
    }
}

impl Client {
    /// The state of all channels. For administrators.
    pub async fn channels(&self) -> Vec<Channel> {
        self.call(crate::ROOT_PATH, "Channels", "ListChannels", &())
            .await
            .unwrap()
    }

    /// The state of one channel.
    pub async fn channel(&self, name: &str) -> Channel {
        let channels = self.channels().await;
        channels
            .into_iter()
            .find(|channel| channel.name == name)
            .unwrap_or_else(|| panic!("there is no channel {name}"))
    }

    /// Waits until a channel meets a condition.
    pub async fn wait_for_channel(&self, name: &str, is: impl Fn(&Channel) -> bool) -> Channel {
        let begun = Instant::now();
        loop {
            let channel = self.channel(name).await;
            if is(&channel) {
                return channel;
            }
            assert!(begun.elapsed() < TIMEOUT, "{channel:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The code in a message: a word of exactly this many digits.
pub fn code_in(text: &str, digits: usize) -> Option<String> {
    text.split(|c: char| !c.is_ascii_digit())
        .find(|word| word.len() == digits)
        .map(str::to_owned)
}
