//! What reads texts and bytes from elsewhere, against files made to break it.
//!
//! `targets` has a function for each reader, which `fuzz/` calls too; `tests/corpus` a folder of files for each. To add
//! one: a file in `targets`, a folder of the same name, and a line in `folders!` below.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a failure here is a failed test; the time that readers take is measured"
)]

mod corpus;
mod mutation;
mod slow_patterns;
mod targets;

/// Two tests for each folder of the corpus: of its files as they are, and changed at random.
macro_rules! folders {
    ($($name:ident),+ $(,)?) => {
        $(
            mod $name {
                use proptest::prelude::*;

                use crate::corpus::{Corpus, within_bounds};
                use crate::mutation::mutated;
                use crate::targets::$name::run;

                #[test]
                fn every_file_is_taken_or_refused_in_bounded_time() {
                    for (name, bytes) in Corpus::of(stringify!($name)).files() {
                        within_bounds(name, || run(bytes));
                    }
                }

                proptest! {
                    #[test]
                    fn so_is_every_change_of_them(bytes in mutated(Corpus::of(stringify!($name)))) {
                        within_bounds("a changed file", || run(&bytes));
                    }
                }
            }
        )+
    };
}

folders! { admit, envelope, facts, filter, legacy, policy, reply, request }

#[test]
fn no_folder_of_the_corpus_is_forgotten() {
    assert_eq!(corpus::folders(), ["admit", "envelope", "facts", "filter", "legacy", "policy", "reply", "request"]);
}
