use super::*;

fn parse(url: &str) -> Address {
    Address::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"))
}

fn refusal(url: &str) -> String {
    let error = Address::parse(url).err().unwrap_or_else(|| panic!("{url} was taken"));
    format!("{error} {}", error.remedy())
}

#[test]
fn a_full_url_is_understood() {
    let address =
        parse("postgresql://me:p%40ss@one:6000,[::1]:7000,three/db?application_name=x&options=-cwork_mem%3D1MB");
    assert_eq!(address.to_string(), "postgres://one:6000,[::1]:7000,three:5432/db");
    let ports: Vec<_> = address.servers.iter().map(|server| server.config.get_ports().to_vec()).collect();
    assert_eq!(ports, [[6000], [7000], [5432]]);
    for server in &address.servers {
        assert_eq!(server.config.get_user(), Some("me"));
        assert_eq!(server.config.get_password(), Some(&b"p@ss"[..]));
        assert_eq!(server.config.get_dbname(), Some("db"));
        assert_eq!(server.config.get_application_name(), Some("x"));
        assert_eq!(server.config.get_options(), Some("-cwork_mem=1MB"));
        assert_eq!(server.config.get_hosts().len(), 1);
    }
}

#[test]
fn sockets_and_addresses_are_hosts_too() {
    let local = parse("postgres:///db?host=/run/postgresql&port=5433&user=me");
    assert_eq!(local.to_string(), "postgres:///run/postgresql:5433/db");
    assert!(local.servers[0].is_local);
    let address = parse("postgres://me@/db?hostaddr=10.0.0.1");
    assert_eq!(address.to_string(), "postgres://10.0.0.1:5432/db");
    assert!(!address.servers[0].is_local);
    let both = parse("postgres://me@name/db?hostaddr=10.0.0.1");
    assert_eq!(both.to_string(), "postgres://name:5432/db");
    assert_eq!(both.servers[0].config.get_hostaddrs().len(), 1);
}

#[test]
fn what_is_not_said_has_our_values() {
    let address = parse("postgres://me@h");
    assert_eq!((address.protection, address.connect_timeout), (Protection::Offered, None));
    let config = &address.servers[0].config;
    assert_eq!(config.get_application_name(), Some("bellwether"));
    assert_eq!(config.get_keepalives_idle(), KEEPALIVE_IDLE);
    assert_eq!(config.get_tcp_user_timeout(), Some(&UNACKNOWLEDGED));
    let said = parse("postgres://me@h?keepalives_idle=60&connect_timeout=2");
    assert_eq!(said.servers[0].config.get_keepalives_idle(), Duration::from_secs(60));
    assert_eq!(said.connect_timeout, Some(Duration::from_secs(2)));
}

#[test]
fn protection_is_what_the_url_asks_for() {
    let file = Roots::File("/etc/rds bundle.pem".into());
    for (query, expected) in [
        ("", Protection::Offered),
        ("sslmode=prefer", Protection::Offered),
        ("sslmode=disable", Protection::Off),
        ("sslmode=require", Protection::Verified(Roots::System)),
        ("sslmode=verify-full&sslrootcert=system", Protection::Verified(Roots::System)),
        ("sslrootcert=/etc/rds%20bundle.pem", Protection::Verified(file.clone())),
        ("sslmode=require&sslrootcert=/etc/rds%20bundle.pem", Protection::Verified(file)),
    ] {
        assert_eq!(parse(&format!("postgres://me@h/db?{query}")).protection, expected, "{query}");
    }
    for query in ["sslmode=maybe", "sslmode=prefer&sslrootcert=/x", "sslmode=disable&sslrootcert=/x"] {
        assert!(refusal(&format!("postgres://me@h/db?{query}")).contains("sslmode"), "{query}");
    }
}

#[test]
fn a_refusal_tells_nothing_of_a_password() {
    for url in [
        "postgres://me:secret@secret@h/db",
        "postgres://me:secret?secret=secret@h/db",
        "postgres://me:1?secret@h/db",
        "postgres://me:secret?@h/db",
        "postgres://me:secret#@h:secret/db",
        "postgres://me:secret@h:99999/db",
        "postgres://me:secret@[::1/db",
        "postgres://me:secret@h/db?secret=secret",
        "postgres://me:secret@h/db?secret",
        "postgres://me:secret@h/db?sslmode=secret",
        "postgres://me:secret@/db",
        "postgres://me:secret@h,/db",
        "postgres://me:secret@h/db?port=1,2",
        "postgres://me:secret@h/db?target_session_attrs=read-only",
        "mysql://me:secret@h/db",
        "secret",
    ] {
        assert!(!refusal(url).contains("secret"), "{url}: {}", refusal(url));
    }
}

#[test]
fn an_at_sign_in_a_parameter_is_no_end_of_a_password() {
    let address = parse("postgres://h/db?user=me@realm&application_name=a@b");
    assert_eq!(address.to_string(), "postgres://h:5432/db");
    assert_eq!(address.servers[0].config.get_user(), Some("me@realm"));
}
