use super::pskc::PreSharedKey;
use super::*;
use proptest::prelude::*;
use secinfo_domain::{Algorithm, Digits, HotpParameters, Period, TotpParameters};

/// 2026-01-01T00:00:00Z.
const NOW: u64 = 1_767_225_600;

const SECRET: &[u8] = b"12345678901234567890";
const BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// RFC 6030 figure 2: a key of four bytes, without a device.
const FIGURE_2: &str = include_str!("rfc6030/figure-2.xml");
/// RFC 6030 figure 5: a HOTP key, and the PIN of the same device.
const FIGURE_5: &str = include_str!("rfc6030/figure-5.xml");
/// RFC 6030 figure 6: the same HOTP key under a pre-shared key.
const FIGURE_6: &str = include_str!("rfc6030/figure-6.xml");
/// RFC 6030 figure 7: under a passphrase.
const FIGURE_7: &str = include_str!("rfc6030/figure-7.xml");

fn hotp(digits: Digits) -> OtpParameters {
    OtpParameters::Hotp(HotpParameters {
        algorithm: Algorithm::Sha1,
        digits,
    })
}

fn totp(algorithm: Algorithm, digits: Digits, period: u16) -> OtpParameters {
    OtpParameters::Totp(TotpParameters {
        algorithm,
        digits,
        period: Period::try_from(period).unwrap(),
    })
}

fn imported(file: &str) -> Import {
    imported_with(file, None)
}

fn imported_with(file: &str, key: Option<&PreSharedKey>) -> Import {
    read(file.as_bytes(), key, NOW).unwrap_or_else(|error| panic!("{error}: {file}"))
}

fn refused(file: &str, key: Option<&PreSharedKey>) -> String {
    match read(file.as_bytes(), key, NOW) {
        Ok(_) => panic!("read, and should have been refused: {file}"),
        Err(error) => error.to_string(),
    }
}

/// The only problem of a file without a token.
fn problem(file: &str) -> String {
    problem_with(file, None)
}

fn problem_with(file: &str, key: Option<&PreSharedKey>) -> String {
    let import = imported_with(file, key);
    assert_eq!(
        (import.tokens.len(), import.problems.len()),
        (0, 1),
        "{file}"
    );
    import.problems[0].to_string()
}

/// The key of figure 6.
fn figure_6_key() -> PreSharedKey {
    PreSharedKey::from_hexadecimal("12345678901234567890123456789012").unwrap()
}

mod table {
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
}

mod pskc_file {
    use super::*;

    fn with_policy(policy: &str) -> String {
        FIGURE_5.replacen("<KeyUsage>OTP</KeyUsage>", policy, 1)
    }

    /// A container of one TOTP key with these `AlgorithmParameters` and this `Data` besides the secret.
    fn totp_file(parameters: &str, data: &str) -> String {
        format!(
            r#"<p:KeyContainer Version="1.0" xmlns:p="urn:ietf:params:xml:ns:keyprov:pskc"><p:KeyPackage>
            <p:DeviceInfo><p:Manufacturer>A &amp; B &#x263A;</p:Manufacturer><p:SerialNo>Z1</p:SerialNo><p:Model><![CDATA[<M>]]></p:Model></p:DeviceInfo>
            <p:Key Id="k1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp">
            <p:AlgorithmParameters>{parameters}</p:AlgorithmParameters>
            <p:Data><p:Secret><p:PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</p:PlainValue></p:Secret>{data}</p:Data>
            </p:Key></p:KeyPackage></p:KeyContainer>"#
        )
    }

