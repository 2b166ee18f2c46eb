//! The address of a server: PostgreSQL's own form, with the options of its client library and one of ours, `schema`.
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use super::hosts;

/// What the tables are kept in unless the address says otherwise.
const SCHEMA: &str = "whippet";
/// As long as PostgreSQL's longest names, bytes.
const MAX_SCHEMA: usize = 63;
/// How long one host has to accept a connection, unless the address says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The options that are handed to the client as they are.
const PASSED_ON: [&str; 16] = [
    "application_name",
    "channel_binding",
    "connect_timeout",
    "dbname",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "load_balance_hosts",
    "options",
    "port",
    "sslnegotiation",
    "target_session_attrs",
    "tcp_user_timeout",
];

/// How far the server's certificate is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// Not at all: the connection is encrypted, to whoever answers.
    Nothing,
    /// Its chain, and not the host's name.
    Chain,
    /// Its chain and the host's name.
    Host,
}

/// The files for TLS, and what is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsOptions {
    /// How far the server's certificate is checked.
    pub verify: Verify,
    /// The certificates that are trusted; without it, those of the system, or of `SSL_CERT_FILE`.
    pub roots: Option<PathBuf>,
    /// The certificate and the key that this client shows.
    pub own: Option<(PathBuf, PathBuf)>,
}

/// Which server, which database, which schema. Shows no password.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerAddress {
    pub(super) config: Config,
    pub(super) tls: TlsOptions,
    schema: String,
}

/// What is wrong with an address. Says nothing of what it holds, which may be a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// It is no such address.
    Form,
    /// It names no host.
    NoHost,
    /// It has more ports than hosts.
    TwoPorts,
    /// It has an option that is not known.
    UnknownOption,
    /// `sslmode` is none of the known words.
    SslMode,
    /// `schema` is no name of a schema.
    Schema,
    /// One of `sslcert` and `sslkey` is missing.
    HalfCertificate,
}

impl std::fmt::Display for AddressError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Form => f.write_str(
                "must be an address like postgres://USER:PASSWORD@HOST:5432/DATABASE, in which special characters of the \
                 password are written with a percent sign: %40 for @, %2F for /, %3F for ?",
            ),
            Self::NoHost => f.write_str("names no host: write postgres://USER@HOST:5432/DATABASE"),
            Self::TwoPorts => f.write_str(
                "has more ports than hosts: write the port behind the host, postgres://USER@HOST:6000/DATABASE, and not as an option",
            ),
            Self::UnknownOption => write!(
                f,
                "has an option that is not known. These are: schema, sslmode, sslrootcert, sslcert, sslkey, {}. A ? of the \
                 password is written %3F",
                PASSED_ON.join(", ")
            ),
            Self::SslMode => {
                f.write_str("has an unknown sslmode: it is one of disable, prefer, require, verify-ca, verify-full")
            }
            Self::Schema => write!(
                f,
                "has a schema whose name is not allowed: at most {MAX_SCHEMA} of a-z, 0-9 and _, not with a digit in front, \
                 not with pg_"
            ),
            Self::HalfCertificate => f.write_str("needs both sslcert and sslkey, or none of them"),
        }
    }
}

impl std::error::Error for AddressError {}

impl ServerAddress {
    /// Whether a text is meant as the address of a server.
    pub fn is_meant(text: &str) -> bool {
        ["postgres:", "postgresql:"].iter().any(|scheme| text.trim_start().starts_with(scheme))
    }

    /// The schema that holds the tables.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The same with this password, if it has none.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        if self.config.get_password().is_none() && !password.is_empty() {
            self.config.password(password);
        }
        self
    }

    /// The hosts with their ports, for messages.
    pub fn hosts(&self) -> String {
        hosts::shown(&self.config)
    }
}

/// Without the password.
impl std::fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        write!(f, "{}", self.hosts().replace(", ", ","))?;
        if let Some(database) = self.config.get_dbname() {
            write!(f, "/{database}")?;
        }
        write!(f, " (schema {})", self.schema)
    }
}

impl std::fmt::Debug for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerAddress({self})")
    }
}

