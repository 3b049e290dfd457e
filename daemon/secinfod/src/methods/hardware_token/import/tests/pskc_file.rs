//! PSKC files (RFC 6030).

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

/// The token of figures 6 and 7, which differ in how it is encrypted, and nothing else.
fn expect_the_encrypted_token(import: &Import) {
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
fn rfc_6030_figure_6() {
    let import = imported_with(FIGURE_6, Some(&figure_6_key()));
    expect_the_encrypted_token(&import);
}

#[test]
fn encryption_that_does_not_fit_is_refused() {
    assert!(refused(FIGURE_6, None).contains("\"Pre-shared-key\""));
    let wrong = pre_shared("00345678901234567890123456789012");
    let told = refused(FIGURE_6, Some(&wrong));
    assert!(told.contains("the pre-shared key is wrong"), "{told}");
    let too_long = pre_shared("123456789012345678901234567890121234567890123456");
    assert!(refused(FIGURE_6, Some(&too_long)).contains("128 bits"));
    let key = figure_6_key();
    let altered = FIGURE_6.replace("AAECAwQFBgcICQoLDA0OD", "AAECAwQFBgcICQoLDA0PD");
    assert!(refused(&altered, Some(&key)).contains("or the file was altered"));
    let without_mac = FIGURE_6.replace("ValueMAC", "Extension");
    assert!(problem_with(&without_mac, Some(&key)).contains("has no MAC"));
    let other_cipher = FIGURE_6.replace("aes128-cbc", "tripledes-cbc");
    assert!(refused(&other_cipher, Some(&key)).contains("aes128-cbc"));
    let other_mac = FIGURE_6.replace("hmac-sha1", "hmac-md5");
    assert!(refused(&other_mac, Some(&key)).contains("hmac-sha256"));
    let unnamed = FIGURE_6.replace("EncryptionKey", "Extension");
    assert!(problem_with(&unnamed, Some(&key)).contains("no EncryptionKey"));
}

#[test]
fn rfc_6030_figure_7() {
    let import = imported_with(FIGURE_7, Some(&passphrase("qwerty")));
    expect_the_encrypted_token(&import);
    // Programs write the parameters in the namespace of PKCS #5, and say the length of the key only if
    // they must.
    let named = FIGURE_7
        .replace("Salt>", "pkcs5:Salt>")
        .replace("Specified>", "pkcs5:Specified>")
        .replace("IterationCount>", "pkcs5:IterationCount>")
        .replace("<KeyLength>16</KeyLength>", "");
    let import = imported_with(&named, Some(&passphrase("qwerty")));
    assert_eq!(import.tokens.len(), 1);
}

#[test]
fn a_passphrase_that_is_wrong_or_missing_is_said_once_for_the_file() {
    for wrong in ["Qwerty", "", "qwerty "] {
        let told = refused(FIGURE_7, Some(&passphrase(wrong)));
        assert!(told.contains("the passphrase is wrong"), "{told}");
    }
    assert!(
        refused(FIGURE_7, None).contains("the passphrase that the file calls \"My Password 1\"")
    );
    assert!(refused(FIGURE_7, Some(&figure_6_key())).contains("leave out the key"));
    assert!(refused(FIGURE_6, Some(&passphrase("qwerty"))).contains("give the pre-shared key"));
    let certificate = FIGURE_6.replace("KeyName", "X509Data");
    assert!(refused(&certificate, Some(&figure_6_key())).contains("no certificate"));
}

/// One altered value says nothing about the passphrase, if it opens another.
#[test]
fn of_an_altered_value_only_its_key_is_left_out() {
    let (head, package) = FIGURE_7.split_once("<pskc:KeyPackage>").unwrap();
    let (package, end) = package.split_once("</pskc:KeyPackage>").unwrap();
    let altered = package
        .replace("987654321", "987654322")
        .replace("oTvo+S22", "oTvo+S23");
    let file = format!(
        "{head}<pskc:KeyPackage>{package}</pskc:KeyPackage><pskc:KeyPackage>{altered}</pskc:KeyPackage>{end}"
    );
    let import = imported_with(&file, Some(&passphrase("qwerty")));
    assert_eq!((import.tokens.len(), import.problems.len()), (1, 1));
    assert!(
        import.problems[0]
            .to_string()
            .contains("ValueMAC does not fit")
    );
}

#[test]
fn how_a_key_is_derived_has_its_bounds() {
    for (from, to, what) in [
        (
            "<IterationCount>1000<",
            "<IterationCount>5000001<",
            "is not 1 to 5000000",
        ),
        (
            "<IterationCount>1000<",
            "<IterationCount>0<",
            "is not 1 to 5000000",
        ),
        (
            "<IterationCount>1000<",
            "<IterationCount>-1<",
            "is not 1 to 5000000",
        ),
        ("<KeyLength>16<", "<KeyLength>20<", "16, 24 and 32"),
        ("Ej7/PEpyEpw=", "?", "Salt"),
        ("#pbkdf2", "#pbkdf1", "PBKDF2 is"),
        (
            "<PRF/>",
            "<PRF Algorithm=\"urn:x#hmac-md5\"/>",
            "hmac-sha512",
        ),
        (
            "<PRF/>",
            "<PRF Algorithm=\"urn:x#hmac-sha256\"/>",
            "the passphrase is wrong",
        ),
        ("<KeyLength>16<", "<KeyLength>32<", "makes one of 256"),
    ] {
        let told = refused(&FIGURE_7.replace(from, to), Some(&passphrase("qwerty")));
        assert!(told.contains(what), "{told}");
    }
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
    let data = |name: &str, value: &str| totp_file("", &format!("<p:{name}>{value}</p:{name}>"));
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
    let valid =
        "<StartDate>2012-08-01T00:00:00Z</StartDate><ExpiryDate>2037-12-31T00:00:00</ExpiryDate>";
    assert_eq!(imported(&with_policy(valid)).tokens.len(), 1);
}

#[test]
fn a_serial_number_that_comes_twice_is_imported_once() {
    let one = totp_file("", "");
    let package = &one[one.find("<p:KeyPackage>").unwrap()..one.find("</p:KeyContainer>").unwrap()];
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

#[test]
fn a_secret_in_another_encoding_is_refused() {
    let with = |secret: &str| totp_file("", "").replacen("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", secret, 1);
    assert_eq!(
        imported(&with("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=")).tokens.len(),
        1
    );
    for secret in ["3132333435363738393031323334353637383930", BASE32] {
        let problem = problem(&with(secret));
        assert!(problem.contains("PSKC has base64"), "{problem}");
        assert!(!problem.contains(secret));
    }
}

#[test]
fn each_key_of_a_device_with_several_is_imported() {
    let one = totp_file("", "");
    let package = &one[one.find("<p:KeyPackage>").unwrap()..one.find("</p:KeyContainer>").unwrap()];
    let second = package.replace("\"k1\"", "\"k2\"");
    let import = imported(&one.replace(package, &format!("{package}{second}")));
    assert_eq!(import.problems, []);
    let serials: Vec<_> = import
        .tokens
        .iter()
        .map(|token| token.serial.as_str())
        .collect();
    assert_eq!(serials, ["Z1:k1", "Z1:k2"]);
}

#[test]
fn a_user_is_named_by_the_key_or_by_its_device() {
    let one = totp_file("", "");
    let user = |file: &str| {
        imported(file).tokens[0]
            .user
            .clone()
            .map(|user| user.as_str().to_owned())
    };
    assert_eq!(user(&one), None);
    let of_key = one.replacen(
        "</p:Key>",
        "<p:UserId>UID=jsmith,DC=example</p:UserId></p:Key>",
        1,
    );
    assert_eq!(user(&of_key).as_deref(), Some("jsmith"));
    let of_device = one.replacen(
        "</p:DeviceInfo>",
        "<p:UserId>alice</p:UserId></p:DeviceInfo>",
        1,
    );
    assert_eq!(user(&of_device).as_deref(), Some("alice"));
    let other = one.replacen("</p:Key>", "<p:UserId>OU=People</p:UserId></p:Key>", 1);
    assert!(problem(&other).contains("names no account"));
}

/// As `privacyidea-token-janitor` exports: all names in lower case, the hash as an attribute, the
/// drift in seconds.
#[test]
fn an_export_of_privacyidea_is_read() {
    let file = r#"<keycontainer version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"
        xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">
        <keypackage><deviceinfo><manufacturer>desk</manufacturer><serialno>TOTP1</serialno></deviceinfo>
        <key algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp" id="TOTP1"><issuer>privacyIDEA</issuer>
        <algorithmparameters><responseformat encoding="DECIMAL" length="8"></responseformat>
        <suite hashalgo="sha256"></suite></algorithmparameters>
        <data><secret><plainvalue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</plainvalue></secret>
        <time><plainvalue>0</plainvalue></time><timeinterval><plainvalue>60</plainvalue></timeinterval>
        <counter><plainvalue>47</plainvalue></counter><timedrift><plainvalue>-125.5</plainvalue></timedrift>
        </data></key></keypackage></keycontainer>"#;
    let import = imported(file);
    assert_eq!(import.problems, []);
    let token = &import.tokens[0];
    assert_eq!(token.parameters, totp(Algorithm::Sha256, Digits::Eight, 60));
    assert_eq!((token.serial.as_str(), token.drift), ("TOTP1", -2));
    assert_eq!(imported(&file.replace("-125.5", "None")).tokens[0].drift, 0);
}
