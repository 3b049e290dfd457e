//! One file of each program, as it writes them, and what is wrong with others.

use super::*;
use crate::import::codes::Codes;
use proptest::prelude::*;

/// 12345678901234567890.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const BYTES: &[u8] = b"12345678901234567890";

fn read(text: &str) -> Export {
    Export::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn error(content: &[u8]) -> Unreadable {
    Export::read(content).err().expect("it cannot be read")
}

/// What an export says of each entry, if every secret is that of the tests.
fn told(export: &Export) -> Vec<String> {
    let entries = export.entries.iter().map(|entry| {
        assert_eq!(entry.secret.as_slice(), BYTES, "{}", entry.name());
        let codes = match entry.codes {
            Codes::ByTime(period) => format!("every {period} s"),
            Codes::ByCounter(next) => format!("next {next}"),
        };
        let (name, digits, algorithm) = (entry.name(), entry.digits, entry.algorithm);
        format!("{name}: {codes}, {digits} digits, {algorithm}")
    });
    let left_out = export.left_out.iter().map(ToString::to_string);
    entries.chain(left_out).collect()
}

#[test]
fn uris_are_read_as_apps_write_them() {
    let export = read(&format!(
        "My codes\n\
         otpauth://totp/Example:alice%40example.org?secret={SECRET}&issuer=Example&algorithm=SHA1&digits=6&period=30\r\n\
         OTPAUTH://HOTP/bob?counter=7&digits=8&algorithm=sha256&secret=gezd%20gnbv%20gy3t%20qojq%20gezd%20gnbv%20gy3t%20qojq\n\
         otpauth://totp/Big+Bank%3A%20carol?secret={SECRET}%3D%3D&period=60&image=x\n\
         otpauth://totp/dave?secret=9999\n\
         otpauth://totp/erin?secret={SECRET}&digits=7\n\
         otpauth://steam/Steam:frank?secret={SECRET}\n\
         otpauth://totp/grace?secret={SECRET}&period=x\n\
         https://example.org/\n"
    ));
    assert_eq!(
        told(&export),
        [
            "Example (alice@example.org): every 30 s, 6 digits, SHA1",
            "bob: next 7, 8 digits, SHA256",
            "Big Bank (carol): every 60 s, 6 digits, SHA1",
            "dave: its secret cannot be read",
            "erin: its codes have other than 6 or 8 digits",
            "Steam (frank): codes of the kind \"steam\" are not supported: TOTP and HOTP are",
            "line 8: the URI cannot be read",
        ]
    );
}

#[test]
fn a_uri_is_found_wherever_it_stands_in_its_line() {
    let export = read(&format!(
        "\u{feff}Mail: otpauth://totp/Mail:max+work@example.org?secret={SECRET} (old)\r\n\
         \"otpauth://totp/CORP%5Cmax?secret={SECRET}\"\n\
         <a href='otpauth://totp/Max%20Muster?secret={SECRET}'>x</a>\n\
         \u{200b}otpauth://totp/Max Muster?secret={SECRET}\u{200b}\n\
         no otpauth here\n"
    ));
    assert_eq!(
        told(&export),
        [
            "Mail (max+work@example.org): every 30 s, 6 digits, SHA1",
            "CORP\\max: every 30 s, 6 digits, SHA1",
            "Max Muster: every 30 s, 6 digits, SHA1",
            "Max Muster: every 30 s, 6 digits, SHA1",
        ]
    );
}

#[test]
fn a_uri_that_was_copied_from_html_or_json_keeps_its_parameters() {
    for uri in [
        format!("otpauth://totp/alice?secret={SECRET}&amp;digits=8&amp;period=60"),
        format!("otpauth:\\/\\/totp\\/alice?secret={SECRET}\\u0026digits=8\\u0026period=60"),
        format!("  \"uri\": \"otpauth://totp/alice?secret={SECRET}\\u0026period=60&digits=8\","),
    ] {
        assert_eq!(
            told(&read(&uri)),
            ["alice: every 60 s, 8 digits, SHA1"],
            "{uri}"
        );
    }
}

#[test]
fn uris_within_the_json_of_other_programs_are_read() {
    let uri = |name: &str| format!("otpauth://totp/{name}?secret={SECRET}");
    let (alice, bob) = (uri("alice"), uri("bob"));
    for file in [
        format!(
            r#"{{"version":1,"entries":[{{"content":{{"uri":"{alice}"}}}},{{"content":{{"uri":"{bob}"}}}}]}}"#
        ),
        format!(r#"["{alice}", "{bob}"]"#),
        format!("{{\n \"codes\": [\n  \"{alice}\",\n  \"{bob}\"\n ]\n}}\n"),
    ] {
        let read = told(&read(&file));
        assert_eq!(read.len(), 2, "{file}");
        assert!(
            read[0].starts_with("alice: ") && read[1].starts_with("bob: "),
            "{read:?}"
        );
    }
    let encrypted = format!(r#"{{"encrypted":true,"items":[],"note":"{alice}"}}"#);
    assert_eq!(error(encrypted.as_bytes()), Unreadable::Encrypted);
}

#[test]
fn the_tables_of_password_managers_are_read() {
    let uri = format!("otpauth://totp/Example:alice?secret={SECRET}&period=60");
    let files = [
        format!(
            "\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\",\"TOTP\",\"Icon\",\"Last Modified\",\"Created\"\n\
             \"Root\",\"Bank\",\"alice\",\"hunter2\",\"\",\"two\nlines\",\"{uri}\",\"0\",\"\",\"\"\n\
             \"Root\",\"None\",\"alice\",\"hunter2\",\"\",\"\",\"\",\"0\",\"\",\"\"\n"
        ),
        format!(
            "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\r\n\
             ,,login,Bank,,,0,,alice,hunter2,{uri}\r\n\
             ,,login,Game,,,0,,alice,hunter2,steam://{SECRET}\r\n\
             ,,note,None,,,0,,,,\r\n"
        ),
        format!(
            "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\nBank,,alice,hunter2,{uri},false,false,,\n"
        ),
        format!(
            "url,username,password,totp,extra,name,grouping,fav\n,alice,hunter2,{SECRET},,Bank,,0\n"
        ),
        format!(
            "username,username2,username3,title,password,note,url,category,otpUrl\nalice,,,Bank,hunter2,,,,{uri}\n"
        ),
        format!(
            "type,name,url,email,username,password,note,totp\nlogin,Bank,,alice,,hunter2,,{uri}\n"
        ),
        format!("Title;Username;TOTP\nBank;alice;{uri}\n"),
    ];
    for file in files {
        let (mut told, utf_16) = (told(&read(&file)), {
            let units = file.encode_utf16().flat_map(u16::to_le_bytes);
            [b"\xff\xfe".to_vec(), units.collect()].concat()
        });
        let of_game =
            "Game (alice): codes of the kind \"steam\" are not supported: TOTP and HOTP are";
        told.retain(|line| line != of_game);
        let (name, period) = if file.contains("://") {
            ("Example", 60)
        } else {
            ("Bank", 30)
        };
        assert_eq!(
            told,
            [format!("{name} (alice): every {period} s, 6 digits, SHA1")],
            "{file}"
        );
        assert_eq!(
            Export::read(&utf_16).unwrap_or_default().entries.len(),
            1,
            "{file}"
        );
    }
    assert_eq!(error(b"Title,TOTP\nBank,\n"), Unreadable::NoneInTable);
    assert_eq!(
        error(b"Title,Password\nBank,hunter2\n"),
        Unreadable::Unknown
    );
}

/// A field of a protocol buffer: bytes, or a number below 128.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(value.len()).unwrap();
    [&[number << 3 | 2, length][..], value].concat()
}

fn account(name: &str, numbers: [(u8, u8); 4]) -> Vec<u8> {
    let mut message = [
        field(1, BYTES),
        field(2, name.as_bytes()),
        field(3, b"Example"),
    ]
    .concat();
    for (number, value) in numbers {
        message.extend([number << 3, value]);
    }
    field(1, &message)
}

fn migration(message: &[u8]) -> String {
    let data = data_encoding::BASE64.encode(message);
    let data = data
        .replace('+', "%2B")
        .replace('/', "%2F")
        .replace('=', "%3D");
    format!("otpauth-migration://offline?data={data}\n")
}

#[test]
fn the_export_of_google_authenticator_is_read() {
    let message = [
        account("Example:alice", [(4, 1), (5, 1), (6, 2), (7, 0)]),
        account("bob", [(4, 2), (5, 2), (6, 1), (7, 9)]),
        account("carol", [(4, 4), (5, 1), (6, 2), (7, 0)]),
        vec![2 << 3, 1, 3 << 3, 1, 4 << 3, 0],
    ]
    .concat();
    let expected = [
        "Example (alice): every 30 s, 6 digits, SHA1",
        "Example (bob): next 9, 8 digits, SHA256",
        "Example (carol): its hash \"MD5\" is none of SHA1, SHA256 and SHA512",
    ];
    assert_eq!(told(&read(&migration(&message))), expected);
    let plain = format!(
        "otpauth-migration://offline?data={}",
        data_encoding::BASE64_NOPAD.encode(&message)
    );
    assert_eq!(told(&read(&plain)), expected);
    // What stands before the place where it is cut.
    let cut = told(&read(&migration(&message[..message.len() - 1])));
    assert_eq!(
        cut.last().unwrap(),
        "line 1: the data of the export is damaged"
    );
    assert_eq!(
        told(&read("otpauth-migration://offline?data=%%%")),
        ["line 1: the data of the export cannot be read"]
    );
}

#[test]
fn an_export_of_several_pictures_needs_all_of_them() {
    let part = |name: &str, index| {
        let message = account(name, [(4, 1), (5, 1), (6, 2), (7, 0)]);
        migration(&[&message[..], &[3 << 3, 2, 4 << 3, index]].concat())
    };
    let one = told(&read(&part("alice", 0)));
    assert_eq!(one.len(), 2);
    assert!(one[1].starts_with("the export: it has 2 QR codes, and 1 are in the file"));
    assert_eq!(
        told(&read(&[part("alice", 0), part("bob", 1)].concat())).len(),
        2
    );
}

#[test]
fn the_exports_of_apps_in_json_are_read() {
    let aegis = format!(
        r#"{{"version":1,"header":{{"slots":null,"params":null}},"db":{{"version":3,"entries":[
        {{"type":"totp","uuid":"u","name":"alice","issuer":"Example","note":"","favorite":false,"icon":null,
          "info":{{"secret":"{SECRET}","algo":"SHA1","digits":6,"period":30}},"groups":[]}},
        {{"type":"hotp","name":"bob","issuer":"","info":{{"secret":"{SECRET}","algo":"SHA512","digits":8,"counter":3}}}},
        {{"type":"motp","name":"carol","issuer":"","info":{{"secret":"{SECRET}","algo":"MD5","digits":6,"period":10,"pin":"1"}}}}
        ],"groups":[]}}}}"#
    );
    assert_eq!(
        told(&read(&aegis)),
        [
            "Example (alice): every 30 s, 6 digits, SHA1",
            "bob: next 3, 8 digits, SHA512",
            "carol: codes of the kind \"motp\" are not supported: TOTP and HOTP are",
        ]
    );
    let and_otp = format!(
        r#"[{{"secret":"{SECRET}","issuer":"Example","label":"alice","digits":6,"type":"TOTP","algorithm":"SHA1",
        "thumbnail":"Default","last_used":0,"used_frequency":0,"period":30,"tags":[]}},
        {{"secret":"{SECRET}","label":"Old - bob","digits":6,"type":"HOTP","algorithm":"SHA1","counter":1}}]"#
    );
    assert_eq!(
        told(&read(&and_otp)),
        [
            "Example (alice): every 30 s, 6 digits, SHA1",
            "Old (bob): next 1, 6 digits, SHA1",
        ]
    );
    let two_fas = format!(
        r#"{{"services":[{{"name":"Example","secret":"{SECRET}","updatedAt":1,"otp":{{"label":"Example:alice",
        "account":"alice","issuer":"Example","digits":6,"period":30,"algorithm":"SHA1","tokenType":"TOTP","source":"Link"}},
        "order":{{"position":0}}}},{{"name":"Manual","secret":"{SECRET}","otp":{{"tokenType":"STEAM"}}}}],
        "groups":[],"schemaVersion":4}}"#
    );
    assert_eq!(
        told(&read(&two_fas)),
        [
            "Example (alice): every 30 s, 6 digits, SHA1",
            "Manual: codes of the kind \"STEAM\" are not supported: TOTP and HOTP are",
        ]
    );
    let signed: Vec<_> = BYTES
        .iter()
        .map(|byte| byte.cast_signed().to_string())
        .collect();
    let free_otp = format!(
        r#"{{"tokenOrder":["Example:alice"],"tokens":[{{"algo":"SHA1","counter":0,"digits":6,"issuerExt":"Example",
        "issuerInt":"Example","label":"alice","period":30,"secret":[{}],"type":"TOTP"}}]}}"#,
        signed.join(",")
    );
    assert_eq!(
        told(&read(&free_otp)),
        ["Example (alice): every 30 s, 6 digits, SHA1"]
    );
    let bitwarden = format!(
        r#"{{"encrypted":false,"folders":[],"items":[
        {{"type":1,"name":"Example","login":{{"username":"alice","password":"p","totp":"{SECRET}"}}}},
        {{"type":1,"name":"Bank","login":{{"username":"bob","totp":"otpauth://totp/Bank:bob?secret={SECRET}&digits=8"}}}},
        {{"type":1,"name":"Game","login":{{"username":"carol","totp":"steam://{SECRET}"}}}},
        {{"type":1,"name":"None","login":{{"username":"dave","totp":null}}}},
        {{"type":2,"name":"Note"}}]}}"#
    );
    assert_eq!(
        told(&read(&bitwarden)),
        [
            "Example (alice): every 30 s, 6 digits, SHA1",
            "Bank (bob): every 30 s, 8 digits, SHA1",
            "Game (carol): codes of the kind \"steam\" are not supported: TOTP and HOTP are",
        ]
    );
}

