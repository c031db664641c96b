use bellwether_core::fleet::id::RequestId;
use bellwether_core::fleet::keys::SigningKey;
use bellwether_core::fleet::reply::Outcome;
use bellwether_core::fleet::request::{Action, ReplyAddress, RequestKind, Target};

use super::*;

fn believed(number: u8) -> Believed {
    let id = RequestId::new(Timestamp::UNIX_EPOCH, [number; 10]);
    let request = Request {
        kind: RequestKind::Request,
        id,
        call: id,
        caller: String::new(),
        env: "production".parse().unwrap(),
        target: Target::Nodes(Vec::new()),
        action: Action::Ping,
        issued: Timestamp::UNIX_EPOCH,
        ttl_ms: 60_000,
        reply: ReplyAddress("reply".to_owned()),
        durable: true,
    };
    let key = SigningKey::from_seed([1; 32]).unwrap().public();
    Believed { request, caller: "ops".parse().unwrap(), key }
}

#[tokio::test]
async fn what_is_refused_after_it_was_accepted_has_no_other_end_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let (ledger, ..) = Ledger::open(&path, Timestamp::UNIX_EPOCH).unwrap();
    let (accepted, refused) = (believed(1), believed(2));
    let line = ledger.accept(&accepted);
    ledger.sync(line).await.unwrap();
    for request in [&accepted, &refused] {
        ledger.refuse(request);
        ledger.secure(request.known()).await;
    }
    let (after, untold, odd) = Ledger::open(&path, Timestamp::UNIX_EPOCH).unwrap();
    assert!(untold.is_empty() && odd.is_none(), "{untold:?} {odd:?}");
    assert!(after.has(&accepted.known()) && after.has(&refused.known()));
}

#[test]
fn the_file_is_written_anew_when_few_lines_have_made_it_large() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("journal");
    let (ledger, ..) = Ledger::open(&path, Timestamp::UNIX_EPOCH).unwrap();
    let known = believed(1).known();
    ledger.refuse(&believed(1));
    let long = Done { outcome: Outcome::Unknown("x".repeat(1 << 20)), duration_ms: 0, dropped_out: 0, dropped_err: 0 };
    (0..17).for_each(|_| ledger.end(known, &long));
    assert!(path.metadata().unwrap().len() > 17 << 20);
    ledger.tend(Timestamp::UNIX_EPOCH);
    assert!(path.metadata().unwrap().len() < 1_000);
}
