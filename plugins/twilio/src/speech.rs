//! The spoken text of a call, as `TwiML`.

use secinfo_channel::SecretText;
use std::collections::BTreeMap;
use std::io::Write;
use twilio_async::twiml::{Say, Twiml, TwimlErr, TwimlResult, Voice};
use xml::EmitterConfig;
use xml::writer::{EventWriter, XmlEvent};

/// The locales of Twilio's default voice. The first locale of a language is used for locales that
/// are not in the list.
const LOCALES: [&str; 26] = [
    "en-US", "de-DE", "fr-FR", "en-GB", "en-AU", "en-CA", "en-IN", "fr-CA", "ca-ES", "da-DK",
    "es-ES", "es-MX", "fi-FI", "it-IT", "ja-JP", "ko-KR", "nb-NO", "nl-NL", "pl-PL", "pt-BR",
    "pt-PT", "ru-RU", "sv-SE", "zh-CN", "zh-HK", "zh-TW",
];

/// Seconds between the greeting and the code, and between the code and its repetition.
const LONG_PAUSE: &str = "2";
/// Seconds between two digits: enough to write one down.
const SHORT_PAUSE: &str = "1";

/// Speaks the text, then the code twice, digit by digit. Without a code, speaks the text twice.
pub(crate) struct Speech<'a> {
    text: String,
    digits: Vec<String>,
    language: &'static str,
    voice: Option<&'a str>,
}

impl<'a> Speech<'a> {
    /// Prepares a text in a language (a BCP 47 tag). `voices` maps languages to names of voices.
    pub(crate) fn new(
        text: &str,
        code: &str,
        language: &str,
        voices: &'a BTreeMap<String, String>,
    ) -> Self {
        Self {
            text: speakable(text),
            digits: speakable(code)
                .chars()
                .filter(|letter| letter.is_alphanumeric())
                .map(String::from)
                .collect(),
            language: locale(language),
            voice: voice(language, voices),
        }
    }

    /// The `TwiML` document.
    pub(crate) fn document(&self) -> TwimlResult<SecretText> {
        self.build().map(SecretText::new)
    }

    fn say<W: Write>(&self, words: &str, writer: &mut EventWriter<W>) -> TwimlResult<()> {
        let Some(voice) = self.voice else {
            let say = Say::new(words).lang(self.language).voice(Voice::alice);
            return say.write(writer);
        };
        // twiml's `Say` supports only three voices.
        let start = XmlEvent::start_element("Say")
            .attr("voice", voice)
            .attr("language", self.language);
        writer.write(start)?;
        writer.write(words)?;
        writer.write(XmlEvent::end_element())?;
        Ok(())
    }
}

impl Twiml for Speech<'_> {
    /// Writes its own `Response`, because twiml's holds one `Say` and no `Pause`.
    fn write<W: Write>(&self, writer: &mut EventWriter<W>) -> TwimlResult<()> {
        writer.write(XmlEvent::start_element("Response"))?;
        self.say(&self.text, writer)?;
        for _ in 0..2 {
            if self.digits.is_empty() {
                continue;
            }
            pause(LONG_PAUSE, writer)?;
            for (index, digit) in self.digits.iter().enumerate() {
                if index > 0 {
                    pause(SHORT_PAUSE, writer)?;
                }
                self.say(digit, writer)?;
            }
        }
        if self.digits.is_empty() {
            pause(LONG_PAUSE, writer)?;
            self.say(&self.text, writer)?;
        }
        writer.write(XmlEvent::end_element())?;
        Ok(())
    }

    fn build(&self) -> TwimlResult<String> {
        let mut document = Vec::new();
        let mut writer = EmitterConfig::new()
            .write_document_declaration(false)
            .create_writer(&mut document);
        self.write(&mut writer)?;
        String::from_utf8(document).map_err(TwimlErr::from)
    }
}

impl Drop for Speech<'_> {
    fn drop(&mut self) {
        use zeroize::Zeroize;
        self.text.zeroize();
        self.digits.zeroize();
    }
}

