//! The documentation's examples, executed: every ```console block of the README and of docs/.
//!
//! A block is what a shell session shows: `$ ` lines are run by bash, the lines below are what they must print
//! (standard error included). `[..]` stands for anything within a line, a line `...` for any lines. The examples run
//! on the host `web-1`, the instance `i-0a1b2c3d4e5f60001` of a small fleet, see [`fleet`].

mod agents;
mod fleet;
mod page;

use std::path::{Path, PathBuf};

use crate::support::bellwether;
use agents::Agents;
use bellwether_testkit::process::Sandbox;
use fleet::Fleet;
use page::{Example, examples, matches};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let docs = std::fs::read_dir(root().join("docs")).expect("docs/ is there");
    pages
        .extend(docs.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|ext| ext == "md")));
    pages.sort();
    pages
}

#[test]
fn every_example_in_the_documentation_does_what_the_page_says() {
    let mut wrong = Vec::new();
    let mut run = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        // A page is one session: later examples see what earlier ones left, and those of other pages do not.
        let fleet = Fleet::start();
        let sandbox = Sandbox::new();
        sandbox.called("bellwether", bellwether());
        sandbox.called("clustercron", bellwether());
        let name = page.file_name().unwrap().to_string_lossy();
        let agents = Agents::of(&name);
        let own = fleet.environment(&name).into_iter().map(|(name, value)| (name.to_owned(), value));
        let environment: Vec<_> = own.chain(agents.iter().flat_map(Agents::environment)).collect();
        for example in examples(&text) {
            run += 1;
            let printed = printed_by(&example, &sandbox, &environment);
            if !matches(&example.expected, &printed) {
                let Example { line, command, expected } = &example;
                wrong.push(format!(
                    "{}:{line}: $ {command}\n--- the page\n{expected}\n--- the program\n{printed}",
                    page.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(run >= 20, "only {run} examples were found");
}

fn printed_by(example: &Example, sandbox: &Sandbox, environment: &[(String, String)]) -> String {
    let path = format!("{}/bin:{}", sandbox.path().display(), std::env::var("PATH").unwrap());
    let session = format!("echo web-1 > /proc/sys/kernel/hostname || exit\nexec 2>&1\n{}", example.command);
    let mut bash = sandbox.run("/usr/bin/unshare").args(["--uts", "/bin/bash", "-c", &session]);
    bash = bash.env("PATH", path).directory(sandbox.home());
    for (name, value) in environment {
        bash = bash.env(name, value);
    }
    bash.finish().stdout_text()
}
