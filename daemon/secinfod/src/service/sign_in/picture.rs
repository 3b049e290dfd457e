//! The QR code of an authenticator app, so small that it stands on a terminal of 80 columns and 24
//! rows with the prompt below it, and without colours: OpenSSH escapes what would set them.

use qrcode::bits::Bits;
use qrcode::types::QrError;
use qrcode::{Color, EcLevel, QrCode, Version};
use secinfo_channel::SecretText;
use zeroize::Zeroizing;

/// The most rows: one is for the prompt.
const MOST_ROWS: usize = 23;

/// Light modules around the code, as ISO/IEC 18004 wants them.
const QUIET: usize = 4;

/// As few as readers still make do with, for a code that fits by no other way.
const NARROW_QUIET: usize = 2;

/// A QR code, module by module, with the light ones around it.
pub(super) struct Picture {
    side: usize,
    light: Zeroizing<Vec<bool>>,
}

impl Picture {
    /// The picture of the first of these texts that fits; the texts come in the order of how well
    /// each serves. None when none fits.
    pub(super) fn of(texts: &[SecretText]) -> Option<Self> {
        let attempts = [
            (EcLevel::M, QUIET),
            (EcLevel::L, QUIET),
            (EcLevel::L, NARROW_QUIET),
        ];
        texts.iter().find_map(|text| {
            attempts.iter().find_map(|(level, quiet)| {
                let code = smallest(text, *level, *quiet)?;
                Some(Self::around(&code, *quiet))
            })
        })
    }

    fn around(code: &QrCode, quiet: usize) -> Self {
        let width = code.width();
        let side = width + 2 * quiet;
        let mut light = Zeroizing::new(vec![true; side * side]);
        for y in 0..width {
            for x in 0..width {
                light[(y + quiet) * side + x + quiet] = code[(x, y)] == Color::Light;
            }
        }
        Self { side, light }
    }

    /// How many columns it takes.
    pub(super) const fn columns(&self) -> usize {
        self.side
    }

    /// Its rows in half blocks. On a dark terminal what is light is drawn; `inverted` is for a
    /// light one.
    pub(super) fn rows(&self, inverted: bool) -> Vec<SecretText> {
        let drawn = |x: usize, y: usize| {
            // Below the last row of an odd number nothing is drawn.
            y < self.side && self.light[y * self.side + x] != inverted
        };
        let row = |y: usize| {
            // Room for all of it, so that no copy is left behind by growing.
            let mut row = Zeroizing::new(String::with_capacity(self.side * '█'.len_utf8()));
            row.extend(
                (0..self.side).map(|x| match (drawn(x, y), drawn(x, y + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                }),
            );
            row
        };
        (0..self.side).step_by(2).map(row).collect()
    }
}

/// The smallest code of an otpauth URI that fits with so many light modules around it.
fn smallest(uri: &str, level: EcLevel, quiet: usize) -> Option<QrCode> {
    (1..=40)
        .map(Version::Normal)
        .take_while(|version| {
            let side = usize::try_from(version.width()).unwrap_or(usize::MAX) + 2 * quiet;
            side.div_ceil(2) <= MOST_ROWS
        })
        .find_map(|version| encode(uri, version, level).ok())
}

/// The URI with its key in the mode for capitals and digits, which takes two thirds of the room.
/// Choosing the modes by what the key happens to be would let some keys fit and others not.
fn encode(uri: &str, version: Version, level: EcLevel) -> Result<QrCode, QrError> {
    const BEFORE_KEY: &str = "?secret=";
    let begin = uri.find(BEFORE_KEY).map(|at| at + BEFORE_KEY.len());
    let (before, rest) = uri.split_at(begin.unwrap_or(uri.len()));
    let (key, after) = rest.split_at(rest.find('&').unwrap_or(rest.len()));
    let mut bits = Bits::new(version);
    bits.push_byte_data(before.as_bytes())?;
    if !key.is_empty() {
        bits.push_alphanumeric_data(key.as_bytes())?;
    }
    if !after.is_empty() {
        bits.push_byte_data(after.as_bytes())?;
    }
    bits.push_terminator(level)?;
    QrCode::with_bits(bits, level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> SecretText {
        Zeroizing::new("x".repeat(length))
    }

    #[test]
    fn it_is_never_higher_than_the_terminal() {
        for length in 1..400 {
            let Some(picture) = Picture::of(&[text(length)]) else {
                assert!(length > 130, "{length} characters find no room");
                continue;
            };
            for inverted in [false, true] {
                let rows = picture.rows(inverted);
                assert!(rows.len() <= MOST_ROWS, "{length}");
                assert!(
                    rows.iter()
                        .all(|row| row.chars().count() == picture.columns())
                );
            }
        }
        assert!(Picture::of(&[text(400)]).is_none());
    }

    #[test]
    fn the_first_text_that_fits_is_drawn() {
        let both = Picture::of(&[text(400), text(20)]).unwrap();
        let alone = Picture::of(&[text(20)]).unwrap();
        assert_eq!(both.rows(false), alone.rows(false));
    }

    #[test]
    fn light_and_dark_change_places() {
        let picture = Picture::of(&[text(20)]).unwrap();
        let (dark, light) = (picture.rows(false), picture.rows(true));
        assert!(dark[0].chars().all(|c| c == '█'), "the quiet zone is light");
        assert!(light[0].chars().all(|c| c == ' '));
        // The last row may be half a row, of which nothing is below.
        for (dark, light) in dark.iter().zip(&light).rev().skip(1) {
            for pair in dark.chars().zip(light.chars()) {
                assert!(
                    ["█ ", " █", "▀▄", "▄▀"].contains(&format!("{}{}", pair.0, pair.1).as_str()),
                    "{pair:?}"
                );
            }
        }
    }
}
