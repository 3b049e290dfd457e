//! RP IDs, origins and models as an administrator writes them.

use secinfo_webauthn::{Aaguid, Origins, RpId};

#[test]
fn an_rp_id_is_a_domain_name_in_lower_case() {
    for right in [
        "localhost",
        "host.example",
        "a-b.c1.example",
        "xn--bcher-kva.example",
        "1.example",
    ] {
        assert_eq!(RpId::parse(right).unwrap().as_str(), right);
    }
    let label = "a".repeat(63);
    let long = [&*label; 4].join(".");
    assert!(RpId::parse(&long[2..]).is_ok());
    for wrong in [
        "",
        ".",
        "host.",
        ".host",
        "Host.example",
        "host_name.example",
        "-host.example",
        "host-.example",
        "host:9090",
        "https://host.example",
        "bücher.example",
        "192.0.2.1",
        "2001:db8::1",
        "[2001:db8::1]",
        "host.1",
        &long,
        &format!("{label}a"),
    ] {
        assert!(RpId::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_imported_rp_id_is_any_text_without_blanks() {
    for right in [
        "pam://host",
        "host.example",
        "https://host.example/app-id.json",
    ] {
        let rp_id = RpId::imported(right).unwrap();
        assert_eq!(rp_id.local_origin(), format!("secinfo://{right}"));
    }
    for wrong in [
        "",
        "pam://ho st",
        "pam://höst",
        "pam://host\n",
        &"a".repeat(254),
    ] {
        assert!(RpId::imported(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn origins_are_written_as_browsers_write_them() {
    let right = [
        "https://host.example",
        "https://host.example:9090",
        "http://localhost",
        "http://localhost:9090",
        "https://host.example:80",
    ];
    let origins = Origins::parse(&right).unwrap();
    assert!(origins.iter().eq(right));
    for wrong in [
        "",
        "host.example",
        "https://",
        "https://host.example/",
        "https://host.example/path",
        "https://Host.example",
        "https://192.0.2.1",
        "https://host.example:443",
        "https://host.example:",
        "https://host.example:0",
        "https://host.example:09090",
        "https://host.example:65536",
        "https://host.example:+90",
        "https://user@host.example",
        "http://host.example",
        "http://localhost:80",
        "http://localhost.example",
        "secinfo://host.example",
        "*",
    ] {
        assert!(Origins::parse(&[right[0], wrong]).is_err(), "{wrong}");
    }
}

#[test]
fn the_pages_of_a_host_are_its_own_and_cockpits() {
    let origins = Origins::of_host(&RpId::parse("host.example").unwrap());
    assert!(
        origins
            .iter()
            .eq(["https://host.example", "https://host.example:9090"])
    );
}

#[test]
fn a_model_is_written_in_five_groups() {
    let text = "cb69481e-8ff7-4039-93ec-0a2729a154a8";
    let aaguid: Aaguid = text.parse().unwrap();
    assert_eq!(aaguid.to_string(), text);
    assert_eq!(text.to_uppercase().parse(), Ok(aaguid));
    for wrong in [
        "",
        "cb69481e8ff7403993ec0a2729a154a8",
        "cb69481e-8ff7-4039-93ec-0a2729a154a",
        "cb69481-e8ff7-4039-93ec-0a2729a154a8",
        "cb69481e-8ff7-4039-93ec-0a2729a154ag",
        "{cb69481e-8ff7-4039-93ec-0a2729a154a8}",
    ] {
        assert!(wrong.parse::<Aaguid>().is_err(), "{wrong}");
    }
}
