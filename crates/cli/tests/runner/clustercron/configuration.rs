//! Where region, credentials, endpoints and limits come from.

use std::time::Duration;

use bellwether_testkit::fake_elb::{Fault, Faults};
use bellwether_testkit::process::Run;

use super::support::{ME, Node, imds, key_of, region_of, with_keys};

/// A chosen node whose instance has a role.
fn with_role() -> Node {
    Node::new(imds().role("web", "ASIAROLE", "role-secret", "role-token"), |world| {
        world.set_load_balancer("web", &[(ME, "InService")]);
        world.set_target_group("web", &[(ME, 80, "healthy")]);
    })
}

fn ok(run: Run) {
    run.args(["elb", "web"]).finish().expect_code(0);
}

const BOTO_KEYS: &str = "[Credentials]\naws_access_key_id = AKIABOTO\naws_secret_access_key = boto-secret\n";

#[test]
fn the_instances_role_signs_the_request() {
    let node = with_role();
    ok(node.without_keys(&[]));
    assert_eq!(key_of(&node.aws), "ASIAROLE");
    let log = node.aws.log();
    assert_eq!(log.last().unwrap().request.header("x-amz-security-token"), Some("role-token"));
    node.without_keys(&["alb", "web"]).finish().expect_code(0);
    assert_eq!(key_of(&node.aws), "ASIAROLE");
}

#[test]
fn the_environment_comes_before_the_files_and_these_before_the_role() {
    let node = with_role();
    node.sandbox.write(
        "home/.aws/credentials",
        "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = x\n\
         [other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = x\n",
    );
    ok(node.without_keys(&[]));
    assert_eq!(key_of(&node.aws), "AKIADEFAULT");
    ok(node.without_keys(&[]).env("AWS_PROFILE", "other"));
    assert_eq!(key_of(&node.aws), "AKIAOTHER");
    ok(node.clustercron(&[]));
    assert_eq!(key_of(&node.aws), "AKIAIOSFODNN7EXAMPLE");
}

#[test]
fn the_keys_of_the_boto_files_come_last() {
    let node = with_role();
    node.sandbox.write("home/.boto", BOTO_KEYS);
    ok(node.without_keys(&[]));
    assert_eq!(key_of(&node.aws), "ASIAROLE");
    let node = Node::chosen();
    node.sandbox.write("home/.boto", BOTO_KEYS);
    ok(node.without_keys(&[]));
    assert_eq!(key_of(&node.aws), "AKIABOTO");
    let file = node.sandbox.write("elsewhere", BOTO_KEYS.replace("AKIABOTO", "AKIAELSEWHERE"));
    ok(node.without_keys(&[]).env("BOTO_CONFIG", file));
    assert_eq!(key_of(&node.aws), "AKIAELSEWHERE");
    ok(node.clustercron(&[]));
    assert_eq!(key_of(&node.aws), "AKIAIOSFODNN7EXAMPLE");
}

#[test]
fn the_region_is_the_environments_the_profiles_the_boto_files_or_the_instances() {
    let node = Node::chosen();
    ok(node.clustercron(&[]));
    assert_eq!(region_of(&node.aws), "eu-west-1");
    node.sandbox.write("home/.boto", "[Boto]\nelb_region_name = eu-north-1\n");
    ok(node.clustercron(&[]));
    assert_eq!(region_of(&node.aws), "eu-north-1");
    node.sandbox.write("home/.aws/config", "[default]\nregion = eu-west-3\n[profile far]\nregion = sa-east-1\n");
    ok(node.clustercron(&[]));
    assert_eq!(region_of(&node.aws), "eu-west-3");
    ok(node.clustercron(&[]).env("AWS_PROFILE", "far"));
    assert_eq!(region_of(&node.aws), "sa-east-1");
    ok(node.clustercron(&[]).env("AWS_DEFAULT_REGION", "us-east-2"));
    assert_eq!(region_of(&node.aws), "us-east-2");
    ok(node.clustercron(&[]).env("AWS_DEFAULT_REGION", "us-east-2").env("AWS_REGION", "us-west-2"));
    assert_eq!(region_of(&node.aws), "us-west-2");
}

#[test]
fn the_endpoint_of_the_boto_files_is_for_classic_load_balancers() {
    let node = Node::chosen();
    let address = node.aws.url().replace("http://", "");
    let boto = format!("[Boto]\nis_secure = False\nelb_region_name = eu-west-1\nelb_region_endpoint = {address}\n");
    node.sandbox.write("home/.boto", boto);
    let run = with_keys(node.sandbox.run(node.link()))
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", node.imds.url())
        .args(["elb", "web", "touch", "ran"]);
    run.finish().expect_code(0);
    assert_eq!((node.aws.calls("DescribeInstanceHealth"), region_of(&node.aws).as_str()), (1, "eu-west-1"));
    assert!(node.file("ran").exists());
}

