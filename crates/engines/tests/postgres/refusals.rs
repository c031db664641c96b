//! What a server refuses, and that nothing secret is told with it.

use bellwether_core::store::{ClaimStore, StoreError};
use bellwether_testkit::postgres::{PASSWORD, PostgresServer};
use bellwether_testkit::store::fixtures::{job, record};

use super::{beat, connect, new_database, refusal, swap_to, with};

const SECRET: &str = "s3cr3t";

fn told(error: &StoreError) -> String {
    format!("{error} | {error:?} | {}", error.remedy())
}

/// It is told as [`StoreError::Unavailable`], with these words and without the password.
async fn is_refused(url: &str, words: &[&str]) {
    let error = refusal(url).await;
    assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
    for word in words {
        assert!(told(&error).contains(word), "'{word}' is not in: {}", told(&error));
    }
    assert!(!told(&error).contains(SECRET) && !told(&error).contains(PASSWORD), "{}", told(&error));
}

#[tokio::test]
async fn a_refused_connection_says_why_and_what_to_do() {
    let url = PostgresServer::shared().url("postgres");
    is_refused(&url.replace(PASSWORD, SECRET), &["28P01", "check user, password"]).await;
    is_refused(&url.replace(&format!(":{PASSWORD}"), ""), &["password missing", "check user, password"]).await;
    is_refused(&url.replace("postgres:only", "nobody:only"), &["28P01"]).await;
    is_refused(&PostgresServer::shared().url("nowhere"), &["3D000", "create the database"]).await;
    is_refused(&with(&url, "options=-cno_such_thing%3D1"), &["no_such_thing"]).await;
    is_refused(&with(&url, "sslmode=require"), &["TLS"]).await;
    is_refused(&format!("postgres://u:{SECRET}@127.0.0.1:1/db"), &["refused", "check that the server runs"]).await;
    is_refused(&format!("postgres://u:{SECRET}@no-such-host.invalid/db"), &["check that the server runs"]).await;
    is_refused(&format!("postgres://u:{SECRET}@/db?host=/no/such/directory"), &["check that the server runs"]).await;
    is_refused(&format!("postgres://u:{SECRET}@h/db?{SECRET}={SECRET}"), &["parameter"]).await;
}

#[tokio::test]
async fn nothing_that_can_be_printed_has_the_password() {
    let store = connect(&new_database("printed")).await.unwrap();
    let printed = format!("{store:?} {}", store.place());
    assert!(printed.contains("127.0.0.1") && printed.contains("printed"), "{printed}");
    assert!(!printed.contains(PASSWORD) && !printed.contains("postgres:only"), "{printed}");
}

#[tokio::test]
async fn a_password_with_special_characters_is_understood() {
    let url = new_database("special");
    PostgresServer::shared().sql(
        "special",
        "CREATE ROLE \"us er@x\" LOGIN PASSWORD 'p@ss:w/rd?#%&'; ALTER DATABASE special OWNER TO \"us er@x\"",
    );
    let special = url.replace(&format!("postgres:{PASSWORD}"), "us%20er%40x:p%40ss%3Aw%2Frd%3F%23%25%26");
    let store = connect(&special).await.unwrap();
    swap_to(&store, &job("j"), None, 1).await.unwrap();
}

#[tokio::test]
async fn a_user_with_few_rights_is_told_which_it_needs() {
    let server = PostgresServer::shared();
    let url = new_database("rights");
    server.sql("rights", &format!("CREATE ROLE clerk LOGIN PASSWORD '{SECRET}'"));
    let clerk = url.replace(&format!("postgres:{PASSWORD}"), &format!("clerk:{SECRET}"));
    is_refused(&clerk, &["42501", "let a user who may create tables run once"]).await;
    drop(connect(&url).await.unwrap());
    is_refused(&clerk, &["42501", "SELECT on bellwether_schema"]).await;
    server.sql("rights", "GRANT SELECT ON bellwether_schema, bellwether_claim TO clerk");
    let reader = connect(&clerk).await.unwrap();
    assert_eq!(beat(&reader, &job("j")).await, None);
    let swap = reader.swap(&job("j"), None, &record("run-1", 1), &[]).await;
    assert!(matches!(&swap, Err(StoreError::Unavailable { why, .. }) if why.contains("42501")), "{swap:?}");
    let rights = "SELECT, INSERT, UPDATE, DELETE ON bellwether_claim, bellwether_history";
    server.sql("rights", &format!("GRANT {rights} TO clerk"));
    swap_to(&reader, &job("j"), None, 1).await.expect("the rights the remedy names are enough");
    reader.append(&bellwether_testkit::store::fixtures::entry(&job("j"), 1)).await.unwrap();
    assert_eq!(reader.prune("2030-01-01T00:00:00Z".parse().unwrap()).await, Ok(1));
}

#[tokio::test]
async fn a_server_with_too_many_guests_says_so() {
    let server = PostgresServer::shared();
    let url = new_database("crowded");
    server.sql("crowded", "ALTER DATABASE crowded CONNECTION LIMIT 1; CREATE ROLE guest LOGIN PASSWORD 'guest'");
    server.sql("crowded", "ALTER DATABASE crowded OWNER TO guest");
    let guest = url.replace(&format!("postgres:{PASSWORD}"), "guest:guest");
    let _first = connect(&guest).await.unwrap();
    is_refused(&guest, &["53300", "pooler"]).await;
}

#[tokio::test]
async fn text_that_the_database_cannot_hold_is_refused_whole() {
    let server = PostgresServer::shared();
    server.sql("postgres", "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
    let store = connect(&server.url("latin")).await.unwrap();
    let swap = store.swap(&job("備份"), None, &record("run-1", 1), &[]).await;
    assert!(matches!(swap, Err(StoreError::Unavailable { .. })), "{swap:?}");
    assert!(swap.unwrap_err().remedy().contains("UTF8"));
    assert_eq!(beat(&store, &job("täglich")).await, None);
}

#[tokio::test]
async fn tables_that_vanish_or_hold_nonsense_are_unreadable() {
    let url = new_database("vanishing");
    let store = connect(&url).await.unwrap();
    let server = PostgresServer::shared();
    swap_to(&store, &job("j"), None, 1).await.unwrap();
    store.append(&bellwether_testkit::store::fixtures::entry(&job("j"), 1)).await.unwrap();
    server.sql("vanishing", "UPDATE bellwether_history SET entry = 'odd'");
    let all = bellwether_core::store::HistoryQuery { job: None, limit: 9, before: None };
    assert!(matches!(store.history(&all).await, Err(StoreError::Unreadable { .. })));
    server.sql("vanishing", "INSERT INTO bellwether_claim VALUES (E'a\\nb', 1, '{}')");
    assert!(matches!(store.records().await, Err(StoreError::Unreadable { .. })));
    server.sql("vanishing", "DROP TABLE bellwether_claim");
    assert!(matches!(store.read(&job("j")).await, Err(StoreError::Unreadable { .. })));
    let swap = store.swap(&job("j"), None, &record("run-1", 1), &[]).await;
    assert!(matches!(swap, Err(StoreError::Unreadable { .. })), "{swap:?}");
}
