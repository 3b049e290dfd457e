use super::*;
use proptest::prelude::*;

fn country(text: &str) -> Option<Country> {
    (!text.is_empty()).then(|| text.parse().unwrap())
}

/// The number in E.164 and whether an extension was dropped.
fn read(text: &str, default: &str) -> Result<(String, bool), InvalidPhone> {
    parse(text, country(default))
        .map(|phone| (phone.number.as_str().to_owned(), phone.dropped_extension))
}

#[test]
fn numbers_are_read_as_people_write_them() {
    for (text, default, number) in [
        ("+4930901820", "", "+4930901820"),
        ("+49 30 90 18 20", "", "+4930901820"),
        ("  +49-30-901820 ", "US", "+4930901820"),
        ("+49 (0)30 901820", "", "+4930901820"),
        ("+49 (030) 901820", "", "+4930901820"),
        ("+49 030 901820", "", "+4930901820"),
        ("(+49) 30 901820", "", "+4930901820"),
        ("0049 30 901820", "", "+4930901820"),
        ("0049 (0)30 901820", "DE", "+4930901820"),
        ("0049 30 901820", "US", "+4930901820"),
        ("011 49 30 901820", "US", "+4930901820"),
        ("030/901820", "DE", "+4930901820"),
        ("(030) 901820", "DE", "+4930901820"),
        ("0171 2345678", "DE", "+491712345678"),
        ("tel:+49-30-901820", "", "+4930901820"),
        ("TEL:+49-30-901820;isub=1", "", "+4930901820"),
        ("tel:30901820;phone-context=+49", "", "+4930901820"),
        (
            "tel:030901820;phone-context=example.org",
            "DE",
            "+4930901820",
        ),
        ("＋４９　３０　９０１８２０", "", "+4930901820"),
        ("+٤٩٣٠٩٠١٨٢٠", "", "+4930901820"),
        (
            "\u{202A}+49\u{A0}30\u{2011}901820\u{202C}",
            "",
            "+4930901820",
        ),
        ("(202) 555-0123", "US", "+12025550123"),
        ("1-202-555-0123", "US", "+12025550123"),
        ("202.555.0123", "US", "+12025550123"),
        ("+1 (202) 555-0123", "DE", "+12025550123"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "", "+33612345678"),
        ("02 3661 8300", "IT", "+390236618300"),
        ("07400 123456", "GB", "+447400123456"),
        ("09012345678", "JP", "+819012345678"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("800 555 35 35", "RU", "+78005553535"),
        ("+800 1234 5678", "", "+80012345678"),
    ] {
        assert_eq!(
            read(text, default),
            Ok((number.to_owned(), false)),
            "{text} in {default}"
        );
    }
}

#[test]
fn an_extension_is_dropped_and_told() {
    for text in [
        "+49 30 901820 ext. 12",
        "+49 30 901820 ext 12",
        "+49 30 901820 Extension: 12",
        "+49 30 901820;ext=12",
        "tel:+49-30-901820;ext=12",
        "+49 30 901820x12",
        "+49 30 901820 X 12",
        "+49 30 901820 #12",
        "+49 30 901820,12",
        "+49 30 901820 Durchwahl 12",
        "+49 30 901820 poste 12",
        "＋４９３０９０１８２０ｘ１２",
    ] {
        assert_eq!(
            read(text, ""),
            Ok(("+4930901820".to_owned(), true)),
            "{text}"
        );
    }
}

#[test]
fn what_is_no_number_is_refused_with_what_to_do() {
    use InvalidPhone::*;
    let long = "1".repeat(LIMIT + 1);
    for (text, default, error) in [
        ("", "DE", Empty),
        ("  ", "DE", Empty),
        ("+", "DE", Empty),
        ("tel:", "DE", Empty),
        ("030 901820", "", NoCountry),
        ("901820", "", NoCountry),
        ("alice@example.org", "DE", Characters),
        ("+1 800 FLOWERS", "", Characters),
        ("+49 30 901820 or +49 30 901821", "", Characters),
        ("+49 30 901820, +49 30 901821", "", Characters),
        ("+49 30 901820\nBcc: x", "", Characters),
        ("++49 30 901820", "", Characters),
        ("49+30", "DE", Characters),
        ("+49 30 901820 ext", "", Characters),
        ("+49 30 901820 ext 12345678901", "", Characters),
        ("+1 555 123", "", NoSuchNumber),
        ("+1 202 555 01234", "", NoSuchNumber),
        ("+49 1", "", NoSuchNumber),
        ("+999 123456", "", NoSuchNumber),
        ("+0 123456", "", NoSuchNumber),
        ("+0049 30 901820", "", NoSuchNumber),
        ("112", "DE", NoSuchNumber),
        ("911", "US", NoSuchNumber),
        ("000000", "", NoCountry),
        ("+491712345678912345678", "", TooLong),
        (&long, "DE", TooLong),
    ] {
        assert_eq!(read(text, default), Err(error), "{text} in {default}");
        let sentence = error.to_string();
        assert!(
            sentence.contains("enter") || sentence.contains("start") || sentence.contains("check"),
            "{sentence}"
        );
    }
}

#[test]
fn lines_and_countries_are_told_apart() {
    for (text, home, line) in [
        ("+491712345678", "DE", Line::Mobile),
        ("+4930901820", "DE", Line::Fixed),
        ("+12025550123", "US", Line::FixedOrMobile),
        ("+16137827274", "CA", Line::FixedOrMobile),
        ("+390236618300", "IT", Line::Fixed),
        ("+393471234567", "IT", Line::Mobile),
        ("+33612345678", "FR", Line::Mobile),
        ("+447400123456", "GB", Line::Mobile),
        ("+441534456789", "JE", Line::Fixed),
        ("+13459492311", "KY", Line::Fixed),
        ("+77710009998", "KZ", Line::Mobile),
        // What costs money.
        ("+499001234567", "DE", Line::Premium),
        ("+491801234567", "DE", Line::Premium),
        ("+19002345678", "US", Line::Premium),
        ("+449012345678", "GB", Line::Premium),
        ("+448431234567", "GB", Line::Premium),
        ("+33891123456", "FR", Line::Premium),
        ("+39899123456", "IT", Line::Premium),
        ("+611900123456", "AU", Line::Premium),
        ("+979123456789", "", Line::Premium),
        // What costs nothing extra.
        ("+498001234567", "DE", Line::TollFree),
        ("+18007233456", "US", Line::TollFree),
        ("+80012345678", "", Line::TollFree),
        ("+78005553535", "RU", Line::TollFree),
        ("+4970012345678", "DE", Line::Other),
    ] {
        let phone = parse(text, None).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((phone.country, phone.line), (country(home), line), "{text}");
    }
}

#[test]
fn a_hint_shows_the_country_code_and_the_last_two_digits() {
    for (number, hint) in [
        ("+493012345667", "+49 ••• ••67"),
        ("+12025550123", "+1 ••• ••23"),
        ("+77710009998", "+7 ••• ••98"),
        ("+353871234567", "+353 ••• ••67"),
        ("+2085551234", "+20 ••• ••34"),
        ("+22312345678", "+223 ••• ••78"),
        ("+491234", "+49 ••• ••34"),
        ("+49123", "+49 ••• ••••"),
        ("+49", "+49 ••• ••••"),
        ("+35", "+35 ••• ••••"),
    ] {
        assert_eq!(masked(&PhoneNumber::parse(number).unwrap()), hint);
    }
}

#[test]
fn country_codes_are_as_long_as_the_numbering_plans_say() {
    for region in phonenumber::metadata::DATABASE.iter() {
        let code = region.country_code().to_string();
        assert_eq!(
            calling_code_length(&format!("{code}5550123")),
            code.len(),
            "{code}"
        );
    }
}

/// Every country's own example of a number is taken, abroad and at home.
#[test]
fn the_examples_of_every_country_are_numbers() {
    for region in phonenumber::metadata::DATABASE.iter() {
        let kinds = region.descriptors();
        for (example, paid) in [
            (kinds.fixed_line(), false),
            (kinds.mobile(), false),
            (kinds.premium_rate(), true),
            (kinds.shared_cost(), true),
        ]
        .into_iter()
        .filter_map(|(kind, paid)| Some((kind?.example()?, paid)))
        {
            let text = format!("+{}{example}", region.country_code());
            let phone = parse(&text, None)
                .unwrap_or_else(|error| panic!("{text} of {}: {error}", region.id()));
            assert_eq!(phone.number.as_str(), text, "{}", region.id());
            assert_eq!(
                phone.line == Line::Premium,
                paid,
                "{text}: {:?}",
                phone.line
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_panics(text in "\\PC{0,256}", default in "[A-Z]{2}") {
        let _ = parse(&text, default.parse().ok());
    }

    #[test]
    fn nothing_that_looks_like_a_number_panics(
        text in "(tel:)?[+]?(0{0,3})[-0-9 ()./xX#,;=]{0,40}(;(ext|phone-context)=[+0-9a-z.]{0,12}){0,2}",
        default in "(DE|US|IT|BR|AR|MX|JP|AU|GB|RU|FI|BB|CR|CN|SM|KZ|CI|UY)",
    ) {
        if let Ok(phone) = parse(&text, default.parse().ok()) {
            // What comes out is taken as it is.
            let again = parse(phone.number.as_str(), None).map(|phone| phone.number);
            prop_assert!(again.is_ok_and(|again| again == phone.number), "{}", phone.number.as_str());
        }
    }

    #[test]
    fn any_bytes_of_a_kilobyte_are_answered(text in prop::collection::vec(any::<char>(), 200..=256)) {
        let text: String = text.into_iter().collect();
        let _ = parse(&text, "DE".parse().ok());
    }
}
