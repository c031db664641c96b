//! The cache of the choice (`-c`).

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::Duration;

use bellwether_testkit::fake_elb::{Fault, Faults};
use bellwether_testkit::imds::FakeImds;

use super::cache_files::CacheFiles;
use super::support::{ME, Node, wait_for_stderr};

fn calls(node: &Node) -> usize {
    node.aws.calls("DescribeInstanceHealth")
}

fn cached(node: &Node) -> Option<i32> {
    node.clustercron(&["-c", "elb", "web"]).finish().code
}

/// A node that has its answer in the cache, and the cache.
fn warm() -> (Node, CacheFiles) {
    let node = Node::chosen();
    // Fresh for longer than any test takes.
    node.sandbox.write("home/.clustercron.ini", "[cache]\nexpire_time = 86000\nmax_iter = 2\n");
    assert_eq!((cached(&node), calls(&node)), (Some(0), 1));
    let files = CacheFiles::of(&node);
    (node, files)
}

#[test]
fn a_fresh_answer_is_used_without_asking_aws() {
    let (node, files) = warm();
    assert_eq!((cached(&node), calls(&node)), (Some(0), 1));
    let date = files.isodate();
    files.set(false, &date);
    let done = node.clustercron(&["--cache", "elb", "web", "touch", "ran"]).finish().expect_code(1);
    assert_eq!((calls(&node), done.stderr_text()), (1, String::new()));
    assert!(!node.file("ran").exists());
    assert_eq!(node.clustercron(&["elb", "web"]).finish().code, Some(0), "without -c the cache is left alone");
    assert_eq!((calls(&node), files.isodate()), (2, date));
}

#[test]
fn a_fresh_answer_lets_the_command_run() {
    let (node, _) = warm();
    let done = node.clustercron(&["-c", "-o", "elb", "web", "sh", "-c", "echo ran; exit 7"]).finish();
    assert_eq!(done.expect_code(7).stdout_text(), "ran\n");
    assert_eq!(calls(&node), 1);
}

#[test]
fn the_file_is_as_1_0_1_wrote_it_and_for_its_owner_alone() {
    let node = Node::chosen();
    node.shell("umask 0; clustercron -c elb web").finish().expect_code(0);
    let files = CacheFiles::of(&node);
    assert_eq!(fs::metadata(files.only()).unwrap().permissions().mode() & 0o7777, 0o600);
    let value = files.value();
    assert_eq!((value.as_object().unwrap().len(), &value["master"]), (2, &serde_json::json!(true)));
    let date = files.isodate();
    let shape: String = date.chars().map(|letter| if letter.is_ascii_digit() { '9' } else { letter }).collect();
    assert_eq!(shape, "9999-99-99T99:99:99.999999");
}

#[test]
fn an_old_answer_is_asked_for_again_and_replaced() {
    let (node, files) = warm();
    files.set(false, "2020-01-02T03:04:05.678901");
    assert_eq!((cached(&node), calls(&node)), (Some(0), 2));
    assert_eq!(files.value()["master"], true);
    assert!(!files.isodate().starts_with("2020"));
}

#[test]
fn answers_expire_after_the_configured_time() {
    let node = Node::chosen();
    node.sandbox.write("home/.clustercron.ini", "[cache]\nexpire_time = 1\n");
    assert_eq!(cached(&node), Some(0));
    // The answer is now older than the second it is good for.
    std::thread::sleep(Duration::from_millis(1_100));
    assert_eq!((cached(&node), calls(&node)), (Some(0), 2));
}

#[test]
fn dates_are_local_time() {
    let node = Node::chosen();
    node.sandbox.write("home/.clustercron.ini", "[cache]\nexpire_time = 3600\n");
    let at = |zone: &str| node.clustercron(&["-c", "elb", "web"]).env("TZ", zone).finish().code;
    assert_eq!((at("UTC"), at("UTC"), calls(&node)), (Some(0), Some(0), 1));
    // Twelve hours east the same text means a time twelve hours ago.
    assert_eq!((at("Etc/GMT-12"), at("Etc/GMT-12"), calls(&node)), (Some(0), Some(0), 2));
}

