//! Tables.

use super::*;

const HEADER: &str = "serial number,secret key,time interval,manufacturer,model\n";

#[test]
fn the_documented_columns_are_read() {
    let import = imported(&format!(
        "{HEADER}2600215704919,{BASE32},60,\"Feitian, Ltd\",c200\nT-2,{BASE32},30,,\nH-1,{BASE32},0,Acme,One\n"
    ));
    assert!(import.problems.is_empty());
    let [first, second, third] = import.tokens.as_slice() else {
        panic!("three tokens")
    };
    assert_eq!(first.serial.as_str(), "2600215704919");
    assert_eq!(
        (first.manufacturer.as_str(), first.model.as_str()),
        ("Feitian, Ltd", "c200")
    );
    assert_eq!(first.parameters, totp(Algorithm::Sha1, Digits::Six, 60));
    assert_eq!(first.secret.as_bytes(), SECRET);
    assert_eq!(second.parameters, totp(Algorithm::Sha1, Digits::Six, 30));
    assert_eq!(second.manufacturer, "");
    assert_eq!(
        (third.parameters, third.counter),
        (hotp(Digits::Six), Counter(0))
    );
}

#[test]
fn names_of_columns_and_separators_are_read_leniently() {
    let import = imported(&format!(
        "\u{feff}upn;Model;SERIAL_NUMBER;Secret-Key;timeInterval;manufacturer;Algorithm;Digits;Counter\r\n\
         alice@example.org; One ;A1; {BASE32} ;hotp;Acme;HMAC-SHA256;8;7\r\n\
         ;Two;A2;{BASE32};60;Acme;sha512;;\r\n"
    ));
    assert!(import.problems.is_empty());
    let [first, second] = import.tokens.as_slice() else {
        panic!("two tokens")
    };
    let user = |token: &ImportedToken| token.user.as_ref().map(|user| user.as_str().to_owned());
    assert_eq!(user(first).as_deref(), Some("alice@example.org"));
    assert_eq!(user(second), None);
    assert_eq!((first.model.as_str(), first.counter), ("One", Counter(7)));
    let expected = HotpParameters {
        algorithm: Algorithm::Sha256,
        digits: Digits::Eight,
    };
    assert_eq!(first.parameters, OtpParameters::Hotp(expected));
    assert_eq!(second.parameters, totp(Algorithm::Sha512, Digits::Six, 60));
}

#[test]
fn a_bad_line_is_told_with_its_number_and_keeps_none_of_the_others_out() {
    let import = imported(&format!(
        "{HEADER}A1,{BASE32},30,Acme,One\nA2,not base32!,30,Acme,One\n\nA1,{BASE32},30,Acme,One\nA3\nA4,{BASE32},60,Acme,One\n"
    ));
    let serials: Vec<&str> = import
        .tokens
        .iter()
        .map(|token| token.serial.as_str())
        .collect();
    assert_eq!(serials, ["A1", "A4"]);
    let problems: Vec<String> = import.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 3, "{problems:?}");
    assert!(
        problems[0].starts_with("line 3: the secret key is not base32"),
        "{problems:?}"
    );
    assert!(
        problems[1].starts_with("line 5: the serial number A1 stands at line 2 already"),
        "{problems:?}"
    );
    assert!(problems[2].starts_with("line 6: "), "{problems:?}");
}

#[test]
fn what_is_wrong_with_a_line_is_said_with_what_would_be_right() {
    let long = "9".repeat(65);
    for (line, what) in [
        (format!("A 1,{BASE32},30,Acme,One"), "1 to 64 visible ASCII"),
        (
            format!("{long},{BASE32},30,Acme,One"),
            "1 to 64 visible ASCII",
        ),
        (format!(",{BASE32},30,Acme,One"), "1 to 64 visible ASCII"),
        (
            "A1,3132333435363738393031323334353637383930,30,Acme,One".into(),
            "hexadecimal",
        ),
        ("A1,GEZDGNBV,30,Acme,One".into(), "16 to 128"),
        (format!("A1,{BASE32},301,Acme,One"), "1 to 300"),
        (format!("A1,{BASE32},,Acme,One"), "1 to 300"),
        (format!("A1,{BASE32},-30,Acme,One"), "1 to 300"),
        (format!("A1,{BASE32},30,{long},One"), "manufacturer"),
        (format!("A1,{BASE32},30,Acme,\"O\nne\""), "model"),
    ] {
        let problem = problem(&format!("{HEADER}{line}\n"));
        assert!(
            problem.starts_with("line 2: ") && problem.contains(what),
            "{line}: {problem}"
        );
        assert!(
            !problem.contains("3132333435"),
            "a secret in a message: {problem}"
        );
    }
    let header =
        "serial number,secret key,time interval,manufacturer,model,algorithm,digits,counter\n";
    for (rest, what) in [
        ("30,,,MD5,,", "SHA512"),
        ("30,,,,7,", "6 or 8"),
        ("0,,,,,-1", "whole number"),
        ("30,,,,,5", "has no counter"),
    ] {
        let problem = problem(&format!("{header}A1,{BASE32},{rest}\n"));
        assert!(problem.contains(what), "{rest}: {problem}");
    }
}

#[test]
fn a_file_that_is_no_such_table_is_refused_as_a_whole() {
    assert!(refused(&format!("model,{HEADER}"), None).contains("more than once"));
    assert!(refused("", None).contains("no column \"serial number\""));
    assert!(
        refused("serial number,time interval,manufacturer,model\n", None)
            .contains("\"secret key\"")
    );
    assert!(refused(&format!("serial,{HEADER}"), None).contains("more than once"));
    assert_eq!(
        read(b"serial\xff", None, NOW).err(),
        Some(ImportError::NotUtf8)
    );
    assert_eq!(
        read(&vec![b','; LARGEST_FILE + 1], None, NOW).err(),
        Some(ImportError::TooLarge)
    );
}

