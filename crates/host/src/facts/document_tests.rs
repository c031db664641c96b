use super::*;

fn shown(told: Told) -> Result<String, String> {
    told.map(|(facts, left_out)| {
        assert!(left_out.is_empty(), "{left_out}");
        let pairs: Vec<_> = facts.iter().map(|(name, fact)| format!("{name}={}", fact.text())).collect();
        pairs.join(" ")
    })
}

fn file(name: &str, text: &str) -> Result<String, String> {
    shown(of_file(Path::new(name), text))
}

#[test]
fn a_mapping_is_flattened_whatever_the_file_is_called() {
    for name in ["facts.yaml", "facts.json", "facts.yml", "facts", "facts.txt"] {
        assert_eq!(file(name, "---\nrole: web\nos:\n  name: Debian\n").unwrap(), "os.name=Debian role=web", "{name}");
        assert_eq!(file(name, r#"{"role": "web", "disks": ["sda"]}"#).unwrap(), "disks.0=sda role=web", "{name}");
    }
}

#[test]
fn any_other_text_is_words_unless_its_name_promises_a_mapping() {
    for text in ["settings\napache::mod::ssl\n", "settings\tapache::mod::ssl: broken: \n", "@settings"] {
        assert!(file("classes.txt", text).unwrap().contains("settings=None"), "{text}");
        assert!(file("classes.yaml", text).is_err(), "{text}");
    }
    for text in ["- a\n- b\n", "[a, b]"] {
        assert!(file("classes.txt", text).unwrap_err().contains("a list"), "{text}");
    }
}

#[test]
fn an_empty_file_has_no_facts() {
    for text in ["", "\n", "---\n", "# nothing\n"] {
        assert_eq!(file("facts.yaml", text).unwrap(), "", "{text:?}");
        assert_eq!(file("classes.txt", text).unwrap(), "", "{text:?}");
    }
}

#[test]
fn programs_print_lines_or_a_mapping() {
    let printed = |text: &str| shown(of_output(text));
    for text in ["role=web\ncpus=4\n", "role: web\ncpus: 4\n", r#"{"role": "web", "cpus": 4}"#] {
        assert_eq!(printed(text).unwrap(), "cpus=4 role=web", "{text}");
    }
    assert_eq!(printed("motd=Hello: world").unwrap(), "motd=Hello: world");
    assert_eq!(printed("").unwrap(), "");
    for text in ["web", "- role", "role: [", "role=web\nfailed to load\n", "role => web\ncpus => 4\n"] {
        let why = printed(text).unwrap_err();
        assert!(why.contains("neither lines NAME=VALUE nor a mapping"), "{text}: {why}");
    }
}
