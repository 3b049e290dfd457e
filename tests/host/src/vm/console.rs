//! A virtual console of the machine, at which a user sits.

use super::{PATIENCE, VirtualMachine};
use std::thread;
use std::time::{Duration, Instant};

/// How many characters a line of it has.
const WIDTH: usize = 80;

/// Puts characters where the keyboard puts them (`TIOCSTI`).
const TYPE: &str =
    r#"open my $tty, "+<", shift or die; ioctl $tty, 0x5412, $_ or die $! for split //, shift"#;

/// A virtual console.
pub struct Console<'m> {
    machine: &'m mut VirtualMachine,
    number: u8,
}

impl VirtualMachine {
    /// The console of this number, counted from one.
    pub fn console(&mut self, number: u8) -> Console<'_> {
        Console {
            machine: self,
            number,
        }
    }
}

impl Console<'_> {
    /// What stands on it.
    pub fn screen(&mut self) -> String {
        let read = format!(
            "iconv --from-code=UTF-32LE --to-code=UTF-8 /dev/vcsu{}",
            self.number
        );
        let characters: Vec<char> = self.machine.shell(&read).ok().chars().collect();
        let lines = characters.chunks(WIDTH);
        let lines: Vec<String> = lines.map(|line| line.iter().collect()).collect();
        lines.join("\n")
    }

    /// Waits until words stand on it, be it at the end of one line and the beginning of the next; what
    /// stands on it then.
    #[track_caller]
    pub fn expect(&mut self, words: &str) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if screen.replace('\n', "").contains(words) {
                return screen;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "waited in vain for {words}:\n{}",
                screen.trim_end()
            );
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Waits until words stand on it, and types a line; what stood on it.
    #[track_caller]
    pub fn when_asked(&mut self, words: &str, line: &str) -> String {
        let screen = self.expect(words);
        self.type_line(line);
        screen
    }

    /// Types a line. What stands on the console before it is gone, so that it is not taken for what
    /// comes of it.
    pub fn type_line(&mut self, line: &str) {
        let number = self.number;
        let script = format!(
            "printf '\\033[H\\033[2J' >/dev/tty{number}
             perl -e '{TYPE}' /dev/tty{number} '{line}\n'"
        );
        self.machine.shell(&script).ok();
    }
}
