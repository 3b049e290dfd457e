//! The page in Cockpit, beside the demo's daemon.
//!
//! Cockpit's own program for desktops runs its server and a browser in a network of their own, so that
//! nobody else on the machine can reach them; its bridge finds the demo's bus in the place of the
//! system's.

use super::host::DemoHost;
use super::process::Process;
use crate::failure::{Failure, Result};
use crate::packages::find;
use crate::workspace::Workspace;
use crate::{interrupt, page, screen};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Where distributions have Cockpit's program for desktops.
const DESKTOP: [&str; 2] = [
    "/usr/lib/cockpit/cockpit-desktop",
    "/usr/libexec/cockpit-desktop",
];

/// The browsers that it knows.
const BROWSERS: [&str; 4] = ["chromium-browser", "chromium", "google-chrome", "firefox"];

/// How often it is looked whether the window was closed.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What shows the page on this machine.
pub(super) struct Cockpit {
    desktop: PathBuf,
}

impl Cockpit {
    /// Finds it, or says what is to be installed.
    pub(super) fn find() -> Result<Self> {
        let desktop = DESKTOP.iter().find(|path| Path::new(path).exists());
        let mut missing = Vec::new();
        if desktop.is_none() || find("cockpit-bridge").is_none() {
            missing.push("Cockpit 287 or newer: sudo apt install cockpit-ws cockpit-bridge");
        }
        if env::var_os("BROWSER").is_none() && BROWSERS.iter().all(|name| find(name).is_none()) {
            missing.push("a browser: sudo apt install chromium, or firefox-esr");
        }
        if ["DISPLAY", "WAYLAND_DISPLAY"]
            .iter()
            .all(|name| env::var_os(name).is_none())
        {
            missing.push("a desktop: run this in a terminal of one");
        }
        match desktop {
            Some(desktop) if missing.is_empty() => Ok(Self {
                desktop: desktop.into(),
            }),
            _ => Err(Failure::Wrong(format!(
                "the page is shown in a window, which takes:\n  {}",
                missing.join("\n  ")
            ))),
        }
    }

    /// Builds the page and shows it until its window is closed or the demo is stopped.
    pub(super) fn show(&self, place: &Workspace, host: &DemoHost) -> Result<()> {
        let data = host.directory().join("page");
        page::build_into(place, &data.join("cockpit/secinfo"), &|program| {
            Command::new(program)
        })?;
        screen::say("The page opens. Close its window, or press Ctrl-C here, to stop everything.");
        let mut desktop = Command::new(&self.desktop);
        desktop
            .arg("secinfo")
            .env("DBUS_SYSTEM_BUS_ADDRESS", host.bus_address())
            .env("XDG_DATA_HOME", &data);
        let mut window = Process::start("cockpit-desktop", &mut desktop)?;
        while window.is_running()? {
            interrupt::sleep(LOOK_AGAIN)?;
        }
        Ok(())
    }
}
