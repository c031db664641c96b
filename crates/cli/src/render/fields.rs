//! Names and values, one pair a line.

use super::table::printable;

/// The pairs, their values below each other; those without a value are left out.
pub(crate) fn fields(pairs: &[(&str, String)]) -> String {
    let shown = pairs.iter().filter(|(_, value)| !value.is_empty());
    let width = shown.clone().map(|(name, _)| name.len()).max().unwrap_or_default();
    shown.map(|(name, value)| format!("{name:<width$}  {}\n", printable(value))).collect()
}

/// Every line of a text moved to the right.
pub(crate) fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_below_each_other() {
        let pairs = [("DNS name", "a\nb".to_owned()), ("VPC", String::new()), ("Zones", "x".to_owned())];
        assert_eq!(fields(&pairs), "DNS name  a\u{fffd}b\nZones     x\n");
        assert_eq!(indented("a\nb\n"), "  a\n  b\n");
        assert_eq!(fields(&[]), "");
    }
}
