//! New databases, old tables, newer tables.

use bellwether_core::store::StoreError;
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::store::fixtures::job;
use tokio::task::JoinSet;

use super::{beat, connect, new_database, refusal, swap_to};

fn sql(database: &str, statements: &str) -> String {
    PostgresServer::shared().sql(database, statements)
}

#[tokio::test]
async fn many_that_come_first_make_the_tables_once() {
    for round in 0..3 {
        let url = new_database(&format!("first_use_{round}"));
        let mut racers = JoinSet::new();
        for _ in 0..16 {
            let url = url.clone();
            racers.spawn(async move { connect(&url).await });
        }
        let stores: Vec<_> = racers.join_all().await.into_iter().map(Result::unwrap).collect();
        swap_to(&stores[0], &job("j"), None, 1).await.unwrap();
        assert_eq!(beat(&stores[15], &job("j")).await, Some(1));
    }
    assert_eq!(sql("first_use_0", "SELECT count(*), max(version) FROM bellwether_schema"), "1|1");
}

#[tokio::test]
async fn tables_of_a_newer_release_are_refused_and_left_alone() {
    let url = new_database("newer");
    drop(connect(&url).await.unwrap());
    sql("newer", "UPDATE bellwether_schema SET version = 2");
    let error = refusal(&url).await;
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
    assert!(error.to_string().contains("version 2"), "{error}");
    assert!(error.remedy().contains("upgrade"), "{}", error.remedy());
    assert_eq!(sql("newer", "SELECT version FROM bellwether_schema"), "2");
}

#[tokio::test]
async fn tables_of_that_name_that_are_not_ours_are_left_alone() {
    let url = new_database("foreign");
    sql("foreign", "CREATE TABLE bellwether_history (x int)");
    let error = refusal(&url).await;
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error:?}");
    let tables = "SELECT string_agg(relname, ' ') FROM pg_class WHERE relname LIKE 'bellwether%' AND relkind = 'r'";
    assert_eq!(sql("foreign", tables), "bellwether_history", "all or none of the tables are made");
}

#[tokio::test]
async fn records_and_history_are_read_in_order_from_an_index() {
    let url = new_database("plans");
    let _store = connect(&url).await.unwrap();
    for (statement, plan) in [
        ("SELECT * FROM bellwether_claim WHERE job = 'j'", "Index Cond: (job = 'j'::text)"),
        (
            "SELECT * FROM bellwether_history WHERE seq < 9 AND job = 'j' ORDER BY seq DESC LIMIT 9",
            "Index Scan Backward using bellwether_history_by_job",
        ),
        ("SELECT * FROM bellwether_history WHERE seq < 9 ORDER BY seq DESC LIMIT 9", "Index Scan Backward"),
        ("SELECT job FROM bellwether_claim WHERE job > 'j' ORDER BY job LIMIT 9", "using bellwether_claim_pkey"),
    ] {
        let text = sql("plans", &format!("SET enable_seqscan = off; SET enable_bitmapscan = off; EXPLAIN {statement}"));
        assert!(text.contains(plan) && !text.contains("Sort"), "{statement}:\n{text}");
    }
}
