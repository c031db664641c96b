//! Where credentials, region and endpoints come from.

use std::path::PathBuf;

use bellwether_aws::{Aws, AwsSettings, CredentialsSource, RegionSource};
use bellwether_core::environment::Environment;
use bellwether_core::roster::RosterErrorKind;
use bellwether_testkit::fake_elb::FakeAws;
use bellwether_testkit::http::{Reply, Server};
use bellwether_testkit::imds::{Builder, Fault};
use tempfile::TempDir;

use crate::support::{members, roster, settings};

struct Home(TempDir);

impl Home {
    fn new(files: &[(&str, &str)]) -> Self {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        for (name, text) in files {
            std::fs::write(home.path().join(name), text).unwrap();
        }
        Self(home)
    }

    /// A handle that has this home and no metadata service.
    fn aws(&self, variables: &[(&str, &str)]) -> Aws {
        let home = self.0.path().to_str().unwrap();
        let all = [&[("HOME", home), ("AWS_EC2_METADATA_DISABLED", "true")], variables].concat();
        let boto_files = Some(vec![self.path(".boto")]);
        Aws::new(AwsSettings { environment: Environment::from_iter(all), boto_files, ..settings(&[]) })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

const KEYS: &str = "aws_access_key_id = AKID\naws_secret_access_key = hush\n";

#[tokio::test]
async fn the_environment_wins_over_the_profile_and_the_profile_over_boto() {
    let boto = format!("[Credentials]\n{KEYS}");
    let keys = format!("[default]\n{KEYS}[other]\n{KEYS}");
    let home = Home::new(&[(".aws/credentials", &keys), (".boto", &boto)]);
    let environment = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b")];
    let source = async |aws: Aws| aws.credentials_source().await.unwrap();
    assert_eq!(source(home.aws(&environment)).await, CredentialsSource::Environment);
    assert_eq!(source(home.aws(&[])).await, CredentialsSource::Profile("default".into()));
    assert_eq!(source(home.aws(&[("AWS_PROFILE", "other")])).await, CredentialsSource::Profile("other".into()));
    let only_boto = Home::new(&[(".boto", &boto)]);
    assert_eq!(source(only_boto.aws(&[])).await, CredentialsSource::Boto(only_boto.path(".boto")));
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_told() {
    let home = Home::new(&[]);
    let error = home.aws(&[("AWS_PROFILE", "typo")]).credentials_source().await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Denied);
    assert!(error.message.contains("'typo'"), "{}", error.message);
}

#[tokio::test]
async fn without_any_credentials_the_ways_to_give_some_are_told() {
    let fake = FakeAws::start();
    let home = Home::new(&[]);
    let aws = home.aws(&[("AWS_REGION", "eu-west-1"), ("AWS_ENDPOINT_URL", &fake.url())]);
    let error = roster(&aws, "elb:web").await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Denied);
    assert!(error.message.starts_with("no AWS credentials found"), "{}", error.message);
    assert!(error.remedy.contains("AWS_ACCESS_KEY_ID"), "{}", error.remedy);
    assert!(fake.log().is_empty());
}

#[tokio::test]
async fn a_metadata_service_out_of_reach_is_told_unless_boto_has_keys() {
    let imds = Builder::default().fault(Fault::TokenRefused(403)).start();
    let variables = [("AWS_EC2_METADATA_DISABLED", ""), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &imds.url())];
    let error = Home::new(&[]).aws(&variables).credentials_source().await.unwrap_err();
    assert!(error.message.contains("disabled") && error.remedy.contains("--http-endpoint enabled"), "{error:?}");
    let boto = Home::new(&[(".boto", &format!("[Credentials]\n{KEYS}"))]);
    assert!(boto.aws(&variables).credentials_source().await.is_ok());
}

#[tokio::test]
async fn a_profile_may_run_a_program_for_its_keys() {
    let imds = Builder::default().v2_required().role("web", "ASIA", "secret", "token").start();
    let fake = FakeAws::start();
    fake.change(|world| world.set_load_balancer("web", &[("i-1", "InService")]));
    let process = "[default]\nregion = eu-west-1\ncredential_process = \
                   echo '{\"Version\":1,\"AccessKeyId\":\"AKID\",\"SecretAccessKey\":\"s\"}'\n";
    let home = Home::new(&[(".aws/config", process)]);
    let aws = home.aws(&[("AWS_ENDPOINT_URL", &fake.url()), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &imds.url())]);
    assert_eq!(members(&roster(&aws, "elb:web").await.unwrap()), ["i-1+"]);
    assert_eq!(aws.credentials_source().await.unwrap(), CredentialsSource::Profile("default".into()));
    assert!(imds.log().is_empty());
}

