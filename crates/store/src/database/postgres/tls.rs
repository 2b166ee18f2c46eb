//! TLS to the server, as far as `sslmode` asks for it.
use std::path::Path;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::{TlsOptions, Verify};

/// How TLS begins on a connection.
///
/// # Errors
/// What is wrong with the files that the address names, or with those of the system.
pub fn connector(options: &TlsOptions) -> Result<MakeRustlsConnect, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let verifier: Arc<dyn ServerCertVerifier> = match options.verify {
        Verify::Nothing => Arc::new(Unverified(provider)),
        verify => {
            let roots = Arc::new(roots(options.roots.as_deref())?);
            let whole = WebPkiServerVerifier::builder_with_provider(roots, provider)
                .build()
                .map_err(|error| error.to_string())?;
            match verify {
                Verify::Chain => Arc::new(ChainOnly(whole)),
                _ => whole,
            }
        }
    };
    let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
    let config = match &options.own {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let key_error = |error| format!("cannot read the key {}: {error}", key.display());
            let key = PrivateKeyDer::from_pem_file(key).map_err(key_error)?;
            builder
                .with_client_auth_cert(certificates(certificate)?, key)
                .map_err(|error| format!("sslcert and sslkey: {}", explained(error.to_string())))?
        }
    };
    Ok(MakeRustlsConnect::new(config))
}

/// What TLS says of a certificate, and what to do where that is a word of its own.
pub fn explained(text: String) -> String {
    let what_to_do = [
        ("UnknownIssuer", "name the file of the authority that signed the certificate with sslrootcert"),
        ("KeyMismatch", "the key is of another certificate"),
        (
            "UnsupportedCertVersion",
            "the certificate is of X.509 version 1: have one made of version 3, for a server with its name as subjectAltName",
        ),
        (
            "CaUsedAsEndEntity",
            "the certificate is an authority's own: have it sign another for the server (CA:FALSE), with its name as subjectAltName",
        ),
    ];
    match what_to_do.iter().find(|(word, _)| text.contains(word)) {
        Some((_, what_to_do)) => format!("{text}: {what_to_do}"),
        None => text,
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(found) if found.is_empty() => Err(format!("{} holds no certificate", file.display())),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("cannot read the certificates {}: {error}", file.display())),
    }
}

fn roots(file: Option<&Path>) -> Result<RootCertStore, String> {
    let found = match file {
        Some(file) => certificates(file)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found);
    match roots.is_empty() {
        true => Err(
            "no root certificates are known: name a file with sslrootcert, or in the variable SSL_CERT_FILE"
                .to_owned(),
        ),
        false => Ok(roots),
    }
}

/// `verify-ca`: any host may show the certificate.
#[derive(Debug)]
struct ChainOnly(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for ChainOnly {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.0.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            // The name is checked last, when the chain was found sound.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// `prefer` and `require`: the certificate is not checked, but the server must have its key.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
