//! Each difference that `docs/elbadmin.md` lists, shown on both programs: the page and the programs cannot drift apart.

use bellwether_testkit::fake_elb::{FakeAws, Fault, Faults, Instance};
use bellwether_testkit::moto::Moto;
use bellwether_testkit::process::Finished;

use super::documentation::{Row, differences};
use super::old::{Both, HOST, REGION};

type Check = fn(&Scene, &Row);

/// Both programs, and the AWS that they ask.
struct Scene {
    aws: FakeAws,
    both: Both,
}

/// What is shown, by the first cell of its row.
const SHOWN: &[(&str, Check)] = &[
    ("`get`, and all that end with it", |scene, row| {
        scene.both.leave_unmended();
        let (old, ours) = scene.statuses(row, &["get", "web"]);
        assert!(old.stderr_text().contains("ModuleNotFoundError") && !old.stdout_text().contains("Instances"));
        assert!(ours.stdout_text().contains("\ni-1          InService       one    N/A\n"), "{}", ours.stdout_text());
    }),
    ("load balancer not found", |scene, row| drop(scene.statuses(row, &["get", "wbe"]))),
    ("unknown command", |scene, row| {
        let (old, ours) = scene.statuses(row, &["lsit"]);
        assert_eq!((old.stdout_text(), old.stderr_text()), (format!("{HOST}\n"), String::new()));
        assert_eq!(ours.stdout_text(), "");
        assert!(ours.stderr_text().contains("elbadmin: error: 'lsit' is not a command"));
    }),
    ("missing name or zone", |scene, row| {
        for words in [&["get"][..], &["enable", "web"]] {
            let (old, _) = scene.statuses(row, words);
            assert!(old.stderr_text().contains("Traceback"));
        }
    }),
    ("`add` and `rm` without ids", |scene, _| {
        for (word, action) in [("add", "Register"), ("rm", "Deregister")] {
            let (_, ours) = scene.both.run(&[word, "web"]);
            let preposition = if word == "add" { "With" } else { "From" };
            assert_eq!(scene.aws.calls(&format!("{action}Instances{preposition}LoadBalancer")), 1);
            assert_eq!(ours.code, Some(2));
        }
    }),
    ("one argument too many", |scene, row| drop(scene.statuses(row, &["get", "web", "db"]))),
    ("malformed listener, id, zone or port", |scene, row| {
        let (_, ours) = scene.statuses(row, &["addl", "web", "-l", "80"]);
        assert!(ours.stderr_text().contains("PORT,INSTANCE-PORT,PROTOCOL"));
        for words in [&["add", "web", "80"][..], &["enable", "web", "EU"], &["rml", "web", "http"]] {
            let before = scene.aws.log().len();
            scene.both.ours(words).finish().expect_code(2);
            assert_eq!(scene.aws.log().len(), before, "{words:?}");
        }
    }),
    ("name that cannot be", |scene, _| {
        let told = format!("{HOST}\nNo load balancer by the name of my_web found\n");
        let old = scene.both.old(&["get", "my_web"]).finish();
        assert_eq!((old.stdout_text(), scene.aws.log().len()), (told.clone(), 1));
        let ours = scene.both.ours(&["get", "my_web"]).finish();
        assert_eq!((scene.both.as_of_aws(&ours), scene.aws.log().len()), (told, 1));
    }),
    ("`create` with `SSL`, or `https` in lower case", |_, row| {
        for protocol in ["SSL", "https"] {
            let name = format!("difference-{protocol}");
            let listener = format!("-l443,80,{protocol},{}", certificate());
            certified(row, &["create", &name, &listener, "-zeu-west-1a"], &protocol.to_uppercase());
        }
    }),
    ("`addl` with a certificate", |_, row| {
        let create = ["create", "difference-addl", "-l80,80,TCP", "-zeu-west-1a"];
        Both::new(Moto::shared().endpoint()).ours(&create).finish().expect_code(0);
        certified(row, &["addl", "difference-addl", &format!("-l443,80,HTTPS,{}", certificate())], "HTTPS");
    }),
    ("`list` with more than a page of them", |scene, _| {
        scene.aws.change(|world| {
            world.page_size = 2;
            (1..=3).for_each(|number| world.set_load_balancer(&format!("web{number}"), &[]));
        });
        let (old, ours) = scene.both.run(&["list"]);
        assert_eq!([old, ours].map(|done| done.stdout_text().lines().count()), [3 + 2, 3 + 4]);
    }),
    ("names of instances", |scene, _| {
        scene.aws.change(|world| {
            world.page_size = 1;
            world.instances.insert(0, Instance::new("i-0", "running", &[]));
        });
        scene.both.old(&["get", "web"]).finish().expect_code(0);
        assert_eq!(scene.aws.calls("DescribeInstances"), 2);
        scene.both.ours(&["get", "web"]).finish().expect_code(0);
        assert_eq!(scene.aws.calls("DescribeInstances"), 2 + 1);
    }),
    ("`reap`", |scene, _| {
        scene.aws.change(|world| {
            world.classic("web").draining = None;
            world.set_load_balancer("web", &[("i-1", "InService"), ("i-2", "InService"), ("i-3", "OutOfService")]);
            world.instances.push(Instance::new("i-2", "terminated", &[]));
        });
        let registered = |done: &Finished| {
            let shown = done.stdout_text();
            ["i-1 ", "i-2 ", "i-3 "].map(|id| shown.contains(&format!("\n{id}")))
        };
        assert_eq!(registered(&scene.both.old(&["reap", "web"]).finish()), [true, true, true]);
        assert_eq!(registered(&scene.both.ours(&["reap", "web"]).finish()), [true, false, false]);
        assert_eq!(scene.aws.calls("DeregisterInstancesFromLoadBalancer"), 1);
    }),
    ("errors", |scene, _| {
        scene.aws.misbehave(Faults::always(Fault::Denied));
        let (old, ours) = scene.both.run(&["list"]);
        assert!(old.stderr_text().contains("Traceback"));
        let told = ours.stderr_text();
        assert!(told.starts_with("elbadmin: error: elasticloadbalancing:DescribeLoadBalancers on "), "{told}");
        assert!(told.contains("AccessDenied") && told.contains("; allow ") && told.lines().count() == 1, "{told}");
        assert_eq!((old.code, ours.code), (Some(1), Some(1)));
    }),
    ("failure in the middle of `get`", |scene, _| {
        scene.aws.misbehave(Faults::action("DescribeInstanceHealth", Fault::Denied));
        let (old, ours) = scene.both.run(&["get", "web"]);
        assert!(old.stdout_text().contains("Listeners") && old.stderr_text().contains("Traceback"));
        assert_eq!(scene.both.as_of_aws(&ours), format!("{HOST}\n"));
        assert_eq!((old.code, ours.code), (Some(1), Some(1)));
    }),
    ("region that 0.2 does not know (`eu-south-1`)", |scene, row| {
        let (old, ours) = scene.both.run(&["-r", "eu-south-1", "list"]);
        assert!(row.old.contains(old.stdout_text().trim_end()) && old.code == Some(1), "{}", old.stdout_text());
        assert!(ours.code == Some(0) && ours.stdout_text().contains("Name "), "{}", ours.stderr_text());
    }),
    ("`AWS_REGION`, `AWS_DEFAULT_REGION`, `~/.aws/config`", |scene, _| {
        for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            let old = scene.both.old_bare(ASKS_NOBODY).env(variable, REGION).finish();
            let ours = scene.both.ours_bare(ASKS_NOBODY).env(variable, REGION).finish();
            assert_eq!([first(&old), first(&ours)], [US_EAST_1, HOST]);
        }
        for home in [&scene.both.old_home, &scene.both.our_home] {
            home.write("home/.aws/config", format!("[default]\nregion = {REGION}\n"));
        }
        scene.hosts(ASKS_NOBODY, US_EAST_1, HOST);
    }),
    ("`elb_region_name` without `elb_region_endpoint`", |scene, _| {
        scene.both.boto(&format!("elb_region_name = {REGION}\n"));
        scene.hosts(ASKS_NOBODY, US_EAST_1, HOST);
    }),
    ("names of instances without `-r`", |scene, _| {
        scene.both.boto(&format!("elb_region_name = {REGION}\nelb_region_endpoint = {HOST}\n"));
        let regions = |from: usize| -> Vec<bool> {
            let log = scene.aws.log();
            let signed = |place: usize| log[place].request.header("authorization").unwrap().to_owned();
            (from..log.len()).map(|place| signed(place).contains(REGION)).collect()
        };
        scene.both.old_bare(&["get", "web"]).finish().expect_code(0);
        assert_eq!(regions(0).iter().filter(|ours| !**ours).count(), 1, "EC2 is asked in another region");
        let before = scene.aws.log().len();
        let ours = scene.both.ours_bare(&["get", "web"]).env("AWS_ENDPOINT_URL", scene.aws.url());
        ours.finish().expect_code(0);
        assert_eq!(regions(before), [true; 3]);
    }),
    ("`AWS_ENDPOINT_URL`", |scene, _| {
        let url = "http://elb.example.com:8080";
        let old = scene.both.old_bare(ASKS_NOBODY).env("AWS_ENDPOINT_URL", url).finish();
        let ours = scene.both.ours_bare(ASKS_NOBODY).env("AWS_ENDPOINT_URL", url).finish();
        assert_eq!([first(&old), first(&ours)], [US_EAST_1, "elb.example.com:8080"]);
    }),
    ("`--version`", |scene, _| {
        let (old, ours) = scene.both.run(&["--version"]);
        assert_eq!(old.stdout_text(), "0.2\n");
        assert!(ours.stdout_text().starts_with("0.2 (bellwether "), "{}", ours.stdout_text());
    }),
    ("`--help`", |scene, _| {
        let (old, ours) = scene.both.run(&["--help"]);
        assert_ne!(old.stdout_text(), ours.stdout_text());
        assert_eq!((old.code, ours.code), (Some(0), Some(0)));
    }),
];