#[test]
fn the_limits_of_the_boto_files_are_kept() {
    let node = Node::chosen();
    node.sandbox.write("home/.boto", "[Boto]\nnum_retries = 3\n");
    node.aws.misbehave(Faults::always(Fault::Throttled));
    node.expect_error(node.clustercron(&[]), &["Throttling"]);
    assert_eq!(node.aws.calls("DescribeInstanceHealth"), 4, "the first attempt and three more");
    node.sandbox.write("home/.boto", "[Boto]\nnum_retries = 0\nhttp_socket_timeout = 30\n");
    node.aws.misbehave(Faults::slow(Duration::from_secs(5)));
    ok(node.clustercron(&[]));
    assert_eq!(node.aws.calls("DescribeInstanceHealth"), 5, "five seconds are no reason to ask again now");
}

#[test]
fn the_limit_of_the_boto_files_can_be_short() {
    let node = Node::chosen();
    node.sandbox.write("home/.boto", "[Boto]\nnum_retries = 0\nhttp_socket_timeout = 1\n");
    node.aws.misbehave(Faults::always(Fault::Hang));
    node.expect_error(node.clustercron(&[]), &["no answer in time"]);
    assert_eq!(node.aws.calls("DescribeInstanceHealth"), 1);
}

#[test]
fn the_users_boto_file_overrides_the_machines_per_option() {
    let node = Node::chosen();
    let etc = node.sandbox.path().join("etc");
    let keys = BOTO_KEYS.replace("AKIABOTO", "AKIAETC");
    node.sandbox.write("etc/boto.cfg", format!("{keys}[Boto]\nelb_region_name = eu-north-1\n"));
    node.sandbox.write("home/.boto", "[Boto]\nelb_region_name = eu-south-1\n");
    with_etc(&node, &etc, &["elb", "web"]).finish().expect_code(0);
    assert_eq!((key_of(&node.aws), region_of(&node.aws)), ("AKIAETC".to_owned(), "eu-south-1".to_owned()));
}

#[test]
fn the_users_ini_overrides_the_machines_per_option() {
    let node = with_role();
    let etc = node.sandbox.path().join("etc");
    let cache = node.file("machine.json");
    node.sandbox.write("etc/clustercron.ini", format!("; machine\n[cache]\nfilename = {}\n", cache.display()));
    node.sandbox.write("home/.clustercron.ini", "# user\n[cache]\nexpire_time = 100000\n");
    with_etc(&node, &etc, &["-c", "elb", "web"]).finish().expect_code(0);
    let names: Vec<_> = super::cache_files::names(&node.sandbox.home());
    assert!(names.iter().any(|name| name.starts_with("machine.json.elb.web.")), "{names:?}");
}

/// `clustercron` without keys, where `/etc` holds what the directory holds.
fn with_etc(node: &Node, etc: &std::path::Path, arguments: &[&str]) -> Run {
    let script = "set -e; mount --bind \"$1\" /etc; shift; exec \"$@\"";
    let run = node.sandbox.run("unshare").args(["--mount", "--propagation", "private", "sh", "-c", script, "sh"]);
    run.arg(etc)
        .arg(node.link())
        .args(arguments)
        .env("AWS_ENDPOINT_URL", node.aws.url())
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", node.imds.url())
}

#[test]
fn a_wrong_ini_is_an_error_where_the_cache_is_asked_for() {
    let node = Node::chosen();
    for (ini, part) in
        [("[cache]\nexpire_time = soon\n", "expire_time = soon"), ("[cache]\nmax_iter = -1\n", "max_iter")]
    {
        node.sandbox.write("home/.clustercron.ini", ini);
        let run = node.clustercron(&["-c"]);
        node.expect_error(run, &["clustercron.config", ".clustercron.ini", part, "expected: [cache]"]);
        ok(node.clustercron(&[]));
    }
}

#[test]
fn what_is_left_out_of_the_boto_files_is_said_to_those_who_ask() {
    let node = Node::chosen();
    node.sandbox.write("home/.boto", "[Boto]\nnum_retries = many\n");
    let quiet = node.clustercron(&["elb", "web"]).finish().expect_code(0);
    assert_eq!(quiet.stderr_text(), "");
    let told = node.clustercron(&["-v", "elb", "web"]).finish().expect_code(0).stderr_text();
    let warning = told.lines().find(|line| line.starts_with("WARNING  clustercron : ")).expect("a warning");
    assert!(warning.contains("num_retries") && warning.contains("many"), "{told}");
}
