//! Every row of the table of exit statuses.

use super::support::{Node, imds};

#[test]
fn chosen_without_a_command_is_0() {
    for kind in ["elb", "alb"] {
        let done = Node::chosen().clustercron(&[kind, "web"]).finish().expect_code(0);
        assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), String::new()));
    }
}

#[test]
fn not_chosen_is_1_and_runs_nothing() {
    for kind in ["elb", "alb"] {
        let node = Node::second();
        node.clustercron(&[kind, "web"]).finish().expect_code(1);
        let done = node.clustercron(&[kind, "web", "touch", "ran"]).finish().expect_code(1);
        assert!(!node.file("ran").exists());
        assert_eq!(done.stderr_text(), "", "not being chosen is no error");
    }
}

#[test]
fn the_status_of_the_command_is_passed_on() {
    let node = Node::chosen();
    for status in [0, 1, 2, 7, 126, 255] {
        let exit = format!("touch ran-{status}; exit {status}");
        node.clustercron(&["elb", "web", "sh", "-c", &exit]).finish().expect_code(status);
        assert!(node.file(&format!("ran-{status}")).exists());
    }
}

#[test]
fn a_command_killed_by_signal_n_is_128_plus_n() {
    let node = Node::chosen();
    for (signal, status) in [("KILL", 137), ("TERM", 143), ("SEGV", 139)] {
        let kill = format!("kill -{signal} $$");
        node.clustercron(&["elb", "web", "sh", "-c", &kill]).finish().expect_code(status);
    }
}

#[test]
fn a_command_that_cannot_be_started_is_2_with_the_reason() {
    let node = Node::chosen();
    let done = node.clustercron(&["elb", "web", "no-such-program"]).finish().expect_code(2);
    assert!(done.stderr_text().contains("cannot run 'no-such-program': no such program"), "{}", done.stderr_text());
    node.sandbox.write("home/plain.txt", "not a program\n");
    let done = node.clustercron(&["elb", "web", "./plain.txt"]).finish().expect_code(2);
    assert!(done.stderr_text().contains("must be an executable file"), "{}", done.stderr_text());
    node.sandbox.write("home/orphan", "#!/no/such/interpreter\n");
    node.shell("chmod +x orphan").finish().expect_code(0);
    let done = node.clustercron(&["alb", "web", "./orphan"]).finish().expect_code(2);
    assert!(done.stderr_text().contains("interpreter"), "{}", done.stderr_text());
}

#[test]
fn a_command_that_cannot_be_started_is_1_where_it_is_not_due() {
    Node::second().clustercron(&["elb", "web", "no-such-program"]).finish().expect_code(1);
}

#[test]
fn an_unknown_name_is_1_with_an_error() {
    let node = Node::chosen();
    let done = node.clustercron(&["elb", "nothing", "touch", "ran"]).finish();
    node.check_error(done, &["clustercron.elb", "LoadBalancerNotFound", "elb:nothing", "eu-west-1", "check the name"]);
    let done = node.clustercron(&["alb", "nothing", "touch", "ran"]).finish();
    node.check_error(done, &["clustercron.alb", "TargetGroupNotFound", "alb:nothing", "check the name"]);
}

#[test]
fn an_unhealthy_or_unknown_node_is_1_without_an_error() {
    for state in ["OutOfService", "Unknown"] {
        let node = Node::new(imds(), |world| world.set_load_balancer("web", &[(super::support::ME, state)]));
        let done = node.clustercron(&["elb", "web", "touch", "ran"]).finish().expect_code(1);
        assert_eq!(done.stderr_text(), "");
        assert!(!node.file("ran").exists());
    }
}
