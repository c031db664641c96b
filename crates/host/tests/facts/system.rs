//! What the system says by itself.

use std::process::Command;

use bellwether_host::facts::FactSources;

use crate::support::{nothing, read, shown};

fn printed(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[tokio::test]
async fn the_system_says_what_its_own_programs_say() {
    let reading = read(FactSources { builtin: true, ..nothing() }).await;
    assert_eq!(reading.problems, [""; 0]);
    let told = |name: &str| reading.facts.get(name).unwrap_or_else(|| panic!("no {name}")).text().into_owned();
    assert_eq!(told("hostname"), printed("uname", &["-n"]));
    assert_eq!(told("kernel"), printed("uname", &["-r"]));
    assert_eq!(told("architecture"), printed("uname", &["-m"]));
    assert_eq!(told("cpus"), printed("getconf", &["_NPROCESSORS_ONLN"]));
    let number = |name: &str| reading.facts.get(name).and_then(|fact| fact.number()).unwrap_or_default();
    assert!(number("memory") >= 64.0, "{}", shown(&reading.facts));
    assert_eq!(told("os.name"), printed("sh", &["-c", ". /etc/os-release && echo $ID"]));
    assert!(!told("os.family").is_empty());
}
