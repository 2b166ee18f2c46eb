//! The server that a command works on.
use whippet_store::database::ServerAddress;
use whippet_store::moving::Place;

/// The address with the password of the variable `PGPASSWORD`, unless it has one.
pub fn with_password(address: &ServerAddress) -> ServerAddress {
    address.clone().with_password(&std::env::var("PGPASSWORD").unwrap_or_default())
}

/// The place with that password, if it is a server.
pub fn place(place: &Place) -> Place {
    match place {
        Place::Folder(folder) => Place::Folder(folder.clone()),
        Place::Server(address) => Place::Server(Box::new(with_password(address))),
    }
}
