//! Words that are misspelt.

/// The known word that was probably meant: no more than a third of it is mistyped.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // Words of ours are short, and comparing takes time by the product of the lengths.
    let word: String = word.chars().take(40).flat_map(char::to_lowercase).collect();
    let word = word.replace(['-', ' '], "_");
    known
        .into_iter()
        .map(|known| {
            let plain = known.to_lowercase().replace('-', "_");
            (strsim::osa_distance(&word, &plain), known)
        })
        .filter(|(distance, known)| *distance <= (known.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_meant_that_is_misspelt_by_a_third_at_most() {
        let known = ["required", "requisite", "optional", "sufficient"];
        for (word, meant) in [
            ("requierd", Some("required")),
            ("REQUISIT", Some("requisite")),
            ("optinal", Some("optional")),
            ("sufficent", Some("sufficient")),
            ("never", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(1 << 20), known), None);
    }
}
