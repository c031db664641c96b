//! The examples of the manual of 1.0.1, section 5.2, one by one.

use super::support::{ME, Node, OTHER};

fn master() -> Node {
    let node = Node::chosen();
    node.aws.change(|world| {
        world.set_load_balancer("mylbname", &[(ME, "InService"), (OTHER, "InService")]);
        world.set_target_group("mytargetgroupname", &[(ME, 80, "healthy"), (OTHER, 80, "healthy")]);
    });
    node
}

fn other() -> Node {
    let node = Node::second();
    node.aws.change(|world| {
        world.set_load_balancer("mylbname", &[(ME, "InService"), (OTHER, "InService")]);
        world.set_load_balancer("clustercrontest", &[(ME, "InService"), (OTHER, "InService")]);
    });
    node
}

/// What a script prints on both streams.
fn prints(node: &Node, script: &str) -> String {
    let done = node.shell(script).finish().expect_code(0);
    done.stdout_text() + &done.stderr_text()
}

#[test]
fn a_test_for_the_master() {
    assert_eq!(prints(&master(), "clustercron elb mylbname\necho $?"), "0\n");
    assert_eq!(prints(&other(), "clustercron elb mylbname || echo \"I'm not master\""), "I'm not master\n");
    assert_eq!(prints(&master(), "clustercron elb mylbname && echo \"I'm master\""), "I'm master\n");
    let target_group = "clustercron alb mytargetgroupname && echo \"I'm master\"";
    assert_eq!(prints(&master(), target_group), "I'm master\n");
}

#[test]
fn verbose_on_the_console() {
    let lines = |node: &Node, id: &str| {
        let done = node.shell("clustercron -v elb mylbname").finish();
        let expected = format!(
            "INFO     clustercron.lb : Instance ID: {id}\n\
             INFO     clustercron.elb : Healty instances: {ME}, {OTHER}\n"
        );
        assert_eq!((done.stdout_text(), done.stderr_text()), (String::new(), expected));
        done.code
    };
    assert_eq!(lines(&master(), ME), Some(0));
    assert_eq!(lines(&other(), OTHER), Some(1));
}

#[test]
fn no_output_by_default() {
    assert_eq!(prints(&master(), "clustercron elb mylbname echo test"), "");
}

#[test]
fn output_of_the_command() {
    assert_eq!(prints(&master(), "clustercron -o elb mylbname echo test"), "test\n");
    assert_eq!(prints(&master(), "clustercron --output elb mylbname echo test"), "test\n");
}

#[test]
fn output_redirection() {
    let node = master();
    assert_eq!(prints(&node, "clustercron -o elb mylbname echo test > output"), "");
    assert_eq!(node.text("output"), "test\n");
}

#[test]
fn output_and_errors_apart() {
    let node = master();
    let script = "clustercron -o elb mylbname cat non_existing_file 1>output 2>error";
    node.shell(script).finish().expect_code(1);
    assert_eq!(node.text("output"), "");
    assert_eq!(node.text("error"), "cat: non_existing_file: No such file or directory\n");
}

#[test]
fn redirection_happens_on_every_node() {
    let node = other();
    node.shell("clustercron -o elb clustercrontest echo test > output").finish().expect_code(1);
    assert_eq!(node.text("output"), "");
}

#[test]
fn a_wrapped_command_redirects_on_the_master_alone() {
    for (node, status) in [(master(), 0), (other(), 1)] {
        node.aws.change(|world| {
            world.set_load_balancer("clustercrontest", &[(ME, "InService"), (OTHER, "InService")]);
        });
        node.sandbox.write("bin/wrapped_cron_command.sh", "#!/bin/sh\necho test > output\n");
        node.shell("chmod +x ../bin/wrapped_cron_command.sh").finish().expect_code(0);
        node.shell("clustercron -o elb clustercrontest wrapped_cron_command.sh").finish().expect_code(status);
        assert_eq!(node.file("output").exists(), status == 0);
    }
}

#[test]
fn the_line_of_a_crontab() {
    let node = master();
    node.sandbox.write("bin/logger", "#!/bin/sh\necho \"$#:$1\" > logged\n");
    node.shell("chmod +x ../bin/logger").finish().expect_code(0);
    node.shell("clustercron -v -s elb mylbname logger \"clustercron run\"").finish().expect_code(0);
    assert_eq!(node.text("logged"), "1:clustercron run\n");
}

#[test]
fn the_choice_from_the_cache() {
    let node = master();
    for _ in 0..2 {
        assert_eq!(prints(&node, "clustercron -c -o elb mylbname echo test"), "test\n");
    }
    assert_eq!(node.aws.calls("DescribeInstanceHealth"), 1);
}