fn pause<W: Write>(seconds: &str, writer: &mut EventWriter<W>) -> TwimlResult<()> {
    writer.write(XmlEvent::start_element("Pause").attr("length", seconds))?;
    writer.write(XmlEvent::end_element())?;
    Ok(())
}

/// Replaces the characters that XML cannot contain (XML 1.0 section 2.2).
fn speakable(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\u{fffe}' | '\u{ffff}' => ' ',
            _ if letter.is_control() => ' ',
            _ => letter,
        })
        .collect()
}

/// The locale of Twilio's default voice for a language.
fn locale(language: &str) -> &'static str {
    let primary = primary(language);
    LOCALES
        .iter()
        .find(|tag| tag.eq_ignore_ascii_case(language))
        .or_else(|| {
            LOCALES
                .iter()
                .find(|tag| self::primary(tag).eq_ignore_ascii_case(primary))
        })
        .unwrap_or(&LOCALES[0])
}

fn primary(language: &str) -> &str {
    language.split(['-', '_']).next().unwrap_or(language)
}

fn voice<'a>(language: &str, voices: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let named = |wanted: &str| {
        voices
            .iter()
            .find(|(tag, _)| tag.eq_ignore_ascii_case(wanted))
            .map(|(_, voice)| voice.as_str())
    };
    named(language).or_else(|| named(primary(language)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str, code: &str, language: &str) -> String {
        let voices = BTreeMap::new();
        let speech = Speech::new(text, code, language, &voices);
        speech.document().unwrap().to_string()
    }

    #[test]
    fn a_code_is_said_digit_by_digit_and_twice() {
        let say =
            |words: &str| format!(r#"<Say voice="alice" language="de-DE" loop="1">{words}</Say>"#);
        let short = r#"<Pause length="1" />"#;
        let code = format!(
            r#"<Pause length="2" />{}{short}{}{short}{}"#,
            say("4"),
            say("0"),
            say("7")
        );
        assert_eq!(
            document("Guten Tag, Ihr Code:", "407", "de"),
            format!(
                "<Response>{}{code}{code}</Response>",
                say("Guten Tag, Ihr Code:")
            )
        );
    }

    #[test]
    fn a_message_without_a_code_is_said_twice() {
        assert_eq!(
            document("Hello", "", "en")
                .matches(r#"language="en-US" loop="1">Hello</Say>"#)
                .count(),
            2
        );
    }

    #[test]
    fn nothing_in_a_text_becomes_markup() {
        let hostile = "</Say><Dial>+1900</Dial>&\u{1}\u{ffff}\"'";
        let document = document(hostile, "<1>", "en");
        assert!(!document.contains("<Dial"), "{document}");
        assert!(document.contains("&lt;Dial"), "{document}");
        assert!(!document.contains(['\u{1}', '\u{ffff}']), "{document}");
        assert_eq!(document.matches(">1</Say>").count(), 2);
    }

    #[test]
    fn a_language_maps_to_a_locale_of_twilio() {
        for (language, expected) in [
            ("en", "en-US"),
            ("de", "de-DE"),
            ("fr", "fr-FR"),
            ("de-AT", "de-DE"),
            ("en-gb", "en-GB"),
            ("pt-BR", "pt-BR"),
            ("eo", "en-US"),
            ("", "en-US"),
        ] {
            assert_eq!(locale(language), expected, "{language}");
        }
    }

    #[test]
    fn a_voice_is_chosen_by_language() {
        let voices: BTreeMap<String, String> = [("de", "Polly.Vicki"), ("de-AT", "Polly.Hannah")]
            .map(|(tag, voice)| (tag.to_owned(), voice.to_owned()))
            .into();
        assert_eq!(voice("de", &voices), Some("Polly.Vicki"));
        assert_eq!(voice("de-CH", &voices), Some("Polly.Vicki"));
        assert_eq!(voice("de-at", &voices), Some("Polly.Hannah"));
        assert_eq!(voice("fr", &voices), None);
        let speech = Speech::new("Grüezi", "1", "de-CH", &voices);
        assert!(
            speech
                .document()
                .unwrap()
                .contains(r#"<Say voice="Polly.Vicki" language="de-DE">Grüezi</Say>"#)
        );
    }
}
