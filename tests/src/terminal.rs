//! A terminal with a screen (tmux), and screenshots of it.

use std::ffi::OsString;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A terminal that runs one command, closed on drop.
pub struct Terminal {
    socket: PathBuf,
}

impl Terminal {
    /// Starts a terminal of this size, with its socket at this path, that runs a command. When the
    /// command has ended, the screen shows `ended` and its exit code.
    pub fn start(
        socket: PathBuf,
        (columns, rows): (u16, u16),
        words: &[impl AsRef<str>],
        environment: &[(&str, OsString)],
    ) -> Self {
        let terminal = Self { socket };
        // Keeps the screen after the end of the command.
        let quoted: Vec<_> = words.iter().map(|word| quote(word.as_ref())).collect();
        let script = format!(
            "{}; echo \"ended $?\"; exec sleep infinity",
            quoted.join(" ")
        );
        let status = terminal
            .tmux()
            .args(["new-session", "-d"])
            .args(["-x", &columns.to_string(), "-y", &rows.to_string()])
            // The status line would take one of the rows.
            .args(["sh", "-c", &script, ";", "set", "status", "off"])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .env("TERM", "xterm-256color")
            .env("LC_ALL", "C.UTF-8")
            .env_remove("NO_COLOR")
            .status()
            .expect("tmux is installed");
        assert!(status.success());
        terminal
    }

    fn tmux(&self) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.args(["-u", "-f", "/dev/null", "-S"]).arg(&self.socket);
        tmux
    }

    /// The content of the screen, with colours as escape sequences if wanted.
    fn screen(&self, with_colours: bool) -> String {
        let mut capture = self.tmux();
        capture.args(["capture-pane", "-p"]);
        if with_colours {
            // Including trailing spaces, which are part of the picture.
            capture.args(["-e", "-N"]);
        }
        String::from_utf8(capture.output().unwrap().stdout).unwrap()
    }

    /// Waits until the screen shows a text, and returns the screen.
    pub fn wait_for(&self, text: &str) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen(false);
            if screen.contains(text) {
                return screen;
            }
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "the screen never showed {text:?}: {screen}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The screen with its colours and weights, as escape sequences.
    pub fn coloured(&self) -> String {
        self.screen(true)
    }

    /// Types a line.
    pub fn type_line(&self, text: &str) {
        let status = self.tmux().args(["send-keys", "-l", text]).status();
        assert!(status.unwrap().success());
        let status = self.tmux().args(["send-keys", "Enter"]).status();
        assert!(status.unwrap().success());
    }

    /// Saves a screenshot as PNG.
    pub fn screenshot(&self, picture: &Path) {
        draw(&self.screen(true), picture);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.tmux().arg("kill-server").output();
    }
}

fn quote(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Reads the QR code in a picture, with an independent program.
pub fn scan_qr_code(picture: &Path) -> String {
    let output = Command::new("zbarimg")
        .args(["--quiet", "--raw"])
        .arg(picture)
        .output()
        .expect("zbarimg is installed (Debian package zbar-tools)");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "zbarimg reads no code");
    text.trim_end().to_owned()
}

/// Draws a screen as PNG: each character cell as two square pixels, one above the other. The default
/// colours are light on black, as in most terminals.
fn draw(screen: &str, picture: &Path) {
    const SCALE: usize = 4;
    // Colours carry over from line to line.
    let mut colours = (true, false);
    let rows: Vec<Vec<(bool, bool)>> = screen
        .lines()
        .map(|line| cells(line, &mut colours))
        .collect();
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut pixels = Vec::new();
    for row in &rows {
        let cell = |column: usize| row.get(column).copied().unwrap_or((false, false));
        for upper in [true, false] {
            let line: Vec<u8> = (0..width)
                .map(cell)
                .flat_map(|(top, bottom)| {
                    let light = if upper { top } else { bottom };
                    [if light { 255 } else { 0 }; SCALE]
                })
                .collect();
            pixels.extend(std::iter::repeat_n(line, SCALE).flatten());
        }
    }
    let file = BufWriter::new(File::create(picture).unwrap());
    let width = u32::try_from(width * SCALE).unwrap();
    let height = u32::try_from(rows.len() * 2 * SCALE).unwrap();
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder
        .write_header()
        .unwrap()
        .write_image_data(&pixels)
        .unwrap();
}

/// Whether the upper and the lower half of each cell of a line are light. `state` says whether the
/// foreground and the background are light, and carries over from line to line.
fn cells(line: &str, state: &mut (bool, bool)) -> Vec<(bool, bool)> {
    let mut cells = Vec::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' {
            let sequence: String = characters
                .by_ref()
                .skip(1)
                .take_while(|character| *character != 'm')
                .collect();
            *state = colours(&sequence, *state);
            continue;
        }
        let (ink, paper) = *state;
        cells.push(match character {
            '█' => (ink, ink),
            '▀' => (ink, paper),
            '▄' => (paper, ink),
            // A letter has more background than foreground.
            _ => (paper, paper),
        });
    }
    cells
}

fn colours(sequence: &str, (mut ink, mut paper): (bool, bool)) -> (bool, bool) {
    let numbers: Vec<u8> = sequence
        .split([';', ':'])
        .map(|number| number.parse().unwrap_or(0))
        .collect();
    let light = |colour: u8| match colour {
        16 => false,
        231 => true,
        other => panic!("colour {other} is neither black nor white"),
    };
    let mut rest = numbers.as_slice();
    while let [first, more @ ..] = rest {
        rest = match (first, more) {
            (38, [5, colour, more @ ..]) => {
                ink = light(*colour);
                more
            }
            (48, [5, colour, more @ ..]) => {
                paper = light(*colour);
                more
            }
            (0, more) => {
                (ink, paper) = (true, false);
                more
            }
            (39, more) => {
                ink = true;
                more
            }
            (49, more) => {
                paper = false;
                more
            }
            (_, more) => more,
        };
    }
    (ink, paper)
}
