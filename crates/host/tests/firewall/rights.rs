//! Who may change the firewall. Each case is this program run again, with other rights.

use std::process::{Command, Output};

use bellwether_core::environment::Environment;
use bellwether_host::firewall::{Firewall, Outcome, Unavailable};
use bellwether_testkit::netns::private_network;
use bellwether_testkit::script::{copy_program, install_program};

use crate::support::{Driven, WAYS, others_run, ports};
use bellwether_testkit::traffic::{Connection, echo_on, open_both, refused};

/// A user without any rights of its own.
const NOBODY: &str = "65534";
/// Set where this program is run again.
const RUN_AGAIN: &str = "BELLWETHER_TEST_RUN_AGAIN";

#[test]
fn the_right_to_administer_the_network_is_enough() {
    let arguments = ["--reuid", NOBODY, "--clear-groups", "--bounding-set", "-all,+net_admin"];
    let ambient = ["--inh-caps", "-all,+net_admin", "--ambient-caps", "-all,+net_admin"];
    private_network(|| run_again("setpriv", &[&arguments[..], &ambient].concat(), "inside_the_right_is_enough"));
}

#[test]
fn a_user_who_is_root_in_a_network_of_their_own_can_block_there() {
    let arguments = ["--reuid", NOBODY, "--clear-groups", "unshare", "-Urn"];
    run_again("setpriv", &arguments, "inside_the_right_is_enough");
}

#[test]
fn a_missing_right_is_told_from_missing_programs() {
    let arguments = ["--bounding-set", "-net_admin", "--inh-caps", "-net_admin"];
    private_network(|| run_again("setpriv", &arguments, "inside_a_right_is_missing"));
}

#[test]
fn missing_programs_are_told_with_what_to_install() {
    let empty = tempfile::tempdir().unwrap();
    let error = Driven::find(&[empty.path().to_owned()]).err().unwrap();
    assert!(matches!(error, Unavailable::NoProgram));
    assert!(error.to_string().contains("install the package nftables"), "{error}");
}

#[test]
fn programs_that_do_not_work_are_told_with_what_they_said() {
    let directory = tempfile::tempdir().unwrap();
    let nft = directory.path().join("nft");
    install_program(&nft, "#!/bin/sh\necho 'JSON support not compiled-in' >&2; exit 1\n");
    let error = Driven::find(&[directory.path().to_owned()]).err().unwrap();
    assert!(matches!(error, Unavailable::Broken(_)));
    assert!(error.to_string().contains("(status 1): JSON support not compiled-in"), "{error}");
    let iptables = WAYS[1].directory();
    private_network(|| {
        let found = Driven::find(&[directory.path().to_owned(), iptables.path().to_owned()]);
        assert!(found.is_ok(), "the other way is taken");
    });
    install_program(&nft, "#!/bin/sh\necho '{'\n");
    let error = Driven::find(&[directory.path().to_owned()]).err().unwrap().to_string();
    assert!(error.contains("-j list tables inet' printed what cannot be read"), "{error}");
}

#[tokio::test]
async fn the_programs_are_found_without_a_path() {
    let found = Firewall::detect(&Environment::default()).await;
    assert!(!matches!(found, Err(Unavailable::NoProgram)));
}

#[test]
#[ignore = "run by others, with other rights"]
fn inside_the_right_is_enough() {
    if !is_run_again() {
        return;
    }
    others_run("ip", &["link", "set", "lo", "up"], "");
    echo_on([8_080]);
    let mut old = open_both(8_080);
    let closed = ports(&[8_080]);
    // The old iptables needs a lock and a raw socket besides, and so more than this right.
    for way in WAYS.iter().filter(|way| way.name != "iptables-legacy") {
        let mut firewall = Driven::of(way);
        assert_eq!(firewall.reconcile(Some(&closed)), Outcome::Installed);
        refused(8_080);
        old.iter_mut().for_each(Connection::echoes);
        assert_eq!(firewall.reconcile(Some(&closed)), Outcome::Unchanged);
        assert_eq!(firewall.reconcile(None), Outcome::Removed);
        open_both(8_080);
    }
}

#[test]
#[ignore = "run by others, with other rights"]
fn inside_a_right_is_missing() {
    if !is_run_again() {
        return;
    }
    for way in &WAYS {
        let error = Driven::find(&[way.directory().path().to_owned()]).err().unwrap();
        assert!(matches!(error, Unavailable::NoRight), "{}: {error}", way.name);
        assert!(error.to_string().contains("AmbientCapabilities=CAP_NET_ADMIN"), "{error}");
    }
}

/// Whether this is such a run; in any other, the network would be the machine's own.
fn is_run_again() -> bool {
    std::env::var_os(RUN_AGAIN).is_some()
}

/// Runs one test of this program through another program that takes rights away.
fn run_again(wrapper: &str, arguments: &[&str], test: &str) {
    // Where this program lies, others may have no access.
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let program = directory.path().join("tests");
    copy_program(&std::env::current_exe().unwrap(), &program);
    let name = format!("rights::{test}");
    let mut command = Command::new(wrapper);
    command.args(arguments).arg(&program).args(["--exact", "--ignored", "--nocapture", &name]).current_dir("/");
    let Output { status, stdout, stderr } = command.env(RUN_AGAIN, "1").output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success() && told.contains("1 passed"), "{told}");
}
