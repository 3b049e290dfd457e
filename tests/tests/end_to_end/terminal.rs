//! The command on a real terminal, which tmux is: what it draws, what it asks.

use crate::authenticator_app::{app_with, scanned};
use secinfo_tests::{ALICE, Host, Setup, binary};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// A terminal with the `secinfo` command on it.
struct Terminal {
    socket: PathBuf,
}

impl Terminal {
    fn start(host: &Host, name: &str, arguments: &[&str]) -> Self {
        let socket = host.directory().join(name);
        let terminal = Self { socket };
        // The command's end stays on the screen until the test has seen it.
        let script = format!(
            "setpriv --reuid {ALICE} --regid {ALICE} --clear-groups {} {}; echo \"ended $?\"; sleep infinity",
            binary("secinfo").display(),
            arguments.join(" ")
        );
        let status = terminal
            .tmux()
            .args(["new-session", "-d", "-x", "110", "-y", "60", "sh", "-c"])
            .arg(script)
            .env("SECINFO_BUS_ADDRESS", host.bus().address())
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

    /// The screen; with colours as escape sequences.
    fn screen(&self, with_colours: bool) -> String {
        let mut capture = self.tmux();
        capture.args(["capture-pane", "-p"]);
        if with_colours {
            // With the spaces at the ends of lines, which are part of the picture.
            capture.args(["-e", "-N"]);
        }
        String::from_utf8(capture.output().unwrap().stdout).unwrap()
    }

    /// Waits until the screen shows this.
    fn wait_for(&self, text: &str) -> String {
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

    fn type_line(&self, text: &str) {
        let status = self.tmux().args(["send-keys", "-l", text]).status();
        assert!(status.unwrap().success());
        let status = self.tmux().args(["send-keys", "Enter"]).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.tmux().arg("kill-server").output();
    }
}

/// Takes a photograph of the screen: each character cell as two square pixels, one above the
/// other, in the colours that the terminal shows. A default colour is that of most terminals,
/// light on black.
fn photograph(screen: &str, picture: &Path) {
    const SCALE: usize = 4;
    // Colours stay in force from line to line until they are changed.
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
    let file = BufWriter::new(std::fs::File::create(picture).unwrap());
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

/// Whether the upper and the lower half of each cell of a line are light; ink and paper are light
/// or not in the state that the line before leaves.
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
            // Of a letter, a photograph sees more paper than ink.
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

#[tokio::test]
async fn the_qr_code_on_a_terminal_is_read_by_a_decoder_with_colours_and_without() {
    for color in ["always", "never"] {
        let host = Host::with(Setup::patient()).await;
        let arguments = ["--color", color, "add", "authenticator-app"];
        let terminal = Terminal::start(&host, "terminal", &arguments);
        terminal.wait_for("code");
        let text = terminal.wait_for("Or enter this in the app");
        let picture = host.directory().join("screen.png");
        photograph(&terminal.screen(true), &picture);
        let uri = scanned(&picture);
        let mut app = app_with(&uri);
        app.drift = 10;
        let key = text.lines().find_map(|line| line.split_once("  Key "));
        let key = key.expect("the key stands beside the code").1.trim();
        assert_eq!(key.replace(' ', "").to_uppercase(), app.key, "{text}");
        assert!(
            key.split(' ').all(|group| group.len() == 4),
            "in groups of four: {key}"
        );

        terminal.type_line(&app.fresh());
        let text = terminal.wait_for("ended");
        assert!(text.contains("ended 0"), "{text}");
        assert!(
            text.contains("It is your default sign-in method."),
            "{text}"
        );
    }
}

#[tokio::test]
async fn deleting_asks_says_that_it_is_for_good_and_asks_for_a_fresh_proof_in_place() {
    let host = Host::with(Setup::patient()).await;
    let alice = host.client(ALICE).await;
    let mut app = alice.enroll_app("Phone", 10).await;

    let terminal = Terminal::start(&host, "first", &["delete", "Phone"]);
    let text = terminal.wait_for("Delete it?");
    assert!(text.contains("This cannot be undone."), "{text}");
    terminal.type_line("");
    terminal.wait_for("Nothing was deleted.");
    assert_eq!(alice.methods_of(ALICE).await, [app.path.clone()]);

    let terminal = Terminal::start(&host, "second", &["delete", "Phone"]);
    terminal.wait_for("Delete it?");
    terminal.type_line("y");
    terminal.wait_for("First prove that it is you.");
    assert_eq!(alice.methods_of(ALICE).await, [app.path.clone()]);
    terminal.type_line(&app.codes.fresh());
    let text = terminal.wait_for("ended");
    assert!(text.contains("ended 0"), "{text}");
    assert!(alice.methods_of(ALICE).await.is_empty());
}

#[tokio::test]
async fn the_default_is_chosen_from_a_list() {
    let host = Host::with(Setup::patient()).await;
    let alice = host.client(ALICE).await;
    let mut first = alice.enroll_app("First", 10).await;
    alice.prove(&mut first).await;
    let mut second = alice.enroll_app("Second", 10).await;
    assert_eq!(alice.default_of(ALICE).await, second.path);

    let terminal = Terminal::start(&host, "terminal", &["default"]);
    let text = terminal.wait_for("Number of the method");
    assert!(text.contains("(Second)  (default now)"), "{text}");
    terminal.type_line("1");
    terminal.wait_for("first at sign-in?");
    terminal.type_line("y");
    terminal.wait_for("First prove that it is you.");
    terminal.type_line(&second.codes.fresh());
    let text = terminal.wait_for("ended");
    assert!(text.contains("ended 0"), "{text}");
    assert_eq!(alice.default_of(ALICE).await, first.path);
}
