//! `bellwether env` on moto, with boto3 as a second opinion.

mod change;
mod iam;
mod look;

use bellwether_testkit::moto::{Moto, aws_environment};
use bellwether_testkit::process::{Run, Sandbox};
use serde_json::Value;

use crate::fleet::support::{bare, end};

/// The program on moto. Every test has an environment of its own.
fn env(arguments: &[&str]) -> Run {
    env_at(Moto::shared().endpoint(), arguments)
}

/// The program, with the service at this URL for AWS.
fn env_at(url: &str, arguments: &[&str]) -> Run {
    let sandbox = Sandbox::new();
    let mut run = bare(&sandbox, &[&["env"], arguments].concat()).directory("/");
    for (name, value) in aws_environment(url, "eu-west-1") {
        run = run.env(name, value);
    }
    run
}

/// What the program prints when all goes well.
fn printed(run: Run) -> String {
    let done = end(run, 0);
    assert_eq!(done.stderr_text(), "");
    done.stdout_text()
}

/// The value of a Python expression, in which `sqs` is boto3's client and `url(NAME)` a queue's URL.
fn boto(expression: &str) -> Value {
    let script = format!(
        "import boto3, json\nsqs = boto3.client('sqs')\nurl = lambda name: sqs.get_queue_url(QueueName=name)['QueueUrl']\n\
         print(json.dumps({expression}))\n"
    );
    serde_json::from_str(&Moto::shared().run_boto(&script, &[])).unwrap()
}

/// The names of the queues of an environment.
fn queues(name: &str) -> Value {
    boto(&format!("sorted(u.split('/')[-1] for u in sqs.list_queues(QueueNamePrefix='{name}_').get('QueueUrls', []))"))
}
