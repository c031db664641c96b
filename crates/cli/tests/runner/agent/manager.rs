//! What the service manager is told, and when.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::notify::NotifySocket;
use nix::sys::signal::Signal;

use super::support::{EVERYTHING, Node};
use crate::exec::support::{Site, holds};
use crate::support::wait_until;

#[test]
fn it_is_ready_once_it_serves_and_not_before() {
    let server = NatsServer::start(Release::Recent);
    let site = Site::at(&format!("nats://{}", server.address()));
    let manager = NotifySocket::within(&site.sandbox);
    server.stop();
    let agent = site.run(&["agent", "--node", "web-1"]).env("XDG_STATE_HOME", site.state_of("web-1"));
    let agent = agent.env("NOTIFY_SOCKET", manager.path()).deadline(Duration::from_secs(240)).start();
    let warnings = || super::support::log(&agent).matches("WARNING ").count();
    wait_until("it cannot connect, again and again", || warnings() >= 2);
    assert_eq!(manager.messages(), Vec::<String>::new());
    server.restart();
    wait_until("it is ready", || manager.count("READY=1") == 1);
    // It is not asked a second time.
    holds(&site.end(0, &["ping", "--nodes", "web-1"]).stdout_text(), &["1 of 1 answered"]);
    holds(&manager.messages().join("\n"), &[&format!("STATUS=serving as web-1 in {}", site.env)]);
}

#[test]
fn its_watchdog_is_fed_while_it_goes_on_also_during_a_long_reload() {
    let node = Node::new(EVERYTHING);
    let manager = NotifySocket::within(&node.sandbox);
    let slow = node.sandbox.path().join("slow");
    let program = format!("#!/bin/sh\nwhile [ -e {} ]; do sleep 0.1; done\necho speed=high\n", slow.display());
    let program = node.sandbox.write("facts.d/speed", program);
    std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let facts = node.sandbox.path().join("facts.d");
    node.set("BELLWETHER_AGENT_FACTS_DIRECTORY", &facts.to_string_lossy());
    node.set("NOTIFY_SOCKET", &manager.path().to_string_lossy());
    node.set("WATCHDOG_USEC", "400000");
    let agent = node.start();
    let feeds = || manager.count("WATCHDOG=1");
    wait_until("its watchdog is fed", || feeds() >= 3);
    agent.signal(Signal::SIGSTOP);
    std::thread::sleep(Duration::from_millis(300));
    let before = feeds();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(feeds(), before, "an agent that stands still feeds nobody");
    agent.signal(Signal::SIGCONT);
    wait_until("it is fed again", || feeds() > before);

    std::fs::write(&slow, "").unwrap();
    agent.signal(Signal::SIGHUP);
    let reloading = |message: &String| message.starts_with("RELOADING=1\nMONOTONIC_USEC=");
    wait_until("it reloads", || manager.messages().iter().any(reloading));
    let before = feeds();
    wait_until("its watchdog is fed meanwhile", || feeds() >= before + 3);
    assert_eq!(manager.count("READY=1"), 1, "it still reloads");
    std::fs::remove_file(&slow).unwrap();
    wait_until("it is ready again", || manager.count("READY=1") == 2);

    agent.signal(Signal::SIGTERM);
    agent.finish().expect_code(0);
    assert_eq!(manager.count("STOPPING=1"), 1);
}
