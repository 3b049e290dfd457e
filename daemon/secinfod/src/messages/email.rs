//! The form of an email: plain text and HTML with the same words.

use super::{Details, NoticeItem, Written, found, outside};
use secinfo_channel::SecretText;
use secinfo_words::Words;
use zeroize::Zeroizing;

/// Room for the text, so that the code in it is never moved and left behind in memory.
const ROOM: usize = 8 * 1024;

/// Room for the HTML, in which words are escaped and styled.
const HTML_ROOM: usize = 4 * ROOM;

const BODY: &str = "margin:0;padding:24px;background:#ffffff;color:#1a1a1a;\
    font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;font-size:16px;line-height:1.5";
const CODE: &str = "margin:24px 0;font-family:ui-monospace,Consolas,monospace;font-size:32px;\
    font-weight:700;letter-spacing:4px";
const NAME: &str = "padding:2px 16px 2px 0;color:#595959;font-weight:400;text-align:left";

/// The parts of an email, each a line or a table of lines, in their order.
enum Part {
    Paragraph(SecretText),
    Code,
    /// Where and for what: a name and a value on each line.
    Context(Vec<(SecretText, String)>),
}

pub(super) fn write(
    words: Words,
    purpose: &str,
    details: &Details<'_>,
    items: &[NoticeItem],
) -> Written {
    let arguments = details.arguments();
    let id = format!("email-{purpose}");
    let shared = |name: &str| Part::Paragraph(found(words, name, None, &arguments));
    let own = |name: &str| Part::Paragraph(found(words, &id, Some(name), &arguments));
    let context = [
        ("email-organization", &details.organization),
        ("email-host", &details.host),
        ("email-service", &details.service),
        ("email-origin", &details.origin),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| (found(words, name, None, &arguments), value.clone()))
    .collect();

    let mut parts = vec![shared("email-greeting"), own("lead")];
    parts.extend(
        items
            .iter()
            .map(|item| Part::Paragraph(item.sentence(words))),
    );
    if details.code.is_empty() {
        parts.extend([Part::Context(context), own("otherwise")]);
    } else {
        parts.extend([
            Part::Code,
            shared("email-valid"),
            Part::Context(context),
            shared("email-secrecy"),
            own("otherwise"),
        ]);
    }
    let subject = found(words, &id, Some("subject"), &arguments);
    Written {
        text: plain(&parts, details),
        html: html(&parts, &subject, details),
        subject,
    }
}

fn plain(parts: &[Part], details: &Details<'_>) -> SecretText {
    let mut text = Zeroizing::new(String::with_capacity(ROOM));
    for part in parts {
        if !text.is_empty() {
            text.push('\n');
        }
        match part {
            Part::Paragraph(words) => push_all(&mut text, &[words, "\n"]),
            Part::Code => push_all(&mut text, &["    ", details.code, "\n"]),
            Part::Context(lines) => {
                for (name, value) in lines {
                    push_all(&mut text, &[name, " ", value, "\n"]);
                }
            }
        }
    }
    text
}

fn html(parts: &[Part], subject: &str, details: &Details<'_>) -> SecretText {
    let mut html = Zeroizing::new(String::with_capacity(HTML_ROOM));
    push_all(
        &mut html,
        &[
            "<!DOCTYPE html>\n<html lang=\"",
            details.language.tag(),
            "\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        ],
    );
    outside::escape(subject, &mut html);
    push_all(
        &mut html,
        &["</title>\n</head>\n<body style=\"", BODY, "\">\n"],
    );
    for part in parts {
        match part {
            Part::Paragraph(words) => {
                html.push_str("<p>");
                outside::escape(words, &mut html);
                html.push_str("</p>\n");
            }
            Part::Code => {
                push_all(&mut html, &["<p style=\"", CODE, "\">"]);
                outside::escape(details.code, &mut html);
                html.push_str("</p>\n");
            }
            Part::Context(lines) => {
                html.push_str("<table>\n");
                for (name, value) in lines {
                    push_all(&mut html, &["<tr><th scope=\"row\" style=\"", NAME, "\">"]);
                    outside::escape(name, &mut html);
                    html.push_str("</th><td>");
                    outside::escape(value, &mut html);
                    html.push_str("</td></tr>\n");
                }
                html.push_str("</table>\n");
            }
        }
    }
    html.push_str("</body>\n</html>\n");
    html
}

fn push_all(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}
