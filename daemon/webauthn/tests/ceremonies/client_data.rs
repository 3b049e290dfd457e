//! Client data: ceremony, challenge, origin and form.

use crate::forgery::{
    CHALLENGE, Given, Host, LOCAL, Made, ORIGIN, Pair, client_data, known, wrong,
};
use data_encoding::BASE64URL_NOPAD;
use secinfo_webauthn::Origins;
use serde_json::json;

fn asserted(client_data: &str) -> &'static str {
    let given = Given {
        client_data: client_data.as_bytes().to_vec(),
        ..Given::right()
    };
    given.wrong(&Pair::es256())
}

fn accepted_from(host: &Host, origin: &str) -> bool {
    let pair = Pair::ed_dsa();
    let given = Given {
        client_data: client_data("webauthn.get", origin).into_bytes(),
        ..Given::right()
    };
    let made = Made {
        client_data: client_data("webauthn.create", origin).into_bytes(),
        ..Made::by(&pair)
    };
    let asserted = host.assert(&[known(&pair)], &given.json(&pair)).is_ok();
    assert_eq!(host.register(&made.json()).is_ok(), asserted, "{origin}");
    asserted
}

#[test]
fn client_data_of_the_other_ceremony_is_refused() {
    let other = "the client data is of the other ceremony";
    assert_eq!(asserted(&client_data("webauthn.create", ORIGIN)), other);
    let made = Made {
        client_data: client_data("webauthn.get", ORIGIN).into_bytes(),
        ..Made::by(&Pair::es256())
    };
    assert_eq!(made.wrong(), other);
}

#[test]
fn a_challenge_with_any_bit_changed_is_refused() {
    let pair = Pair::ed_dsa();
    let (made, given) = (Made::by(&pair).json(), Given::right().json(&pair));
    for bit in 0..256 {
        let mut challenge = CHALLENGE;
        challenge[bit / 8] ^= 1 << (bit % 8);
        let host = Host {
            challenge,
            ..Host::default()
        };
        assert_eq!(wrong(host.register(&made)), "the challenge is another");
        let asserted = host.assert(&[known(&pair)], &given);
        assert_eq!(wrong(asserted), "the challenge is another");
    }
}

#[test]
fn the_challenge_of_another_session_is_refused() {
    let pair = Pair::es256();
    let host = Host {
        challenge: [8; 32],
        ..Host::default()
    };
    let asserted = host.assert(&[known(&pair)], &Given::right().json(&pair));
    assert_eq!(wrong(asserted), "the challenge is another");
}

#[test]
fn a_challenge_in_another_spelling_is_refused() {
    let challenge = BASE64URL_NOPAD.encode(&CHALLENGE);
    for other in [
        format!("{challenge}="),
        format!("{challenge}A"),
        String::new(),
    ] {
        let data = json!({"type": "webauthn.get", "challenge": other, "origin": ORIGIN});
        assert_eq!(asserted(&data.to_string()), "the challenge is another");
    }
}

#[test]
fn only_the_listed_origins_and_the_local_one_are_accepted() {
    let host = Host::default();
    for origin in [ORIGIN, "https://host.example:9090", LOCAL] {
        assert!(accepted_from(&host, origin), "{origin}");
    }
    for origin in [
        "https://host.example.evil.example",
        "https://evil-host.example",
        "https://www.host.example",
        "https://example",
        "http://host.example",
        "https://host.example:443",
        "https://host.example:9091",
        "https://host.example:90900",
        "https://host.example/",
        "https://host.example.",
        "https://HOST.example",
        "https://user@host.example",
        "secinfo://other.example",
        "secinfo://host.example/",
        "android:apk-key-hash:host.example",
        "null",
        "",
    ] {
        assert!(!accepted_from(&host, origin), "{origin}");
    }
}

#[test]
fn a_session_of_the_daemon_itself_accepts_the_local_origin_only() {
    let host = Host {
        origins: None,
        ..Host::default()
    };
    assert!(accepted_from(&host, LOCAL));
    assert!(!accepted_from(&host, ORIGIN));
    let host = Host {
        origins: Some(Origins::default()),
        ..Host::default()
    };
    assert!(accepted_from(&host, LOCAL));
    assert!(!accepted_from(&host, ORIGIN));
}

#[test]
fn a_client_in_a_frame_of_another_origin_is_refused() {
    let challenge = BASE64URL_NOPAD.encode(&CHALLENGE);
    let with = |name: &str, value: serde_json::Value| {
        let mut data = json!({"type": "webauthn.get", "challenge": challenge, "origin": ORIGIN});
        data[name] = value;
        data.to_string()
    };
    let framed = "the client is in a frame of another origin";
    assert_eq!(asserted(&with("crossOrigin", true.into())), framed);
    assert_eq!(asserted(&with("topOrigin", ORIGIN.into())), framed);
    assert_eq!(
        asserted(&with("topOrigin", "https://evil.example".into())),
        framed
    );
    assert_eq!(asserted(&with("topOrigin", json!(null))), framed);
    assert_eq!(
        asserted(&with("crossOrigin", "true".into())),
        "the client data is malformed"
    );
}

#[test]
fn client_data_with_a_member_twice_is_refused() {
    let right = client_data("webauthn.get", ORIGIN);
    let inner = right.strip_prefix('{').unwrap();
    for twice in [
        r#""type":"webauthn.get","#,
        r#""origin":"https://evil.example","#,
        r#""challenge":"","#,
        r#""crossOrigin":false,"#,
        r#""unknown":1,"unknown":1,"#,
        // The same name in another spelling.
        r#""or\u0069gin":"https://evil.example","#,
    ] {
        assert_eq!(
            asserted(&format!("{{{twice}{inner}")),
            "the client data is malformed",
            "{twice}"
        );
    }
}

#[test]
fn client_data_that_is_no_json_in_utf_8_is_refused() {
    let right = client_data("webauthn.get", ORIGIN);
    let inner = &right[..right.len() - 1];
    for malformed in [
        "",
        "[]",
        inner,
        &format!("{right}{{}}"),
        &format!("\u{feff}{right}"),
        &right.replace("origin", "Origin"),
    ] {
        assert_eq!(asserted(malformed), "the client data is malformed");
    }
    let given = Given {
        client_data: [inner.as_bytes(), b",\"unknown\":\"\xff\"}"].concat(),
        ..Given::right()
    };
    assert_eq!(given.wrong(&Pair::es256()), "the client data is not UTF-8");
}

#[test]
fn unknown_members_are_ignored_up_to_four_kibibytes() {
    let right = client_data("webauthn.get", ORIGIN);
    let inner = &right[..right.len() - 1];
    let of_length = |length: usize| {
        let empty = format!("{inner},\"future\":\"\"}}").len();
        format!("{inner},\"future\":\"{}\"}}", "x".repeat(length - empty))
    };
    let pair = Pair::es256();
    let given = Given {
        client_data: of_length(4096).into_bytes(),
        ..Given::right()
    };
    let host = Host::default();
    assert!(host.assert(&[known(&pair)], &given.json(&pair)).is_ok());
    assert_eq!(asserted(&of_length(4097)), "the client data is too long");
}
