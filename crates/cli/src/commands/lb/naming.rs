//! Which load balancers are meant.

use bellwether_aws::Balancers;
use bellwether_core::balancer::{BalancerName, Invalid, LoadBalancer, NamePattern};

use crate::failure::Failure;
use crate::render::console::Console;
use crate::render::progress::with_progress;

/// The most load balancers that AWS puts in a page, so that there are few pages.
const PAGE: u16 = 400;

/// Reads the name of a load balancer that is to be changed.
pub(super) fn exact_name(text: &str) -> Result<BalancerName, Invalid> {
    BalancerName::exact(text)
}

/// The load balancers that the patterns mean, by name; those of names alone in the order of the names, all of the
/// region where there is no pattern. Asks as little as possible.
///
/// # Errors
/// When one that is named is not there, AWS refuses, or there is no answer.
pub(super) async fn select(
    balancers: &Balancers,
    patterns: &[NamePattern],
    console: Console,
) -> Result<Vec<LoadBalancer>, Failure> {
    let names = exact_names(patterns);
    if !patterns.is_empty() && names.len() == patterns.len() {
        return Ok(balancers.describe(&names).await?);
    }
    // A name that is not there is an error of AWS's own, which the list of all would not show.
    let all = async { tokio::try_join!(balancers.describe(&names), balancers.list(Some(PAGE))) };
    let (named, mut all) = with_progress(console, || "listing the load balancers".to_owned(), all).await?;
    drop(named);
    for pattern in patterns.iter().filter(|pattern| !all.iter().any(|balancer| pattern.matches(&balancer.name))) {
        let region = balancers.region().await?;
        console.notice(&format!("no classic load balancer in {region} fits '{pattern}'"));
    }
    all.retain(|balancer| patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches(&balancer.name)));
    all.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(all)
}

/// The names of the load balancers that the patterns mean. Names alone are taken as they are: whatever is asked about
/// them next tells when one is not there.
///
/// # Errors
/// As [`select`].
pub(super) async fn select_names(
    balancers: &Balancers,
    patterns: &[NamePattern],
    console: Console,
) -> Result<Vec<BalancerName>, Failure> {
    let names = exact_names(patterns);
    if !patterns.is_empty() && names.len() == patterns.len() {
        return Ok(once_each(names));
    }
    let found = select(balancers, patterns, console).await?;
    let names = found.iter().map(|balancer| balancer.name.parse::<BalancerName>());
    names.collect::<Result<_, _>>().map_err(|error| Failure::unavailable(error.to_string()))
}

/// Each name once, in the order of their first mention.
pub(super) fn once_each(names: Vec<BalancerName>) -> Vec<BalancerName> {
    let mut kept: Vec<BalancerName> = Vec::new();
    for name in names {
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

fn exact_names(patterns: &[NamePattern]) -> Vec<BalancerName> {
    let name = |pattern: &NamePattern| match pattern {
        NamePattern::Name(name) => Some(name.clone()),
        NamePattern::Glob(_) => None,
    };
    patterns.iter().filter_map(name).collect()
}