#[test]
fn the_fields_of_keepass_and_its_plugins_are_read() {
    let entry = |title: &str, fields: &[(&str, &str)]| {
        let fields = [&[("Title", title), ("UserName", "alice")], fields].concat();
        let fields: Vec<_> = fields
            .iter()
            .map(|(key, value)| {
                format!("<String><Key>{key}</Key><Value ProtectInMemory=\"True\">{value}</Value></String>")
            })
            .collect();
        fields.concat()
    };
    let hex = data_encoding::HEXUPPER.encode(BYTES);
    let base64 = data_encoding::BASE64.encode(BYTES);
    let uri = format!("otpauth://totp/X:bob?secret={SECRET}&amp;period=60&#38;digits=8");
    let old = entry("old", &[("otp", &uri)]);
    let entries = [
        entry("KeePassXC", &[("otp", &uri)]),
        entry(
            "KeeOtp",
            &[("otp", &format!("key={SECRET}&amp;step=60&amp;size=8"))],
        ),
        entry("Seed", &[("TOTP Seed", SECRET), ("TOTP Settings", "60;8")]),
        entry("Steam", &[("TOTP Seed", SECRET), ("TOTP Settings", "30;S")]),
        entry("Text", &[("TimeOtp-Secret", "12345678901234567890")]),
        entry(
            "Hex",
            &[
                ("TimeOtp-Secret-Hex", &hex),
                ("TimeOtp-Algorithm", "HMAC-SHA-512"),
            ],
        ),
        entry(
            "Base32",
            &[
                ("TimeOtp-Secret-Base32", SECRET),
                ("TimeOtp-Length", "8"),
                ("TimeOtp-Period", "60"),
            ],
        ),
        entry(
            "Base64",
            &[("HmacOtp-Secret-Base64", &base64), ("HmacOtp-Counter", "5")],
        ),
        entry("Wrong", &[("TimeOtp-Secret-Hex", "xyz")]),
        entry("Password", &[("Password", "p")]),
    ];
    let entries: Vec<_> = entries
        .iter()
        .map(|entry| {
            format!("<Entry><UUID>u</UUID>{entry}<History><Entry>{old}</Entry></History></Entry>")
        })
        .collect();
    let file = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<KeePassFile><Meta/><Root><Group><Name>a</Name>{}</Group></Root></KeePassFile>",
        entries.concat()
    );
    assert_eq!(
        told(&read(&file)),
        [
            "X (bob): every 60 s, 8 digits, SHA1",
            "KeeOtp (alice): every 60 s, 8 digits, SHA1",
            "Seed (alice): every 60 s, 8 digits, SHA1",
            "Text (alice): every 30 s, 6 digits, SHA1",
            "Hex (alice): every 30 s, 6 digits, SHA512",
            "Base32 (alice): every 60 s, 8 digits, SHA1",
            "Base64 (alice): next 5, 6 digits, SHA1",
            "Steam (alice): codes of the kind \"Steam\" are not supported: TOTP and HOTP are",
            "Wrong (alice): its secret cannot be read",
        ]
    );
}

