//! QR codes: on a terminal, as PNG and as SVG.

use qrcode::render::{svg, unicode::Dense1x2};
use qrcode::{Color, EcLevel, QrCode};
use secinfo_terminal::failure::Failure;
use secinfo_terminal::screen::Blocks;
use secinfo_terminal::text::columns;
use secinfo_words::{Words, message};
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, Zeroizing};

/// Light modules around the code, as ISO/IEC 18004 requires.
const QUIET_ZONE: usize = 4;
/// Pixels of a module in a PNG.
const SCALE: usize = 8;
/// Black on white, independent of the terminal's colours.
const BLACK_ON_WHITE: &str = "\x1b[38;5;16;48;5;231m";

/// The formats of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Png,
    Svg,
}

/// A file to write a QR code to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    path: PathBuf,
    format: Format,
    force: bool,
}

/// Where the picture of a QR code is written, if anywhere.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct PictureArguments {
    /// Write the QR code to a file as well, which must end in .png or .svg
    #[arg(long, value_name = "FILE")]
    qr_file: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "qr_file")]
    force: bool,
}

impl PictureArguments {
    /// The file, which can be written to.
    pub(crate) fn picture(&self, words: Words) -> Result<Option<Picture>, Failure> {
        let path = self.qr_file.as_deref();
        path.map(|path| Picture::new(path, self.force, words))
            .transpose()
    }
}

impl Picture {
    /// The picture at a path whose extension says the format. Refuses a file that exists, unless
    /// it is to be replaced.
    pub(crate) fn new(path: &Path, force: bool, words: Words) -> Result<Self, Failure> {
        let extension = path
            .extension()
            .and_then(|text| text.to_str())
            .map(str::to_lowercase);
        let format = match extension.as_deref() {
            Some("png") => Format::Png,
            Some("svg") => Format::Svg,
            _ => {
                let path = path.display().to_string().into();
                let text = words.say(message::AddAppNoPicture { path });
                return Err(Failure::Usage(text.to_string()));
            }
        };
        if !force && path.symlink_metadata().is_ok() {
            let path = path.display().to_string().into();
            let text = words.say(message::AddAppFileExists { path });
            return Err(Failure::Refused(text.to_string()));
        }
        Ok(Self {
            path: path.to_owned(),
            format,
            force,
        })
    }

