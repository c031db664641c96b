//! A cluster of NATS servers, of which one after the other is restarted.

use std::time::Duration;

use bellwether_testkit::nats::{NatsCluster, Release};
use bellwether_testkit::process::{Finished, Running};

use super::support::log;
use crate::exec::support::Site;
use crate::support::wait_until;

/// More than the restarts take.
const LINES: usize = 150;

/// Restarts every server in turn, so that whoever is connected to any of them loses that connection.
fn restart_each(cluster: &NatsCluster) {
    for server in cluster.servers() {
        server.shut_down();
        std::thread::sleep(Duration::from_secs(1));
        server.restart();
        // Of three servers two must have what is kept, before the next one goes.
        std::thread::sleep(Duration::from_secs(2));
    }
}

fn begun(call: &Running) {
    wait_until("it runs", || call.stdout_so_far().starts_with(b"web-1: line 1\n"));
}

/// A command on the one node while every server is restarted; its output goes by before, meanwhile and after.
fn called_while_servers_restart(options: &[&str]) -> (Finished, String) {
    let cluster = NatsCluster::start(Release::Recent);
    let site = Site::at(&cluster.servers_url());
    let agent = site.agent("web-1");
    // A server that is restarted while a stream is being made may take minutes to be well again.
    site.end(0, &["exec", "--all", "--durable", "--", "true"]);
    let ran = site.sandbox.path().join("ran");
    let gate = site.sandbox.path().join("gate");
    let shell = format!(
        "echo once >> {}; for i in $(seq {LINES}); do echo line $i; sleep 0.1; done; \
         while ! [ -e {} ]; do sleep 0.1; done; echo last",
        ran.display(),
        gate.display()
    );
    let call = site.run(&[&["exec", "--all", "--shell", &shell], options].concat()).start();
    begun(&call);
    restart_each(&cluster);
    std::fs::write(gate, "").unwrap();
    let done = call.finish();
    assert_eq!(std::fs::read_to_string(&ran).unwrap(), "once\n");
    (done, log(&agent))
}

#[test]
fn no_line_is_lost_while_every_server_is_restarted() {
    let (done, log) = called_while_servers_restart(&["--durable"]);
    let lines: String = (1..=LINES).map(|number| format!("web-1: line {number}\n")).collect();
    let told = format!("{}{}{log}", done.stdout_text(), done.stderr_text());
    assert!(done.stdout_text() == lines + "web-1: last\n", "{told}");
    done.expect_code(0);
}

#[test]
fn what_is_not_kept_has_gaps_that_are_named_and_its_end_arrives() {
    let (done, log) = called_while_servers_restart(&[]);
    let lines = done.stdout_text().lines().count();
    let told = format!("{}{}{log}", done.stdout_text(), done.stderr_text());
    assert!(done.stdout_text().ends_with("web-1: last\n"), "{told}");
    assert!(lines == LINES + 1 || done.stderr_text().contains("its output has"), "{told}");
    done.expect_code(0);
}
