//! A pooler that gives every transaction another session.

use std::sync::Mutex;

use bellwether_core::store::ClaimStore;
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::store::conformance;

use super::{connect, new_database};

#[tokio::test]
async fn it_conforms_behind_a_pooler() {
    let server = PostgresServer::shared();
    let pooler = server.start_pooler();
    // Databases, not schemas: the pooler takes no options. Their names are short because PostgreSQL's are.
    let made: Mutex<Vec<String>> = Mutex::default();
    let open = async |name: &str| {
        let (number, is_new) = number_of(&mut made.lock().unwrap(), name);
        let database = format!("pooled_{number}");
        if is_new {
            new_database(&database);
        }
        let store = connect(&pooler.url(server, &database)).await;
        Box::new(store.unwrap()) as Box<dyn ClaimStore>
    };
    conformance::run_all(&open).await;
}

/// Which of the names it is, and whether it was added.
fn number_of(names: &mut Vec<String>, name: &str) -> (usize, bool) {
    let known = names.iter().position(|known| known == name);
    let number = known.unwrap_or(names.len());
    if known.is_none() {
        names.push(name.to_owned());
    }
    (number, known.is_none())
}
