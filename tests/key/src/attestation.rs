//! What an authenticator says of its own making.

use crate::cbor::named;
use crate::credential::{Algorithm, Credential, Signer, random};
use ciborium::Value;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair,
};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use std::sync::Arc;

/// `id-fido-gen-ce-aaguid`: the extension that names the model in a certificate.
const AAGUID_EXTENSION: [u64; 10] = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];

/// What an authenticator says of its own making in a registration.
#[derive(Clone, Default)]
pub enum Attestation {
    /// Nothing.
    #[default]
    None,
    /// `packed`, signed by the credential itself.
    Itself,
    /// `packed`, signed by its maker.
    Maker(Model),
}

/// A model of authenticators, whose maker vouches for each.
#[derive(Clone)]
pub struct Model(Arc<Certified>);

struct Certified {
    aaguid: [u8; 16],
    root: String,
    certificate: Vec<u8>,
    pkcs8: Vec<u8>,
}

impl Model {
    /// A model of a maker who has nothing else.
    pub fn new() -> Self {
        Self::naming(random())
    }

    /// A model whose certificate names this model.
    pub fn naming(aaguid: [u8; 16]) -> Self {
        let mut maker = CertificateParams::default();
        maker.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        maker.distinguished_name.push(DnType::CommonName, "Maker");
        let maker = CertifiedIssuer::self_signed(maker, KeyPair::generate().unwrap()).unwrap();

        let mut params = CertificateParams::default();
        let name = &mut params.distinguished_name;
        name.push(DnType::CountryName, "AT");
        name.push(DnType::OrganizationName, "Maker");
        name.push(DnType::OrganizationalUnitName, "Authenticator Attestation");
        name.push(DnType::CommonName, "Key");
        params.is_ca = IsCa::ExplicitNoCa;
        let content = [&[0x04, 0x10][..], &aaguid].concat();
        let oid = &AAGUID_EXTENSION;
        params
            .custom_extensions
            .push(CustomExtension::from_oid_content(oid, content));
        let pair = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&pair, &maker).unwrap();
        Self(Arc::new(Certified {
            aaguid,
            root: maker.pem(),
            certificate: certificate.der().to_vec(),
            pkcs8: pair.serialize_der(),
        }))
    }

    /// The model's number.
    pub fn aaguid(&self) -> [u8; 16] {
        self.0.aaguid
    }

    /// The maker's certificate, in PEM.
    pub fn root(&self) -> &str {
        &self.0.root
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let curve = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pair = EcdsaKeyPair::from_pkcs8(curve, &self.0.pkcs8, &random).unwrap();
        pair.sign(&random, message).unwrap().as_ref().to_vec()
    }
}

impl Default for Model {
    fn default() -> Self {
        Self::new()
    }
}

impl Attestation {
    /// The format and the statement.
    pub(crate) fn statement(
        &self,
        credential: &Credential,
        data: &[u8],
        client_data_hash: &[u8],
    ) -> (&'static str, Value) {
        let signed = [data, client_data_hash].concat();
        let by = |algorithm: Algorithm, signature| {
            [
                ("alg", algorithm.number().into()),
                ("sig", Value::Bytes(signature)),
            ]
        };
        match self {
            Self::None => ("none", Value::Map(Vec::new())),
            Self::Itself => {
                let Signer { algorithm, .. } = credential.signer;
                (
                    "packed",
                    named(by(algorithm, credential.signer.sign(&signed))),
                )
            }
            Self::Maker(model) => {
                let [alg, sig] = by(Algorithm::Es256, model.sign(&signed));
                let chain = Value::Array(vec![Value::Bytes(model.0.certificate.clone())]);
                ("packed", named([alg, sig, ("x5c", chain)]))
            }
        }
    }
}
