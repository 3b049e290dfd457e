//! The simulated user at the terminal: reads the questions of `secinfo`, gets the code from the
//! right device, and answers.

use super::account;
use super::devices::Device;
use super::spool::{Inbox, Message};
use crate::failure::{Failure, Result};
use crate::{interrupt, screen};

/// The simulated user and their devices.
pub(super) struct SimulatedUser {
    devices: Vec<(String, Device)>,
    setting_up: Option<String>,
    recovery_codes: Vec<String>,
    inbox: Inbox,
    /// The code that was entered last.
    pub(super) last_code: String,
    /// The message that was read last.
    pub(super) last_message: Message,
}

impl SimulatedUser {
    /// A user without devices who gets messages in this inbox.
    pub(super) fn new(inbox: Inbox) -> Self {
        Self {
            devices: Vec::new(),
            setting_up: None,
            recovery_codes: Vec::new(),
            inbox,
            last_code: String::new(),
            last_message: Message::default(),
        }
    }

    /// Gives the user a device.
    pub(super) fn add_device(&mut self, label: &str, device: Device) {
        self.devices.push((label.to_owned(), device));
    }

    /// Starts the setup of a method: questions without a label mean its device.
    pub(super) fn begin_setup(&mut self, label: &str) {
        self.setting_up = Some(label.to_owned());
    }

    /// Whether the user has this device.
    pub(super) fn has_device(&self, label: &str) -> bool {
        self.devices.iter().any(|(held, _)| held == label)
    }

    /// Ends the setup.
    pub(super) fn finish_setup(&mut self) {
        self.setting_up = None;
    }

    /// Changes the label of a device.
    pub(super) fn rename_device(&mut self, from: &str, to: &str) {
        for (label, _) in &mut self.devices {
            if label == from {
                to.clone_into(label);
            }
        }
    }

    /// Stores the user's recovery codes.
    pub(super) fn keep_recovery_codes(&mut self, recovery_codes: Vec<String>) {
        self.recovery_codes = recovery_codes;
    }

    /// Waits for an unused code of a device and returns it.
    pub(super) fn code_of(&mut self, label: &str) -> Result<String> {
        self.wait_for(label)?;
        let code = self.device(label)?.code()?;
        let code = code.ok_or_else(|| Failure::Wrong(format!("{label} gave no code")))?;
        self.last_code.clone_from(&code);
        Ok(code)
    }

    /// Waits for the next message that passes the filter.
    pub(super) fn next_message(&mut self, filter: impl Fn(&Message) -> bool) -> Result<&Message> {
        self.last_message = self.inbox.next(filter)?;
        Ok(&self.last_message)
    }

    /// Answers a question; `seen` is all the output of the command so far.
    pub(super) fn answer(&mut self, question: &str, seen: &str) -> Result<String> {
        if let Some(answer) = self.answer_in_reset(question, seen)? {
            return Ok(answer);
        }
        if question.contains("Number of the method") {
            return self.choose(seen);
        }
        if question.contains("recovery codes:") {
            let code = self.recovery_codes.pop();
            return code.ok_or_else(|| Failure::Wrong("no recovery code is left".into()));
        }
        if question.contains("code sent to") {
            // There can be notices between messages with codes.
            self.next_message(|message| !message.code.is_empty())?;
            self.last_code.clone_from(&self.last_message.code);
            return Ok(self.last_code.clone());
        }
        let label = match self.named_device(question) {
            Some(label) => label,
            None if question.contains("code from your") => self.device_in_setup(question, seen)?,
            None => {
                return Err(Failure::Wrong(format!(
                    "an unexpected question: {question}"
                )));
            }
        };
        let must_wait = !self.device(&label)?.wait().is_zero();
        if must_wait && !seen.contains("Verify another way") && self.has_alternative(&label) {
            // An empty answer asks for another method.
            return Ok(String::new());
        }
        self.code_of(&label)
    }

