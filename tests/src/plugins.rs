//! Channels whose plugins are not ours, and how channels are.

use crate::client::Client;
use crate::daemon::binary;
use crate::host::Host;
use crate::processes::Process;
use secinfo_bus::Channel;
use std::fs;
use std::time::{Duration, Instant};

/// How long a channel may take to be as expected before a test gives up.
const PATIENCE: Duration = Duration::from_mins(2);

impl Host {
    /// Compiles one of the plugins in C of `tests/plugins` to where the daemon looks for it by name.
    pub fn install_c_plugin(&self, name: &str) {
        secinfo_test_plugins::compile(name, &self.directory().join("plugins"));
    }

    /// Copies a library that is built with the workspace to where the daemon looks for it.
    pub fn install_plugin(&self, library: &str) {
        let source = binary(library);
        let name = source.file_name().unwrap();
        fs::copy(&source, self.directory().join("plugins").join(name)).unwrap();
    }

    /// The process of a channel that the daemon has started; none while there is none.
    pub fn process_of_channel(&mut self, name: &str) -> Option<Process> {
        let pid = self.daemon().pid();
        Process::children_of(pid)
            .into_iter()
            .find(|process| process.arguments.last().is_some_and(|word| word == name))
    }
}

impl Client {
    /// How the channels are, for administrators.
    pub async fn channels(&self) -> Vec<Channel> {
        self.call(crate::ROOT_PATH, "Manager", "ListChannels", &())
            .await
            .unwrap()
    }

    /// How one channel is.
    pub async fn channel(&self, name: &str) -> Channel {
        let channels = self.channels().await;
        channels
            .into_iter()
            .find(|channel| channel.name == name)
            .unwrap_or_else(|| panic!("there is no channel {name}"))
    }

    /// Waits until a channel is so.
    pub async fn wait_for_channel(&self, name: &str, is: impl Fn(&Channel) -> bool) -> Channel {
        let begun = Instant::now();
        loop {
            let channel = self.channel(name).await;
            if is(&channel) {
                return channel;
            }
            assert!(begun.elapsed() < PATIENCE, "{channel:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
