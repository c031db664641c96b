//! Kills at every request: whatever was done by then, a drain goes on or is undone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bellwether_testkit::http::Reply;
use bellwether_testkit::proxy::Proxy;
use nix::sys::signal::Signal;

use super::support::{Account, end, set, until};

/// How many kills are tried out at the same time: most of it is waiting.
const AT_ONCE: usize = 4;

/// Where a program is killed: at a request, before or after it was carried out.
#[derive(Debug, Clone, Copy)]
struct Kill {
    request: usize,
    after: bool,
}

/// Runs a command of `bellwether lb` and kills it there; whether it came so far.
fn killed(account: &Account, arguments: &[&str], at: Kill) -> bool {
    let (seen, reached) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
    let flag = Arc::clone(&reached);
    let proxy = Proxy::altering(&account.fleet.aws.url(), move |_, pass_on| {
        if seen.fetch_add(1, Ordering::SeqCst) < at.request {
            return pass_on();
        }
        if at.after {
            pass_on();
        }
        flag.store(true, Ordering::SeqCst);
        Reply::Hang
    });
    let running = account.lb(arguments).env("AWS_ENDPOINT_URL", proxy.url()).start();
    let over = || nix::sys::signal::kill(running.pid(), None).is_err();
    until("the kill or the end", || reached.load(Ordering::SeqCst) || over());
    let came_so_far = reached.load(Ordering::SeqCst);
    if came_so_far {
        running.signal(Signal::SIGKILL);
    }
    running.finish();
    came_so_far
}

/// Tries a kill at every request of a command, until it ends before it is killed; how many kills there were.
fn at_every_request(test: impl Fn(Kill) -> bool + Sync) -> usize {
    let (next, kills) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    if !test(Kill { request: number / 2, after: number % 2 == 1 }) {
                        break;
                    }
                    kills.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    kills.load(Ordering::SeqCst)
}

const DRAIN: &[&str] = &["drain", "--settle", "0s"];

#[test]
fn a_drain_that_was_killed_at_any_request_is_undone_whole() {
    let kills = at_every_request(|kill| {
        let account = Account::new();
        let before = account.all();
        let was_killed = killed(&account, DRAIN, kill);
        end(account.undrain(), 0);
        assert_eq!(account.all(), before, "{kill:?}");
        assert!(!account.journal().exists());
        was_killed
    });
    assert!(kills >= 20, "only {kills} kills");
}

#[test]
fn a_drain_that_was_killed_at_any_request_goes_on_and_can_still_be_undone() {
    let kills = at_every_request(|kill| {
        let account = Account::new();
        let before = account.all();
        let was_killed = killed(&account, DRAIN, kill);
        end(account.lb(DRAIN), 0);
        assert_eq!(account.ours(), set(&["group-b/10.0.0.10:8081 healthy"]), "{kill:?}");
        end(account.undrain(), 0);
        assert_eq!(account.all(), before, "{kill:?}");
        was_killed
    });
    assert!(kills >= 20, "only {kills} kills");
}

#[test]
fn a_return_that_was_killed_at_any_request_goes_on() {
    let kills = at_every_request(|kill| {
        let account = Account::new();
        let before = account.all();
        end(account.lb(DRAIN), 0);
        let was_killed = killed(&account, &["undrain"], kill);
        end(account.undrain(), 0);
        assert_eq!(account.all(), before, "{kill:?}");
        assert!(!account.journal().exists());
        was_killed
    });
    assert!(kills >= 8, "only {kills} kills");
}
