//! Which target groups are meant.

use bellwether_aws::{GroupFilter, TargetGroup, TargetGroups};
use bellwether_core::glob::Glob;

use crate::failure::Failure;
use crate::render::console::Console;
use crate::render::progress::with_progress;

/// A group by its name or ARN, where a pattern is no use.
///
/// # Errors
/// When it is a pattern.
pub(super) fn exact(text: &str) -> Result<String, String> {
    match Glob::new(text) {
        None => Ok(text.to_owned()),
        Some(_) => {
            Err(format!("'{text}' is a pattern; look up the names with 'bellwether tg list' and give one of them"))
        }
    }
}

/// The groups that names and patterns mean, by name; all of the region where there is none.
///
/// # Errors
/// When one that is named is not there, AWS refuses, or there is no answer.
pub(super) async fn select(
    groups: &TargetGroups,
    texts: &[String],
    console: Console,
) -> Result<Vec<TargetGroup>, Failure> {
    let names: Vec<_> = texts.iter().filter(|text| Glob::new(text).is_none()).cloned().collect();
    let patterns: Vec<_> = texts.iter().filter_map(|text| Glob::new(text)).collect();
    // AWS itself tells when a name is not there.
    let asked = async {
        let named = match names.is_empty() {
            true => Vec::new(),
            false => groups.list(&GroupFilter::Names(names)).await?,
        };
        let all = match texts.is_empty() || !patterns.is_empty() {
            true => groups.list(&GroupFilter::All).await?,
            false => Vec::new(),
        };
        Ok::<_, bellwether_aws::ApiError>((named, all))
    };
    let (mut found, mut all) = with_progress(console, || "listing the target groups".to_owned(), asked).await?;
    for pattern in patterns.iter().filter(|pattern| !all.iter().any(|group| pattern.matches(&group.name))) {
        console.notice(&format!("no target group fits '{pattern}'"));
    }
    all.retain(|group| texts.is_empty() || patterns.iter().any(|pattern| pattern.matches(&group.name)));
    found.extend(all);
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found.dedup_by(|one, other| one.arn == other.arn);
    Ok(found)
}