impl FromStr for ServerAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if !Self::is_meant(text) {
            return Err(AddressError::Form);
        }
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        // The client takes the first for the end of the password: what follows would be a host, which messages name.
        if base.matches('@').count() > 1 {
            return Err(AddressError::Form);
        }
        let mut own = OwnOptions::default();
        let mut passed_on = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').ok_or(AddressError::UnknownOption)?;
            if PASSED_ON.contains(&key) {
                passed_on.push(option);
            } else {
                own.set(key, value)?;
            }
        }
        let client = match passed_on.is_empty() {
            true => base.to_owned(),
            false => format!("{base}?{}", passed_on.join("&")),
        };
        // Its error may show parts of the text.
        let mut config: Config = client.parse().map_err(|_| AddressError::Form)?;
        let hosts = hosts::count(&config);
        if hosts == 0 {
            return Err(AddressError::NoHost);
        }
        // A host of the address has a port already, if only the usual one: another one of an option would not count.
        let ports = config.get_ports();
        if ports.len() > hosts && ports.iter().any(|port| Some(port) != ports.first()) {
            return Err(AddressError::TwoPorts);
        }
        let tls = own.apply(&mut config)?;
        set_defaults(&mut config, |name| {
            passed_on.iter().any(|option| option.split_once('=').is_some_and(|(key, _)| key == name))
        });
        Ok(Self { config, tls, schema: own.schema.unwrap_or_else(|| SCHEMA.to_owned()) })
    }
}

