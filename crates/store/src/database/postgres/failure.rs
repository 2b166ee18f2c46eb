//! The server's errors, in kinds and words.
use std::error::Error as _;

use tokio_postgres::error::SqlState;

use super::super::{Error, ErrorKind};
use super::tls;

/// Whether no more can be done with the connection: it is gone, or leads to a server that cannot be written.
pub fn ends_connection(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Unavailable | ErrorKind::ReadOnly | ErrorKind::Denied)
}

/// The error of a statement. What the server says in detail may show values, and is left out.
pub fn statement(error: &tokio_postgres::Error) -> Error {
    let Some(database) = error.as_db_error() else {
        let kind = if is_ours(error) { ErrorKind::Other } else { ErrorKind::Unavailable };
        return Error::new(kind, words(error));
    };
    let kind = kind(database.code(), database.message(), database.routine());
    Error::new(kind, format!("{} (SQLSTATE {})", database.message(), database.code().code()))
}

/// The error of a try to connect to `hosts`.
pub fn connect(error: &tokio_postgres::Error, hosts: &str) -> Error {
    let kind = match error.code() {
        Some(code) => match kind(code, "", None) {
            ErrorKind::Other => ErrorKind::Denied,
            // What the last connection left behind has not ended yet.
            ErrorKind::Busy | ErrorKind::Interrupted => ErrorKind::Unavailable,
            kind => kind,
        },
        None => ErrorKind::Unavailable,
    };
    let reason = match error.as_db_error() {
        Some(error) => error.message().to_owned(),
        None => what_to_do(words(error)),
    };
    Error::new(kind, format!("cannot connect to the database at {hosts}: {reason}"))
}

/// The same for other reasons.
pub fn unreachable(hosts: &str, reason: &str) -> Error {
    Error::new(ErrorKind::Unavailable, format!("cannot connect to the database at {hosts}: {reason}"))
}

/// What is said where none of several hosts will do. There must be one failure at least.
pub fn of_all(failures: Vec<Error>) -> Error {
    let first = failures.first().map_or(ErrorKind::Unavailable, Error::kind);
    let same = failures.iter().all(|failure| failure.kind() == first);
    let texts: Vec<String> = failures.iter().map(Error::to_string).collect();
    Error::new(if same { first } else { ErrorKind::Unavailable }, texts.join("; "))
}

/// Whether a statement or its parameters are wrong, rather than the connection.
fn is_ours(error: &tokio_postgres::Error) -> bool {
    let text = error.to_string();
    ["serializing parameter", "deserializing column", "row count", "invalid column"]
        .iter()
        .any(|part| text.contains(part))
}

/// The same where the client's own words do not say what to do.
fn what_to_do(text: String) -> String {
    match text.ends_with("password missing") {
        true => "the server asks for a password: set the variable PGPASSWORD, or write it into the address"
            .to_owned(),
        false => tls::explained(text),
    }
}

/// The error and its causes. Neither shows an address or a password.
fn words(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// `routine`: the function of the server that failed, where it says so. Messages are in the language of the server.
fn kind(code: &SqlState, message: &str, routine: Option<&str>) -> ErrorKind {
    match code.code() {
        "53100" => ErrorKind::Full,
        "25006" => ErrorKind::ReadOnly,
        "40001" | "40P01" => ErrorKind::Conflict,
        "55P03" => ErrorKind::Busy,
        "57014" => ErrorKind::Interrupted,
        "XX001" | "XX002" => ErrorKind::Damaged,
        // The server ended the session: its transaction was idle, or took too long.
        "25P03" | "25P04" => ErrorKind::Unavailable,
        // What the session prepared is gone, as after somebody's `DISCARD ALL`: another session prepares it again.
        "26000" => ErrorKind::Unavailable,
        "42501" => ErrorKind::Denied,
        // A full disk that is not the data's: the log's, for instance.
        "58030" if message.contains("No space left") => ErrorKind::Full,
        // The tables were changed, by a newer version: the statements are prepared again.
        "0A000" if routine == Some("RevalidateCachedQuery") || message.contains("cached plan") => {
            ErrorKind::Unavailable
        }
        code => match code.get(..2) {
            Some("08" | "53" | "57" | "58") => ErrorKind::Unavailable,
            Some("28") => ErrorKind::Denied,
            _ => ErrorKind::Other,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_kinds() {
        for (code, expected) in [
            ("53100", ErrorKind::Full),
            ("53300", ErrorKind::Unavailable),
            ("57P01", ErrorKind::Unavailable),
            ("57P03", ErrorKind::Unavailable),
            ("57014", ErrorKind::Interrupted),
            ("25006", ErrorKind::ReadOnly),
            ("25P03", ErrorKind::Unavailable),
            ("25P04", ErrorKind::Unavailable),
            ("26000", ErrorKind::Unavailable),
            ("40P01", ErrorKind::Conflict),
            ("28P01", ErrorKind::Denied),
            ("42P01", ErrorKind::Other),
        ] {
            assert_eq!(kind(&SqlState::from_code(code), "", None), expected, "{code}");
        }
    }

    #[test]
    fn words_of_the_client_say_what_to_do() {
        for (text, expected) in [
            ("invalid configuration: password missing", "set the variable PGPASSWORD"),
            ("error performing TLS handshake: invalid peer certificate: UnknownIssuer", "sslrootcert"),
            ("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))", "CA:FALSE"),
            ("invalid peer certificate: Other(OtherError(UnsupportedCertVersion))", "version 3"),
        ] {
            let said = what_to_do(text.to_owned());
            assert!(said.contains(expected), "{said}");
        }
        assert_eq!(what_to_do("connection closed".to_owned()), "connection closed");
    }

    #[test]
    fn tables_that_were_changed_are_told_in_any_language() {
        let code = SqlState::from_code("0A000");
        for (message, routine, expected) in [
            (
                "gecachter Plan darf den Ergebnistyp nicht ändern",
                Some("RevalidateCachedQuery"),
                ErrorKind::Unavailable,
            ),
            ("cached plan must not change result type", None, ErrorKind::Unavailable),
            (
                "set-returning functions are not allowed here",
                Some("check_srf_call_placement"),
                ErrorKind::Other,
            ),
        ] {
            assert_eq!(kind(&code, message, routine), expected, "{message}");
        }
    }
}
