//! What an agent holds of a command that writes a gibibyte.

use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::process::Finished;
use nix::unistd::Pid;

use super::site::Site;
use crate::measure::wall;
use crate::report::{Requirements, heading, mebibytes, milliseconds, remark, table};
use crate::rest::status;

/// The most memory that the agent may ever have had resident, in bytes.
const MOST: f64 = 32.0 * 1_024.0 * 1_024.0;
/// The beginning and the end of what was written, of 64 KiB each, are shown.
const SHOWN: usize = 2 * 64 * 1_024;

pub(crate) fn run(requirements: &mut Requirements) {
    heading("a command that writes 1 GiB, NATS");
    remark("The most that was resident of the agent until then, and meanwhile; the beginning and the end are told.");
    let server = NatsServer::start(Release::Recent);
    let site = Site::new(&format!("nats://{}", server.address()), []);
    let agent = site.agent("node1");
    let before = peak(agent.pid());
    forget_peak(agent.pid());
    let done = write_gibibyte(&site);
    let meanwhile = peak(agent.pid());
    let row =
        vec!["bellwether agent".to_owned(), mebibytes(before), mebibytes(meanwhile), milliseconds(wall(&done.into()))];
    table(&["program", "peak before", "peak meanwhile", "wall"], &[row]);
    for (when, peak) in [("before", before), ("during", meanwhile)] {
        let measured = format!("{} (wanted: at most {})", mebibytes(peak), mebibytes(MOST));
        requirements.note(peak <= MOST, &format!("resident at most, {when} 1 GiB of output"), &measured);
    }
}

fn peak(pid: Pid) -> f64 {
    status(pid, "VmHWM:")
}

/// Lets the peak begin anew with what is resident now: proc_pid_clear_refs(5).
fn forget_peak(pid: Pid) {
    std::fs::write(format!("/proc/{pid}/clear_refs"), "5").expect("a process that runs");
}

fn write_gibibyte(site: &Site) -> Finished {
    let done = site.run(&["exec", "--nodes", "node1", "--", "head", "-c", "1G", "/dev/zero"]).finish().expect_code(0);
    let shown = done.stdout.iter().filter(|byte| **byte == 0).count();
    assert_eq!(shown, SHOWN, "the beginning and the end");
    done
}