/// Sets what the address leaves open. `is_given`: whether it has the option of this name.
fn set_defaults(config: &mut Config, is_given: impl Fn(&str) -> bool) {
    if config.get_application_name().is_none() {
        config.application_name("whippet");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    // A host that has gone without a word is noticed within half a minute, as the server notices one of ours.
    if !is_given("keepalives_idle") {
        config.keepalives_idle(Duration::from_secs(10));
    }
    if config.get_keepalives_interval().is_none() {
        config.keepalives_interval(Duration::from_secs(5));
    }
    if config.get_keepalives_retries().is_none() {
        config.keepalives_retries(3);
    }
    // Of several hosts, the one that can be written.
    if hosts::count(config) > 1 && !is_given("target_session_attrs") {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
}

/// The options that the client does not know, or knows less of.
#[derive(Default)]
struct OwnOptions {
    schema: Option<String>,
    mode: Option<(SslMode, Verify)>,
    roots: Option<String>,
    certificate: Option<String>,
    key: Option<String>,
}

impl OwnOptions {
    fn set(&mut self, key: &str, value: &str) -> Result<(), AddressError> {
        let value = decoded(value).ok_or(AddressError::Form)?;
        match key {
            "schema" => self.schema = Some(schema(value)?),
            "sslmode" => {
                self.mode = Some(match value.as_str() {
                    "disable" => (SslMode::Disable, Verify::Nothing),
                    // What PostgreSQL's own client calls `allow` begins without TLS.
                    "allow" | "prefer" => (SslMode::Prefer, Verify::Nothing),
                    "require" => (SslMode::Require, Verify::Nothing),
                    "verify-ca" => (SslMode::Require, Verify::Chain),
                    "verify-full" => (SslMode::Require, Verify::Host),
                    _ => return Err(AddressError::SslMode),
                });
            }
            "sslrootcert" => self.roots = Some(value),
            "sslcert" => self.certificate = Some(value),
            "sslkey" => self.key = Some(value),
            _ => return Err(AddressError::UnknownOption),
        }
        Ok(())
    }

    fn apply(&mut self, config: &mut Config) -> Result<TlsOptions, AddressError> {
        let (mode, mut verify) = self.mode.unwrap_or((SslMode::Prefer, Verify::Nothing));
        config.ssl_mode(mode);
        let roots = match self.roots.take() {
            // As PostgreSQL's own client has it: the system's certificates, checked as far as possible.
            Some(system) if system == "system" => {
                config.ssl_mode(SslMode::Require);
                verify = Verify::Host;
                None
            }
            // As there, too: whoever names certificates wants them checked.
            Some(file) => {
                if mode == SslMode::Require && verify == Verify::Nothing {
                    verify = Verify::Chain;
                }
                Some(PathBuf::from(file))
            }
            None => None,
        };
        let own = match (self.certificate.take(), self.key.take()) {
            (Some(certificate), Some(key)) => Some((certificate.into(), key.into())),
            (None, None) => None,
            _ => return Err(AddressError::HalfCertificate),
        };
        Ok(TlsOptions { verify, roots, own })
    }
}

/// The name of a schema that needs no quotes.
fn schema(name: String) -> Result<String, AddressError> {
    let sound = !name.is_empty()
        && name.len() <= MAX_SCHEMA
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.starts_with("pg_");
    sound.then_some(name).ok_or(AddressError::Schema)
}

/// A text without percent signs.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ServerAddress, AddressError> {
        text.parse()
    }

    #[test]
    fn an_address_says_all_but_its_password() {
        let address =
            parse("postgres://me:s%40cret@db1:5433,db2/shop?schema=rum&sslmode=verify-full").unwrap();
        assert_eq!(address.to_string(), "postgres://me@db1:5433,db2:5432/shop (schema rum)");
        assert_eq!(address.config.get_password(), Some(&b"s@cret"[..]));
        assert_eq!((address.schema(), address.tls.verify), ("rum", Verify::Host));
        assert_eq!(address.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert!(!format!("{address:?}").contains("cret"));
        let plain = parse("postgresql://[::1]/whippet").unwrap();
        assert_eq!(plain.to_string(), "postgres://[::1]:5432/whippet (schema whippet)");
        assert_eq!(plain.tls, TlsOptions { verify: Verify::Nothing, roots: None, own: None });
        let usual = parse("postgres://me@db/shop?port=5432").unwrap();
        assert_eq!(usual.hosts(), "db:5432");
        assert_eq!(plain.with_password("later").config.get_password(), Some(&b"later"[..]));
    }

    #[test]
    fn what_an_address_says_of_signs_of_life_and_of_hosts_is_kept() {
        let of = |query: &str| parse(&format!("postgres://me@db1,db2/shop?{query}")).unwrap().config;
        let lives = |query: &str| {
            let config = of(query);
            let seconds = |time: Duration| time.as_secs();
            (
                seconds(config.get_keepalives_idle()),
                config.get_keepalives_interval().map(seconds),
                config.get_keepalives_retries(),
            )
        };
        assert_eq!(lives(""), (10, Some(5), Some(3)));
        assert_eq!(lives("keepalives_idle=120"), (120, Some(5), Some(3)));
        assert_eq!(lives("keepalives_interval=30&keepalives_retries=9"), (10, Some(30), Some(9)));
        assert_eq!(of("").get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        let any = of("target_session_attrs=any");
        assert_eq!(any.get_target_session_attrs(), TargetSessionAttrs::Any);
    }

    #[test]
    fn whoever_names_certificates_wants_them_checked() {
        let verify = |query: &str| parse(&format!("postgres://me@db/shop?{query}")).unwrap().tls.verify;
        assert_eq!(verify("sslmode=require"), Verify::Nothing);
        assert_eq!(verify("sslmode=require&sslrootcert=%2Fetc%2Fca.pem"), Verify::Chain);
        assert_eq!(verify("sslmode=verify-ca"), Verify::Chain);
        assert_eq!(verify("sslrootcert=system"), Verify::Host);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, expected) in [
            ("mysql://me:secret@db/", AddressError::Form),
            ("postgres://me:secret@db:port/shop", AddressError::Form),
            ("postgres://me:se@secret@db/shop", AddressError::Form),
            ("postgres://me:se@secret/x@db/shop", AddressError::Form),
            ("postgres://me:secret@db/shop?port=6000", AddressError::TwoPorts),
            ("postgres://me:secret@db1,db2/shop?port=6000", AddressError::TwoPorts),
            ("postgres://me:sec?secret@db/shop", AddressError::UnknownOption),
            ("postgres://me:sec?secret=1@db/shop", AddressError::UnknownOption),
            ("postgres://me:secret@db/shop?sslmode=on", AddressError::SslMode),
            ("postgres://me:secret@db/shop?schema=", AddressError::Schema),
            ("postgres://me:secret@db/shop?schema=a%22b", AddressError::Schema),
            ("postgres://me:secret@db/shop?schema=pg_catalog", AddressError::Schema),
            ("postgres://me:secret@db/shop?sslcert=a.pem", AddressError::HalfCertificate),
            ("postgres://me:secret@db/shop?schema=%4", AddressError::Form),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
