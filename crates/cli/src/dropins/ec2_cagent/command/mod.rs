//! A program beside the agent: runs one command, and answers.
//!
//! - `execute`: running it. `script`: its file, where it is a script.

mod execute;
mod script;

use std::io::Read;

use bellwether_core::collective::message::Reply;
use bellwether_core::collective::names::{HostName, MessageId};
use bellwether_core::environment::Environment;
use bellwether_host::clock;
use bellwether_host::own_program::be_called;

use super::agent::now;
use super::audit::Ended;
use super::job::Job;
use super::log::Log;
use super::mailbox::{Mailbox, queues};
use super::{PATIENCE, status};
use execute::Outcome;

/// What `ps` shows.
const CALLED: &str = "ec2-cagent-run";
/// The most that is read, in bytes: several times what a message can hold.
const LARGEST_JOB: u64 = 4 << 20;

/// Reads a job from standard input, runs it, and answers. The status says whether all that could be done was done.
pub(super) async fn run(environment: &Environment) -> u8 {
    be_called(CALLED);
    let mut told = Vec::new();
    let read = std::io::stdin().take(LARGEST_JOB).read_to_end(&mut told);
    let job: Option<Job> = read.ok().and_then(|_| serde_json::from_slice(&told).ok());
    let Some(job) = job else { return status::FAILED };
    let Ok(log) = Log::open(&job.log) else { return status::FAILED };
    log.take_warnings();
    let began = clock::mono();
    let outcome = execute::execute(&job).await;
    let seconds = clock::mono().since(began).as_secs_f64();
    let replied = answer(&job, &outcome, environment, &log).await;
    log.audit(&Ended {
        ended: &job.msg_id,
        batch_msg_id: &job.batch,
        rc: outcome.rc.value(),
        seconds,
        output_bytes: outcome.output_bytes,
        replied,
    });
    status::OK
}

async fn answer(job: &Job, outcome: &Outcome, environment: &Environment, log: &Log) -> bool {
    let (Ok(msg_id), Ok(hostname)) = (MessageId::new(&job.msg_id), HostName::new(&job.hostname)) else { return false };
    let reply = Reply {
        mode: job.work.mode(),
        output: outcome.output.clone(),
        rc: outcome.rc,
        ts: now(),
        msg_id,
        hostname,
        discovery: false,
    };
    let queues = queues(job.region.as_deref(), environment);
    let replies = Mailbox::new(&queues, &job.replies);
    replies.send(&format!("the answer to {}", job.batch), &reply.encode(), PATIENCE, log).await
}
