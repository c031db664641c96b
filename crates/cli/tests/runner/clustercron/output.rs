//! The command's output: nowhere without `-o`, and with it as the command wrote it.

use super::support::{Node, wait_until};

#[test]
fn without_o_the_output_goes_nowhere() {
    let node = Node::chosen();
    let done = node.clustercron(&["elb", "web", "sh", "-c", "echo out; echo err >&2; touch ran"]).finish();
    let done = done.expect_code(0);
    assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()));
    assert!(node.file("ran").exists());
}

#[test]
fn without_o_a_talkative_command_comes_to_its_end() {
    let node = Node::chosen();
    let script = "yes | head -c 3000000; yes | head -c 3000000 >&2; exit 7";
    node.clustercron(&["elb", "web", "sh", "-c", script]).finish().expect_code(7);
}

#[test]
fn with_o_both_streams_pass_through_separately_byte_for_byte() {
    let node = Node::chosen();
    let script = r"printf '\377\376\000\n\n  out \r\n\n'; printf '\200err\t\n \n' >&2";
    let done = node.clustercron(&["-o", "elb", "web", "sh", "-c", script]).finish().expect_code(0);
    assert_eq!(done.stdout, b"\xff\xfe\x00\n\n  out \r\n\n");
    assert_eq!(done.stderr, b"\x80err\t\n \n");
}

#[test]
fn with_o_every_byte_value_survives() {
    let node = Node::chosen();
    let bytes: Vec<u8> = (0..=255_u8).cycle().take(300_000).collect();
    node.sandbox.write("home/bytes", &bytes);
    let done = node.clustercron(&["-o", "elb", "web", "sh", "-c", "cat bytes; cat bytes >&2"]).finish();
    let done = done.expect_code(0);
    assert!(done.stdout == bytes && done.stderr == bytes, "{} {}", done.stdout.len(), done.stderr.len());
}

#[test]
fn with_o_output_comes_as_it_is_written() {
    let node = Node::chosen();
    let script = "printf first; printf warning >&2; until [ -e go ]; do sleep 0.05; done; printf second";
    let running = node.clustercron(&["-o", "elb", "web", "sh", "-c", script]).start();
    wait_until("the first output is there", || running.stdout_so_far() == b"first");
    wait_until("the first error is there", || running.stderr_so_far() == b"warning");
    std::fs::write(node.file("go"), "").unwrap();
    assert_eq!(running.finish().expect_code(0).stdout_text(), "firstsecond");
}

#[test]
fn with_o_a_hundred_megabytes_arrive_whole() {
    let node = Node::chosen();
    let pattern = "yes 0123456789abcdefghijklmnopqrstuvwxyz | head -c 104857600";
    node.sandbox.write("home/talk.sh", format!("{pattern}\n"));
    let through = node.shell("clustercron -o elb web sh talk.sh | cksum").finish().expect_code(0).stdout_text();
    let direct = node.shell("sh talk.sh | cksum").finish().expect_code(0).stdout_text();
    assert_eq!(through, direct);
    assert!(through.contains(" 104857600"), "{through}");
}

#[test]
fn with_o_a_reader_that_goes_away_ends_the_command_as_it_would_without_us() {
    let node = Node::chosen();
    let script = "clustercron -o elb web yes | head -n 2";
    assert_eq!(node.shell(script).finish().expect_code(0).stdout_text(), "y\ny\n");
}

#[test]
fn output_can_be_redirected_into_files() {
    let node = Node::chosen();
    let script = "clustercron -o elb web sh -c 'echo out; echo err >&2' 1>output 2>error";
    let done = node.shell(script).finish().expect_code(0);
    assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()));
    assert_eq!((node.text("output"), node.text("error")), ("out\n".to_owned(), "err\n".to_owned()));
}

#[test]
fn a_process_left_in_the_background_is_not_waited_for() {
    let node = Node::chosen();
    let script = "(until [ -e go ]; do sleep 0.05; done; touch done) & echo started";
    let done = node.clustercron(&["-o", "elb", "web", "sh", "-c", script]).finish().expect_code(0);
    assert_eq!(done.stdout_text(), "started\n");
    assert!(!node.file("done").exists());
    std::fs::write(node.file("go"), "").unwrap();
    wait_until("the background process has gone on", || node.file("done").exists());
}

#[test]
fn closed_outputs_do_no_harm() {
    let node = Node::chosen();
    node.shell("clustercron -o -v elb web sh -c 'touch ran; exit 7' >&- 2>&-").finish().expect_code(7);
    assert!(node.file("ran").exists());
}
