//! A server may be several hosts. Each is tried by itself with time of its own, so that one that accepts connections and never
//! answers does not stand in the way of the next.
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use tokio_postgres::Config;
use tokio_postgres::config::{Host, LoadBalanceHosts};

/// A configuration for each host, in the order in which they are tried.
pub fn each(config: &Config) -> Vec<Config> {
    let count = count(config);
    let mut hosts: Vec<Config> = (0..count).map(|index| only(config, index)).collect();
    if config.get_load_balance_hosts() == LoadBalanceHosts::Random {
        // Its keys are random.
        hosts.sort_by_cached_key(|_| RandomState::new().build_hasher().finish());
    }
    hosts
}

/// How many there are.
pub fn count(config: &Config) -> usize {
    config.get_hosts().len().max(config.get_hostaddrs().len())
}

/// The hosts with their ports, for messages.
pub fn shown(config: &Config) -> String {
    let hosts = (0..count(config)).map(|index| {
        let port = port(config, index);
        match (config.get_hosts().get(index), config.get_hostaddrs().get(index)) {
            (Some(Host::Tcp(host)), _) if host.contains(':') => format!("[{host}]:{port}"),
            (Some(Host::Tcp(host)), _) => format!("{host}:{port}"),
            #[cfg(unix)]
            (Some(Host::Unix(folder)), _) => format!("{}:{port}", folder.display()),
            (None, Some(address)) => std::net::SocketAddr::new(*address, port).to_string(),
            (None, None) => String::new(),
        }
    });
    hosts.collect::<Vec<_>>().join(", ")
}

fn port(config: &Config, index: usize) -> u16 {
    let ports = config.get_ports();
    *ports.get(index).or_else(|| ports.first()).unwrap_or(&5432)
}

/// The same for one of the hosts. The client's type has no way to take hosts out of it.
fn only(config: &Config, index: usize) -> Config {
    let mut one = Config::new();
    match config.get_hosts().get(index) {
        Some(Host::Tcp(host)) => drop(one.host(host)),
        #[cfg(unix)]
        Some(Host::Unix(folder)) => drop(one.host_path(folder)),
        None => {}
    }
    if let Some(address) = config.get_hostaddrs().get(index) {
        one.hostaddr(*address);
    }
    one.port(port(config, index));
    config.get_user().map(|user| one.user(user));
    config.get_password().map(|password| one.password(password));
    config.get_dbname().map(|name| one.dbname(name));
    config.get_options().map(|options| one.options(options));
    config.get_application_name().map(|name| one.application_name(name));
    config.get_connect_timeout().map(|limit| one.connect_timeout(*limit));
    config.get_tcp_user_timeout().map(|limit| one.tcp_user_timeout(*limit));
    config.get_keepalives_interval().map(|interval| one.keepalives_interval(interval));
    config.get_keepalives_retries().map(|retries| one.keepalives_retries(retries));
    one.ssl_mode(config.get_ssl_mode())
        .ssl_negotiation(config.get_ssl_negotiation())
        .keepalives(config.get_keepalives())
        .keepalives_idle(config.get_keepalives_idle())
        .target_session_attrs(config.get_target_session_attrs())
        .channel_binding(config.get_channel_binding())
        .load_balance_hosts(config.get_load_balance_hosts());
    one
}

#[cfg(test)]
mod tests {
    use tokio_postgres::Config;

    use super::{each, shown};

    fn parsed(text: &str) -> Config {
        text.parse().unwrap()
    }

    #[test]
    fn a_host_alone_is_all_that_it_was() {
        let all = "user=me password=secret dbname=shop options='-c geqo=off' application_name=a sslmode=require \
                   sslnegotiation=direct connect_timeout=7 tcp_user_timeout=9 keepalives=0 keepalives_idle=11 keepalives_interval=12 \
                   keepalives_retries=13 target_session_attrs=read-write channel_binding=require load_balance_hosts=disable";
        let found = each(&parsed(&format!("{all} host=db1,db2 hostaddr=10.0.0.1,10.0.0.2 port=1,2")));
        let expected = [("db1", "10.0.0.1", 1), ("db2", "10.0.0.2", 2)].map(|(host, address, port)| {
            parsed(&format!("{all} host={host} hostaddr={address} port={port}"))
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn hosts_have_names_or_addresses_and_ports_of_their_own_or_one() {
        assert_eq!(shown(&parsed("host=db1,db2 port=6000")), "db1:6000, db2:6000");
        assert_eq!(shown(&parsed("hostaddr=::1,10.0.0.2")), "[::1]:5432, 10.0.0.2:5432");
        assert_eq!(shown(&parsed("host=::1,/run/postgresql port=1,2")), "[::1]:1, /run/postgresql:2");
    }

    #[test]
    fn where_the_load_is_to_be_balanced_the_order_is_random() {
        let config = parsed("host=a,b,c,d,e,f,g,h load_balance_hosts=random");
        let order = || each(&config).iter().map(shown).collect::<Vec<_>>();
        let first = order();
        // One order in 40,320 comes again, and that twenty times.
        assert!((0..20).any(|_| order() != first));
    }
}
