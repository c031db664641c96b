//! The suite, plainly and under settings of a database that make it harder.

use std::collections::HashSet;
use std::sync::Mutex;

use bellwether_core::names::JobName;
use bellwether_core::store::ClaimStore;
use bellwether_testkit::postgres::PostgresServer;
use bellwether_testkit::store::conformance;

use super::{connect, new_database, with};

/// A schema of its own for each store of the suite, by the socket: many connections are made, and a password takes
/// longer to check than all the rest.
struct Schemas {
    database: &'static str,
    url: String,
    made: Mutex<HashSet<String>>,
}

impl Schemas {
    fn new(database: &'static str) -> Self {
        new_database(database);
        Self { database, url: PostgresServer::shared().local_url(database), made: Mutex::default() }
    }

    fn sql(&self, statements: &str) -> String {
        PostgresServer::shared().sql(self.database, statements)
    }

    async fn open(&self, name: &str) -> Box<dyn ClaimStore> {
        if self.made.lock().unwrap().insert(name.to_owned()) {
            self.sql(&format!("CREATE SCHEMA {name}"));
        }
        Box::new(connect(&with(&self.url, &format!("options=-csearch_path%3D{name}"))).await.unwrap())
    }
}

#[tokio::test]
async fn it_conforms() {
    let schemas = Schemas::new("conformance");
    let open = async |name: &str| schemas.open(name).await;
    conformance::run_all(&open).await;
    let plant = async |name: &str, job: &JobName, text: &str| {
        let text = text.replace('\'', "''");
        schemas.sql(&format!("INSERT INTO {name}.bellwether_claim VALUES ('{job}', 1, '{text}')"));
    };
    conformance::run_format(&open, &plant).await;
}

/// Where each statement sees what was there when its transaction began, changes of others are collisions.
#[tokio::test]
async fn it_conforms_in_a_serializable_database_of_another_language() {
    let schemas = Schemas::new("serializable");
    schemas.sql(
        "ALTER DATABASE serializable SET default_transaction_isolation = 'serializable';
         ALTER DATABASE serializable SET timezone = 'Asia/Kathmandu';
         ALTER DATABASE serializable SET datestyle = 'German';
         ALTER DATABASE serializable SET bytea_output = 'escape';
         ALTER DATABASE serializable SET standard_conforming_strings = off",
    );
    let open = async |name: &str| schemas.open(name).await;
    conformance::run_all(&open).await;
}
