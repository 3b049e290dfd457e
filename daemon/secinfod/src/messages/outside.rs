//! What comes from outside and goes into a message: names that another user may have chosen.

/// The most characters that are kept of a name; as long as a host name without its domain.
const LONGEST: usize = 64;

/// The most of a host name, which is kept whole: cut, it would be another host's.
const LONGEST_DOMAIN: usize = 253;

/// The text on one line, without control characters and marks that cannot be seen, and not longer
/// than a name is.
pub(super) fn clean(text: &str) -> String {
    // Also what is cut must not be walked through at any length.
    let mut clean = String::new();
    let limit = if is_domain(text) {
        LONGEST_DOMAIN
    } else {
        LONGEST
    };
    let mut length = 0;
    for c in text.chars().take(4 * LONGEST_DOMAIN) {
        if is_invisible(c) {
            continue;
        }
        let blank = c.is_control() || c.is_whitespace();
        if blank && (clean.is_empty() || clean.ends_with(' ')) {
            continue;
        }
        if length == limit {
            clean.push('…');
            return clean;
        }
        clean.push(if blank { ' ' } else { c });
        length += 1;
    }
    clean.truncate(clean.trim_end().len());
    clean
}

/// Whether it is the name of a host in ASCII (RFC 952, RFC 1123 section 2.1).
pub(crate) fn is_domain(text: &str) -> bool {
    text.len() <= LONGEST_DOMAIN
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// Marks of writing direction (Unicode annex 9), of joining and of separation, language tags and
/// variation selectors: they change what is seen, or hide something.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// The text with the characters replaced that mean something in HTML.
pub(super) fn escape(text: &str, into: &mut String) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '"' => into.push_str("&quot;"),
            '\'' => into.push_str("&#39;"),
            c => into.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_its_line() {
        for (text, cleaned) in [
            ("Example Corp", "Example Corp"),
            ("  Example\t\r\n Corp ", "Example Corp"),
            ("a\u{0}b\u{1B}[31mc\u{7F}", "a b [31mc"),
            ("a\u{2028}b\u{2029}c\u{85}d", "a b c d"),
            ("\u{202E}gro.elpmaxe\u{202C}", "gro.elpmaxe"),
            ("\u{2066}a\u{200B}b\u{FEFF}\u{E0041}", "ab"),
            ("Bücher & Söhne", "Bücher & Söhne"),
            ("日本", "日本"),
            ("", ""),
            ("\n", ""),
        ] {
            assert_eq!(clean(text), cleaned, "{text:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_a_long_host_is_not() {
        let long = clean(&"ä".repeat(100_000));
        assert_eq!(long.chars().count(), LONGEST + 1);
        assert!(long.ends_with('…'));
        let host = format!("{}.example.org", ["a"; 100].join("."));
        assert_eq!(clean(&host), host);
    }

    #[test]
    fn what_means_something_in_html_is_escaped() {
        let mut html = String::new();
        escape("<b title=\"x\">&'", &mut html);
        assert_eq!(html, "&lt;b title=&quot;x&quot;&gt;&amp;&#39;");
    }
}