#[test]
fn a_serial_number_that_a_spreadsheet_has_destroyed_is_refused() {
    for serial in [
        "2.60012E+12",
        "2,60012E+12",
        "\"2,60012E+12\"",
        "2.600215704919e+12",
        "3E+15",
        "1.5E-7",
        "2600215704919.0",
        "'2.60012E+12",
        "########",
        "#N/A",
    ] {
        let separator = if serial.contains(',') { ";" } else { "," };
        let row = [serial, BASE32, "60", "Acme", "One"].join(separator);
        let problem = problem(&format!("{}{row}\n", HEADER.replace(',', separator)));
        assert!(problem.contains("digits are lost"), "{serial}: {problem}");
    }
    for serial in ["26E12", "E+12", "1.5", "A1.0", "12E", "2E0C4"] {
        let file = format!("{HEADER}{serial},{BASE32},60,Acme,One\n");
        assert_eq!(imported(&file).tokens[0].serial.as_str(), serial);
    }
}

#[test]
fn marks_by_which_spreadsheets_keep_text_are_taken_off() {
    for serial in [
        "'0012",
        "=\"0012\"",
        "\"=\"\"0012\"\"\"",
        "\" 0012 \"",
        "' 0012",
    ] {
        let file = format!("{HEADER}{serial},'{BASE32},=\"60\",'Acme,=\"One\"\n");
        let import = imported(&file);
        assert_eq!(import.problems, [], "{serial}");
        let token = &import.tokens[0];
        assert_eq!(token.serial.as_str(), "0012", "{serial}");
        assert_eq!(
            (token.manufacturer.as_str(), token.model.as_str()),
            ("Acme", "One")
        );
    }
}

#[test]
fn the_separator_is_found_or_named() {
    let table =
        |separator: &str| format!("{HEADER}A1,{BASE32},60,Acme,One\n").replace(',', separator);
    for separator in [",", ";", "\t", "|"] {
        assert_eq!(imported(&table(separator)).tokens.len(), 1, "{separator:?}");
    }
    for first_line in [
        "sep=;\r\n",
        "SEP=;\n",
        "\"sep=;\"\n",
        "sep=;;;;\n",
        "\u{feff}sep=;\n",
    ] {
        let file = format!("{first_line}{}A2;;60\n", table(";"));
        let import = imported(&file);
        assert_eq!(import.tokens.len(), 1, "{first_line:?}");
        assert!(import.problems[0].to_string().starts_with("line 4: "));
    }
    assert_eq!(imported(&format!("sep=,\n{}", table(","))).tokens.len(), 1);
    // A header with a quoted comma in it has semicolons all the same.
    let file = table(";").replacen("model", "\"model, or name\"", 1);
    assert!(refused(&file, None).contains("\"model\""));
}

#[test]
fn empty_rows_are_passed_over_and_too_many_fields_refused() {
    let import = imported(&format!(
        "{HEADER},,,,\n \t, ,\n'\n\nA1,{BASE32},60,Acme,One,,,\nA2,{BASE32},60,Acme Co.,Ltd,One\n"
    ));
    assert_eq!(import.tokens.len(), 1);
    let problems: Vec<_> = import.problems.iter().map(ToString::to_string).collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].starts_with("line 7: it has 6 fields, but there are 5 columns"));
}

#[test]
fn a_table_may_be_in_the_encodings_of_spreadsheets() {
    let table = format!("{HEADER}A1,{BASE32},60,Müller,One\n");
    let utf_16: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for file in [
        [b"\xef\xbb\xbf", table.as_bytes()].concat(),
        [b"\xff\xfe", &utf_16[..]].concat(),
        table.replace('\n', "\r\n").into_bytes(),
        table.replace('\n', "\r").into_bytes(),
    ] {
        let import = read(&file, None, NOW).expect("it is read");
        assert_eq!(import.tokens[0].manufacturer, "Müller");
    }
    let windows = table.replace('ü', "u").replace("Mu", "M\u{1}").into_bytes();
    let windows: Vec<u8> = windows
        .iter()
        .map(|byte| if *byte == 1 { 0xFC } else { *byte })
        .collect();
    assert_eq!(read(&windows, None, NOW).err(), Some(ImportError::NotUtf8));
}

#[test]
fn what_cannot_be_seen_is_taken_off_the_ends_and_named_within() {
    let import = imported(&format!(
        "{HEADER}\u{feff}A1\u{200b},{BASE32}\u{a0},\u{a0}30,Acme,One\nA\u{ad}2,{BASE32},30,Acme,One\n"
    ));
    assert_eq!(import.tokens[0].serial.as_str(), "A1");
    let problem = import.problems[0].to_string();
    assert!(
        problem.starts_with("line 3: character 2 of the serial number is U+00AD SOFT HYPHEN"),
        "{problem}"
    );
}

#[test]
fn tables_that_were_put_together_and_lines_of_an_old_mac_are_read() {
    let (one, two) = (
        format!("{HEADER}A1,{BASE32},30,Acme,One\n"),
        format!("\u{feff}{HEADER}A2,{BASE32},30,Acme,One\n"),
    );
    let import = imported(&[one.clone(), two].concat());
    assert_eq!((import.tokens.len(), import.problems.len()), (2, 0));
    let import = imported(&one.replace('\n', "\r"));
    assert_eq!((import.tokens.len(), import.problems.len()), (1, 0));
}
