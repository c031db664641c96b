//! `keys`.

use std::os::unix::fs::PermissionsExt;

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
fn nodes_are_pinned_and_forgotten() {
    let site = Site::new();
    let key = site.end(0, &["keys", "show"]).stdout_text().trim().to_owned();
    site.end(0, &["keys", "pin", "web-1", &key]);
    holds(&site.end(0, &["keys", "list"]).stdout_text(), &["node    web-1"]);
    site.end(0, &["keys", "forget", "web-1"]);
    holds(&site.end(64, &["keys", "forget", "web-1"]).stderr_text(), &["no key of node 'web-1' is known"]);
}
