//! Cutting an answer into pages.

use super::refusal::Refusal;
use super::world::World;

const TOKEN: &str = "page-";

/// The items of one page, and the token of the next.
pub(super) type Page<'a, T> = (Vec<&'a T>, Option<String>);

/// The page a token stands for; the first without one. `asked` is the page size the request wants.
pub(super) fn page<'a, T>(
    items: &[&'a T],
    world: &World,
    token: Option<&str>,
    asked: Option<&str>,
) -> Result<Page<'a, T>, Refusal> {
    let number = match token {
        None => 0,
        Some(token) => token
            .strip_prefix(TOKEN)
            .and_then(|number| number.parse::<usize>().ok())
            .ok_or_else(|| Refusal::new(400, "InvalidNextToken", format!("The token '{token}' is invalid.")))?,
    };
    let size = asked.and_then(|size| size.parse().ok()).unwrap_or(usize::MAX).min(world.page_size).max(1);
    let start = number.saturating_sub(world.leading_empty_pages).saturating_mul(size).min(items.len());
    let end = if number < world.leading_empty_pages { start } else { start.saturating_add(size).min(items.len()) };
    let next = (end < items.len()).then(|| format!("{TOKEN}{}", number + 1));
    Ok((items[start..end].to_vec(), next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_hold_every_item_once() {
        for leading_empty_pages in [0, 2] {
            let world = World { page_size: 2, leading_empty_pages, ..World::default() };
            let items: Vec<_> = (0..5).collect();
            let items: Vec<&i32> = items.iter().collect();
            let (mut seen, mut token, mut pages) = (Vec::new(), None, 0);
            loop {
                let (page, next) = page(&items, &world, token.as_deref(), None).unwrap();
                seen.extend(page);
                pages += 1;
                token = next;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!((seen, pages), (items, 3 + leading_empty_pages));
        }
    }

    #[test]
    fn a_strange_token_is_refused() {
        assert!(page::<i32>(&[], &World::default(), Some("x"), None).is_err());
    }
}