    #[test]
    fn rfc_6030_figure_2() {
        assert_eq!(
            problem(FIGURE_2),
            "key 1 (Id \"12345678\"): the secret key has 4 bytes: it must have 16 to 128, and 20 are recommended"
        );
        // The same file with a secret that RFC 4226 allows; the Id stands for the serial number.
        let import = imported(&FIGURE_2.replace("MTIzNA==", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="));
        let [token] = import.tokens.as_slice() else {
            panic!("one token")
        };
        assert_eq!(
            (token.serial.as_str(), token.parameters),
            ("12345678", hotp(Digits::Six))
        );
        assert_eq!(token.secret.as_bytes(), SECRET);
    }

    #[test]
    fn rfc_6030_figure_5() {
        let import = imported(FIGURE_5);
        let [token] = import.tokens.as_slice() else {
            panic!("one token")
        };
        assert_eq!(
            (token.serial.as_str(), token.manufacturer.as_str()),
            ("987654321", "Manufacturer")
        );
        assert_eq!(
            (token.parameters, token.counter),
            (hotp(Digits::Eight), Counter(0))
        );
        assert_eq!(token.secret.as_bytes(), SECRET);
        let [pin] = import.problems.as_slice() else {
            panic!("one problem")
        };
        assert_eq!(pin.position, Position::Key(2, "123456781".into()));
        assert!(
            pin.what.contains("keyprov:pskc:pin\" is not supported"),
            "{pin}"
        );
    }

    #[test]
    fn rfc_6030_figure_6() {
        let import = imported_with(FIGURE_6, Some(&figure_6_key()));
        assert!(import.problems.is_empty());
        let [token] = import.tokens.as_slice() else {
            panic!("one token")
        };
        assert_eq!(
            (token.serial.as_str(), token.parameters),
            ("987654321", hotp(Digits::Eight))
        );
        assert_eq!(token.secret.as_bytes(), SECRET);
    }

    #[test]
    fn encryption_that_does_not_fit_is_refused() {
        assert!(refused(FIGURE_6, None).contains("\"Pre-shared-key\""));
        let wrong = PreSharedKey::from_hexadecimal("00345678901234567890123456789012").unwrap();
        let told = match read(FIGURE_6.as_bytes(), Some(&wrong), NOW) {
            Err(error) => error.to_string(),
            Ok(import) => {
                assert!(import.tokens.is_empty());
                import.problems[0].to_string()
            }
        };
        assert!(told.contains("the pre-shared key is wrong"), "{told}");
        assert!(refused(FIGURE_7, Some(&figure_6_key())).contains("no passphrase"));
        let key = figure_6_key();
        let altered = FIGURE_6.replace("AAECAwQFBgcICQoLDA0OD", "AAECAwQFBgcICQoLDA0PD");
        assert!(problem_with(&altered, Some(&key)).contains("ValueMAC does not fit"));
        let without_mac = FIGURE_6.replace("ValueMAC", "Extension");
        assert!(problem_with(&without_mac, Some(&key)).contains("has no MAC"));
        let other_cipher = FIGURE_6.replace("aes128-cbc", "tripledes-cbc");
        assert!(refused(&other_cipher, Some(&key)).contains("aes128-cbc"));
        let other_mac = FIGURE_6.replace("hmac-sha1", "hmac-md5");
        assert!(refused(&other_mac, Some(&key)).contains("hmac-sha256"));
        let unnamed = FIGURE_6.replace("EncryptionKey", "Extension");
        assert!(problem_with(&unnamed, Some(&key)).contains("no EncryptionKey"));
    }

    /// Figure 6 again, its value authenticated by HMAC-SHA-256 instead; made with
    /// `openssl dgst -sha256 -mac HMAC -macopt hexkey:1122334455667788990011223344556677889900`
    /// over initialization vector and blocks.
    #[test]
    fn the_mac_may_be_hmac_sha256() {
        let file = FIGURE_6
            .replace(
                "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
                "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            )
            .replace(
                "Su+NvtQfmvfJzF6bmQiJqoLRExc=",
                "icgh4lQFon6M8ktwCVM8VBt+3FDnTx3efmD6tl0Hku0=",
            );
        assert_eq!(imported_with(&file, Some(&figure_6_key())).tokens.len(), 1);
    }

    /// Figure 6 again, its counter encrypted too, as the bytes 01 02, which is how some vendors have
    /// it. Made with `openssl enc -aes-128-cbc` and `openssl dgst -sha1 -mac HMAC`.
    #[test]
    fn an_encrypted_counter_is_read() {
        let counter = r#"<EncryptedValue>
            <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>
            <xenc:CipherData><xenc:CipherValue>AAECAwQFBgcICQoLDA0OD3ctBFp7ogQa3WnN1rOxBH4=</xenc:CipherValue></xenc:CipherData>
            </EncryptedValue><ValueMAC>Gmkuy2spejup4LW+KuiI6dTm1I0=</ValueMAC>"#;
        let file = FIGURE_6.replace("<PlainValue>0</PlainValue>", counter);
        assert_eq!(
            imported_with(&file, Some(&figure_6_key())).tokens[0].counter,
            Counter(0x0102)
        );
    }

    #[test]
    fn a_token_with_a_clock_is_read_with_all_it_has() {
        let import = imported(&totp_file(
            r#"<p:Suite>HMAC-SHA256</p:Suite><p:ResponseFormat Length="8" Encoding="DECIMAL"/>"#,
            "<p:Time><p:PlainValue>0</p:PlainValue></p:Time><p:TimeInterval><p:PlainValue>60</p:PlainValue></p:TimeInterval>\
             <p:TimeDrift><p:PlainValue>-4</p:PlainValue></p:TimeDrift>",
        ));
        let [token] = import.tokens.as_slice() else {
            panic!("one token: {:?}", import.problems)
        };
        assert_eq!(
            (token.manufacturer.as_str(), token.model.as_str()),
            ("A & B \u{263a}", "<M>")
        );
        assert_eq!(
            (token.parameters, token.drift),
            (totp(Algorithm::Sha256, Digits::Eight, 60), -4)
        );
        let import = imported(&totp_file("", ""));
        assert_eq!(
            import.tokens[0].parameters,
            totp(Algorithm::Sha1, Digits::Six, 30)
        );
    }

    #[test]
    fn what_is_wrong_with_a_key_is_said_with_what_would_be_right() {
        let format = |attributes: &str| totp_file(&format!("<p:ResponseFormat {attributes}/>"), "");
        let data =
            |name: &str, value: &str| totp_file("", &format!("<p:{name}>{value}</p:{name}>"));
        for (file, what) in [
            (format(r#"Length="7""#), "6 and 8"),
            (format(r#"Length="6" Encoding="HEXADECIMAL""#), "DECIMAL is"),
            (format(r#"Length="6" CheckDigits="true""#), "CheckDigits"),
            (totp_file("<p:Suite>HMAC-MD5</p:Suite>", ""), "SHA512"),
            (
                data("TimeInterval", "<p:PlainValue>900</p:PlainValue>"),
                "1 to 300",
            ),
            (
                data("TimeInterval", "<p:PlainValue>soon</p:PlainValue>"),
                "whole number",
            ),
            (data("TimeInterval", ""), "PlainValue"),
            (
                data("TimeDrift", "<p:PlainValue>99999999999</p:PlainValue>"),
                "whole number",
            ),
            (totp_file("", "").replace("MTIz", "!!!!"), "not base64"),
            (totp_file("", "").replace("Secret>", "Other>"), "no Secret"),
            (totp_file("", "").replace(">Z1<", ">Z 1<"), "visible ASCII"),
            (
                totp_file("", "").replace("pskc:totp", "pskc:ocra"),
                "not supported",
            ),
        ] {
            let problem = problem(&file);
            assert!(
                problem.starts_with("key 1 (Id \"k1\"): ") && problem.contains(what),
                "{file}: {problem}"
            );
        }
    }

    #[test]
    fn a_policy_that_is_not_understood_keeps_the_key_out() {
        for (policy, what) in [
            ("<KeyUsage>Encrypt</KeyUsage>", "KeyUsage OTP"),
            (
                "<NumberOfTransactions>5</NumberOfTransactions>",
                "NumberOfTransactions",
            ),
            (r#"<PINPolicy PINUsageMode="Append"/>"#, "part of the code"),
            ("<ExpiryDate>2025-12-31T23:59:59Z</ExpiryDate>", "expired"),
            (
                "<ExpiryDate>2026-01-01T01:00:00+02:00</ExpiryDate>",
                "expired",
            ),
            ("<ExpiryDate>next year</ExpiryDate>", "date and time"),
        ] {
            let import = imported(&with_policy(policy));
            assert!(import.tokens.is_empty(), "{policy}");
            assert!(
                import.problems[0].what.contains(what),
                "{policy}: {}",
                import.problems[0]
            );
        }
        let valid = "<StartDate>2012-08-01T00:00:00Z</StartDate><ExpiryDate>2037-12-31T00:00:00</ExpiryDate>";
        assert_eq!(imported(&with_policy(valid)).tokens.len(), 1);
    }

    #[test]
    fn a_serial_number_that_comes_twice_is_imported_once() {
        let one = totp_file("", "");
        let package =
            &one[one.find("<p:KeyPackage>").unwrap()..one.find("</p:KeyContainer>").unwrap()];
        let import = imported(&one.replace(package, &package.repeat(2)));
        assert_eq!((import.tokens.len(), import.problems.len()), (1, 1));
        assert!(
            import.problems[0]
                .what
                .contains("Z1 stands at key 1 (Id \"k1\") already"),
            "{}",
            import.problems[0]
        );
    }

    #[test]
    fn a_file_that_is_no_such_container_is_refused_as_a_whole() {
        let nested = format!("{}{}", "<a>".repeat(33), "</a>".repeat(33));
        let attributes: Vec<String> = (0..33).map(|n| format!("a{n}='1'")).collect();
        let attributes = attributes.join(" ");
        let elements = format!("<a>{}</a>", "<b/>".repeat(200_001));
        let laughs = "<!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;\">]><a>&c;</a>";
        for (file, what) in [
            ("<a/>", "KeyContainer"),
            (
                "<KeyContainer Version='1.0' xmlns='urn:ietf:params:xml:ns:keyprov:pskc'/>",
                "no KeyPackage",
            ),
            (
                &FIGURE_5.replace("keyprov:pskc\">", "keyprov:other\">"),
                "KeyContainer",
            ),
            (
                &FIGURE_5.replace("Version=\"1.0\"\n", "Version=\"2.0\"\n"),
                "Version",
            ),
            (&FIGURE_5.replace("</KeyContainer>", ""), "ends before"),
            (
                &FIGURE_5.replace("</Data>", "</Date>"),
                "not readable as XML",
            ),
            (laughs, "document type"),
            ("<a>&b;</a>", "entity"),
            ("<a b='&c;'/>", "not readable as XML"),
            ("<a/><b/>", "second root"),
            ("<a/>text", "outside"),
            ("<", "not readable as XML"),
            (&nested, "deep"),
            (&format!("<a {attributes}/>"), "attributes"),
            (&elements, "elements"),
        ] {
            let told = refused(file, None);
            assert!(
                told.contains(what),
                "{}: {told}",
                &file[..file.len().min(80)]
            );
        }
    }
}

/// A file with some of its bytes replaced, removed or repeated.
fn mutated(file: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let change = (
        any::<prop::sample::Index>(),
        any::<u8>(),
        0_u8..4,
        1_usize..40,
    );
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = file.as_bytes().to_vec();
        for (place, byte, kind, length) in changes {
            let at = place.index(bytes.len());
            let end = (at + length).min(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.drain(at..end)),
                2 => bytes.insert(at, byte),
                _ => bytes.extend_from_within(at..end),
            }
            if bytes.is_empty() {
                break;
            }
        }
        bytes
    })
}

/// Whatever comes out of a file, however it was damaged, keeps what the types promise.
fn holds_its_promises(file: &[u8]) {
    let key = figure_6_key();
    for key in [None, Some(&key)] {
        let Ok(import) = read(file, key, NOW) else {
            continue;
        };
        let mut serials: Vec<&str> = import
            .tokens
            .iter()
            .map(|token| token.serial.as_str())
            .collect();
        serials.sort_unstable();
        assert!(serials.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(
            import
                .tokens
                .iter()
                .all(|token| token.secret.as_bytes().len() >= 16)
        );
    }
}

const TABLE: &str = "serial number,secret key,time interval,manufacturer,model,algorithm,digits,counter\n\
    A1,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,\"Acme, Ltd\",One,SHA1,6,\n\
    A2,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,hotp,Acme,Two,,8,12\n";

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        holds_its_promises(&bytes);
        holds_its_promises(&[b"<".as_slice(), &bytes].concat());
        holds_its_promises(&[TABLE.as_bytes(), &bytes].concat());
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}", xml in "(<[a-c:]{0,3}( [a-c:]{1,3}=\"[^\"]{0,3}\")?/?>|</[a-c]>|&[a-z#0-9]{0,4};|.){0,40}") {
        holds_its_promises(text.as_bytes());
        holds_its_promises(xml.as_bytes());
    }

    #[test]
    fn damaged_tables_never_panic(bytes in mutated(TABLE)) {
        holds_its_promises(&bytes);
    }

    #[test]
    fn damaged_containers_never_panic(plain in mutated(FIGURE_5), encrypted in mutated(FIGURE_6)) {
        holds_its_promises(&plain);
        holds_its_promises(&encrypted);
    }
}