#[test]
fn the_tokens_of_freeipa_are_read_with_their_owners() {
    let key = data_encoding::BASE64.encode(BYTES);
    let (first, rest) = key.split_at(10);
    let file = format!(
        "# extended LDIF\nversion: 1\n\ndn: ipatokenuniqueid=t1,cn=otp,dc=example\nobjectClass: top\nobjectClass: ipatoken\n\
         objectClass: ipatokentotp\nipatokenUniqueID: t1\nipatokenOwner: uid=alice,cn=users,dc=example\n\
         ipatokenOTPkey:: {first}\n {rest}\nipatokenOTPalgorithm: sha256\nipatokenOTPdigits: 8\nipatokenTOTPtimeStep: 60\n\n\
         dn: ipatokenuniqueid=t2\nobjectClass: ipatokenhotp\nipatokenUniqueID: t2\nipatokenOwner: UID = bob,cn=users\n\
         ipatokenOTPkey:: {key}\nipatokenHOTPcounter: 4\n\n\
         dn: ipatokenuniqueid=t3\nobjectClass: ipatokentotp\nipatokenUniqueID: t3\nipatokenOTPkey:: !\n\n\
         dn: ipatokenuniqueid=t4\nobjectClass: ipatokentotp\nipatokenUniqueID: t4\nipatokenDisabled: TRUE\nipatokenOTPkey:: {key}\n\n\
         dn: uid=alice\nobjectClass: person\n"
    );
    for file in [file.replace('\n', "\r\n"), file] {
        assert_eq!(
            told(&read(&file)),
            [
                "t1 (alice): every 60 s, 8 digits, SHA256",
                "t2 (bob): next 4, 6 digits, SHA1",
                "t3: its secret cannot be read",
                "t4: codes of the kind \"disabled\" are not supported: TOTP and HOTP are",
            ]
        );
    }
}