    /// Writes the code into the file, which only its owner can read.
    pub(crate) fn write(&self, code: &Qr) -> Result<(), Failure> {
        let content = match self.format {
            Format::Png => code.png()?,
            Format::Svg => Zeroizing::new(code.svg().into_bytes()),
        };
        let failed = Failure::file("write", &self.path);
        if self.force {
            // A new file: an existing one may be readable by others, or a link.
            match fs::remove_file(&self.path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(failed(error));
                }
                _ => {}
            }
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(failed)?;
        file.write_all(&content).map_err(failed)
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

/// A QR code.
pub(crate) struct Qr {
    code: QrCode,
}

impl Qr {
    /// The code of a text.
    pub(crate) fn new(text: &str, words: Words) -> Result<Self, Failure> {
        Self::of(text, EcLevel::M, words)
    }

    fn of(text: &str, level: EcLevel, words: Words) -> Result<Self, Failure> {
        let code = QrCode::with_error_correction_level(text, level).map_err(|error| {
            let cause = error.to_string().into();
            Failure::Refused(words.say(message::AddAppTooLong { cause }).to_string())
        })?;
        Ok(Self { code })
    }

    /// The code of an otpauth URI that takes the fewest rows: without what every app assumes, and
    /// with as little redundancy as there can be.
    pub(crate) fn small(uri: &str, words: Words) -> Result<Self, Failure> {
        let mut uri = Zeroizing::new(uri.to_owned());
        for assumed in ["&algorithm=SHA1", "&digits=6", "&period=30"] {
            if let Some(begin) = uri.find(assumed) {
                let end = begin + assumed.len();
                if uri[end..].is_empty() || uri[end..].starts_with('&') {
                    uri.replace_range(begin..end, "");
                }
            }
        }
        Self::of(&uri, EcLevel::L, words)
    }

    /// The code in half blocks, or `None` where the terminal has none or is not as wide.
    pub(crate) fn drawing(&self, blocks: Blocks, width: usize) -> Option<String> {
        let (dark, light) = match blocks {
            Blocks::None => return None,
            Blocks::Plain => (Dense1x2::Light, Dense1x2::Dark),
            Blocks::BlackOnWhite => (Dense1x2::Dark, Dense1x2::Light),
        };
        let drawn = self
            .code
            .render::<Dense1x2>()
            .dark_color(dark)
            .light_color(light)
            .quiet_zone(true)
            .build();
        if drawn.lines().any(|line| columns(line) > width) {
            return None;
        }
        let mut text = String::new();
        for line in drawn.lines() {
            if blocks == Blocks::BlackOnWhite {
                let _ = writeln!(text, "{BLACK_ON_WHITE}{line}\x1b[0m");
            } else {
                text.push_str(line);
                text.push('\n');
            }
        }
        Some(text)
    }

    /// How many columns its drawing has.
    pub(crate) fn columns(&self) -> usize {
        self.code.width() + 2 * QUIET_ZONE
    }

    fn svg(&self) -> String {
        self.code
            .render::<svg::Color<'_>>()
            .min_dimensions(256, 256)
            .quiet_zone(true)
            .build()
    }

    /// One bit for each pixel: 0 is black.
    fn png(&self) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let modules = self.code.width();
        let side = (modules + 2 * QUIET_ZONE) * SCALE;
        let row_bytes = side.div_ceil(8);
        let mut pixels = vec![0xFF_u8; row_bytes * side];
        let mut colors = self.code.to_colors();
        for (index, _) in colors
            .iter()
            .enumerate()
            .filter(|(_, color)| **color == Color::Dark)
        {
            let (left, top) = (
                (index % modules + QUIET_ZONE) * SCALE,
                (index / modules + QUIET_ZONE) * SCALE,
            );
            for y in top..top + SCALE {
                for x in left..left + SCALE {
                    pixels[y * row_bytes + x / 8] &= !(0x80 >> (x % 8));
                }
            }
        }
        colors.fill(Color::Light);
        let mut content = Zeroizing::new(Vec::new());
        let result = encode_png(&mut content, side, &pixels);
        pixels.zeroize();
        result.map_err(std::io::Error::from)?;
        Ok(content)
    }
}

fn encode_png(content: &mut Vec<u8>, side: usize, pixels: &[u8]) -> Result<(), png::EncodingError> {
    let side = u32::try_from(side).expect("a QR code has at most 177 modules a side");
    let mut encoder = png::Encoder::new(content, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.write_header()?.write_image_data(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secinfo_words::Language;
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    const URI: &str = "otpauth://totp/host01:alice?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=host01&algorithm=SHA1&digits=6&period=30";

    fn english() -> Words {
        Words::of(Language::English)
    }

    #[test]
    fn a_decoder_reads_the_png() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("code.png");
        Picture::new(&path, false, english())
            .unwrap()
            .write(&Qr::new(URI, english()).unwrap())
            .unwrap();
        let output = Command::new("zbarimg")
            .args(["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable"])
            .arg(&path)
            .output()
            .expect("zbarimg of Debian's zbar-tools decodes QR codes in the tests; install it");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), URI);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_is_replaced_only_by_force_and_never_written_through() {
        let directory = tempfile::tempdir().unwrap();
        let (path, target) = (
            directory.path().join("code.svg"),
            directory.path().join("target"),
        );
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        assert!(
            Picture::new(&path, false, english())
                .unwrap_err()
                .to_string()
                .contains("--force")
        );
        Picture::new(&path, true, english())
            .unwrap()
            .write(&Qr::new(URI, english()).unwrap())
            .unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
        assert!(fs::read_to_string(&path).unwrap().contains("<svg"));
        assert!(path.symlink_metadata().unwrap().is_file());
    }

    #[test]
    fn other_formats_are_a_usage_error() {
        assert_eq!(
            Picture::new(Path::new("code.jpeg"), false, english())
                .unwrap_err()
                .exit_code(),
            2
        );
        assert_eq!(
            Picture::new(Path::new("code"), false, english())
                .unwrap_err()
                .exit_code(),
            2
        );
    }

    #[test]
    fn the_small_code_of_a_usual_uri_leaves_a_row_of_a_terminal_for_the_prompt() {
        let uri = "otpauth://totp/Example:admin%40some-host01?secret=LP4PBXM65EXFIKHMXB52CSXPZAG3VUKS\
                   &issuer=Example&algorithm=SHA1&digits=6&period=30";
        let rows = |qr: &Qr| {
            qr.drawing(Blocks::BlackOnWhite, 80)
                .unwrap()
                .lines()
                .count()
        };
        assert!(rows(&Qr::new(uri, english()).unwrap()) > 23);
        assert!(rows(&Qr::small(uri, english()).unwrap()) <= 23);
        // What no app assumes stays.
        let unusual = uri
            .replace("period=30", "period=300")
            .replace("SHA1", "SHA256");
        let (unusual, small) = (
            Qr::small(&unusual, english()).unwrap(),
            Qr::small(uri, english()).unwrap(),
        );
        assert!(unusual.code.width() > small.code.width());
    }

    #[test]
    fn the_drawing_has_the_codes_modules() {
        let qr = Qr::new(URI, english()).unwrap();
        let drawing = qr.drawing(Blocks::Plain, 80).unwrap();
        let rows: Vec<Vec<char>> = drawing.lines().map(|line| line.chars().collect()).collect();
        let modules = qr.code.width();
        // Without colours, what is light is drawn.
        let is_dark = |x: usize, y: usize| {
            let row = y + QUIET_ZONE;
            let half = if row.is_multiple_of(2) { '▀' } else { '▄' };
            let block = rows[row / 2][x + QUIET_ZONE];
            block != '█' && block != half
        };
        for (index, color) in qr.code.to_colors().into_iter().enumerate() {
            assert_eq!(
                is_dark(index % modules, index / modules),
                color == Color::Dark,
                "module {index}"
            );
        }
        assert_eq!(rows[0].len(), modules + 2 * QUIET_ZONE);
        assert!(qr.drawing(Blocks::Plain, rows[0].len() - 1).is_none());
        assert!(qr.drawing(Blocks::None, 200).is_none());
        assert!(
            qr.drawing(Blocks::BlackOnWhite, 80)
                .unwrap()
                .lines()
                .all(|line| line.starts_with(BLACK_ON_WHITE))
        );
    }
}
