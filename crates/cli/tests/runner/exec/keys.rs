//! `keys`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::support::{Site, holds};

#[test]
fn a_key_is_made_once_and_kept_from_others() {
    let site = Site::new();
    let file = site.sandbox.state().join("bellwether/caller.key");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let first = site.end(0, &["keys", "show"]).stdout_text();
    assert!(first.starts_with("ed25519:"), "{first}");
    holds(&site.end(64, &["keys", "generate"]).stderr_text(), &["there is a key already", "--force"]);
    let second = site.end(0, &["keys", "generate", "--force"]).stdout_text();
    assert_ne!(first, second);
    assert_eq!(site.end(0, &["keys", "show"]).stdout_text(), second);
}

#[test]
fn callers_are_trusted_and_revoked_key_by_key() {
    let site = Site::new();
    let first = site.end(0, &["keys", "show"]).stdout_text().trim().to_owned();
    let second = site.end(0, &["keys", "generate", "--force"]).stdout_text().trim().to_owned();
    site.end(0, &["keys", "trust", "ops", &second, "--until", "2999-01-01T00:00:00Z"]);
    let listed = site.end(0, &["keys", "list"]).stdout_text();
    holds(&listed, &["caller  ops", &first, &second, "2999-01-01T00:00:00Z"]);
    holds(&site.end(64, &["keys", "trust", "dev", &second]).stderr_text(), &["stands here twice", "key of ops"]);
    holds(&site.end(0, &["keys", "revoke", "ops", &first]).stdout_text(), &["1 key of ops revoked"]);
    holds(&site.end(64, &["keys", "revoke", "ops", &first]).stderr_text(), &["no such key", "bellwether keys list"]);
    site.end(0, &["keys", "revoke", "ops"]);
    holds(&site.end(0, &["keys", "list"]).stdout_text(), &["no caller is believed"]);
    let file = site.sandbox.path().join("callers.toml");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn nodes_are_pinned_and_forgotten_each_in_its_environment() {
    let site = Site::new();
    let key = site.end(0, &["keys", "show"]).stdout_text().trim().to_owned();
    holds(&site.end(0, &["keys", "pin", "web-1", &key]).stdout_text(), &[&format!("web-1 of {} is known", site.env)]);
    site.end(0, &["keys", "pin", "web-1", &key, "--environment", "staging"]);
    let listed = site.end(0, &["keys", "list"]).stdout_text();
    let (own, staging) = (format!("node    web-1  {} ", site.env), "node    web-1  staging ");
    holds(&listed, &["KIND    NAME   ENVIRONMENT", &own, staging]);
    let forgotten = site.end(0, &["keys", "forget", "web-1", "--environment", "staging"]).stdout_text();
    assert_eq!(forgotten, "web-1 of staging is forgotten; the next key it shows is believed\n");
    let listed = site.end(0, &["keys", "list"]).stdout_text();
    assert!(listed.contains(&own) && !listed.contains(staging), "{listed}");
    let again = site.end(64, &["keys", "forget", "web-1", "--environment", "staging"]).stderr_text();
    holds(&again, &["no key of node 'web-1' is known in the environment 'staging'", "bellwether keys list"]);
}

#[test]
fn a_node_is_not_pinned_in_an_environment_that_is_named_nowhere_or_is_none() {
    let site = Site::new();
    let key = site.end(0, &["keys", "show"]).stdout_text().trim().to_owned();
    for arguments in [&["keys", "pin", "web-1", &key][..], &["keys", "forget", "web-1"]] {
        let told = site.run(arguments).env("BELLWETHER_FLEET_ENVIRONMENT", "").finish().expect_code(64).stderr_text();
        holds(&told, &["no environment is named", "add --environment NAME, or set 'environment'"]);
    }
    let told = site.end(64, &["keys", "pin", "web-1", &key, "--environment", "../staging"]).stderr_text();
    holds(&told, &["an environment's name has 1 to 32 letters"]);
}

#[test]
fn known_nodes_are_kept_where_the_configuration_says_and_from_others() {
    let site = Site::new();
    let key = site.end(0, &["keys", "show"]).stdout_text().trim().to_owned();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let default = site.sandbox.state().join("bellwether/known_nodes");
    let configured = site.sandbox.path().join("kept/nodes");
    site.end(0, &["keys", "pin", "web-1", &key]);
    let variable = ("BELLWETHER_FLEET_KNOWN_NODES", configured.to_str().unwrap());
    site.run(&["keys", "pin", "web-2", &key]).env(variable.0, variable.1).finish().expect_code(0);
    for dir in [&default, &configured] {
        let file = dir.join(format!("{}.json", site.env));
        assert_eq!((mode(dir), mode(&file)), (0o700, 0o600), "{}", dir.display());
    }
    let listed = site.run(&["keys", "list"]).env(variable.0, variable.1).finish().expect_code(0).stdout_text();
    assert!(listed.contains("web-2") && !listed.contains("web-1"), "{listed}");
    let file = configured.join(format!("{}.json", site.env));
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let told = site.run(&["keys", "list"]).env(variable.0, variable.1).finish().expect_code(69).stderr_text();
    holds(&told, &["is open to other users", "mode 0600"]);
}
