//! What expires, and when.

use std::time::Duration;

use bellwether_core::store::ClaimStore;
use bellwether_testkit::store::fixtures::{entry, job, record};
use serde_json::Value;

use super::{boto, direct, new_table};

/// For each item: its partition, and in how many days it expires.
fn expiries(table: &str) -> Vec<(String, Option<u64>)> {
    let found = boto(
        table,
        "import time
items = table.scan()['Items']
days = lambda item: round((int(item['expires']) - time.time()) / 86400) if 'expires' in item else None
print(json.dumps(sorted([item['pk'], days(item)] for item in items)))",
        &[],
    );
    let found: Vec<(String, Value)> = serde_json::from_str(&found).unwrap();
    found.into_iter().map(|(partition, days)| (partition, days.as_u64())).collect()
}

#[tokio::test]
async fn history_expires_and_records_do_not() {
    for (kept, days) in [(None, Some(90)), (Some(Some(Duration::from_secs(7 * 86_400))), Some(7)), (Some(None), None)] {
        let table = new_table().await;
        let mut store = direct(&table).await;
        if let Some(kept) = kept {
            store = store.keep_history(kept);
        }
        store.swap(&job("j"), None, &record("r", 1), &[entry(&job("j"), 1)]).await.unwrap();
        let expected = [("history#j", days), ("job#j", None), ("jobs", None), ("run#j", days)];
        assert_eq!(expiries(&table), expected.map(|(partition, days)| (partition.to_owned(), days)));
    }
}
