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
    let (credentials, _) = boto.credentials.unwrap();
    assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(credentials.secret_access_key(), "a/b+c=");
    assert_eq!(boto.region.as_deref(), Some("eu-west-1"));
    assert_eq!(boto.elb_endpoint.as_deref(), Some("https://elb.example.com:8443"));
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
fn an_endpoint_without_tls_is_possible() {
    let insecure = load(&["[Boto]\nelb_region_endpoint = localhost:5000\nis_secure = False\n"]);
    assert_eq!(insecure.elb_endpoint.as_deref(), Some("http://localhost:5000"));
    let url = load(&["[Boto]\nelb_region_endpoint = http://localhost:5000\n"]);
    assert_eq!(url.elb_endpoint.as_deref(), Some("http://localhost:5000"));
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
