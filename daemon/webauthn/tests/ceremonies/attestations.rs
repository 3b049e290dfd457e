//! What keys show of themselves, and what a host asks of it.

use crate::forgery::{AAGUID, Host, Made, NOW, Pair, Signed, named};
use ciborium::Value;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519, date_time_ymd,
};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use secinfo_webauthn::{Aaguid, Attestation, Error, NotAllowed, Root};
use std::collections::BTreeSet;

const MODEL_EXTENSION: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

/// A maker of keys, and the certificate and key of one of its models.
struct Maker {
    root: String,
    chain: Vec<Vec<u8>>,
    key: KeyPair,
}

fn model_extension(aaguid: &[u8]) -> CustomExtension {
    let length = u8::try_from(aaguid.len()).unwrap();
    let content = [&[4, length], aaguid].concat();
    CustomExtension::from_oid_content(&MODEL_EXTENSION, content)
}

fn params() -> CertificateParams {
    let mut params = CertificateParams::default();
    let name = &mut params.distinguished_name;
    name.push(DnType::CountryName, "AT");
    name.push(DnType::OrganizationName, "Maker");
    name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
    name.push(DnType::CommonName, "Key");
    params.is_ca = IsCa::ExplicitNoCa;
    params.custom_extensions.push(model_extension(&AAGUID));
    params
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

impl Maker {
    fn new() -> Self {
        Self::with(&params())
    }

    fn with(params: &CertificateParams) -> Self {
        let root =
            CertifiedIssuer::self_signed(authority("Root"), KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let own = params.signed_by(&key, &root).unwrap();
        Self {
            root: root.pem(),
            chain: vec![own.der().to_vec()],
            key,
        }
    }

    /// With a certificate between its own and the root.
    fn with_two_certificates() -> Self {
        let root =
            CertifiedIssuer::self_signed(authority("Root"), KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let between = CertifiedIssuer::signed_by(authority("Between"), key, &root).unwrap();
        let key = KeyPair::generate().unwrap();
        let own = params().signed_by(&key, &between).unwrap();
        Self {
            root: root.pem(),
            chain: vec![own.der().to_vec(), between.der().to_vec()],
            key,
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let (curve, random) = (&ECDSA_P256_SHA256_ASN1_SIGNING, SystemRandom::new());
        let pair = EcdsaKeyPair::from_pkcs8(curve, &self.key.serialize_der(), &random).unwrap();
        pair.sign(&random, message).unwrap().as_ref().to_vec()
    }

    fn x5c(&self) -> Value {
        Value::Array(self.chain.iter().cloned().map(Value::Bytes).collect())
    }

    /// A registration in the packed format, by this maker.
    fn packed(self, pair: &Pair) -> Made {
        let mut made = Made::by(pair);
        made.format = "packed";
        made.statement = Box::new(move |signed| {
            named([
                ("alg", (-7).into()),
                ("sig", Value::Bytes(self.sign(&signed.message()))),
                ("x5c", self.x5c()),
            ])
        });
        made
    }
}

fn required(root: &str) -> Host {
    Host {
        attestation: Attestation::Required {
            roots: Root::read_pem(root.as_bytes()).unwrap(),
            models: None,
        },
        ..Host::default()
    }
}

fn not_allowed(why: NotAllowed) -> Error {
    Error::KeyNotAllowed(why)
}

#[test]
fn a_key_is_attested_where_a_root_vouches_for_its_maker() {
    for maker in [Maker::new(), Maker::with_two_certificates()] {
        let host = required(&maker.root);
        let json = maker.packed(&Pair::es256()).json();
        assert!(host.register(&json).unwrap().attested);
        // Where nothing is required, nothing is said of it.
        assert!(!Host::default().register(&json).unwrap().attested);
        let host = required(&Maker::new().root);
        assert_eq!(
            host.register(&json),
            Err(not_allowed(NotAllowed::UnknownRoot))
        );
    }
}

#[test]
fn a_root_can_be_the_certificate_of_the_model_itself() {
    let mut own = params();
    own.is_ca = IsCa::ExplicitNoCa;
    let key = KeyPair::generate().unwrap();
    let certificate = own.self_signed(&key).unwrap();
    let maker = Maker {
        root: certificate.pem(),
        chain: vec![certificate.der().to_vec()],
        key,
    };
    let host = required(&maker.root);
    let json = maker.packed(&Pair::es256()).json();
    assert!(host.register(&json).unwrap().attested);
}

#[test]
fn only_the_models_of_the_list_are_taken() {
    let maker = Maker::new();
    let roots = Root::read_pem(maker.root.as_bytes()).unwrap();
    let json = maker.packed(&Pair::es256()).json();
    let host = |models: &[[u8; 16]]| Host {
        attestation: Attestation::Required {
            roots: roots.clone(),
            models: Some(models.iter().copied().map(Aaguid).collect::<BTreeSet<_>>()),
        },
        ..Host::default()
    };
    assert!(host(&[[0; 16], AAGUID]).register(&json).is_ok());
    let refusal = not_allowed(NotAllowed::Model(Aaguid(AAGUID)));
    assert_eq!(host(&[[0; 16]]).register(&json), Err(refusal.clone()));
    assert_eq!(host(&[]).register(&json), Err(refusal));
}

#[test]
fn keys_that_attest_nothing_or_themselves_are_refused_where_a_root_is_required() {
    let host = required(&Maker::new().root);
    let pair = Pair::es256();
    let refusal = Err(not_allowed(NotAllowed::NotAttested));
    assert_eq!(host.register(&Made::by(&pair).json()), refusal);
    assert_eq!(host.register(&by_itself(Pair::es256()).json()), refusal);
}

#[test]
fn a_certificate_is_valid_for_its_time_only() {
    let mut params = params();
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2027, 1, 1);
    let maker = Maker::with(&params);
    let year = 365 * 24 * 60 * 60;
    let at = |now| Host {
        now,
        ..required(&maker.root)
    };
    let (right, early, late) = (at(NOW), at(NOW - 2 * year), at(NOW + 2 * year));
    let json = maker.packed(&Pair::es256()).json();
    assert!(right.register(&json).is_ok());
    for host in [early, late] {
        assert_eq!(
            host.register(&json),
            Err(not_allowed(NotAllowed::UnknownRoot))
        );
    }
}

/// A registration in the packed format, by the credential itself.
fn by_itself(pair: Pair) -> Made {
    let mut made = Made::by(&pair);
    made.format = "packed";
    made.statement = Box::new(move |signed| {
        named([
            ("alg", pair.algorithm().into()),
            ("sig", Value::Bytes(pair.sign(&signed.message()))),
        ])
    });
    made
}

#[test]
fn a_credential_attests_itself_with_its_own_key_and_algorithm() {
    for pair in [Pair::es256(), Pair::ed_dsa()] {
        assert!(by_itself(pair).verify().is_ok());
    }
    let (pair, other) = (Pair::es256(), Pair::es256());
    let mut made = by_itself(pair);
    made.statement = Box::new(move |signed| {
        named([
            ("alg", (-7).into()),
            ("sig", Value::Bytes(other.sign(&signed.message()))),
        ])
    });
    assert_eq!(made.wrong(), "the signature is not of this public key");

    let pair = Pair::es256();
    let signing = by_itself(pair);
    let mut made = Made::by(&Pair::es256());
    made.public_key.clone_from(&signing.public_key);
    made.format = "packed";
    made.statement = Box::new(move |signed| {
        let Value::Map(mut members) = (signing.statement)(signed) else {
            panic!("it is a map");
        };
        members[0].1 = (-8).into();
        Value::Map(members)
    });
    assert_eq!(
        made.wrong(),
        "the packed statement is of another algorithm than the credential"
    );
}

#[test]
fn an_unknown_format_is_refused() {
    for format in [
        "tpm",
        "android-key",
        "android-safetynet",
        "apple",
        "compound",
        "",
        "Packed",
    ] {
        let mut made = Made::by(&Pair::es256());
        made.format = format;
        assert_eq!(
            made.wrong(),
            "the attestation is of a format that is not used"
        );
    }
}

#[test]
fn a_statement_beside_the_format_none_is_refused() {
    let mut made = by_itself(Pair::es256());
    made.format = "none";
    assert_eq!(
        made.wrong(),
        "there is a statement, and its format says that there is none"
    );
}

#[test]
fn a_packed_statement_of_another_form_is_refused() {
    let wrong_of = |statement: Box<dyn Fn(&Signed) -> Value>| {
        let mut made = Made::by(&Pair::es256());
        made.format = "packed";
        made.statement = statement;
        made.wrong()
    };
    let signature = || ("sig", Value::Bytes(vec![0; 70]));
    let malformed = "the packed statement is malformed";
    assert_eq!(wrong_of(Box::new(|_| named([]))), malformed);
    assert_eq!(wrong_of(Box::new(move |_| named([signature()]))), malformed);
    assert_eq!(
        wrong_of(Box::new(move |_| named([
            ("alg", "ES256".into()),
            signature()
        ]))),
        malformed
    );
    assert_eq!(
        wrong_of(Box::new(move |_| named([
            ("alg", (-37).into()),
            signature()
        ]))),
        "the packed statement is of an algorithm that is not used"
    );
    assert_eq!(
        wrong_of(Box::new(move |_| named([
            ("alg", (-7).into()),
            signature(),
            ("ecdaaKeyId", Value::Bytes(vec![0; 32])),
        ]))),
        "the packed statement has members that are not used"
    );
    for x5c in [
        Value::Array(Vec::new()),
        Value::Array(vec![1.into()]),
        Value::Bytes(vec![0; 4]),
    ] {
        assert_eq!(
            wrong_of(Box::new(move |_| named([
                ("alg", (-7).into()),
                signature(),
                ("x5c", x5c.clone()),
            ]))),
            "the certificates of the attestation are malformed"
        );
    }
    assert_eq!(
        wrong_of(Box::new(move |_| named([
            ("alg", (-7).into()),
            signature(),
            ("x5c", Value::Array(vec![Value::Bytes(vec![0x30, 0])])),
        ]))),
        "the certificate of the attestation is malformed"
    );
}

#[test]
fn a_packed_statement_that_its_certificate_did_not_sign_is_refused() {
    let (maker, other) = (Maker::new(), Maker::new());
    let mut made = Made::by(&Pair::es256());
    made.format = "packed";
    made.statement = Box::new(move |signed| {
        named([
            ("alg", (-7).into()),
            ("sig", Value::Bytes(other.sign(&signed.message()))),
            ("x5c", maker.x5c()),
        ])
    });
    let not_signed = "the signature is not of the certificate";
    assert_eq!(made.wrong(), not_signed);

    // The certificate's key is of another algorithm than the statement says.
    let mut maker = Maker::new();
    let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    maker.chain = vec![params().self_signed(&key).unwrap().der().to_vec()];
    assert_eq!(maker.packed(&Pair::es256()).wrong(), not_signed);
}

#[test]
fn a_certificate_of_another_model_is_refused() {
    let mut made = Maker::new().packed(&Pair::es256());
    made.aaguid = [0; 16];
    assert_eq!(
        made.wrong(),
        "the certificate is of another model than the key"
    );
}

#[test]
fn a_certificate_of_a_maker_with_one_model_need_not_name_it() {
    let mut params = params();
    params.custom_extensions.clear();
    assert!(Maker::with(&params).packed(&Pair::es256()).verify().is_ok());
}

#[test]
fn a_certificate_whose_model_is_malformed_is_refused() {
    let malformed = "the certificate of the attestation is malformed";
    for aaguid in [&AAGUID[..15], &[&AAGUID[..], &[0]].concat(), &[]] {
        let mut params = params();
        params.custom_extensions = vec![model_extension(aaguid)];
        assert_eq!(
            Maker::with(&params).packed(&Pair::es256()).wrong(),
            malformed
        );
    }
    let mut params = params();
    params.custom_extensions[0].set_criticality(true);
    assert_eq!(
        Maker::with(&params).packed(&Pair::es256()).wrong(),
        malformed
    );
}

#[test]
fn a_certificate_that_is_not_for_attestation_is_refused() {
    let refused = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = params();
        change(&mut params);
        assert_eq!(
            Maker::with(&params).packed(&Pair::es256()).wrong(),
            "the certificate is none of the packed attestation"
        );
    };
    refused(&|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    refused(&|params| params.is_ca = IsCa::NoCa);
    for missing in [
        DnType::CountryName,
        DnType::OrganizationName,
        DnType::OrganizationalUnitName,
        DnType::CommonName,
    ] {
        refused(&|params| {
            params.distinguished_name.remove(missing.clone());
        });
    }
    refused(&|params| {
        let unit = DnType::OrganizationalUnitName;
        params.distinguished_name.remove(unit.clone());
        params.distinguished_name.push(unit, "Web Servers");
    });
}

/// A registration in the format of U2F, by this maker.
fn u2f(maker: Maker, pair: &Pair) -> Made {
    let mut made = Made::by(pair);
    made.format = "fido-u2f";
    made.aaguid = [0; 16];
    let id = made.id.clone();
    let point: Vec<u8> = match pair {
        Pair::Es256(_) => {
            let members = pair.cose();
            let coordinate = |index: usize| members[index].1.as_bytes().unwrap().clone();
            [vec![4], coordinate(3), coordinate(4)].concat()
        }
        Pair::EdDsa(_) => vec![4; 65],
    };
    made.statement = Box::new(move |signed| {
        let message = [&[0], &signed.data[..32], &signed.hash, &id, &point].concat();
        named([
            ("sig", Value::Bytes(maker.sign(&message))),
            ("x5c", maker.x5c()),
        ])
    });
    made
}

#[test]
fn a_u2f_statement_is_verified_over_its_own_parts() {
    let maker = Maker::new();
    let host = required(&maker.root);
    let made = u2f(maker, &Pair::es256());
    assert!(host.register(&made.json()).unwrap().attested);
    assert_eq!(
        u2f(Maker::new(), &Pair::ed_dsa()).wrong(),
        "the U2F statement is on a public key that is not on P-256"
    );
    assert_eq!(
        u2f(Maker::with_two_certificates(), &Pair::es256()).wrong(),
        "the U2F statement has members or certificates that are not used"
    );
    let mut made = Maker::new().packed(&Pair::es256());
    made.format = "fido-u2f";
    assert_eq!(
        made.wrong(),
        "the U2F statement has members or certificates that are not used"
    );
    let (maker, other) = (Maker::new(), Maker::new());
    let mut made = u2f(Maker::new(), &Pair::es256());
    made.statement = Box::new(move |signed| {
        let signature = other.sign(&signed.message());
        named([("sig", Value::Bytes(signature)), ("x5c", maker.x5c())])
    });
    assert_eq!(made.wrong(), "the signature is not of the certificate");
}

#[test]
fn a_u2f_statement_vouches_for_no_model_because_it_does_not_sign_it() {
    let maker = Maker::new();
    let mut host = required(&maker.root);
    let Attestation::Required { models, .. } = &mut host.attestation else {
        panic!("it requires one");
    };
    let allowed = [7; 16];
    *models = Some([Aaguid(allowed)].into());
    let mut made = u2f(maker, &Pair::es256());
    made.aaguid = allowed;
    assert_eq!(
        host.register(&made.json()).unwrap_err(),
        not_allowed(NotAllowed::Model(Aaguid(allowed)))
    );
}

#[test]
fn roots_are_read_from_pem_and_nothing_else() {
    let root = Maker::new().root;
    let two = format!("a comment\n{root}\n{}", Maker::new().root);
    assert_eq!(Root::read_pem(two.as_bytes()).unwrap().len(), 2);
    let refused = |file: &[u8]| Root::read_pem(file).unwrap_err().to_string();
    assert_eq!(refused(b""), "there is no certificate in the file");
    assert_eq!(
        refused(KeyPair::generate().unwrap().serialize_pem().as_bytes()),
        "there is no certificate in the file"
    );
    let cut = root.replace("-----END", "");
    assert_eq!(refused(cut.as_bytes()), "the file is no PEM");
    let empty = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
    assert_eq!(
        refused(empty.as_bytes()),
        "a certificate in the file cannot be read"
    );
}

#[test]
fn the_certificate_of_a_model_vouches_for_no_other_where_it_is_a_root() {
    let trusted = CertifiedIssuer::self_signed(params(), KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let own = params().signed_by(&key, &trusted).unwrap();
    let maker = Maker {
        root: trusted.pem(),
        chain: vec![own.der().to_vec()],
        key,
    };
    let host = required(&maker.root);
    assert_eq!(
        host.register(&maker.packed(&Pair::es256()).json()),
        Err(not_allowed(NotAllowed::UnknownRoot))
    );
}