/// What is told and not shown: it takes minutes or a TLS proxy, depends on the moment, or is shown for ours elsewhere.
const TOLD: &[&str] = &["credentials", "proxies", "time and attempts at AWS", "reader that goes away"];

/// Ends after the host is printed, without asking AWS.
const ASKS_NOBODY: &[&str] = &["rml", "web"];
const US_EAST_1: &str = "elasticloadbalancing.us-east-1.amazonaws.com";

impl Scene {
    fn new() -> Self {
        let aws = FakeAws::start();
        aws.change(|world| {
            world.set_load_balancer("web", &[("i-1", "InService")]);
            world.instances = vec![Instance::new("i-1", "running", &[("Name", "one")])];
        });
        Self { both: Both::new(&aws.url()), aws }
    }

    /// Runs both; the row must tell the exit status of each, as `exit N`.
    fn statuses(&self, row: &Row, arguments: &[&str]) -> (Finished, Finished) {
        statuses(row, self.both.run(arguments))
    }

    /// Runs both without a region; each must print its host first.
    fn hosts(&self, arguments: &[&str], old: &str, ours: &str) {
        let printed = [self.both.old_bare(arguments).finish(), self.both.ours_bare(arguments).finish()];
        assert_eq!(printed.each_ref().map(first), [old, ours]);
    }
}

