//! Generated sequences of all commands, played by both programs to moto, each on a load balancer of its own.

use std::hash::{DefaultHasher, Hash, Hasher};

use bellwether_testkit::moto::Moto;

use super::old::{Both, REGION};

/// How many load balancers live and die.
const LIVES: u64 = 4;
/// How many commands there are in a life.
const COMMANDS: u64 = 10;

/// The same choice for the same life, moment and question, everywhere.
fn choose<'a>(from: &[&'a str], life: u64, moment: u64, question: &str) -> &'a str {
    let mut hasher = DefaultHasher::new();
    (life, moment, question).hash(&mut hasher);
    from[usize::try_from(hasher.finish() % from.len() as u64).unwrap()]
}

/// What both are called where a name is due.
const NAME: &str = "NAME";

fn birth(life: u64) -> Vec<&'static str> {
    let zones = choose(&["-zeu-west-1a", "--zone=eu-west-1b"], life, 0, "zone");
    let listener = choose(&["-l80,8080,HTTP", "--listener=22,22,TCP", "-l8080,80,HTTP"], life, 0, "listener");
    vec!["create", NAME, zones, listener, "-l", "81,81,TCP", "-z", "eu-west-1c"]
}

/// A command, whether it is in order or not.
fn command(life: u64, moment: u64, ids: &[&'static str]) -> Vec<&'static str> {
    let choose = |from: &[&'static str], question| choose(from, life, moment, question);
    let zone = choose(&["eu-west-1a", "eu-west-1b", "eu-west-1c"], "zone");
    // moto registers an instance twice that is named twice.
    let (one, other) = (choose(&ids[..2], "one"), choose(&ids[2..], "other"));
    let command = choose(
        &["get", "GET", "list", "ls", "add", "put", "remove", "rm", "reap", "enable", "en", "disable", "addl", "rml"],
        "command",
    );
    match command {
        "list" | "ls" => vec![command],
        "add" | "put" | "remove" | "rm" => vec![command, NAME, one, other],
        "enable" | "en" | "disable" => vec![command, NAME, zone],
        "addl" => vec![choose(&["-l82,82,TCP", "-l83,8080,HTTP", "-l81,81,TCP"], "listener"), command, NAME],
        "rml" => vec![command, NAME, choose(&["80", "81", "22", "9999"], "port")],
        _ => vec![command, choose(&[NAME, NAME, NAME, "absent"], "name")],
    }
}

/// Plays a command, each program to its own load balancer; they must print the same, but for the names.
fn agree(both: &Both, life: u64, words: &[&str]) -> String {
    let (old_name, our_name) = (format!("life-{life}-old"), format!("life-{life}-our"));
    let named = |name: &str| words.iter().map(|word| word.replace(NAME, name)).collect::<Vec<_>>();
    let (old_words, our_words) = (named(&old_name), named(&our_name));
    let old = both.old(&[]).args(&old_words).finish();
    let ours = both.ours(&[]).args(&our_words).finish();
    let lists = matches!(words, ["list" | "ls"]);
    let printed = both.as_of_aws(&ours);
    let printed = if lists { printed } else { printed.replace(&our_name, &old_name) };
    assert_eq!(printed, old.stdout_text(), "ours is on the left: {words:?}\n{}", ours.stderr_text());
    let status = if printed.contains("No load balancer by the name of") { Some(1) } else { old.code };
    assert_eq!(ours.code, status, "{words:?}\n{}\n{}", ours.stderr_text(), old.stderr_text());
    printed
}

/// What the old program shows of a load balancer, under a name of ours.
fn seen(both: &Both, name: &str) -> String {
    both.old(&["get", name]).finish().expect_code(0).stdout_text().replace(name, NAME)
}

#[test]
fn generated_changes_are_made_and_shown_alike() {
    let moto = Moto::start();
    let ids: Vec<String> = [(" a ", 1), ("the longest name of all", 1), ("", 2)]
        .iter()
        .flat_map(|(name, count)| moto.run_instances(REGION, *count, &[("Name", name)]))
        .collect();
    // For the length of the test process.
    let ids: Vec<&'static str> = ids.into_iter().map(|id| &*id.leak()).chain(["i-0123456789abcdef0"]).collect();
    let both = Both::new(moto.endpoint());
    let mut shown = 0;
    for life in 0..LIVES {
        agree(&both, life, &birth(life));
        for moment in 1..=COMMANDS {
            shown += usize::from(agree(&both, life, &command(life, moment, &ids)).contains("Instances\n"));
        }
        let (old_name, our_name) = (format!("life-{life}-old"), format!("life-{life}-our"));
        assert_eq!(seen(&both, &our_name), seen(&both, &old_name), "what ours did is what the old one did");
        if life % 2 == 0 {
            let told = agree(&both, life, &["delete", NAME]);
            assert!(told.ends_with(" deleted\n"), "{told}");
        }
    }
    let share = LIVES * COMMANDS / 3;
    assert!(shown as u64 > share, "only {shown} commands ended with a view");
}
