//! The log on the console: its format and the texts that people grep for.

use super::support::{ME, Node, OTHER};

fn log(options: &[&str], command: &[&str]) -> String {
    let node = Node::chosen();
    let run = node.clustercron(options).args(["elb", "web"]).args(command);
    let done = run.finish();
    assert_eq!(done.stdout_text(), "", "the log goes to standard error");
    done.stderr_text()
}

#[test]
fn v_tells_the_texts_of_the_manual() {
    let expected = format!(
        "INFO     clustercron.lb : Instance ID: {ME}\n\
         INFO     clustercron.elb : Healty instances: {ME}, {OTHER}\n\
         INFO     clustercron.main : run command: echo test\n\
         INFO     clustercron.main : stdout: test\n\
         INFO     clustercron.main : stderr: \n\
         INFO     clustercron.main : returncode: 0\n"
    );
    assert_eq!(log(&["-v"], &["echo", "test"]), expected);
    assert_eq!(log(&["--verbose"], &["echo", "test"]), expected);
}

#[test]
fn a_target_group_speaks_through_its_own_logger() {
    let node = Node::chosen();
    let done = node.clustercron(&["-v", "alb", "web"]).finish().expect_code(0);
    let text = done.stderr_text();
    assert!(text.contains(&format!("INFO     clustercron.alb : Healty instances: {ME}, {OTHER}\n")), "{text}");
}

#[test]
fn the_returncode_is_that_of_the_exit_status() {
    let text = log(&["-v"], &["sh", "-c", "echo why >&2; exit 7"]);
    assert!(text.contains("clustercron.main : stderr: why\n"), "{text}");
    assert!(text.ends_with("clustercron.main : returncode: 7\n"), "{text}");
    let text = log(&["-v"], &["sh", "-c", "kill -KILL $$"]);
    assert!(text.ends_with("clustercron.main : returncode: 137\n"), "{text}");
    let text = log(&["-v"], &["no-such-program"]);
    assert!(text.ends_with("clustercron.main : returncode: 2\n"), "{text}");
}

#[test]
fn nobody_healthy_is_told() {
    let node = Node::chosen();
    node.aws.change(|world| world.set_load_balancer("web", &[(ME, "OutOfService")]));
    let done = node.clustercron(&["-v", "elb", "web"]).finish().expect_code(1);
    assert!(done.stderr_text().ends_with("clustercron.elb : Healty instances: \n"), "{}", done.stderr_text());
}

#[test]
fn every_line_of_the_log_names_its_logger_whatever_the_command_prints() {
    let text = log(&["-v"], &["printf", "one\nERROR    clustercron.main : forged\n\nthree\n"]);
    for line in text.lines() {
        assert!(line.starts_with("INFO     clustercron."), "{text}");
    }
    assert!(text.contains("clustercron.main : stdout: one\n"), "{text}");
    assert!(text.contains("clustercron.main : three\n"), "{text}");
}

#[test]
fn the_log_of_endless_output_stays_small() {
    let text = log(&["-v"], &["sh", "-c", "yes | head -c 5000000; echo the end"]);
    assert!(text.contains("the end\n"), "the end of the output is what is kept");
    assert!(text.len() < 4_000_000, "{} bytes", text.len());
}

#[test]
fn without_options_a_good_run_says_nothing() {
    assert_eq!(log(&[], &["echo", "test"]), "");
}

#[test]
fn with_o_and_v_the_log_and_the_output_share_standard_error_in_order() {
    let node = Node::chosen();
    let done = node.clustercron(&["-o", "-v", "elb", "web", "sh", "-c", "echo out; echo err >&2"]).finish();
    let done = done.expect_code(0);
    assert_eq!(done.stdout_text(), "out\n");
    let text = done.stderr_text();
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("'{part}' is missing: {text}"));
    assert!(place("run command: sh") < place("\nerr\n"), "{text}");
    assert!(place("\nerr\n") < place("returncode: 0"), "{text}");
}
