//! An agent that takes a command and is not heard of again, and one that comes back after all.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::exec::support::{Site, holds};
use crate::support::wait_until;

#[test]
fn a_node_that_falls_silent_is_lost_counts_as_failed_and_tells_its_end_when_it_goes_on() {
    let site = Site::new();
    let agents = site.agents(&["web-1", "web-2"]);
    let gate = site.sandbox.path().join("gate");
    let ran = site.sandbox.path().join("ran");
    let shell = format!(
        "echo run >> {}; echo begun; while ! [ -e {} ]; do sleep 0.1; done; echo ended",
        ran.display(),
        gate.display()
    );
    let call = ["exec", "--all", "--durable", "--ttl", "1h", "--batch", "1", "--max-failures", "0", "--shell", &shell];
    let call = site.run(&call).deadline(Duration::from_secs(150)).start();
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: begun"));
    agents[0].signal(Signal::SIGSTOP);
    let done = call.finish().expect_code(2);
    // 30 s are documented.
    assert!(done.wall > Duration::from_secs(25) && done.wall < Duration::from_secs(90), "{:?}", done.wall);
    let told = done.stderr_text();
    holds(
        &told,
        &[
            "took the request and were not heard of again; what became of it there is unknown: web-1",
            "not asked any more, since more nodes failed than --max-failures allows: web-2",
            "0 succeeded, 1 without an answer, 1 not asked",
        ],
    );
    let id = told.split("'bellwether results ").nth(1).unwrap().split('\'').next().unwrap();
    holds(&site.end(2, &["results", id]).stdout_text(), &["web-1: begun\n"]);
    // The command went on meanwhile, and ends while its agent still stands.
    std::fs::write(gate, "").unwrap();
    agents[0].signal(Signal::SIGCONT);
    wait_until("its end is told", || {
        site.run(&["results", id]).finish().stderr_text().contains("1 succeeded, 1 not asked")
    });
    assert_eq!(site.end(1, &["results", id]).stdout_text(), "web-1: begun\nweb-1: ended\n");
    assert_eq!(std::fs::read_to_string(ran).unwrap(), "run\n", "one node ran it, once");
}
