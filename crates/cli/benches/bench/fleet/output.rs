//! What an agent holds of a command that writes a gibibyte.

use bellwether_testkit::nats::{NatsServer, Release};
use bellwether_testkit::process::Finished;

use super::site::Site;
use crate::report::{Requirements, heading, mebibytes, milliseconds, remark, table};
use crate::rest::status;

/// The most memory that the agent may ever have had resident, in bytes.
const MOST: f64 = 32.0 * 1_024.0 * 1_024.0;
/// The beginning and the end of what was written, of 64 KiB each, are shown.
const SHOWN: usize = 2 * 64 * 1_024;

pub(crate) fn run(requirements: &mut Requirements) {
    heading("a command that writes 1 GiB, NATS");
    remark("'peak' is the most that was resident since the start; all but the beginning and the end is dropped.");
    let server = NatsServer::start(Release::Recent);
    let site = Site::new(&format!("nats://{}", server.address()), []);
    let agent = site.agent("node1");
    let peak = || status(agent.pid(), "VmHWM:");
    let (before, done) = (peak(), write_gibibyte(&site));
    let after = peak();
    let seconds = milliseconds(done.wall.as_secs_f64());
    table(
        &["agent", "peak before", "peak after", "wall"],
        &[vec!["NATS".to_owned(), mebibytes(before), mebibytes(after), seconds]],
    );
    let measured = format!("{} (wanted: at most {})", mebibytes(after), mebibytes(MOST));
    requirements.note(after <= MOST, "the agent's peak after 1 GiB of output", &measured);
}

fn write_gibibyte(site: &Site) -> Finished {
    let done = site.run(&["exec", "--nodes", "node1", "--", "head", "-c", "1G", "/dev/zero"]).finish().expect_code(0);
    let shown = done.stdout.iter().filter(|byte| **byte == 0).count();
    assert_eq!(shown, SHOWN, "the beginning and the end");
    done
}
