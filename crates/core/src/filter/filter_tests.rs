use proptest::prelude::*;
use serde_json::json;

use super::bounds::{DEEPEST, LONGEST, MOST_PATTERNS};
use super::*;

fn web() -> Facts {
    let mut facts = Facts::default();
    let left_out = facts.merge_value(&json!({
        "role": "web", "cpus": 8, "load": 0.5, "kernel": "6.1.0-18-amd64", "version": "1.10", "virtual": true,
        "nothing": null, "account": "012345678901", "serial": 9_007_199_254_740_993_u64, "text_number": "16",
        "tag": {"Cost Center": "A, \"B\""}, "and": 1, "path": "C:\\x", "empty": "", "os": {"name": "Ubuntu"},
    }));
    assert!(left_out.is_empty());
    facts
}

fn matches(filter: &str) -> bool {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{error}")).matches(&web())
}

#[test]
fn what_this_node_meets() {
    for filter in [
        r#"role=web and not memcached and cpus>=4 and kernel~"^6\.""#,
        "*",
        "role",
        "  role = web\n and\tcpus = 8 ",
        "os.name=Ubuntu",
        "'tag.Cost Center'='A, \"B\"'",
        r#""tag.Cost Center"="A, \"B\"""#,
        r#""and"=1"#,
        "role!=db",
        "missing!=db",
        "missing!~db",
        "not missing",
        "NOT missing AND (Role or role)",
        "cpus=8.0",
        "cpus=8",
        "cpus<9 and cpus<=8 and cpus>7.5 and cpus>=8 and cpus>-1",
        "load=5e-1",
        "text_number>9",
        "text_number=16.0",
        "version=1.1",
        "version='1.10'",
        "virtual=true",
        "nothing=null",
        "nothing",
        "empty=''",
        "account=012345678901",
        "account!=12345678901",
        "serial=9007199254740993",
        "serial!=9007199254740992",
        "serial>9007199254740992",
        "kernel~amd64$",
        "kernel~^6[.]1",
        r"kernel~^\d+\.\d+",
        "role~'(?i)WEB'",
        r"role~^\p{Latin}",
        "cpus~^8$",
        r"path='C:\x'",
        r#"path="C:\\x""#,
        r#"path="C:\x""#,
        r"path=C:\x",
        r#"path~"C:\\\\x""#,
        "missing or role=web",
        "role=web or missing and missing",
        "not (role=web and missing)",
        "not not role",
        "((((role))))",
    ] {
        assert!(matches(filter), "{filter}");
    }
}

#[test]
fn what_this_node_does_not_meet() {
    for filter in [
        "missing",
        "missing=''",
        "missing~.",
        "missing<1",
        "missing>=0",
        "not *",
        "role=Web",
        "role=we",
        "role!=web",
        "cpus='8.0'",
        "cpus!=8.0",
        "role<1",
        "role>=1",
        "role<zebra",
        "kernel>6",
        "virtual>=0",
        "virtual=1",
        "nothing=''",
        "nothing<1",
        "empty<1",
        "version='1.1'",
        "account=12345678901",
        "account>0",
        "serial=9007199254740992",
        "serial<=9007199254740992",
        "kernel!~amd64",
        "role~^eb",
        "(role=web or missing) and missing",
        "not role or missing",
        "role and not cpus",
        "not not missing",
    ] {
        assert!(!matches(filter), "{filter}");
    }
}

