//! What a message means for this host.

use std::path::Path;

use bellwether_core::collective::message::{Action, Command, ReturnCode};
use bellwether_core::collective::names::MessageId;

use super::answers::Question;
use crate::dropins::ec2_cagent::audit::{Came, Decision};
use crate::dropins::ec2_cagent::config::Config;
use crate::dropins::ec2_cagent::job::{Job, Work};
use crate::dropins::ec2_cagent::log::{Log, LogPlan};

/// What is to be done for a message.
#[derive(Debug)]
pub(super) enum Order {
    /// Say that we are there.
    Present(Question),
    /// Say that we are there, and that nothing is run.
    Refuse(Question, String, ReturnCode),
    /// Say that we are there, and run it.
    Run(Question, Box<Job>),
}

/// Why the old agents' way to name a script in S3 is not followed: its last release did not know it any more.
const NO_S3: &str = "commands from S3 are not supported; send the script itself with file://";
/// What the last release of the old master forgets, at which the old agents fail.
const NO_PAYLOAD: &str = "the message does not hold the script: the last release of the old master forgets it; use the \
                          ec2-cmaster of bellwether";

/// The status of what the configuration does not allow.
const NOT_ALLOWED: ReturnCode = ReturnCode::Command(1);
/// The status of a script that could not be written.
const NO_SCRIPT: ReturnCode = ReturnCode::Agent(255);

/// Makes orders.
pub(super) struct Orders<'a> {
    pub(super) config: &'a Config,
    pub(super) scripts: &'a Path,
    pub(super) hostname: &'a str,
    pub(super) log_plan: &'a LogPlan,
    pub(super) log: &'a Log,
}

impl Orders<'_> {
    /// The order that a command for this host is; what is run or refused is put into the account.
    pub(super) fn of(&self, msg_id: MessageId, command: Command) -> Order {
        let question = Question { mode: command.action.mode(), asked: command.ts_text(), msg_id };
        if matches!(command.action, Action::Ping | Action::Count) {
            return Order::Present(question);
        }
        if let Some(why) = self.config.policy.refuses(&command.action) {
            return self.refuse(question, &command, why, NOT_ALLOWED);
        }
        let work = match &command.action {
            Action::Cli(line) => Work::Line(line.clone()),
            Action::Script { payload: Some(payload), parameters, .. } => {
                Work::Script { payload: payload.clone(), parameters: parameters.clone() }
            }
            Action::Script { payload: None, .. } => return self.refuse(question, &command, NO_PAYLOAD, NO_SCRIPT),
            _ => return self.refuse(question, &command, NO_S3, NOT_ALLOWED),
        };
        self.account(Decision::Accepted, &question, &command, None);
        let job = self.job(&question, &command, work);
        Order::Run(question, Box::new(job))
    }

    /// What follows when a command for this host cannot be remembered: it is not run, since it could be run again.
    pub(super) fn of_forgotten(&self, msg_id: MessageId, command: &Command, why: &str) -> Order {
        let question = Question { mode: command.action.mode(), asked: command.ts_text(), msg_id };
        match command.action.mode().runs_something() {
            true => self.refuse(question, command, why, NOT_ALLOWED),
            false => Order::Present(question),
        }
    }

    fn refuse(&self, question: Question, command: &Command, why: &str, rc: ReturnCode) -> Order {
        self.account(Decision::Refused, &question, command, Some(why));
        Order::Refuse(question, why.to_owned(), rc)
    }

    fn account(&self, decision: Decision, question: &Question, command: &Command, why: Option<&str>) {
        self.log.audit(&Came::new(decision, question.msg_id.as_str(), command, why));
    }

    fn job(&self, question: &Question, command: &Command, work: Work) -> Job {
        let agent = &self.config.agent;
        Job {
            work,
            timeout: self.config.timeout(),
            scripts: self.scripts.to_owned(),
            msg_id: question.msg_id.to_string(),
            batch: command.batch.to_string(),
            hostname: self.hostname.to_owned(),
            replies: agent.sqs_write_queue.clone(),
            region: agent.region.clone(),
            log: self.log_plan.clone(),
        }
    }
}
