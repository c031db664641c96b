//! The life of a load balancer by our commands alone, each step looked at by boto3.

use bellwether_testkit::moto::Moto;

use super::old::{Both, REGION};

const NAME: &str = "elbadmin-life";

/// What boto3 sees of the load balancer: its zones, instances and ports, in order.
fn seen(moto: &Moto) -> String {
    let script = format!(
        "import boto3\nelb = boto3.client('elb')\n\
         for it in elb.describe_load_balancers()['LoadBalancerDescriptions']:\n    \
         if it['LoadBalancerName'] == '{NAME}':\n        \
         print(*sorted(it['AvailabilityZones']), *sorted(each['InstanceId'] for each in it['Instances']),\n              \
         *sorted(each['Listener']['LoadBalancerPort'] for each in it['ListenerDescriptions']))"
    );
    moto.run_boto(&script, &[]).trim().to_owned()
}

#[test]
fn every_command_does_at_aws_what_it_says() {
    let moto = Moto::shared();
    let ids = moto.run_instances(REGION, 2, &[("Name", "one of two")]);
    let (one, other) = (ids[0].as_str(), ids[1].as_str());
    let sorted = if one < other { format!("{one} {other}") } else { format!("{other} {one}") };
    let both = Both::new(moto.endpoint());
    let step = |words: &[&str], wanted: &str| {
        let done = both.ours(words).finish().expect_code(0);
        assert_eq!(seen(moto), wanted, "{words:?}");
        done.stdout_text()
    };
    step(&["create", NAME, "-z", "eu-west-1a", "-l", "80,8080,http"], "eu-west-1a 80");
    step(&["addl", NAME, "-l", "22,22,TCP", "-l", "81,81,tcp"], "eu-west-1a 22 80 81");
    // moto loses count when it is given several ports at once.
    step(&["rml", NAME, "22"], "eu-west-1a 80 81");
    step(&["rml", NAME, "81"], "eu-west-1a 80");
    step(&["en", NAME, "eu-west-1b"], "eu-west-1a eu-west-1b 80");
    step(&["disable", NAME, "eu-west-1a"], "eu-west-1b 80");
    let shown = step(&["put", NAME, one, other], &format!("eu-west-1b {sorted} 80"));
    assert!(shown.contains(&format!("\n{one} InService       one of two   N/A\n")), "{shown}");
    step(&["rm", NAME, other], &format!("eu-west-1b {one} 80"));
    step(&["reap", NAME], &format!("eu-west-1b {one} 80"));
    let listed = step(&["ls"], &format!("eu-west-1b {one} 80"));
    assert!(listed.contains(&format!("\n{NAME:<20} {NAME}")), "{listed}");
    let told = step(&["delete", NAME], "");
    assert!(told.ends_with(&format!("\nLoad Balancer {NAME} deleted\n")), "{told}");
    both.ours(&["delete", NAME]).finish().expect_code(1);
}