/// A text, the column of what is wrong, counted from 1, and what is told.
const WRONG: [(&str, usize, &str); 33] = [
    ("", 1, "is empty"),
    (" \n", 1, "is empty"),
    ("role=", 6, "the value is missing here, before the end"),
    ("role= and cpus", 7, "the value is missing here, before 'and'"),
    ("role==web", 5, "'==' has no meaning here; write = for equal"),
    ("role=~web", 5, "'=~' has no meaning here; write ~"),
    ("cpus=>4", 5, "'=>' has no meaning here; write >="),
    ("cpus<>4", 5, "'<>' has no meaning here; write !="),
    ("!role", 1, "'!' has no meaning here; write not"),
    ("role && cpus", 6, "'&' has no meaning here; write and"),
    ("role | cpus", 6, "'|' has no meaning here; write or"),
    ("role,cpus", 5, "',' has no meaning here; write and"),
    ("role;cpus", 5, "';' has no meaning here; leave it out, or put it into quotes"),
    ("role\u{0}", 5, "has no meaning here"),
    ("role cpus", 6, "'cpus' does not follow"),
    ("role=web server", 10, "'server' does not follow"),
    ("role=web*", 9, "'*' does not follow"),
    ("role=*", 6, "the value is missing here, before '*'"),
    ("(role cpus)", 7, "'cpus' does not follow"),
    ("role)", 5, "')' does not follow"),
    ("()", 2, "the name of a fact is missing here, before ')'"),
    ("(role", 1, "the parenthesis that begins here does not end"),
    ("role and (cpus", 10, "the parenthesis that begins here does not end"),
    ("and role", 1, "the name of a fact is missing here, before 'and'"),
    ("role and", 9, "the name of a fact is missing here, before the end"),
    ("role or or cpus", 9, "the name of a fact is missing here, before 'or'"),
    ("not", 4, "the name of a fact is missing here, before the end"),
    ("=web", 1, "the name of a fact is missing here, before '='"),
    ("role='web", 6, "the quote that begins here does not end"),
    (r#"role="web\""#, 6, "the quote that begins here does not end"),
    ("größe=\"é\" ü", 11, "'ü' does not follow"),
    ("role~'(a'", 6, "no usable regular expression: unclosed group"),
    (r"role~(?i)\w", 6, "the value is missing here, before '('"),
];

#[test]
fn an_error_points_at_the_character_and_says_what_to_do() {
    for (text, column, told) in WRONG {
        let error = Filter::parse(text).expect_err(text);
        let shown = error.to_string();
        assert!(shown.contains(told), "{text}: {shown}");
        let caret = error.pointed().lines().last().unwrap().to_owned();
        assert_eq!(caret, format!("{}^", " ".repeat(column - 1)), "{text}: {shown}");
        assert!(!error.remedy().is_empty());
    }
}

#[test]
fn an_error_shows_the_text_above_the_caret() {
    let error = Filter::parse("role=web and\tcpus>=").unwrap_err();
    let expected = "the value is missing here, before the end; write NAME=VALUE; put an empty value, or one with blanks, \
                    into quotes\n  role=web and cpus>=\n                     ^";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn of_a_long_text_the_part_around_the_error_is_shown() {
    let text = format!("{} & {}", "b and ".repeat(500), "c and ".repeat(500));
    let error = Filter::parse(&text).unwrap_err();
    let pointed = error.pointed();
    let (line, caret) = pointed.split_once('\n').unwrap();
    assert!(line.starts_with("...") && line.ends_with("...") && line.len() < 200, "{line}");
    assert_eq!(line.as_bytes()[caret.len() - 1], b'&');
}

#[test]
fn what_is_too_large_is_refused() {
    let parse = |text: &str| Filter::parse(text).map_err(|error| error.problem().clone());
    let long = format!("a{}", " ".repeat(LONGEST));
    assert_eq!(parse(&long), Err(FilterProblem::TooLong(LONGEST + 1)));
    assert!(parse(&long[1..]).is_err() && parse(&long[..LONGEST]).is_ok());
    let nested = |levels: usize| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&nested(DEEPEST)).is_ok());
    assert_eq!(parse(&nested(DEEPEST + 1)), Err(FilterProblem::TooDeep));
    let side_by_side = vec!["(a)"; DEEPEST * 3].join(" and ");
    assert!(parse(&side_by_side).is_ok(), "depth is not width");
    let patterns = |count: usize| vec!["a~b"; count].join(" or ");
    assert!(parse(&patterns(MOST_PATTERNS)).is_ok());
    assert_eq!(parse(&patterns(MOST_PATTERNS + 1)), Err(FilterProblem::TooManyPatterns));
    for pattern in [r"(\w{100}){100}", r"((a{100}){100}){100}", "a{99999999}"] {
        assert!(matches!(parse(&format!("a~'{pattern}'")), Err(FilterProblem::Pattern(_))), "{pattern}");
    }
    let deep_groups = format!("a~'{}{}'", "(".repeat(1_000), ")".repeat(1_000));
    assert!(matches!(parse(&deep_groups), Err(FilterProblem::Pattern(_))));
}

#[test]
fn many_words_go_no_deeper() {
    for text in ["not ".repeat(LONGEST / 4 - 1) + "a", vec!["a"; 1_000].join(" or "), vec!["a"; 1_000].join(" and ")] {
        let filter = Filter::parse(&text).unwrap();
        assert!(!filter.matches(&Facts::default()) || text.starts_with("not"));
    }
    assert!(Filter::parse(&"(".repeat(LONGEST)).is_err());
    assert!(Filter::parse(&"not ".repeat(LONGEST / 4)).is_err());
}