#[test]
fn a_date_without_a_fraction_is_read() {
    let (node, files) = warm();
    let date = files.isodate();
    files.set(false, date.split('.').next().unwrap());
    assert_eq!((cached(&node), calls(&node)), (Some(1), 1), "the answer of the file");
}

#[test]
fn an_answer_from_the_future_is_not_trusted() {
    let (node, files) = warm();
    files.set(false, "2999-01-02T03:04:05.678901");
    assert_eq!((cached(&node), calls(&node)), (Some(0), 2));
    assert!(!files.isodate().starts_with("2999"));
}

#[test]
fn a_damaged_file_is_asked_again_and_replaced() {
    let damages: [&[u8]; 8] = [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        br#"{"master": true}"#,
        br#"{"master": "yes", "isodate": "2026-01-01T00:00:00"}"#,
        br#"{"master": true, "isodate": "yesterday"}"#,
        &[b'x'; 100_000],
    ];
    let (node, files) = warm();
    for (place, damage) in damages.iter().enumerate() {
        fs::write(files.only(), damage).unwrap();
        assert_eq!((cached(&node), calls(&node)), (Some(0), place + 2), "{:?}", String::from_utf8_lossy(damage));
        assert_eq!(files.value()["master"], true);
    }
}

#[test]
fn each_balancer_has_its_own_answer() {
    let (node, files) = warm();
    node.aws.change(|world| world.set_load_balancer("other", &[("i-0", "InService"), (ME, "InService")]));
    node.clustercron(&["-c", "elb", "other"]).finish().expect_code(1);
    node.clustercron(&["-c", "alb", "web"]).finish().expect_code(0);
    assert_eq!((calls(&node), node.aws.calls("DescribeTargetHealth")), (2, 1));
    assert_eq!((cached(&node), calls(&node)), (Some(0), 2), "the first answer is still there");
    assert_eq!(files.names().len(), 3);
}

#[test]
fn each_region_and_each_instance_has_its_own_answer() {
    let (node, files) = warm();
    node.clustercron(&["-c", "elb", "web"]).env("AWS_REGION", "us-east-1").finish().expect_code(0);
    assert_eq!(calls(&node), 2);
    let image = FakeImds::builder().instance_id("i-0ffffffffffffffff").start();
    let run = node.clustercron(&["-c", "elb", "web"]).env("AWS_EC2_METADATA_SERVICE_ENDPOINT", image.url());
    run.finish().expect_code(1);
    assert_eq!((calls(&node), files.names().len()), (3, 3));
}

#[test]
fn a_name_cannot_lead_out_of_the_directory() {
    let (node, files) = warm();
    let name = "../../home/x";
    node.aws.change(|world| world.set_load_balancer(name, &[(ME, "InService")]));
    node.clustercron(&["-c", "elb", name]).finish().expect_code(0);
    assert_eq!(files.names().len(), 2);
    assert!(super::cache_files::names(&node.sandbox.home()).iter().all(|name| name == ".clustercron.ini"));
}

#[test]
fn a_failed_lookup_is_not_remembered() {
    let node = Node::chosen();
    node.aws.misbehave(Faults::always(Fault::Denied));
    node.expect_error(node.clustercron(&["-c"]), &["AccessDenied"]);
    node.aws.misbehave(Faults::default());
    assert_eq!((cached(&node), calls(&node)), (Some(0), 2));
}

#[test]
fn an_error_is_not_covered_up_by_an_old_answer() {
    let (node, files) = warm();
    files.set(true, "2020-01-02T03:04:05");
    node.aws.misbehave(Faults::always(Fault::Denied));
    node.expect_error(node.clustercron(&["-c"]), &["AccessDenied"]);
}