#[tokio::test]
async fn the_region_comes_from_the_first_that_has_one() {
    let config = "[default]\nregion = eu-west-2\n";
    let boto = "[Boto]\nelb_region_name = eu-west-3\n";
    let all = Home::new(&[(".aws/config", config), (".boto", boto)]);
    let region = async |aws: Aws| aws.region().await.unwrap();
    let variables = [("AWS_DEFAULT_REGION", "eu-north-1")];
    assert_eq!(region(all.aws(&variables)).await, ("eu-north-1".into(), RegionSource::Environment));
    assert_eq!(region(all.aws(&[])).await, ("eu-west-2".into(), RegionSource::Profile));
    let only_boto = Home::new(&[(".boto", boto)]);
    assert_eq!(region(only_boto.aws(&[])).await, ("eu-west-3".into(), RegionSource::Boto));
    let imds = Builder::default().region("us-west-2").start();
    let instance = Aws::new(settings(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &imds.url())]));
    assert_eq!(region(instance).await, ("us-west-2".into(), RegionSource::Instance));
    let error = Home::new(&[]).aws(&[]).region().await.unwrap_err();
    assert!(error.remedy.contains("AWS_REGION"), "{error:?}");
    let error = Home::new(&[]).aws(&[("AWS_REGION", "evil.com/")]).region().await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Invalid);
}

#[tokio::test]
async fn the_endpoint_comes_from_the_first_that_has_one() {
    let fake = FakeAws::start();
    fake.change(|world| world.set_load_balancer("web", &[("i-1", "InService")]));
    let (url, host) = (fake.url(), fake.url().replace("http://", ""));
    let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_REGION", "eu-west-1")];
    let nowhere = "http://127.0.0.1:9";
    let services = format!(
        "[default]\nservices = here\nendpoint_url = {nowhere}\n[services here]\n\
         elastic_load_balancing =\n  endpoint_url = {url}\n"
    );
    let boto = format!("[Boto]\nelb_region_name = eu-west-1\nelb_region_endpoint = {host}\nis_secure = False\n");
    let first = [("AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING", url.as_str()), ("AWS_ENDPOINT_URL", nowhere)];
    let cases = [(first.as_slice(), ".boto", ""), (&[], ".aws/config", &services), (&[], ".boto", &boto)];
    for (variables, file, text) in cases {
        let home = Home::new(&[(file, text)]);
        let aws = home.aws(&[&keys, variables].concat());
        let found = roster(&aws, "elb:web").await.unwrap_or_else(|error| panic!("{variables:?} {file}: {error}"));
        assert_eq!(members(&found), ["i-1+"]);
    }
}

#[tokio::test]
async fn nonsense_for_an_endpoint_is_told() {
    let variables = [
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL", "localhost:1"),
    ];
    let error = roster(&Aws::new(settings(&variables)), "elb:web").await.unwrap_err();
    assert_eq!(error.kind, RosterErrorKind::Invalid);
}

#[tokio::test]
async fn no_secret_is_shown() {
    let keys = format!("[default]\n{KEYS}");
    let home = Home::new(&[(".aws/credentials", &keys), (".boto", &format!("[Credentials]\n{KEYS}"))]);
    let proxy = ("HTTPS_PROXY", "http://user:hush@proxy.example.com:3128");
    let aws = home.aws(&[("AWS_SESSION_TOKEN", "hush"), ("AWS_REGION", "eu-west-1"), proxy]);
    assert_eq!(aws.credentials_source().await.unwrap(), CredentialsSource::Profile("default".into()));
    aws.imds();
    let shown = format!("{aws:#?}");
    assert!(!shown.contains("hush"), "{shown}");
}

#[tokio::test]
async fn a_role_is_assumed_with_the_instances_own_credentials() {
    let imds = Builder::default().v2_required().role("web", "ASIA", "secret", "token").start();
    let config = "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/r\n\
                  credential_source = Ec2InstanceMetadata\n";
    let sts = Server::start("127.0.0.1:0", |request| {
        assert!(request.text().contains("Action=AssumeRole"), "{}", request.text());
        let keys = "<Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
                    <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials>";
        let result = format!("<AssumeRoleResult>{keys}</AssumeRoleResult>");
        Reply::answer(200, "text/xml", format!("<AssumeRoleResponse>{result}</AssumeRoleResponse>"))
    });
    let home = Home::new(&[(".aws/config", &format!("{config}endpoint_url = {}\n", sts.url()))]);
    let variables = [("AWS_EC2_METADATA_DISABLED", ""), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &imds.url())];
    let source = home.aws(&variables).credentials_source().await.unwrap();
    assert_eq!(source, CredentialsSource::Profile("default".into()));
    assert!(sts.requests()[0].header("authorization").unwrap().contains("Credential=ASIA/"));
    assert_eq!(imds.log().len(), 3, "token, role, its credentials");
}