    /// What a user answers who forgot the password: by email, and a new one.
    fn answer_in_reset(&mut self, question: &str, seen: &str) -> Result<Option<String>> {
        if question.trim() == "Number:" {
            let row = seen.lines().rfind(|line| line.contains("Email"));
            let number = row.and_then(|row| row.trim().split_once('.'));
            let number = number.map(|(number, _)| number.to_owned());
            return number.map(Some).ok_or_else(|| {
                Failure::Wrong("an email is not among the ways to prove who one is".into())
            });
        }
        if question.contains("Code (Enter to send another") {
            self.next_message(|message| !message.code.is_empty())?;
            return Ok(Some(self.last_message.code.clone()));
        }
        let is_new = question.to_lowercase().contains("new password");
        Ok(is_new.then(|| account::NEW.to_owned()))
    }

    /// The label of the device that the question names.
    fn named_device(&self, question: &str) -> Option<String> {
        self.devices
            .iter()
            .map(|(label, _)| label)
            .find(|label| question.contains(&format!("({label})")))
            .cloned()
    }

    /// The label of the device that is being set up. An app reads its key from the screen.
    fn device_in_setup(&mut self, question: &str, seen: &str) -> Result<String> {
        let label = self
            .setting_up
            .clone()
            .ok_or_else(|| Failure::Wrong(format!("an unexpected question: {question}")))?;
        if !self.has_device(&label) {
            let app = seen
                .split_whitespace()
                .rfind(|word| word.starts_with("otpauth://"))
                .and_then(Device::app)
                .ok_or_else(|| Failure::Wrong("the screen shows no key for the app".into()))?;
            self.add_device(&label, app);
        }
        Ok(label)
    }

    /// Whether another device has a code without waiting.
    fn has_alternative(&self, label: &str) -> bool {
        self.devices.iter().any(|(other, device)| {
            other != label && self.setting_up.as_deref() != Some(other) && device.wait().is_zero()
        })
    }

    /// Chooses a method from the list on the screen that has a code without waiting.
    fn choose(&self, seen: &str) -> Result<String> {
        let (_, list) = seen
            .rsplit_once("Verify another way:")
            .ok_or_else(|| Failure::Wrong("a choice without a list".into()))?;
        list.lines()
            .filter_map(|line| line.trim().split_once("  "))
            .find(|(_, words)| {
                self.devices.iter().any(|(label, device)| {
                    words.contains(&format!("({label})")) && device.wait().is_zero()
                })
            })
            .map(|(number, _)| number.to_owned())
            .ok_or_else(|| Failure::Wrong("the list has no method to use".into()))
    }

    /// Waits until the device has an unused code, and says so on the screen.
    fn wait_for(&mut self, label: &str) -> Result<()> {
        let wait = self.device(label)?.wait();
        if wait.is_zero() {
            return Ok(());
        }
        let seconds = wait.as_secs() + 1;
        screen::write(
            format!("(waiting {seconds} s: each code of {label} is good once) ").as_bytes(),
        );
        interrupt::sleep(wait)
    }

    fn device(&mut self, label: &str) -> Result<&mut Device> {
        self.devices
            .iter_mut()
            .find(|(held, _)| held == label)
            .map(|(_, device)| device)
            .ok_or_else(|| Failure::Wrong(format!("there is no device {label}")))
    }

    /// Commands that print codes: a line for each device, and one for codes that are sent.
    pub(super) fn how_to_get_codes(&self) -> String {
        let devices = self
            .devices
            .iter()
            .map(|(label, device)| (label.as_str(), device.command_by_hand()));
        let sent = ("A code that is sent", self.inbox.command_by_hand());
        let lines: Vec<String> = devices
            .chain([sent])
            .map(|(source, command)| format!("  {source:<22}{command}"))
            .collect();
        lines.join("\n")
    }

    /// Removes a device whose method was deleted.
    pub(super) fn remove_device(&mut self, label: &str) {
        self.devices.retain(|(held, _)| held != label);
    }
}
