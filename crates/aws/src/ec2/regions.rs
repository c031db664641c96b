//! The answer of EC2's `DescribeRegions`.

use bellwether_core::names::looks_like_region;

use crate::xml::{ends_with, visit_elements};

pub(super) fn parse(xml: &str) -> Result<Vec<String>, String> {
    let (mut names, mut answered) = (Vec::new(), false);
    visit_elements(xml, |path, text| {
        if ends_with(path, &["regionInfo", "item", "regionName"]) {
            names.push(text.trim().to_owned());
        } else if path == ["DescribeRegionsResponse", "regionInfo"] {
            answered = true;
        }
    })?;
    // Names become part of host names.
    if !answered || !names.iter().all(|name| looks_like_region(name)) {
        return Err("it is no answer to DescribeRegions".to_owned());
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(names: &[&str]) -> String {
        let item =
            |name: &&str| format!("<item><regionName>{name}</regionName><regionEndpoint>x</regionEndpoint></item>");
        let items: String = names.iter().map(item).collect();
        format!("<DescribeRegionsResponse><regionInfo>{items}</regionInfo></DescribeRegionsResponse>")
    }

    #[test]
    fn regions_come_by_name_and_nothing_else_does() {
        assert_eq!(parse(&answer(&["us-east-1", "eu-west-1"])).unwrap(), ["eu-west-1", "us-east-1"]);
        assert_eq!(parse(&answer(&[])).unwrap(), [""; 0]);
        for bad in [answer(&["evil.example.com/"]), "<html></html>".to_owned(), answer(&["eu-west-1"])[..60].to_owned()]
        {
            assert!(parse(&bad).is_err(), "{bad}");
        }
    }
}
