//! Encrypted connections, and to whom.

use bellwether_core::store::StoreError;
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::store::fixtures::job;

use super::{connect, refusal, swap_to, with};

fn is_encrypted(server: &PostgresServer) -> String {
    server.sql(
        "tls",
        "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'bellwether'",
    )
}

#[tokio::test]
async fn the_certificate_decides_where_it_is_asked_for() {
    let server = PostgresServer::start_encrypted();
    server.create_database("tls");
    let by_address = server.url("tls");
    let by_name = by_address.replace("127.0.0.1", "localhost");
    let authority = format!("sslrootcert={}", server.authority().display());

    let store = connect(&with(&by_name, &authority)).await.unwrap();
    swap_to(&store, &job("j"), None, 1).await.unwrap();
    assert_eq!(is_encrypted(&server), "t");
    drop(store);

    for (why, url) in [
        ("the authority is unknown", with(&by_name, "sslmode=require")),
        ("the name is another", with(&by_address, &authority)),
        ("the name is another", with(&by_address, &format!("sslmode=require&{authority}"))),
    ] {
        let error = refusal(&url).await;
        assert!(matches!(error, StoreError::Unavailable { .. }), "{why}: {error:?}");
        assert!(error.to_string().contains("certificate"), "{why}: {error}");
        assert!(error.remedy().contains("sslrootcert"), "{why}: {}", error.remedy());
    }

    let store = connect(&by_address).await.unwrap();
    assert_eq!(is_encrypted(&server), "t", "encrypted where it is offered");
    drop(store);
    let store = connect(&with(&by_address, "sslmode=disable")).await.unwrap();
    assert_eq!(is_encrypted(&server), "f");
    drop(store);
    swap_to(&connect(&with(&server.local_url("tls"), &authority)).await.unwrap(), &job("local"), None, 1)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_file_that_has_no_certificate_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let url = PostgresServer::shared().url("postgres");
    for (name, content) in [("missing", None), ("empty", Some("")), ("broken", Some("-----BEGIN CERTIFICATE-----\n?"))]
    {
        let path = dir.path().join(name);
        if let Some(content) = content {
            std::fs::write(&path, content).unwrap();
        }
        let error = refusal(&with(&url, &format!("sslrootcert={}", path.display()))).await;
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
        assert!(error.remedy().contains("sslrootcert"), "{}", error.remedy());
    }
}