#[test]
fn what_is_no_plain_export_is_said() {
    for (content, expected) in [
        (
            &br#"{"version":1,"header":{"slots":[]},"db":"AAAA"}"#[..],
            Unreadable::Encrypted,
        ),
        (
            br#"{"services":[],"servicesEncrypted":"a:b:c","reference":"a"}"#,
            Unreadable::Encrypted,
        ),
        (
            br#"{"encrypted":true,"passwordProtected":true,"data":"x"}"#,
            Unreadable::Encrypted,
        ),
        (
            b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5",
            Unreadable::KeePassDatabase,
        ),
        (b"\x89PNG\r\n\x1a\n\xff", Unreadable::NoText),
        (b"", Unreadable::Unknown),
        (b"hello", Unreadable::Unknown),
        (b"{}", Unreadable::Unknown),
        (b"[]", Unreadable::Unknown),
        (b"<KeyContainer/>", Unreadable::Unknown),
        (b"<KeePassFile>", Unreadable::Damaged),
        (br#"{"db":{"entries":1}}"#, Unreadable::Damaged),
        (b"{", Unreadable::Damaged),
    ] {
        assert_eq!(
            error(content),
            expected,
            "{}",
            String::from_utf8_lossy(content)
        );
    }
    let laughs = "<!DOCTYPE a [<!ENTITY b \"ha\">]><KeePassFile>&b;</KeePassFile>";
    assert_eq!(error(laughs.as_bytes()), Unreadable::Damaged);
    let deep = format!("<KeePassFile>{}", "<Group>".repeat(200));
    assert_eq!(error(deep.as_bytes()), Unreadable::Damaged);
}

proptest! {
    #[test]
    fn no_content_panics(content in any::<Vec<u8>>()) {
        let _ = Export::read(&content);
    }

    #[test]
    fn no_message_panics(message in any::<Vec<u8>>()) {
        let _ = Export::read(migration(&message).as_bytes());
    }
}
