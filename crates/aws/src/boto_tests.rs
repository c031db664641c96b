use super::*;

fn files(texts: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
    let directory = tempfile::tempdir().unwrap();
    let paths = texts
        .iter()
        .enumerate()
        .map(|(number, text)| {
            let path = directory.path().join(number.to_string());
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect();
    (directory, paths)
}

fn load(texts: &[&str]) -> Boto {
    let (_directory, paths) = files(texts);
    Boto::load(&paths)
}

#[test]
fn reads_the_options_of_the_manual() {
    let boto = load(&["[Credentials]\nAWS_Access_Key_ID = AKIDEXAMPLE\naws_secret_access_key: a/b+c=\n\
         [Boto]\n# a comment\nelb_region_name = eu-west-1 ; inline\nelb_region_endpoint = elb.example.com:8443\n\
         http_socket_timeout = 2.5\nnum_retries = 1\n"]);
    let (credentials, _) = boto.credentials.as_ref().unwrap();
    assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(credentials.secret_access_key(), "a/b+c=");
    assert_eq!(boto.region.as_deref(), Some("eu-west-1"));
    assert_eq!(boto.elb_endpoint("eu-west-1"), Some("https://elb.example.com:8443"));
    assert_eq!(boto.timeout, Some(Duration::from_millis(2_500)));
    assert_eq!(boto.attempts, Some(2));
}

#[test]
fn the_later_file_overrides_per_option() {
    let boto = load(&["[Boto]\nelb_region_name = one\nnum_retries = 3\n", "[Boto]\nelb_region_name = two\n"]);
    assert_eq!(boto.region.as_deref(), Some("two"));
    assert_eq!(boto.attempts, Some(4));
}

#[test]
fn the_endpoint_is_that_of_the_region_that_is_named_beside_it_and_else_of_botos() {
    let named = load(&["[Boto]\nelb_region_name = eu-west-1\n", "[Boto]\nelb_region_endpoint = elb.example.com\n"]);
    let nameless = load(&["[Boto]\nelb_region_endpoint = elb.example.com\n"]);
    for (boto, region) in [(named, "eu-west-1"), (nameless, "us-east-1")] {
        for asked in ["eu-west-1", "us-east-1", "eu-south-1"] {
            let expected = (asked == region).then_some("https://elb.example.com");
            assert_eq!(boto.elb_endpoint(asked), expected, "{region} {asked}");
        }
    }
}

#[test]
fn an_endpoint_without_tls_is_possible() {
    let insecure = load(&["[Boto]\nelb_region_endpoint = localhost:5000\nis_secure = False\n"]);
    assert_eq!(insecure.elb_endpoint(DEFAULT_REGION), Some("http://localhost:5000"));
    let url = load(&["[Boto]\nelb_region_endpoint = http://localhost:5000\n"]);
    assert_eq!(url.elb_endpoint(DEFAULT_REGION), Some("http://localhost:5000"));
}

#[test]
fn what_is_broken_or_missing_is_left_out() {
    let boto =
        load(&["[Boto\nnonsense", "[Boto]\nhttp_socket_timeout = -1\nnum_retries = many\nelb_region_name=kept\n"]);
    assert_eq!((boto.timeout, boto.attempts), (None, None));
    assert_eq!(boto.region.as_deref(), Some("kept"));
    assert!(Boto::load(&[PathBuf::from("/nonexistent/boto.cfg")]).credentials.is_none());
    assert!(load(&["[Credentials]\naws_access_key_id = half\n"]).credentials.is_none());
}

#[test]
fn no_secret_is_shown() {
    let boto = load(&["[Credentials]\naws_access_key_id = id\naws_secret_access_key = hush\n"]);
    assert!(!format!("{boto:?}").contains("hush"));
}

#[test]
fn the_usual_files_are_those_of_boto() {
    let environment = Environment::from_iter([("HOME", "/home/me"), ("BOTO_CONFIG", "~/other")]);
    let expected = ["/etc/boto.cfg", "/home/me/.boto", "/home/me/other"].map(PathBuf::from);
    assert_eq!(usual_files(&environment), expected);
}