fn statuses(row: &Row, (old, ours): (Finished, Finished)) -> (Finished, Finished) {
    for (cell, done) in [(&row.old, &old), (&row.here, &ours)] {
        let told = format!("exit {}", done.code.expect("an exit status"));
        assert!(cell.contains(&told), "{row:?}: {told}\n{}", done.stderr_text());
    }
    (old, ours)
}

fn first(done: &Finished) -> String {
    done.stdout_text().lines().next().unwrap_or_default().to_owned()
}

/// Both get a listener with a certificate to make at moto; ours does.
fn certified(row: &Row, arguments: &[&str], protocol: &str) {
    let both = Both::new(Moto::shared().endpoint());
    let (old, ours) = statuses(row, both.run(arguments));
    assert!(old.stderr_text().contains("IndexError"), "{}", old.stderr_text());
    assert!(ours.stdout_text().contains(&format!("\n443      80       {protocol}\n")), "{}", ours.stdout_text());
    let look = format!(
        "import boto3\nfound = boto3.client('elb').describe_load_balancers(LoadBalancerNames=['{}'])\n\
         listeners = found['LoadBalancerDescriptions'][0]['ListenerDescriptions']\n\
         print([it['Listener'].get('SSLCertificateId') for it in listeners][-1])",
        arguments[1]
    );
    assert_eq!(Moto::shared().run_boto(&look, &[]).trim(), certificate());
}

/// The ARN of a certificate at moto.
fn certificate() -> &'static str {
    static ARN: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    ARN.get_or_init(|| {
        let upload = "import boto3\nmade = boto3.client('iam').upload_server_certificate(\n\
                      ServerCertificateName='elbadmin', CertificateBody='body', PrivateKey='key')\n\
                      print(made['ServerCertificateMetadata']['Arn'])";
        Moto::shared().run_boto(upload, &[]).trim().to_owned()
    })
}

#[test]
fn every_difference_of_the_page_is_real() {
    for row in differences() {
        if let Some((_, check)) = SHOWN.iter().find(|(what, _)| *what == row.what) {
            println!("{row:?}");
            check(&Scene::new(), &row);
        }
    }
}

#[test]
fn every_difference_is_on_the_page() {
    let mut listed: Vec<_> = differences().into_iter().map(|row| row.what).collect();
    let mut known: Vec<_> = SHOWN.iter().map(|(what, _)| *what).chain(TOLD.iter().copied()).collect();
    listed.sort();
    known.sort_unstable();
    assert_eq!(listed, known);
}
