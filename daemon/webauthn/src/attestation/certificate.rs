//! The certificate of a security key's model.

use crate::{Aaguid, Algorithm, Error};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::EndEntityCert;
use webpki::ring::{ECDSA_P256_SHA256, ED25519, RSA_PKCS1_2048_8192_SHA256};
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::{
    OID_X509_COMMON_NAME, OID_X509_COUNTRY_NAME, OID_X509_ORGANIZATION_NAME,
    OID_X509_ORGANIZATIONAL_UNIT, Oid,
};
use x509_parser::prelude::FromDer;
use x509_parser::x509::X509Version;

/// The object identifier `id-fido-gen-ce-aaguid`, 1.3.6.1.4.1.45724.1.1.4, of the extension with the
/// AAGUID.
const MODEL: [u8; 11] = [0x2b, 6, 1, 4, 1, 0x82, 0xe5, 0x1c, 1, 1, 4];

/// The tag and length of an octet string with an AAGUID.
const OCTETS_OF_AAGUID: [u8; 2] = [4, 16];

/// A certificate.
pub(super) struct Certificate<'a> {
    der: &'a [u8],
    fields: X509Certificate<'a>,
}

impl<'a> Certificate<'a> {
    /// Reads a certificate.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, Error> {
        match X509Certificate::from_der(der) {
            Ok(([], fields)) => Ok(Self { der, fields }),
            _ => Err(malformed()),
        }
    }

    /// Refuses what is no certificate of the packed format, or of another model (WebAuthn Level 3
    /// section 8.2.1).
    pub(super) fn check_packed(&self, model: Aaguid) -> Result<(), Error> {
        let not_packed = Err(Error::WrongAssertion(
            "the certificate is none of the packed attestation",
        ));
        let is_named = self
            .only(&OID_X509_COUNTRY_NAME)
            .is_some_and(|country| country.len() == 2)
            && self.only(&OID_X509_ORGANIZATION_NAME).is_some()
            && self.only(&OID_X509_ORGANIZATIONAL_UNIT) == Some("Authenticator Attestation")
            && self.only(&OID_X509_COMMON_NAME).is_some();
        if self.fields.version() != X509Version::V3 || !is_named || !self.is_of_a_model() {
            return not_packed;
        }
        match self.model()? {
            Some(of_certificate) if of_certificate != model => Err(Error::WrongAssertion(
                "the certificate is of another model than the key",
            )),
            _ => Ok(()),
        }
    }

    /// Whether the certificate says that it vouches for no other.
    pub(super) fn is_of_a_model(&self) -> bool {
        let constraints = self.fields.basic_constraints();
        matches!(constraints, Ok(Some(constraints)) if !constraints.value.ca)
    }

    /// The attribute of the subject that is there once, as text.
    fn only(&self, oid: &Oid<'_>) -> Option<&str> {
        let of_kind = self.fields.subject().iter_attributes();
        let mut attributes = of_kind.filter(|attribute| attribute.attr_type() == oid);
        let first = attributes.next()?;
        let is_only = attributes.next().is_none();
        first.as_str().ok().filter(|_| is_only)
    }

    /// The model that the certificate is for, where it names one.
    fn model(&self) -> Result<Option<Aaguid>, Error> {
        let oid = Oid::new((&MODEL[..]).into());
        let extension = self
            .fields
            .get_extension_unique(&oid)
            .map_err(|_| malformed())?;
        let Some(extension) = extension else {
            return Ok(None);
        };
        let aaguid = extension.value.strip_prefix(&OCTETS_OF_AAGUID[..]);
        match aaguid.and_then(|aaguid| aaguid.try_into().ok()) {
            Some(aaguid) if !extension.critical => Ok(Some(Aaguid(aaguid))),
            _ => Err(malformed()),
        }
    }

    /// Verifies a signature with the key of the certificate, which has to be of the algorithm.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Error> {
        let algorithm: &dyn SignatureVerificationAlgorithm = match algorithm {
            Algorithm::Es256 => ECDSA_P256_SHA256,
            Algorithm::EdDsa => ED25519,
            Algorithm::Rs256 => RSA_PKCS1_2048_8192_SHA256,
        };
        let der = CertificateDer::from(self.der);
        let certificate = EndEntityCert::try_from(&der).map_err(|_| malformed())?;
        let verified = certificate.verify_signature(algorithm, message, signature);
        verified.map_err(|_| Error::WrongAssertion("the signature is not of the certificate"))
    }
}

const fn malformed() -> Error {
    Error::WrongAssertion("the certificate of the attestation is malformed")
}
