//! The store does what every claim store must do.

use bellwether_core::names::JobName;
use bellwether_core::store::ClaimStore;
use bellwether_testkit::moto::Moto;
use bellwether_testkit::store::conformance;

use super::{aws_at, boto};

const PLANT: &str = "
table.put_item(Item={'pk': 'job#' + os.environ['JOB'], 'sk': 'record', 'version': 1, 'record': os.environ['TEXT']})
table.put_item(Item={'pk': 'jobs', 'sk': os.environ['JOB']})
";

/// A table for each check; each handle has clients of its own.
async fn open(name: &str) -> Box<dyn ClaimStore> {
    let aws = aws_at(Moto::shared().endpoint());
    aws.create_claim_table(name).await.unwrap();
    Box::new(aws.claim_store(name).await.unwrap())
}

#[tokio::test]
async fn dynamodb_conforms() {
    conformance::run_all(&open).await;
}

#[tokio::test]
async fn dynamodb_refuses_what_it_cannot_read() {
    let plant = async |name: &str, job: &JobName, text: &str| {
        boto(name, PLANT, &[("JOB", job.as_str()), ("TEXT", text)]);
    };
    conformance::run_format(&open, &plant).await;
}
