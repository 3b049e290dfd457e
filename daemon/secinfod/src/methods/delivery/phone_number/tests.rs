use super::*;
use proptest::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};

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
    for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
        let code = code.to_string();
        assert_eq!(
            calling_code_length(&format!("{code}5550123")),
            code.len(),
            "{code}"
        );
    }
}

/// What python's `phonenumbers` reads; `table/README.md` says how the table was made.
#[test]
fn no_number_is_read_as_another_one_than_the_reference_reads() {
    let (mut right, mut refused) = (0, 0);
    for row in include_str!("table/table.tsv").lines() {
        if row.starts_with('#') {
            continue;
        }
        let [default, text, number] = row.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{row}")
        };
        match (read(text, default), number) {
            (Ok((read, _)), number) if read == number => right += 1,
            (Err(_), "-") => right += 1,
            // It could be another number: of the user's own town, or of another country.
            (Err(InvalidPhone::Ambiguous), _) => refused += 1,
            (read, _) => panic!("{row} is read as {read:?}"),
        }
    }
    assert!(right > 7000, "{right}");
    assert!(refused < right / 40, "{refused} of {right} are refused");
}

#[test]
fn what_is_dialled_before_a_number_is_no_part_of_it() {
    for (text, default, number) in [
        ("011 49 151 12345678", "US", "+4915112345678"),
        ("8 10 49 89 123456", "RU", "+4989123456"),
        ("8~10 49 89 123456", "RU", "+4989123456"),
        ("00241 06 12 34 56", "FR", "+24106123456"),
        ("010 39 06 698 12345", "JP", "+390669812345"),
        ("0011 49 30 901820", "AU", "+4930901820"),
        ("14 11 0011 49 30 901820", "AU", "+4930901820"),
        ("00 15 49 30 901820", "BR", "+4930901820"),
        ("00700 49 30 901820", "KR", "+4930901820"),
        ("009 49 30 901820", "CO", "+4930901820"),
        ("990 49 30 901820", "FI", "+4930901820"),
        // The prefix of most countries, where it is another.
        ("0049 30 901820", "SG", "+4930901820"),
        ("0049 30 901820", "AU", "+4930901820"),
        ("0041 44 668 18 00", "BR", "+41446681800"),
        // Trunk prefixes and carriers.
        ("06 30 123 4567", "HU", "+36301234567"),
        ("8 029 123-45-67", "BY", "+375291234567"),
        ("0 15 11 96123-4567", "BR", "+5511961234567"),
        ("0xx11 96123-4567", "BR", ""),
        ("17951 138 0013 8000", "CN", "+8613800138000"),
        ("+7 8 912 345-67-89", "", "+79123456789"),
        // Mobile numbers as messengers and SIM cards show them.
        ("+52 1 55 1234 5678", "US", "+525512345678"),
        ("0052 1 55 1234 5678", "DE", "+525512345678"),
        ("+54 9 11 2345-6789", "", "+5491123456789"),
        ("+54 11 15 2345-6789", "", "+5491123456789"),
        ("011 15 2345-6789", "AR", "+5491123456789"),
        ("4915112345678", "FR", ""),
        // A zero in brackets that belongs to the number, and one that does not.
        ("+39 (0)2 3661 8300", "", "+390236618300"),
        ("+39 (0)347 123 4567", "", "+393471234567"),
        ("+34 (0) 912 345 678", "", "+34912345678"),
        ("011 49 (0)30 901820", "US", "+4930901820"),
    ] {
        let expected = if number.is_empty() {
            None
        } else {
            Some(number)
        };
        let read = read(text, default).ok().map(|(number, _)| number);
        assert_eq!(read.as_deref(), expected, "{text} in {default}");
    }
}

#[test]
fn digits_that_can_stand_for_two_numbers_are_refused() {
    for (text, default) in [
        // Of Berlin, or of the user's own town.
        ("30 901820", "DE"),
        // A mobile phone in Germany, or a number in Texas without its plus sign.
        ("15123456789", "DE"),
        // A number in Germany, or one of Norden, whose area code is 4931.
        ("4915123456789", "DE"),
        // 001 is dialled for abroad, or 00 and then the 1 of North America.
        ("001 65 6523 4567", "KR"),
        // Italian fixed lines keep their zero, mobile phones have none.
        ("+39 (0) 312 345 6789", ""),
    ] {
        assert_eq!(
            read(text, default),
            Err(InvalidPhone::Ambiguous),
            "{text} in {default}"
        );
    }
}

#[test]
fn two_numbers_in_one_field_are_refused() {
    for text in [
        "030 901820/21",
        "030 901820/901821",
        "030 901820 / 030 901821",
        "+49 30 901820/+49 30 901821",
        "+49 30 901820/21",
        "0049 30 901820/21",
        "030 901820, 901821",
        "030 901820; 901821",
        "030 901820 901821 / 901822",
        "0301234\n0301235",
        "030\t901820",
        "030 901820 | 030 901821",
        "030 901820 & 030 901821",
    ] {
        assert!(
            matches!(
                read(text, "DE"),
                Err(InvalidPhone::Characters | InvalidPhone::TooLong)
            ),
            "{text:?}: {:?}",
            read(text, "DE")
        );
    }
    for text in [
        "030/901820",
        "+49 30/901820",
        "0049-30/901820",
        "(030) / 901820",
    ] {
        assert_eq!(
            read(text, "DE"),
            Ok(("+4930901820".to_owned(), false)),
            "{text}"
        );
    }
}

/// Every country's own example of a number is taken, abroad and at home.
#[test]
fn the_examples_of_every_country_are_numbers() {
    for region in PHONE_NUMBER_UTIL.get_supported_regions() {
        for (kind, paid) in [
            (PhoneNumberType::FixedLine, false),
            (PhoneNumberType::Mobile, false),
            (PhoneNumberType::PremiumRate, true),
            (PhoneNumberType::SharedCost, true),
        ] {
            let Ok(example) =
                PHONE_NUMBER_UTIL.get_example_number_for_type_and_region(region, kind)
            else {
                continue;
            };
            let text = PHONE_NUMBER_UTIL.format(&example, PhoneNumberFormat::E164);
            let phone =
                parse(&text, None).unwrap_or_else(|error| panic!("{text} of {region}: {error}"));
            assert_eq!(phone.number.as_str(), text, "{region}");
            assert_eq!(
                phone.line == Line::Premium,
                paid,
                "{text}: {:?}",
                phone.line
            );
            let dialled = PHONE_NUMBER_UTIL.format(&example, PhoneNumberFormat::National);
            let home = country(&region.to_string());
            let at_home = parse(&dialled, home)
                .unwrap_or_else(|error| panic!("{dialled} in {region}: {error}"));
            assert_eq!(at_home.number.as_str(), text, "{dialled} in {region}");
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