#[test]
fn a_locked_file_is_waited_for() {
    let (node, files) = warm();
    node.sandbox.write("home/.clustercron.ini", "[cache]\nexpire_time = 86000\nmax_iter = 60\n");
    let lock = File::open(files.only()).unwrap();
    lock.lock().unwrap();
    let running = node.clustercron(&["-vv", "-c", "elb", "web"]).start();
    wait_for_stderr(&running, "Cache file is locked");
    lock.unlock().unwrap();
    running.finish().expect_code(0);
    assert_eq!(calls(&node), 1);
}

#[test]
fn a_file_that_stays_locked_is_given_up_after_max_iter_tries() {
    let (node, files) = warm();
    let lock = File::open(files.only()).unwrap();
    lock.lock().unwrap();
    let done = node.clustercron(&["-vv", "-c", "elb", "web", "touch", "ran"]).finish().expect_code(1);
    assert!(done.wall >= Duration::from_millis(950), "a second between two tries: {:?}", done.wall);
    assert_eq!(done.stderr_text().matches("Cache file is locked").count(), 2, "{}", done.stderr_text());
    assert_eq!(calls(&node), 1);
    assert!(!node.file("ran").exists());
}

#[test]
fn two_runs_at_the_same_time_ask_once() {
    let node = Node::chosen();
    node.aws.misbehave(Faults::slow(Duration::from_millis(800)));
    let runs = [(); 2].map(|()| node.clustercron(&["-c", "elb", "web"]).start());
    for run in runs {
        run.finish().expect_code(0);
    }
    assert_eq!(calls(&node), 1);
}

#[test]
fn a_symbolic_link_is_refused() {
    let (node, files) = warm();
    let target = node.sandbox.write("target", fs::read(files.only()).unwrap());
    let path = files.only();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    let before = fs::read(&target).unwrap();
    node.expect_error(node.clustercron(&["-c"]), &["clustercron.cache", "symbolic link", "filename"]);
    assert_eq!((fs::read(&target).unwrap(), calls(&node)), (before, 1));
}

#[test]
fn a_link_that_leads_nowhere_creates_nothing() {
    let (node, files) = warm();
    let target = node.sandbox.path().join("not-there");
    let path = files.only();
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink(&target, &path).unwrap();
    node.expect_error(node.clustercron(&["-c"]), &["symbolic link"]);
    assert!(!target.exists());
}

#[test]
fn a_file_of_another_user_is_refused() {
    let (node, files) = warm();
    let path = files.only();
    std::os::unix::fs::chown(&path, Some(12_345), None).expect("run the tests as root: chown is needed");
    assert_eq!(fs::metadata(&path).unwrap().uid(), 12_345);
    node.expect_error(node.clustercron(&["-c"]), &["clustercron.cache", "belongs to user 12345"]);
    assert_eq!(calls(&node), 1);
}

#[test]
fn something_else_in_the_files_place_is_refused() {
    let (node, files) = warm();
    let path = files.only();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    node.expect_error(node.clustercron(&["-c"]), &["clustercron.cache", "cannot be used"]);
    fs::remove_dir(&path).unwrap();
    node.shell(&format!("mkfifo '{}'", path.display())).finish().expect_code(0);
    node.expect_error(node.clustercron(&["-c"]), &["is not a regular file"]);
}

#[test]
fn the_file_can_be_configured_and_its_directory_is_made() {
    let node = Node::chosen();
    let path = node.sandbox.path().join("made/here/cache.json");
    node.sandbox.write("home/.clustercron.ini", format!("[cache]\nfilename = {}\n", path.display()));
    assert_eq!(cached(&node), Some(0));
    let names = super::cache_files::names(path.parent().unwrap());
    assert_eq!(names.len(), 1, "{names:?}");
    assert!(names[0].starts_with("cache.json.elb.web.eu-west-1."), "{names:?}");
    assert!(!node.sandbox.state().join("bellwether").exists());
}