#[test]
fn a_filter_is_its_text() {
    let filter: Filter = "role = web".parse().unwrap();
    assert_eq!((filter.to_string().as_str(), filter.as_str()), ("role = web", "role = web"));
    let json = serde_json::to_string(&filter).unwrap();
    assert_eq!(json, r#""role = web""#);
    assert_eq!(serde_json::from_str::<Filter>(&json).unwrap(), filter);
    assert!(serde_json::from_str::<Filter>(r#""role =""#).unwrap_err().to_string().contains("the value is missing"));
    let everything = Filter::everything();
    assert!(everything.matches(&Facts::default()));
    assert_eq!(Filter::parse(&everything.to_string()).unwrap(), everything);
}

/// A filter, as text and as what it means.
#[derive(Debug, Clone)]
enum Meant {
    Present(String),
    Equal(String, String),
    Not(Box<Meant>),
    Both(Box<Meant>, Box<Meant>),
    Either(Box<Meant>, Box<Meant>),
}

impl Meant {
    fn text(&self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', r"\\").replace('"', r#"\""#));
        match self {
            Self::Present(name) => quoted(name),
            Self::Equal(name, value) => format!("{}={}", quoted(name), quoted(value)),
            Self::Not(inner) => format!("not ({})", inner.text()),
            Self::Both(left, right) => format!("({}) and ({})", left.text(), right.text()),
            Self::Either(left, right) => format!("({}) or ({})", left.text(), right.text()),
        }
    }

    fn holds(&self, facts: &Facts) -> bool {
        match self {
            Self::Present(name) => facts.get(name).is_some(),
            Self::Equal(name, value) => facts.get(name).is_some_and(|fact| fact.text() == *value),
            Self::Not(inner) => !inner.holds(facts),
            Self::Both(left, right) => left.holds(facts) && right.holds(facts),
            Self::Either(left, right) => left.holds(facts) || right.holds(facts),
        }
    }
}

fn meant() -> impl Strategy<Value = Meant> {
    let text = || prop_oneof!["[abc]", r#"[ab\\"'()= ~é\n]{1,4}"#];
    let leaf = prop_oneof![
        text().prop_map(Meant::Present),
        (text(), text()).prop_map(|(name, value)| Meant::Equal(name, value)),
    ];
    leaf.prop_recursive(5, 24, 2, |inner| {
        let pair = (inner.clone(), inner.clone()).prop_map(|(left, right)| (Box::new(left), Box::new(right)));
        let (both, either) = (pair.clone(), pair);
        prop_oneof![
            inner.prop_map(|inner| Meant::Not(Box::new(inner))),
            both.prop_map(|(left, right)| Meant::Both(left, right)),
            either.prop_map(|(left, right)| Meant::Either(left, right)),
        ]
    })
}

fn few_facts() -> impl Strategy<Value = Facts> {
    prop::collection::btree_map("[abc]", "[abc]", 0..4).prop_map(|facts| {
        let mut taken = Facts::default();
        facts.into_iter().for_each(|(name, text)| assert!(taken.insert(name, text)));
        taken
    })
}

/// Conditions of every kind, without parentheses.
fn condition() -> impl Strategy<Value = String> {
    let value = "[abc]|-?[0-9]{1,3}";
    let compared =
        ("[abc]", "=|!=|<|<=|>|>=|~|!~", value).prop_map(|(name, sign, value)| format!("{name}{sign}{value}"));
    prop_oneof!["[abc]".boxed(), compared.boxed(), Just("*".to_owned()).boxed()]
}

proptest! {
    #[test]
    fn a_filter_means_what_was_written(meant in meant(), facts in few_facts()) {
        let filter = Filter::parse(&meant.text()).unwrap();
        prop_assert_eq!(filter.matches(&facts), meant.holds(&facts));
        prop_assert_eq!(Filter::parse(&filter.to_string()).unwrap().matches(&facts), meant.holds(&facts));
    }

    #[test]
    fn de_morgan_holds(left in condition(), right in condition(), facts in few_facts()) {
        let judged = |text: String| Filter::parse(&text).unwrap().matches(&facts);
        let (not_both, either_not) = (format!("not ({left} and {right})"), format!("not {left} or not {right}"));
        prop_assert_eq!(judged(not_both), judged(either_not));
        let (neither, both_not) = (format!("not ({left} or {right})"), format!("not {left} and not {right}"));
        prop_assert_eq!(judged(neither), judged(both_not));
    }

    #[test]
    fn numbers_are_in_one_order(left in -1_000_i64..1_000, right in -1_000_i64..1_000) {
        let mut facts = Facts::default();
        facts.merge_value(&json!({"n": left}));
        let judged = |sign: &str| Filter::parse(&format!("n{sign}{right}")).unwrap().matches(&facts);
        let expected = [left < right, left <= right, left == right, left != right, left >= right, left > right];
        prop_assert_eq!(["<", "<=", "=", "!=", ">=", ">"].map(judged), expected);
    }

    #[test]
    fn any_text_is_a_filter_or_an_error_that_can_be_shown(text in r#"(\PC|[ab =!<>~()"'\\*\n]){0,60}"#) {
        match Filter::parse(&text) {
            Ok(filter) => prop_assert_eq!(filter.as_str(), &text),
            Err(error) => {
                let pointed = error.pointed();
                let (line, caret) = pointed.split_once('\n').unwrap();
                prop_assert!(caret.chars().count() <= line.chars().count() + 1, "{}", pointed);
            }
        }
    }
}
